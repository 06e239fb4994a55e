"""Small conversions that several connectors need: times, revisions, ids, samples."""

import hashlib
from datetime import UTC, datetime, timedelta

from ildsjel.connectors.html import clean_text

MAX_ID = (
    500  # characters; longer ids are replaced by a digest so that every database can index them
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, the usual revision number. `moment` must know its time zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def rfc3339(text: str) -> datetime:
    """A time with a time zone, in UTC. Raises `ValueError` in plain words."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is not a time like 2026-01-31T12:00:00Z") from error
    raise ValueError(f"{text[:40]!r} has no time zone")


def short_id(text: str) -> str:
    """The id as it is, or a digest of it when it is too long to index."""
    if len(text) <= MAX_ID:
        return text
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sample(text: str, length: int = 200) -> str:
    """The beginning of something that could not be read, to show to a person."""
    shown = clean_text(text[: length + 1]).replace("\n", " ")
    return shown if len(shown) <= length else shown[:length] + "…"
