"""A plan as its YAML document: block style, sections in a fixed order, read back the same."""

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from textwrap import wrap
from typing import Any

from ildsjel.engine.plan.document import CLOSED, FORMAT, Element, Plan, Week
from ildsjel.engine.plan.fields import Field, Form, fields_of
from ildsjel.engine.plan.headings import headings_in
from ildsjel.engine.plan.scalars import DAYS

WIDTH = 92
# Plain text is quoted where YAML 1.1 or 1.2 would make something else of it.
_PLAIN = re.compile(r"[^\W\d_][^\n:#]*(?::(?=\S)[^\n:#]*)*")
_SPECIAL = re.compile(r"(?:y|n|yes|no|on|off|true|false|null|~)", re.IGNORECASE)
_ODD = re.compile(r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def write(plan: Plan) -> str:
    """The document. `read` makes the same plan of it, to the last value."""
    headings = headings_in(plan.language)
    lines = [f"format: {FORMAT}"]
    for name, field in fields_of(Plan).items():
        value = getattr(plan, name)
        if not _is_said(value):
            continue
        if name in headings:
            lines += ["", f"# {headings[name]}"]
        lines += _written(field, value, "")
    return "\n".join(lines) + "\n"


def _written(field: Field, value: Any, indent: str) -> Iterator[str]:
    """The lines of one field."""
    head = f"{indent}{field.name}:"
    deeper = indent + "  "
    match field.form:
        case Form.SECTION:
            yield head
            for number, each in enumerate(value):
                if number:
                    yield ""
                yield f"{deeper}{_key(each.key)}:"
                yield from _part(each, deeper + "  ")
        case Form.LIST:
            yield head
            for each in value:
                first, *rest = _part(each, deeper + "  ")
                yield f"{deeper}- {first.lstrip()}"
                yield from rest
        case Form.PART:
            inside = list(_part(value, deeper))
            yield head if inside else f"{head} {{}}"
            yield from inside
        case Form.WEEK:
            yield head
            yield from _week(value, deeper)
        case Form.TEXTS:
            yield from _texts(head, value, deeper)
        case Form.TEXT:
            yield from _text(head, value, deeper)
        case _:
            yield f"{head} {_scalar(value)}"


def _part(part: Any, indent: str) -> Iterator[str]:
    for name, field in fields_of(type(part)).items():
        value = getattr(part, name)
        if _is_said(value):
            yield from _written(field, value, indent)


def _is_said(value: object) -> bool:
    return not (value is None or value is False or value in ("", ()) or value == CLOSED)


def _text(head: str, text: str, indent: str) -> Iterator[str]:
    """On one line where it fits; folded below where it is long prose; else in quotation marks."""
    one = f"{head} {_quoted(text)}"
    words = text.split(" ")
    if len(one) <= WIDTH or _ODD.search(text) or "" in words:
        yield one
        return
    yield f"{head} >-"
    for line in wrap(text, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False):
        yield indent + line


def _texts(head: str, texts: tuple[str, ...], indent: str) -> Iterator[str]:
    quoted = [_quoted(each, in_list=True) for each in texts]
    one = f"{head} [{', '.join(quoted)}]"
    if len(one) <= WIDTH:
        yield one
        return
    yield head
    for each in texts:
        yield f"{indent}- {_quoted(each)}"


def _week(week: Week, indent: str) -> Iterator[str]:
    """Days that follow each other with the same hours share a line."""
    for hours, run in groupby(range(7), key=lambda day: week[day]):
        days = list(run)
        if hours:
            name = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
            pieces = [f"{_clock(start)}-{_clock(end, is_end=True)}" for start, end in hours]
            written = pieces[0] if len(pieces) == 1 else f"[{', '.join(pieces)}]"
            yield f"{indent}{name}: {written}"


def _clock(at: time, *, is_end: bool = False) -> str:
    return "24:00" if is_end and at == time(0) else f"{at:%H:%M}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return _quoted(str(value)) if isinstance(value, Element) else str(value)


def _key(key: str) -> str:
    """Keys that other readers of YAML would take for a number, a date or yes are quoted."""
    is_word = key[0].isalpha() or ("-" in key and any(map(str.isalpha, key)))
    is_plain = is_word and not _SPECIAL.fullmatch(key)
    return key if is_plain else f'"{key}"'


def _quoted(text: str, *, in_list: bool = False) -> str:
    """The text as a YAML scalar on one line, without quotation marks where it can do without."""
    is_plain = _PLAIN.fullmatch(text) and not _SPECIAL.fullmatch(text) and not _ODD.search(text)
    is_plain = is_plain and text == text.strip() and not text.endswith(":")
    if is_plain and not (in_list and re.search(r"[,:\[\]{}]", text)):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _ODD.sub(_escape, escaped) + '"'


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    if match[0] == "\n":
        return "\\n"
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
