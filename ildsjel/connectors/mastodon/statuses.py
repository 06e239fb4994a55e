"""A status as an instance shows it, read as an `Item`.

A status is named by its `uri`, which is the same wherever it is seen; its `id` is valid on one
instance only. People are named by the address of their profile, which every version of every
server gives.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ildsjel.connectors.html import clean_text, read_html
from ildsjel.connectors.values import micros, rfc3339, short_id
from ildsjel.engine.items import Address, Author, Item, Media, Visibility

_VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.PRIVATE,
}
_MEDIA_KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}
_LONGEST_ID = 200
_MOST_PARTS = 100  # mentions, tags, pictures or poll options that are read of one status


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewpoint:
    """Where a status is seen from, and who we are there."""

    instance: str  # https://host
    own_url: str = ""  # our profile's address, the same everywhere
    own_id: str = ""  # our account's id, given on our own instance only


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a status stands in its conversation, as uris. Empty where it is not known."""

    root: str = ""
    parent: str = ""


def read_status(status: object, view: Viewpoint, place: Place) -> Item:
    """The status as an item. `ValueError` in plain words when it lacks what an item needs."""
    if not isinstance(status, dict):
        raise ValueError("a status is not an object")
    shown = status["reblog"] if isinstance(status.get("reblog"), dict) else status
    uri = short_id(status_uri(status))
    published = rfc3339(_string(status, "created_at"))
    edited = _string(shown, "edited_at")
    content = read_html(_string(shown, "content"))
    language = _plain(_string(shown, "language"))[:35]
    return Item(
        external_id=uri,
        text=_with_poll(content.text, shown),
        author=_author(status, view),
        published_at=published,
        revision=micros(rfc3339(edited)) if edited else micros(published),
        thread_key=short_id(place.root) or short_id(status_uri(shown)),
        parent_id=short_id(place.parent),
        title=_plain(_string(shown, "spoiler_text")),
        url=_web_address(_string(status, "url")),
        address=address_of(status, view),
        visibility=_visibility(status),
        own=is_ours(status, view),
        repost=shown is not status,
        languages=(language,) if language else (),
        tags=tuple(_plain(_string(tag, "name")) for tag in objects(shown, "tags")),
        links=content.links,
        media=_media(shown),
        reply_context=_reply_context(status, view, uri),
    )


def objects(source: object, name: str) -> list[dict[str, Any]]:
    """The objects in a list that may be missing or hold other things."""
    value = source.get(name) if isinstance(source, dict) else None
    found = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return found[:_MOST_PARTS]


def local_id(source: object, name: str = "id") -> str:
    """The id on its instance, or nothing where there is none that could be one."""
    value = source.get(name) if isinstance(source, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    usable = isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isascii()
    return str(value) if usable and str(value).isprintable() else ""


def status_uri(status: object) -> str:
    """What names the status everywhere. Raises `ValueError` where it has neither uri nor url."""
    uri = _string(status, "uri") or _string(status, "url")
    if not uri:
        raise ValueError("a status has no uri")
    return clean_text(uri)


def revision_mark(status: object) -> str:
    """Something that changes with each edit; nothing where the status has no name."""
    uri = _string(status, "uri") or _string(status, "url")
    return f"{uri} {_string(status, 'created_at')} {_string(status, 'edited_at')}" if uri else ""


def account_url(account: object) -> str:
    return _web_address(_string(account, "url")) or _web_address(_string(account, "uri"))


def handle_of(account: object, instance: str) -> str:
    """``user@host``, also for a member of the instance itself, whom it names without the host."""
    acct = _plain(_string(account, "acct") or _string(account, "username"))
    if not acct or "@" in acct:
        return acct
    host = urlsplit(account_url(account)).netloc or urlsplit(instance).netloc
    return f"{acct}@{host}"


def is_ours(status: dict[str, Any], view: Viewpoint) -> bool:
    account = status.get("account")
    by_url = bool(view.own_url) and account_url(account) == view.own_url
    return by_url or (bool(view.own_id) and local_id(account) == view.own_id)


def address_of(status: dict[str, Any], view: Viewpoint) -> Address:
    """How far the status is directed at us."""
    if status.get("visibility") == "direct":
        return Address.DIRECT
    answered = local_id(status, "in_reply_to_account_id")
    ours = {local_id(each) for each in objects(status, "mentions") if _names_us(each, view)}
    if answered and (answered == view.own_id or answered in ours):
        return Address.REPLY
    return Address.MENTION if ours else Address.PUBLIC


def _names_us(mention: dict[str, Any], view: Viewpoint) -> bool:
    by_url = bool(view.own_url) and account_url(mention) == view.own_url
    return by_url or (bool(view.own_id) and local_id(mention) == view.own_id)


def _author(status: dict[str, Any], view: Viewpoint) -> Author:
    account = status.get("account")
    url = account_url(account)
    if not url:
        raise ValueError("a status does not say who wrote it")
    return Author(
        external_id=short_id(url),
        handle=handle_of(account, view.instance),
        name=_plain(_string(account, "display_name")) or _plain(_string(account, "username")),
        url=url,
    )


def _visibility(status: dict[str, Any]) -> Visibility:
    # What we don't know is treated as the most private: nothing is shown wider than it was meant.
    return _VISIBILITIES.get(_string(status, "visibility"), Visibility.PRIVATE)


def _with_poll(text: str, status: dict[str, Any]) -> str:
    options = [_plain(_string(each, "title")) for each in objects(status.get("poll"), "options")]
    choices = "\n".join(f"○ {option}" for option in options)
    return "\n\n".join(part for part in (text, choices) if part)


def _media(status: dict[str, Any]) -> tuple[Media, ...]:
    found = []
    for each in objects(status, "media_attachments"):
        url = _web_address(_string(each, "url") or _string(each, "remote_url"))
        kind = _MEDIA_KINDS.get(_string(each, "type"), "file")
        if url:
            found.append(Media(url=url, kind=kind, alt=clean_text(_string(each, "description"))))
    return tuple(found)


def _reply_context(status: dict[str, Any], view: Viewpoint, uri: str) -> dict[str, str]:
    account = status.get("account")
    return {
        "instance": view.instance,
        "status_id": local_id(status),
        "uri": uri,
        "acct": _plain(_string(account, "acct") or _string(account, "username")),
        "visibility": _visibility(status).value,
    }


def _string(source: object, name: str) -> str:
    value = source.get(name) if isinstance(source, dict) else None
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """One line of text."""
    return " ".join(clean_text(text).split())


def _web_address(text: str) -> str:
    return clean_text(text) if text.startswith(("https://", "http://")) else ""
