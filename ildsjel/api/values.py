"""Small values that the API takes and gives: times, ids, texts, cursors."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from ildsjel.api.errors import NOT_UNDERSTOOD, Problem

LARGEST_ID = 2**63 - 1
MARK = re.compile(r"[0-9]{1,17}(-[0-9]{1,18})?")


def read_moment(value: Any) -> datetime:
    """A time with its zone, in UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("Write a time with its zone, like 2026-01-31T12:00:00Z.")


def write_moment(moment: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond where there are any."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("The text holds a character that is no text (U+0000).")
    if not text.strip():
        raise ValueError("Write something.")
    return text.strip()


Moment = Annotated[
    datetime,
    PlainValidator(read_moment),
    PlainSerializer(write_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
ExactId = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_storable)]
LongText = Annotated[str, Field(min_length=1, max_length=50_000), AfterValidator(_storable)]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str, Field(max_length=100, description="`next` of the page before; empty for the first page.")
]


def cursor_of(kind: str, mark: str) -> str | None:
    """The cursor that callers see for a room's own mark; None where there is no further page."""
    return urlsafe_b64encode(f"{kind}:{mark}".encode()).decode().rstrip("=") if mark else None


def mark_of(kind: str, cursor: str) -> str:
    """The room's mark behind a cursor. Raises `Problem` for one that this list never gave."""
    if not cursor:
        return ""
    try:
        said = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        said = ""
    list_named, _, mark = said.partition(":")
    if list_named != kind or not MARK.fullmatch(mark):
        fault = {"where": "query.cursor", "problem": "This cursor was not given by this list."}
        raise Problem(422, NOT_UNDERSTOOD, [fault])
    return mark
