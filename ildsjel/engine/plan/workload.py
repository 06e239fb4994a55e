"""How much the plan asks of each person, and what stands still without them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ildsjel.engine.plan.document import Channel, Element, Kind, Plan, Presence

WEEKS_A_MONTH = 52 / 12


@dataclass(frozen=True, slots=True)
class Load:
    """`hours_a_week` that the plan asks for, and by what."""

    hours_a_week: float
    by: tuple[tuple[Element, float], ...]


class Duty(NamedTuple):
    """Something that a person answers for, and who takes over ("" for nobody)."""

    person: str
    element: Element
    deputy: str


def workload(plan: Plan) -> dict[str, Load]:
    """By person: a channel's hours are shared by its team, or are its owner's; roles on top."""
    parts: dict[str, list[tuple[Element, float]]] = defaultdict(list)
    for person, element, hours in _hours(plan):
        parts[person].append((element, hours))
    return {person: Load(sum(hours for _, hours in by), tuple(by)) for person, by in parts.items()}


def duties(plan: Plan) -> list[Duty]:
    """What each named person answers for: channels, roles and tactics."""
    found = [
        Duty(each.owner, Element(Kind.CHANNEL, each.key), each.deputy)
        for each in plan.channels
        if each.presence is Presence.HERE
    ]
    found += [Duty(each.person, Element(Kind.ROLE, each.key), each.deputy) for each in plan.roles]
    found += [Duty(each.owner, Element(Kind.TACTIC, each.key), "") for each in plan.tactics]
    return [each for each in found if each.person]


def team(channel: Channel) -> tuple[str, ...]:
    """Who shares a channel's hours: the team, or the owner alone."""
    return tuple(dict.fromkeys(channel.team or ((channel.owner,) if channel.owner else ())))


def _hours(plan: Plan) -> Iterator[tuple[str, Element, float]]:
    for channel in plan.channels:
        people = team(channel) if channel.presence is Presence.HERE else ()
        for person in people:
            share = (channel.hours_a_month or 0) / WEEKS_A_MONTH / len(people)
            yield person, Element(Kind.CHANNEL, channel.key), share
    for role in plan.roles:
        if role.person:
            yield role.person, Element(Kind.ROLE, role.key), role.hours_a_week or 0
