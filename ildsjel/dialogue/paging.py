"""Pages of lists by key: a mark says where a page ended, so that a long list costs what a short one
does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile

from django.db.models import Q, QuerySet

from ildsjel.dialogue.models import Conversation, Message

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a list: the letter of the line, and the row's time and number in it."""

    letter: str
    at: datetime
    pk: int


@dataclass(frozen=True, slots=True)
class Line:
    """Rows that stand in one order: which, by what, and the letter that their marks begin with."""

    rows: Q
    column: str
    ascending: bool = True
    letter: str = ""

    def order(self, *, backwards: bool) -> tuple[str, str]:
        sign = "" if self.ascending != backwards else "-"
        return f"{sign}{self.column}", f"{sign}pk"


LATEST = (Line(Q(), "last_at", ascending=False),)
CHANGED = (Line(Q(), "updated_at", ascending=False),)
# What falls due first stands first. A desk that is never open promises nothing, but an enquiry that
# came to it waits too: after the others, the one that has waited longest first.
TO_ANSWER = (
    Line(Q(promised_at__isnull=False), "promised_at"),
    Line(Q(promised_at__isnull=True, waiting_since__isnull=False), "waiting_since", letter="w"),
)


def follow(
    rows: QuerySet[Conversation],
    lines: Sequence[Line],
    mark: Mark | None,
    size: int,
    *,
    backwards: bool = False,
) -> list[Conversation]:
    """The rows that come after a mark (before it, if `backwards`), the nearest first."""
    ahead = lines[::-1] if backwards else lines
    if mark is not None:
        ahead = list(dropwhile(lambda line: line.letter != mark.letter, ahead))
    found: list[Conversation] = []
    for line in ahead:
        here = rows.filter(line.rows)
        if mark is not None and line.letter == mark.letter:
            here = here.filter(beyond(line.column, mark, line.ascending != backwards))
        found += here.order_by(*line.order(backwards=backwards))[: size - len(found)]
    return found


def beyond(column: str, mark: Mark, ascending: bool) -> Q:
    """Rows after the mark; the plain bound on the column lets the index be used."""
    way = "gt" if ascending else "lt"
    further = Q(**{f"{column}__{way}": mark.at}) | Q(**{f"pk__{way}": mark.pk})
    return Q(**{f"{column}__{way}e": mark.at}) & further


def place_of(row: Conversation, lines: Sequence[Line]) -> Mark | None:
    """Where a conversation stands in these lines; None where it stands in none of them."""
    for line in lines:
        at: datetime | None = getattr(row, line.column)
        if at is not None:
            return Mark(line.letter, at, row.pk)
    return None


def written(mark: Mark | None) -> str:
    """A mark as an address holds it."""
    if mark is None:
        return ""
    return f"{mark.letter}{(mark.at - EPOCH) // timedelta(microseconds=1)}-{mark.pk}"


def read(text: str, lines: Sequence[Line] = LATEST) -> Mark | None:
    """The mark that an address holds; None where it can't be read, or means nothing here."""
    letter = next(
        (line.letter for line in lines if line.letter and text.startswith(line.letter)), ""
    )
    moment, _, pk = text.removeprefix(letter).partition("-")
    if not (moment.isdecimal() and pk.isdecimal() and len(moment) < 18 and len(pk) < 19):
        return None
    return Mark(letter, EPOCH + timedelta(microseconds=int(moment)), int(pk))


def mark_of(message: Message) -> str:
    """Where a message stands in its thread, as an address holds it."""
    return written(Mark("", message.at, message.pk))
