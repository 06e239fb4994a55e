"""RSS and Atom through feedparser, JSON Feed (version 1.1, jsonfeed.org) on our own.

Takes any bytes without an exception: what can be read is read, and `problem` says what could not.
"""

import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
import orjson

from ildsjel.connectors.html import clean_text, html_to_text, unescape
from ildsjel.connectors.values import rfc3339
from ildsjel.engine.items import Media

MAX_TEXT = 1_000_000  # characters of one entry
MAX_LINE = 1_000
MAX_LIST = 50
# Notes of feedparser that do not touch what was read.
HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)

_FEED_LINK = re.compile(
    rb"<link\b[^>]{0,500}type=[\"']?application/(?:rss|atom|feed)\+[^>]{0,500}>", re.IGNORECASE
)
_HREF = re.compile(rb"href=[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as the feed has it. `name` is its guid, else its link, else a digest of it."""

    name: str
    text: str = ""
    title: str = ""
    link: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()

    def content(self) -> str:
        """All that a reader would call a change if it changed."""
        return "\x1f".join((self.title, self.text, self.link, str(self.updated)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    title: str = ""
    link: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    problem: str = ""


def parse_feed(data: bytes, url: str, content_type: str) -> ParsedFeed:
    """Read a feed of any kind. `url` is where it was found, for links that are relative to it."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{") or "json" in content_type.lower():
        return _json_feed(data, url)
    return _xml_feed(data, url, content_type)


def _xml_feed(data: bytes, url: str, content_type: str) -> ParsedFeed:
    try:
        parsed = feedparser.parse(
            data,
            response_headers={"content-location": url, "content-type": content_type},
            sanitize_html=False,  # all of it becomes plain text
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001 - feedparser raises nearly anything on hostile input
        return ParsedFeed(problem=f"The feed can't be read: {error}"[:300])
    problem = _xml_problem(parsed, data, url)
    if not parsed.get("version") and not parsed.entries:
        return ParsedFeed(problem=problem)
    head = parsed.feed
    entries = [_xml_entry(entry, url) for entry in parsed.entries]
    return ParsedFeed(
        title=_line(head.get("title")),
        link=_absolute(url, head.get("link")),
        language=_language(head.get("language")),
        entries=tuple(entry for entry in entries if entry.name),
        problem=problem,
    )


def _xml_problem(parsed: Any, data: bytes, url: str) -> str:
    if not parsed.get("version") and not parsed.entries:
        found = _FEED_LINK.search(data[:200_000])
        href = _HREF.search(found[0]) if found else None
        if href:
            target = urljoin(url, unescape(href[1].decode("utf-8", "replace")))
            return f"This is a web page, not a feed. Its feed is at {target}"
        return "There is no RSS, Atom or JSON feed at this address."
    error = parsed.get("bozo_exception")
    if error is None or isinstance(error, HARMLESS):
        return ""
    count = len(parsed.entries)
    return f"The feed is not well-formed ({_reason(error)}); {count} entries could be read."


def _reason(error: Exception) -> str:
    line = getattr(error, "getLineNumber", lambda: None)()
    message = getattr(error, "getMessage", lambda: str(error))()
    return f"line {line}: {message}"[:200] if line else str(message)[:200]


def _xml_entry(entry: Any, url: str) -> Entry:
    link = _absolute(url, entry.get("link"))
    title = _line(_as_text(entry.get("title_detail") or {"value": entry.get("title")}))
    text = _entry_text(entry)
    return Entry(
        name=_line(entry.get("id")) or link or title or text[:200],
        text=text,
        title=title,
        link=link,
        author=_line(entry.get("author")),
        # feedparser's own `get` answers with the other date when one is missing.
        published=_moment(dict.get(entry, "published_parsed")),
        updated=_moment(dict.get(entry, "updated_parsed")),
        language=_language((entry.get("title_detail") or {}).get("language")),
        tags=_short_list(tag.get("label") or tag.get("term") for tag in entry.get("tags", [])),
        links=tuple(filter(None, [link])),
        media=tuple(_media(each, url) for each in _enclosures(entry)),
    )


def _entry_text(entry: Any) -> str:
    bodies = [*entry.get("content", []), entry.get("summary_detail") or {}]
    texts = [_as_text(body) for body in bodies]
    return max(texts, key=len)[:MAX_TEXT]


def _as_text(detail: Mapping[str, Any]) -> str:
    value = detail.get("value")
    if not isinstance(value, str):
        return ""
    return clean_text(value if detail.get("type") == "text/plain" else html_to_text(value)).strip()


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _enclosures(entry: Any) -> list[Any]:
    return [each for each in entry.get("enclosures", []) if each.get("href")][:MAX_LIST]


def _media(enclosure: Mapping[str, Any], url: str) -> Media:
    return Media(url=_absolute(url, enclosure.get("href")), kind=_kind(enclosure.get("type")))


def _kind(mime: Any) -> str:
    main = str(mime or "").partition("/")[0]
    return main if main in ("image", "video", "audio") else "file"


def _line(value: Any) -> str:
    return " ".join(clean_text(value).split())[:MAX_LINE] if isinstance(value, str) else ""


def _language(value: Any) -> str:
    text = _line(value)
    return text if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text) else ""


def _absolute(base: str, link: Any) -> str:
    try:
        target = urljoin(base, _line(link)) if link else ""
    except ValueError:
        return ""
    return target if target.lower().startswith(("http://", "https://")) else ""


def _short_list(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_line, values))))[:MAX_LIST]


def _json_feed(data: bytes, url: str) -> ParsedFeed:
    try:
        value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return ParsedFeed(problem=f"The feed is not valid JSON: {error}.")
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return ParsedFeed(problem="There is no RSS, Atom or JSON feed at this address.")
    entries = [_json_entry(item, url) for item in items if isinstance(item, dict)]
    named = tuple(entry for entry in entries if entry.name)
    unread = len(items) - len(named)
    return ParsedFeed(
        title=_line(value.get("title")),
        link=_absolute(url, value.get("home_page_url")),
        language=_language(value.get("language")),
        entries=named,
        problem=f"{unread} entries have no content that can be read." if unread else "",
    )


def _json_entry(item: dict[str, Any], url: str) -> Entry:
    link = _absolute(url, item.get("url") or item.get("external_url"))
    text = _json_text(item)
    title = _line(item.get("title"))
    return Entry(
        name=_json_id(item.get("id")) or link or title or text[:200],
        text=text,
        title=title,
        link=link,
        author=_json_author(item),
        published=_json_time(item.get("date_published")),
        updated=_json_time(item.get("date_modified")),
        language=_language(item.get("language")),
        tags=_short_list(_list(item.get("tags"))),
        links=_json_links(item, url),
        media=tuple(_json_media(item, url)),
    )


def _json_id(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return _line(str(value) if number else value)


def _json_text(item: dict[str, Any]) -> str:
    plain, html = item.get("content_text"), item.get("content_html")
    if isinstance(html, str) and html:
        return _as_text({"value": html})[:MAX_TEXT]
    plain = plain if isinstance(plain, str) else item.get("summary")
    return _as_text({"value": plain, "type": "text/plain"})[:MAX_TEXT]


def _json_author(item: dict[str, Any]) -> str:
    authors = _list(item.get("authors")) or [item.get("author")]
    names = [
        _line(each.get("name") or each.get("url")) for each in authors if isinstance(each, dict)
    ]
    return ", ".join(filter(None, names))[:MAX_LINE]


def _json_time(value: Any) -> datetime | None:
    try:
        return rfc3339(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _json_links(item: dict[str, Any], url: str) -> tuple[str, ...]:
    found = [_absolute(url, item.get(name)) for name in ("url", "external_url")]
    return tuple(dict.fromkeys(filter(None, found)))


def _json_media(item: dict[str, Any], url: str) -> list[Media]:
    image = _absolute(url, item.get("image"))
    found = [Media(url=image)] if image else []
    for each in _list(item.get("attachments")):
        target = _absolute(url, each.get("url")) if isinstance(each, dict) else ""
        if target:
            found.append(Media(url=target, kind=_kind(each.get("mime_type"))))
    return found[:MAX_LIST]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
