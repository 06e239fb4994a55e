"""Times as they stand in exports: ISO 8601, Unix, Twitter's own, and Nordic day-month-year."""

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ildsjel.connectors.protocol import Refused

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar januari",
            "feb february februar februari",
            "mar march mars marts",
            "apr april",
            "may mai maj",
            "jun june juni",
            "jul july juli",
            "aug august augusti",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december des desember",
        ),
        start=1,
    )
    for name in names.split()
}
_UNIX = re.compile(r"-?\d{9,10}(\.\d+)?|\d{13}(\.0)?|\d{16}(\.0)?")
_TWITTER = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})"
)
_CLOCK = r"(?:[ T,]+(?:kl\.?\s*)?(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?\s*([AaPp][Mm])?)?"
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)" + _CLOCK)
_NAMED = re.compile(r"(\d{1,2})\.?\s+([A-Za-z]{3,9})\.?\s+(\d{4})" + _CLOCK)


def zone_of(name: str) -> tzinfo:
    """The time zone of that name; `Refused` when there is none."""
    try:
        return ZoneInfo(name.strip() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(
            "%(name)s is not a time zone like Europe/Oslo.", name=repr(name[:60])
        ) from error


def read_time(text: str, zone: tzinfo, order: str = DAY_FIRST) -> datetime:
    """The time in UTC. Times without a zone are in `zone`; `order` decides what 3/4/2026 means.

    Raises `ValueError` in plain words.
    """
    text = text.strip()
    try:
        moment = _parse(text, order)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError) as error:
        raise ValueError(f"{text[:40]!r} is not a time that we can read") from error


def _parse(text: str, order: str) -> datetime:
    if _UNIX.fullmatch(text):
        return _unix(float(text))
    if found := _TWITTER.fullmatch(text):
        month, day, hour, minute, second, offset, year = found.groups()
        return datetime.strptime(
            f"{year}-{_MONTHS[month.lower()]}-{day} {hour}:{minute}:{second} {offset}",
            "%Y-%m-%d %H:%M:%S %z",
        )
    if found := _NUMERIC.fullmatch(text):
        return _numeric(found, order)
    if found := _NAMED.fullmatch(text):
        day, name, year, *clock = found.groups()
        return _with_clock(int(year), _MONTHS.get(name.lower(), 0), int(day), clock)
    if text[:4].isdigit() and len(text) > 6:
        return datetime.fromisoformat(re.sub(r"\s*(UTC|GMT)$", "+00:00", text))
    return parsedate_to_datetime(text)


def _unix(number: float) -> datetime:
    digits = len(str(int(abs(number))))
    return datetime.fromtimestamp(number / {13: 1e3, 16: 1e6}.get(digits, 1), UTC)


def _numeric(found: re.Match[str], order: str) -> datetime:
    first, sign, second, year, *clock = found.groups()
    a, b = int(first), int(second)
    # A full stop is only used where the day comes first.
    month_first = sign != "." and (order == MONTH_FIRST or b > 12) and a <= 12
    day, month = (b, a) if month_first else (a, b)
    century = 0 if len(year) == 4 else 2000
    return _with_clock(int(year) + century, month, day, clock)


def _with_clock(year: int, month: int, day: int, clock: list[str | None]) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    half = (clock[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller adds the zone


def ambiguous_order(texts: list[str]) -> tuple[str, bool]:
    """Which order the samples speak for, and whether they leave it open."""
    numeric = [found for text in texts if (found := _NUMERIC.fullmatch(text.strip()))]
    slashed = [found for found in numeric if found[2] != "."]
    if any(int(found[1]) > 12 for found in slashed):
        return DAY_FIRST, False
    if any(int(found[3]) > 12 for found in slashed):
        return MONTH_FIRST, False
    return DAY_FIRST, bool(slashed)
