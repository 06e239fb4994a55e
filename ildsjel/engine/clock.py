"""What is owed in a conversation: from an enquiry to its answer, again and again.

The same function serves live traffic and imports, in whatever order messages arrived. Whether a
message counts is said by the message, not guessed here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Direction(IntEnum):
    """In the order in which messages of the same moment are read."""

    INBOUND = 0
    OUTBOUND = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that counts: an enquiry that is for us to answer, or a reply that a person can see.

    `key` names it for the caller.
    """

    at: datetime
    direction: Direction
    key: int


@dataclass(slots=True)
class Obligation:
    """A wait. `first`: nothing had been answered before. It ends with `answered` (the reply's
    turn),
    or at `dropped_at`, when the conversation was closed without an answer, or not yet."""

    first: bool
    asked: Turn
    answered: Turn | None = None
    dropped_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.answered is None and self.dropped_at is None


def obligations(turns: Iterable[Turn], drops: Iterable[datetime] = ()) -> list[Obligation]:
    """What was owed over a conversation, in order of time.

    `turns` and `drops` (when it was closed without an answer) may come in any order. What we wrote
    before the first enquiry, such as the post that people comment on, answers nothing. An answer
    stamped at the same moment as its enquiry does.
    """
    events: list[tuple[datetime, int, Turn | None]] = [
        (turn.at, int(turn.direction), turn) for turn in turns
    ]
    events += [(at, len(Direction), None) for at in drops]
    found: list[Obligation] = []
    for at, _, turn in sorted(events, key=lambda event: event[:2]):
        waiting = found[-1] if found and found[-1].is_open else None
        if turn is None:
            if waiting:
                waiting.dropped_at = at
        elif turn.direction is Direction.INBOUND and waiting is None:
            found.append(Obligation(not any(each.answered for each in found), turn))
        elif turn.direction is Direction.OUTBOUND and waiting:
            waiting.answered = turn
    return found
