"""What words would find, beside the field in which they are written: of a watch or a group."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from ildsjel.engine.matching import QueryError, parse
from ildsjel.engine.matching.dissecting import Lack, Nearly
from ildsjel.engine.matching.exclusions import excluding
from ildsjel.listening.forms import QueryForm, one_line_ends
from ildsjel.listening.group_queries import saved_groups
from ildsjel.listening.language_help import SHORT
from ildsjel.listening.language_names import language_name
from ildsjel.listening.preview import SHARES, Marks, Preview, Sample, preview
from ildsjel.listening.query_words import fault_words
from ildsjel.organisation.pages import MemberRequest, address, posted

AROUND = 60  # characters of the words shown on each side of a fault
HEIGHT = 48  # of the days' bars, in pixels
_MARK = "mark-"
_MARKED = 1_000  # characters of a post that is marked
_LANGUAGES = 6


def checked_while_typing(request: MemberRequest, form: QueryForm) -> None:
    """Let the field of the words ask what they would find, while they are written; what was asked
    before is dropped."""
    form.fields["query"].widget.attrs |= {
        "hx-post": address(request.member, "listening:watch-check"),
        "hx-trigger": "input changed delay:350ms",
        "hx-target": "#watch-check",
        "hx-sync": "closest form:replace",
    }


def only_looks(request: MemberRequest) -> bool:
    """Whether a form was sent to see what it would find, not to be saved."""
    return bool({"preview", "exclude"} & set(request.POST))


def with_exclusion(request: MemberRequest) -> QueryDict | None:
    """What the form sent; where a word to leave out was chosen, with NOT and the word after the
    query."""
    given = posted(request)
    if not given or "exclude" not in given:
        return given
    changed = given.copy()
    query = one_line_ends(given.get("query", ""))
    try:
        read = parse(query, groups=saved_groups(request.member.organisation_id))
        changed["query"] = excluding(read, str(given["exclude"]))
    except QueryError:
        changed["query"] = query
    return changed


def looked(request: MemberRequest, words: str) -> dict[str, Any]:
    """What is wrong with the words, or what they would find, as listening/_check.html shows it."""
    query = one_line_ends(words)
    context: dict[str, Any] = {"fault": None, "preview": None, "language_help": SHORT}
    if not query.strip():
        return context
    marks = _marks(request.POST)
    try:
        found = preview(request.member, query, marks)
    except QueryError as fault:
        return context | {"fault": _fault(query, fault)}
    return context | _shown(found, marks)


def _marks(given: QueryDict) -> Marks:
    """What the person has called noise, and right."""
    noise: list[str] = []
    right: list[str] = []
    for name, value in given.items():
        if name.startswith(_MARK) and isinstance(value, str):
            said, _colon, text = value.partition(":")
            (noise if said == "noise" else right).append(text.replace("\r\n", "\n"))
    return Marks(tuple(noise), tuple(right))


def _fault(query: str, fault: QueryError) -> dict[str, str]:
    """The fault in words, and the query cut at its character."""
    message, hint = fault_words(fault)
    at = min(fault.position, len(query))
    start, end = max(at - AROUND, 0), at + 1 + AROUND
    return {
        "message": message,
        "hint": hint,
        "before": ("…" if start else "") + query[start:at],
        "character": query[at : at + 1].strip(),
        "after": query[at + 1 : end] + ("…" if end < len(query) else ""),
        "place": str(at + 1),
    }


@dataclass(frozen=True, slots=True)
class Bar:
    """A day in the picture and in its table; heights and places are ready for SVG."""

    day: str
    x: str
    width: str
    y: int
    height: int
    posts: str
    known: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A sample with its place in the form. `mark` is "noise", "right" or nothing."""

    sample: Sample
    name: str
    text: str
    mark: str


def _shown(found: Preview, marks: Marks) -> dict[str, Any]:
    seen = {sample.text[:_MARKED] for sample in found.samples}
    samples = [*(each for each in found.marked if each.text not in seen), *found.samples]
    return {
        "preview": found,
        "bars": list(_bars(found)),
        "height": HEIGHT,
        "shares": list(_shares(found)),
        "more_shares": found.more_alternatives or len(found.shares) > SHARES,
        "samples": [_marked(sample, marks) for sample in samples],
        "near": [{"sample": each, "why": _why(each.lacks)} for each in found.near],
        "languages": [
            {"name": language_name(code), "share": round(100 * share)}
            for code, share in found.languages[:_LANGUAGES]
        ],
        "any_marks": bool(marks.noise or marks.right),
        "per_day": _figure(found.cost.hits) if found.cost else None,
        "conversations": _figure(found.cost.conversations) if found.cost else None,
        "seconds": number_format(found.cost.seconds, 2) if found.cost else "",
    }


def _figure(value: float) -> dict[str, Any]:
    """A number as it is shown, and the whole one that its words follow."""
    exact = value >= 10 or value == round(value)
    return {"n": round(value), "shown": number_format(value, 0 if exact else 1)}


def _bars(found: Preview) -> Iterator[Bar]:
    days = list(found.days.items())
    guesses = [day.hits / day.share if day.share else 0.0 for _, day in days]
    highest = max(guesses, default=0.0) or 1.0
    step = 100 / max(len(days), 1)
    for number, ((date, day), guess) in enumerate(zip(days, guesses, strict=True)):
        height = max(round(HEIGHT * guess / highest), 1 if guess else 0)
        about = str(round(guess)) if day.looked_at >= day.posts else f"≈ {round(guess)}"
        yield Bar(
            day=date_format(date, _("j M")),
            x=f"{number * step:.3f}%",
            width=f"{step * 0.8:.3f}%",
            y=HEIGHT - height,
            height=height,
            posts=about,
            known=day.looked_at > 0,
        )


def _shares(found: Preview) -> Iterator[dict[str, Any]]:
    for share in found.shares[:SHARES]:
        yield {
            "text": share.part.text,
            "held": round(100 * share.held / found.hits) if found.hits else 0,
            "alone": round(100 * share.alone / found.hits) if found.hits else 0,
            "brings_nothing": not share.held,
        }


def _marked(sample: Sample, marks: Marks) -> Marked:
    text = sample.text[:_MARKED]
    mark = "noise" if text in marks.noise else "right" if text in marks.right else ""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return Marked(sample, _MARK + digest, text, mark)


def _why(lacks: Nearly | None) -> str:
    """Why a post does not match, though it nearly does."""
    words = {
        Lack.MISSING: _("It does not hold %(part)s."),
        Lack.PRESENT: _("It holds %(part)s, which must not be there."),
        Lack.APART: _("It holds the words of %(part)s, but not so close together."),
        Lack.CAPITALS: _("It holds %(part)s in other letters, small or capital."),
        Lack.LONGER: _("It holds %(part)s only within a longer word."),
    }
    return words[lacks.lack] % {"part": lacks.text} if lacks else ""
