"""A seeded simulation of the traffic of a made-up Nordic municipality.

Six weeks of posts, e-mails and news in five languages, with our answers, a campaign and a crisis:
for the sample organisation, for drills, and for tests that need realistic traffic with known truth.
"""

from datetime import UTC, datetime, timedelta

from ildsjel.engine.simulator.sample_organisation import SAMPLE, Municipality, Staff
from ildsjel.engine.simulator.town_life import TownLife
from ildsjel.engine.simulator.writing import Event, Truth

__all__ = ["SAMPLE", "Event", "Municipality", "Staff", "Truth", "simulate"]


def simulate(
    seed: int,
    start: datetime,
    days: int = 42,
    organisation: Municipality = SAMPLE,
    scale: float = 1.0,
    *,
    crisis_at: datetime | None = None,
) -> list[Event]:
    """Events of `days` days from `start` (timezone-aware), in order of time; the same for a seed.

    At scale 1 about 55 events a day; `scale` multiplies the traffic, not the days. The campaign
    begins a fifth of the way in, the crisis three fifths unless `crisis_at` says when. Raises
    ValueError for a time without a zone, fewer than one day, or a scale of zero or less.
    """
    if start.tzinfo is None or (crisis_at is not None and crisis_at.tzinfo is None):
        raise ValueError("The times of a simulation need a time zone.")
    if days < 1 or scale <= 0:
        raise ValueError("A simulation needs at least one day and a scale above zero.")
    begin = start.astimezone(UTC)
    end = begin + timedelta(days=days)
    life = TownLife(seed, begin, days, organisation, scale)
    life.crisis_at = crisis_at
    events = [event for event in life.events() if begin <= event.at < end]
    return sorted(events, key=lambda event: event.at)
