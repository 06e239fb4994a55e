"""What actually happens, as counts over one period: what rules hold beside the plan.

A mapping that is None has not been counted; one that is there counts everything of its kind, so a
key that is missing in it means none. Keys are those of the plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    conversations: int = 0
    posts: int = 0

    @property
    def all(self) -> int:
        return self.conversations + self.posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """First answers by whether they came within the promise."""

    kept: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The newest number that fed a goal's measure."""

    at: date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """A channel that is in use and that the plan does not name."""

    name: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Counts from `since` to `until`, both included, and where they come from.

    `hours` and `replies` are by person, `observations` by goal, `answers` by channel.
    """

    since: date | None = None
    until: date | None = None
    source: str = ""
    by_channel: Mapping[str, Counts] | None = None
    by_goal: Mapping[str, Counts] | None = None
    by_group: Mapping[str, Counts] | None = None
    without_goal: Counts | None = None
    unplanned: tuple[Unplanned, ...] = ()
    answers: Mapping[str, Answers] | None = None
    hours: Mapping[str, float] | None = None
    replies: Mapping[str, int] | None = None
    observations: Mapping[str, Observation] | None = None

    @classmethod
    def none(cls) -> "Evidence":
        """Nothing has been counted: only the plan itself is looked at."""
        return cls()

    @property
    def weeks(self) -> float | None:
        """The length of the period; None where it is not said or turned round."""
        if self.since is None or self.until is None or self.until < self.since:
            return None
        return ((self.until - self.since).days + 1) / 7
