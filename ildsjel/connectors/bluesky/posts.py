"""A Bluesky post record becomes an `Item`. Pure: what a record says, never what it should say.

Records are written by anybody and checked by nobody on the way: every part of one may be missing,
of another type, or meant to hurt. What can be left out is left out; a record without a readable
text raises `Unreadable`. A network brings dozens of them a second, and an archive millions: what a
record does not have costs nothing here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ildsjel.connectors.bluesky.names import (
    AtUri,
    clean_handle,
    parse_at_uri,
    parse_time,
    post_url,
    profile_url,
    to_micros,
)
from ildsjel.engine.items import Address, Author, Item, Media

LONGEST_TEXT = 30_000  # characters; the network's own limit is 3,000 bytes
MOST = 50  # links, tags, pictures or languages of one post
IMAGES = "https://cdn.bsky.app/img/feed_fullsize/plain"
VIDEOS = "https://video.bsky.app/watch"


class Unreadable(Exception):
    """The record can't be shown to anybody; the text says why, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where and when a record stood: its address, version and our own DID, to see who is meant."""

    uri: AtUri
    cid: str
    seen_at: datetime
    revision: int
    us: str
    author: Author | None = None


def to_item(record: object, source: Source) -> Item:
    """The post as an `Item`; `Unreadable` when there is nothing to show."""
    if not isinstance(record, dict):
        raise Unreadable("the post has no content")
    uri = str(source.uri)
    root, parent = _thread(record, uri, source.cid)
    features = list(_features(record))
    embeds = list(_embeds(record))
    return Item(
        external_id=uri,
        text=_text(record),
        author=source.author or author(source.uri.repo),
        published_at=_published_at(record, source),
        revision=source.revision,
        thread_key=root[0],
        parent_id=parent[0],
        url=post_url(source.uri),
        address=_address(parent[0], features, embeds, source.us),
        own=source.uri.repo == source.us,
        languages=_strings(record.get("langs"), longest=35),
        tags=_tags(record, features),
        links=_links(features, embeds),
        media=_media(embeds, source.uri.repo),
        reply_context={"cid": source.cid, "root_uri": root[0], "root_cid": root[1]},
    )


def author(did: str, handle: str = "", name: str = "") -> Author:
    return Author(external_id=did, handle=handle, name=name, url=profile_url(did))


def _text(record: Mapping[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise Unreadable("the post has no text field")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"the text has {len(text)} characters, far more than Bluesky allows")
    return _clean(text)


def _clean(text: str) -> str:
    # PostgreSQL can't store it, and no reader sees it.
    return text.replace("\x00", "")


def _published_at(record: Mapping[str, Any], source: Source) -> datetime:
    """What the author claims, but never later than the network saw it."""
    claimed = parse_time(record.get("createdAt"))
    return min(claimed, source.seen_at) if claimed else source.seen_at


def _thread(
    record: Mapping[str, Any], uri: str, cid: str
) -> tuple[tuple[str, str], tuple[str, str]]:
    """(uri, cid) of the thread's first post, which may be this one, and of the post it answers."""
    reply = _mapping(record.get("reply"))
    parent = strong_ref(reply.get("parent")) if reply else ("", "")
    if not parent[0]:
        return (uri, cid), ("", "")
    root = strong_ref(reply.get("root"))
    return (root if root[0] else parent), parent


def strong_ref(value: object) -> tuple[str, str]:
    """(uri, cid) of a reference to another post's version; two empty strings when it is none."""
    ref = _mapping(value)
    uri, cid = parse_at_uri(ref.get("uri")), ref.get("cid")
    if uri is None or not isinstance(cid, str) or len(cid) > 200:
        return "", ""
    return str(uri), cid


def _address(
    parent: str, features: list[Mapping[str, Any]], embeds: list[Mapping[str, Any]], us: str
) -> Address:
    if not us:
        return Address.PUBLIC
    if parent.startswith(f"at://{us}/"):
        return Address.REPLY
    named = any(_is(feature, "#mention") and feature.get("did") == us for feature in features)
    quoted = any((uri := _quoted(embed)) and uri.repo == us for embed in embeds)
    return Address.MENTION if named or quoted else Address.PUBLIC


def _features(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What the author marked in the text: links, tags and mentions.

    Marks count bytes of UTF-8. One that lies outside the text is shown by no reader, and is not
    believed here either.
    """
    facets = _list(record.get("facets"))
    size = len(str(record.get("text")).encode(errors="replace")) if facets else 0
    for facet in facets:
        index = _mapping(_mapping(facet).get("index"))
        start, end = index.get("byteStart"), index.get("byteEnd")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= size:
            yield from map(_mapping, _list(_mapping(facet).get("features")))


def _embeds(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is attached: a quoted post with pictures counts as two things."""
    embed = _mapping(record.get("embed"))
    if not embed:
        return
    if _is(embed, "app.bsky.embed.recordWithMedia"):
        yield _mapping(embed.get("record"))
        yield _mapping(embed.get("media"))
    else:
        yield embed


def _quoted(embed: Mapping[str, Any]) -> AtUri | None:
    return parse_at_uri(_mapping(embed.get("record")).get("uri"))


def _links(features: list[Mapping[str, Any]], embeds: list[Mapping[str, Any]]) -> tuple[str, ...]:
    found = [feature.get("uri") for feature in features if _is(feature, "#link")]
    for embed in embeds:
        found.append(_mapping(embed.get("external")).get("uri"))
        quoted = _quoted(embed)
        found.append(post_url(quoted) if quoted else None)
    web = [link for link in found if isinstance(link, str) and link.startswith(_WEB_SCHEMES)]
    return _strings(web, longest=4000)


_WEB_SCHEMES = ("https://", "http://")


def _tags(record: Mapping[str, Any], features: list[Mapping[str, Any]]) -> tuple[str, ...]:
    marked = [feature.get("tag") for feature in features if _is(feature, "#tag")]
    found = _strings([*marked, *_list(record.get("tags"))], longest=640)
    return tuple(dict.fromkeys(tag.lstrip("#＃") for tag in found if tag.strip("#＃")))


def _media(embeds: list[Mapping[str, Any]], repo: str) -> tuple[Media, ...]:
    found: list[Media] = []
    for embed in embeds:
        for image in map(_mapping, _list(embed.get("images"))):
            if cid := _blob(image.get("image")):
                url = f"{IMAGES}/{repo}/{cid}@jpeg"
                found.append(Media(url=url, kind="image", alt=_alt(image)))
        if cid := _blob(embed.get("video")):
            url = f"{VIDEOS}/{repo}/{cid}/playlist.m3u8"
            found.append(Media(url=url, kind="video", alt=_alt(embed)))
    return tuple(found[:MOST])


def _blob(value: object) -> str:
    cid = _mapping(_mapping(value).get("ref")).get("$link")
    return cid if isinstance(cid, str) and cid.isalnum() and len(cid) < 200 else ""


def _alt(value: Mapping[str, Any]) -> str:
    alt = value.get("alt")
    return _clean(alt)[:2000] if isinstance(alt, str) else ""


def _strings(value: object, *, longest: int) -> tuple[str, ...]:
    """The strings in a list, each once, as they stand; what is no list or no string is left out."""
    if not value:
        return ()
    strings = [each for each in _list(value) if isinstance(each, str) and 0 < len(each) <= longest]
    return tuple(dict.fromkeys(_clean(each) for each in strings))[:MOST]


def _is(value: Mapping[str, Any], kind: str) -> bool:
    declared = value.get("$type")
    return isinstance(declared, str) and declared.endswith(kind)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def view_to_item(view: object, us: str) -> Item:
    """A post as the AppView shows it, in threads and notifications; errors as in `to_item`."""
    shown = _mapping(view)
    uri, cid = parse_at_uri(shown.get("uri")), shown.get("cid")
    if uri is None or not isinstance(cid, str):
        raise Unreadable("the post has no address")
    seen_at = parse_time(shown.get("indexedAt"))
    if seen_at is None:
        raise Unreadable("the post has no time")
    source = Source(
        uri=uri,
        cid=cid,
        seen_at=seen_at,
        # Indexed once, when it was new: an edit that the stream brings is later.
        revision=to_micros(seen_at),
        us=us,
        author=view_author(shown.get("author"), uri.repo),
    )
    return to_item(shown.get("record"), source)


def view_author(view: object, did: str) -> Author:
    """The profile beside a post."""
    profile = _mapping(view)
    name = profile.get("displayName")
    shown = _clean(name)[:200] if isinstance(name, str) else ""
    return author(did, clean_handle(profile.get("handle")), shown)
