"""The guided conversation: a question a page, and the first plan that the answers make.

What has been answered is kept by step, as it was typed; nothing is made before the end. Where there
is a plan already, what the answers make is added to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from ildsjel.engine.plan.document import (
    AnyElement,
    Channel,
    Freedom,
    Goal,
    GoalKind,
    Group,
    Guardrail,
    Kind,
    Measure,
    MediumRole,
    Person,
    Presence,
    Promise,
    Review,
    Tactic,
    key_for,
)
from ildsjel.organisation.models import Member
from ildsjel.strategy.documents import TABLES
from ildsjel.strategy.queries import people

Said = Mapping[str, Mapping[str, Any]]  # by step, what its form made of the answers
WHOLLY = "wholly"  # it could be reached without social media


class _Keys:
    """New keys, each once, beside those that the plan has."""

    def __init__(self, by: Member) -> None:
        self.taken = {
            kind: set(
                table._default_manager.filter(organisation=by.organisation_id).values_list(
                    "key", flat=True
                )
            )
            for kind, table in TABLES.items()
        }

    def new(self, kind: Kind, name: str) -> str:
        key = key_for(name, self.taken[kind])
        self.taken[kind].add(key)
        return key


@dataclass
class Made:
    """What the answers come to: new elements in the plan's order, and which members people are."""

    elements: list[AnyElement] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)


class _Cast:
    """The people whom the answers name, each once."""

    def __init__(self, by: Member, keys: _Keys, made: Made) -> None:
        self.by, self.keys, self.made = by, keys, made
        self.known = {row.name.casefold(): row.key for row in people(by)}

    def key(self, name: str) -> str:
        """The key of a person by name; somebody new joins the plan."""
        name = name.strip()
        if not name:
            return ""
        if name.casefold() not in self.known:
            key = self.keys.new(Kind.PERSON, name)
            self.known[name.casefold()] = key
            self.made.elements.append(Person(key=key, name=name))
            if name == str(self.by):
                self.made.members[key] = self.by
        return self.known[name.casefold()]


def make(by: Member, said: Said) -> Made:
    """The elements that the answers make."""
    made = Made()
    keys = _Keys(by)
    cast = _Cast(by, keys, made)
    goal = _goal(said, keys, cast)
    groups = _groups(said, keys)
    channels = _channels(said, keys, cast, goal, groups)
    here = tuple(each.key for each in channels if each.presence is Presence.HERE)
    tactics = _tactics(said, keys, goal, groups, here)
    made.elements += [goal, *groups, *tactics, *channels, *_guardrails(said, keys)]
    made.elements += _reviews(said, keys)
    return made


def _goal(said: Said, keys: _Keys, cast: _Cast) -> Goal:
    aim, measure = said["achieve"], said.get("measure", {})
    without = said.get("without", {})
    return Goal(
        key=keys.new(Kind.GOAL, aim["statement"]),
        statement=aim["statement"],
        kind=GoalKind(aim["kind"]),
        without_media=without.get("otherwise", ""),
        owner=cast.key(said.get("owner", {}).get("owner", "")),
        measure=_measure(measure),
    )


def _measure(said: Mapping[str, Any]) -> Measure | None:
    if not said.get("definition"):
        return None
    return Measure(
        definition=said["definition"],
        unit=said.get("unit", ""),
        baseline=said.get("baseline"),
        baseline_on=_day(said.get("today")),
        target=said.get("target"),
        due=_day(said.get("due")),
        source=said.get("source", ""),
    )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def _groups(said: Said, keys: _Keys) -> list[Group]:
    needs = said.get("need", {})
    return [
        Group(
            key=keys.new(Kind.GROUP, name),
            name=name,
            need=needs.get(f"need{number}", ""),
            change=needs.get(f"change{number}", ""),
        )
        for number, name in enumerate(said["whom"]["groups"])
    ]


def _channels(
    said: Said, keys: _Keys, cast: _Cast, goal: Goal, groups: Sequence[Group]
) -> list[Channel]:
    where, mandate = said.get("where", {}), said.get("mandate", {})
    found = []
    for name in where.get("here", ()):
        minutes = mandate.get("promise")
        found.append(
            Channel(
                key=keys.new(Kind.CHANNEL, name),
                name=name,
                why=where.get("why", ""),
                goals=(goal.key,),
                groups=tuple(each.key for each in groups),
                owner=cast.key(mandate.get("owner", "")),
                deputy=cast.key(mandate.get("deputy", "")),
                hours_a_month=_share(mandate.get("hours"), len(where["here"])),
                promise=Promise(minutes=minutes, hours=week_of(mandate)) if minutes else None,
                exit_criterion=mandate.get("exit_criterion", ""),
            )
        )
    review = _day(said.get("review", {}).get("due"))
    for name in where.get("not_here", ()):
        found.append(
            Channel(
                key=keys.new(Kind.CHANNEL, name),
                name=name,
                presence=Presence.NOT_HERE,
                reason=where.get("reason", ""),
                look_again=review,
            )
        )
    return found


def _share(hours: float | None, number: int) -> float | None:
    return round(hours / number, 1) if hours else None


def week_of(mandate: Mapping[str, Any]) -> Any:
    """The opening hours of the answers: the same from Monday to Friday, closed at the weekend."""
    day = tuple(
        (time.fromisoformat(start), time.fromisoformat("00:00" if end == "24:00" else end))
        for start, end in mandate.get("open", ())
    )
    return (day,) * 5 + ((), ())


def _tactics(
    said: Said, keys: _Keys, goal: Goal, groups: Sequence[Group], here: tuple[str, ...]
) -> list[Tactic]:
    part = said.get("role", {})
    if not here or not part.get("role"):
        return []
    return [
        Tactic(
            key=keys.new(Kind.TACTIC, f"{goal.key} {group.key}"),
            name=part.get("name") or part["problem"][:80] or goal.statement,
            goal=goal.key,
            group=group.key,
            role=MediumRole(part["role"]),
            problem=part.get("problem", ""),
            horizon=None,
            channels=here,
            owner=goal.owner,
        )
        for group in groups
    ]


def _guardrails(said: Said, keys: _Keys) -> list[Guardrail]:
    frame = said.get("frame", {})
    kinds = {
        "anyone": Freedom.ANYONE,
        "four_eyes": Freedom.FOUR_EYES,
        "press": Freedom.PRESS_OFFICER_ONLY,
    }
    return [
        Guardrail(key=keys.new(Kind.GUARDRAIL, line), statement=line, kind=kind)
        for name, kind in kinds.items()
        for line in frame.get(name, ())
    ]


def _reviews(said: Said, keys: _Keys) -> list[Review]:
    due = _day(said.get("review", {}).get("due"))
    if due is None:
        return []
    what = said["review"].get("what") or "–"
    return [Review(key=keys.new(Kind.REVIEW, what), what=what, due=due)]
