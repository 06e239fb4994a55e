"""From a row, with a mapping, to an `Item`."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ildsjel.connectors.files.dates import read_time
from ildsjel.connectors.html import clean_text
from ildsjel.connectors.values import micros, short_id
from ildsjel.engine.items import Address, Author, Item, Visibility

AUTO = "auto"
MAX_TEXT = 1_000_000  # characters
MAX_LINE = 1_000
_FLOAT_ID = re.compile(r"(-?\d+)\.0+")
_ROUNDED_ID = re.compile(r"-?\d([.,]\d+)?[eE]\+?\d+")
_YES = frozenset(("true", "t", "yes", "y", "1", "ja", "j", "x", "sant", "sann", "sand"))
_NO = frozenset(("", "false", "f", "no", "n", "0", "nei", "nej", "usant", "falsk", "falskt"))
_IN_WORDS = """in inbound incoming received customer contact user
    inn inngående innkommende inkommande mottatt kunde kund indgående"""
_OUT_WORDS = """out outbound outgoing sent agent reply system
    ut utgående sendt skickat svar udgående"""
_IN, _OUT = frozenset(_IN_WORDS.split()), frozenset(_OUT_WORDS.split())


class BadCell(ValueError):
    """A cell can't be read; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How rows are to be read: target → column, and what the file itself does not say."""

    mapping: Mapping[str, str]
    zone: tzinfo
    date_order: str
    address: str = AUTO


def read_row(row: Mapping[str, str], rules: Rules, roots: Mapping[str, str], now: datetime) -> Item:
    """The row as an item. Raises `BadCell`. `roots` is what `thread_roots` found in the file."""
    cells = {target: row.get(column, "").strip() for target, column in rules.mapping.items()}
    if not cells["text"]:
        raise BadCell("The text is empty.")
    if len(cells["text"]) > MAX_TEXT:
        raise BadCell(f"The text is longer than {MAX_TEXT} characters.")
    published_at = _time(cells["published_at"], rules, now)
    changed = cells.get("updated_at", "")
    external_id = clean_id(cells.get("external_id", "")) or _digest(cells)
    parent_id = clean_id(cells.get("parent_id", ""))
    own = _own(cells)
    address = _address(cells, rules, own, parent_id)
    return Item(
        external_id=external_id,
        text=clean_text(cells["text"]),
        author=_author(cells),
        published_at=published_at,
        revision=micros(_time(changed, rules, now) if changed else published_at),
        thread_key=clean_id(cells.get("thread_key", "")) or roots.get(external_id, external_id),
        parent_id=parent_id,
        title=_line(cells.get("title", "")),
        url=_line(cells.get("url", "")),
        address=address,
        visibility=Visibility.PRIVATE if address is Address.DIRECT else Visibility.PUBLIC,
        own=own,
        repost=_yes(cells.get("repost", "")),
        languages=_languages(cells.get("language", "")),
        tags=_tags(cells.get("tags", "")),
    )


def clean_id(text: str) -> str:
    """An id as text. ``3.0`` is 3: whole columns become fractions where a cell is empty."""
    text = clean_text(text.strip())
    if text.lower() in ("", "nan", "none", "null", "na", "n/a"):
        return ""
    if found := _FLOAT_ID.fullmatch(text):
        return found[1]
    if _ROUNDED_ID.fullmatch(text):
        raise BadCell(
            f"The id {text[:40]} was rounded by a spreadsheet. "
            "Export the file again, with ids as text."
        )
    return short_id(text)


def _digest(cells: Mapping[str, str]) -> str:
    """An id for a row without one: the same row is the same item, however often it is imported."""
    names = ("author_id", "author_handle", "author_name", "published_at", "text")
    content = "\x1f".join(cells.get(name, "") for name in names)
    return "sha256:" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _time(text: str, rules: Rules, now: datetime) -> datetime:
    try:
        moment = read_time(text, rules.zone, rules.date_order)
    except ValueError as error:
        raise BadCell(f"{error}." if text else "The time is empty.") from error
    if moment > now + timedelta(days=1):
        raise BadCell(f"{text[:40]!r} lies in the future.")
    return moment


def _author(cells: Mapping[str, str]) -> Author:
    handle = _line(cells.get("author_handle", "")).removeprefix("@")
    name = _line(cells.get("author_name", ""))
    external_id = clean_id(cells.get("author_id", "")) or short_id(handle or name) or "unknown"
    return Author(external_id=external_id, handle=handle, name=name)


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())[:MAX_LINE]


def _own(cells: Mapping[str, str]) -> bool:
    """Whether the organisation wrote it, from a column of its own or from the direction."""
    if "own" in cells:
        return _yes(cells["own"])
    direction = cells.get("direction", "").lower()
    if direction in _OUT:
        return True
    if direction in _IN or direction in _YES or not direction:
        return False
    if direction in _NO:
        return True
    raise BadCell(f"{direction[:40]!r} says neither in nor out.")


def _yes(text: str) -> bool:
    word = text.lower().removesuffix(".0")
    if word in _YES or word in ("retweet", "repost", "share"):
        return True
    if word in _NO or not word.isalpha() or word in ("reply", "quote", "original", "post", "tweet"):
        return False
    raise BadCell(f"{text[:40]!r} is neither yes nor no.")


def _address(cells: Mapping[str, str], rules: Rules, own: bool, parent_id: str) -> Address:
    stated = cells.get("address", "").lower() or ("" if rules.address == AUTO else rules.address)
    if stated:
        try:
            return Address(stated)
        except ValueError as error:
            known = ", ".join(Address)
            raise BadCell(f"{stated[:40]!r} is not one of {known}.") from error
    if own or "direction" not in cells:
        return Address.PUBLIC
    return Address.REPLY if parent_id else Address.MENTION


def _languages(text: str) -> tuple[str, ...]:
    code = text.replace("_", "-").strip()
    return (code,) if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) else ()


def _tags(text: str) -> tuple[str, ...]:
    words = re.split(r"[\s,;|]+", clean_text(text).replace("#", " "))
    return tuple(dict.fromkeys(word[:200] for word in words if word))[:50]


def pair(row: Mapping[str, str], mapping: Mapping[str, str]) -> tuple[str, str]:
    """Id and parent of a row; empty where either can't be read (the row is rejected later)."""
    try:
        return clean_id(row.get(mapping["external_id"], "")), clean_id(
            row.get(mapping["parent_id"], "")
        )
    except BadCell:
        return "", ""
