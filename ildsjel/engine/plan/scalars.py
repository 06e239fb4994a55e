"""Texts of the document as values: numbers, dates, yes and no, opening hours, keys."""

import re
from collections.abc import Iterable
from datetime import date, time
from difflib import get_close_matches

from ildsjel.engine.business_time import Interval
from ildsjel.engine.plan.document import KEY

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST = 1e15
YEARS = range(1900, 2200)

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DOTTED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})")
_TRUE, _FALSE = {"yes", "true", "on"}, {"no", "false", "off"}


class Unfit(ValueError):
    """The text is no such value; `proposal` is how it might be meant, "" where we can't tell."""

    def __init__(self, proposal: str = "") -> None:
        self.proposal = proposal
        super().__init__(proposal)


def number(text: str) -> float:
    if _NUMBER.fullmatch(text) and abs(float(text)) < MOST:
        return float(text)
    raise Unfit(_plain_number(text))


def whole(text: str) -> int:
    value = number(text)
    if value != int(value):
        raise Unfit(str(round(value)))
    return int(value)


def day(text: str) -> date:
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise Unfit(_iso(text)) from None
    if value.year not in YEARS or len(text) != 10:
        raise Unfit(value.isoformat() if value.year in YEARS else "")
    return value


def flag(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise Unfit()


def hours(text: str) -> Interval:
    """08:00-15:30; 24:00 and 00:00 are midnight at the end of the day."""
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise Unfit()
    first, last = f"{match[1]:0>2}:{match[2]}", f"{match[3]:0>2}:{match[4]}"
    try:
        start = time.fromisoformat(first)
        end = time.fromisoformat("00:00" if last == "24:00" else last)
    except ValueError:
        raise Unfit() from None
    if end <= start and end != time(0):
        raise Unfit(f"{last}-{first}")
    return start, end


def days(text: str) -> range | None:
    """monday, or monday-friday, as numbers from 0; None for anything else."""
    first, _, last = text.lower().replace("–", "-").partition("-")
    names = (first.strip(), last.strip() or first.strip())
    if any(name not in DAYS for name in names):
        return None
    begin, end = (DAYS.index(name) for name in names)
    return range(begin, end + 1) if begin <= end else None


def is_key(text: str) -> bool:
    return KEY.fullmatch(text) is not None


def closest(text: str, possible: Iterable[str]) -> str:
    """What was probably meant, "" where nothing is near."""
    wanted = text.lower().replace(" ", "_")
    near = get_close_matches(wanted, list(possible), n=3, cutoff=0.6)
    alike = [each for each in near if each[0] == wanted[0]]  # first letters are seldom wrong
    return (alike or near or [""])[0]


def _plain_number(text: str) -> str:
    """1 250,50 and 1.250.000 as they are to be written, "" where that is not plain."""
    bare = re.sub(r"[\s_\u00a0\u202f'%]|kr\.?|,-$", "", text, flags=re.IGNORECASE)
    if re.fullmatch(r"[+-]?\d+,\d{1,2}", bare):
        bare = bare.replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,3}(?:[.,]\d{3})+", bare):
        bare = re.sub(r"[.,]", "", bare)
    return bare if _NUMBER.fullmatch(bare) else ""


def _iso(text: str) -> str:
    """31.12.2026 as 2026-12-31."""
    match = _DOTTED.fullmatch(text.strip())
    if match is None:
        return ""
    try:
        return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return ""
