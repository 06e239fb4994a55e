"""What a rule is, and what it sees."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from typing import Any

from ildsjel.engine.plan.document import (
    THE_PLAN,
    Channel,
    Element,
    Goal,
    Kind,
    Person,
    Plan,
    Presence,
    Tactic,
    section,
)
from ildsjel.engine.plan.evidence import Evidence
from ildsjel.engine.plan.findings import Basis, Finding, Severity, Value
from ildsjel.engine.plan.workload import Load, workload


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Where a rule speaks, and the values that its words name."""

    element: Element = THE_PLAN
    field: str = ""
    values: dict[str, Value] = dataclasses.field(default_factory=dict)


def found(element: Element = THE_PLAN, field: str = "", **values: Value) -> Found:
    """What a rule found there."""
    return Found(element, field, values)


class View:
    """The plan, what happened, and the day; with what several rules look up."""

    def __init__(self, plan: Plan, evidence: Evidence, today: date) -> None:
        self.plan, self.evidence, self.today = plan, evidence, today
        self.found: list[Finding] = []  # by the rules before

    @cached_property
    def people(self) -> dict[str, Person]:
        return {each.key: each for each in self.plan.people}

    @cached_property
    def channels(self) -> dict[str, Channel]:
        return {each.key: each for each in self.plan.channels}

    @cached_property
    def present(self) -> list[Channel]:
        return [each for each in self.plan.channels if each.presence is Presence.HERE]

    @cached_property
    def absent(self) -> list[Channel]:
        return [each for each in self.plan.channels if each.presence is Presence.NOT_HERE]

    @cached_property
    def children(self) -> dict[str, list[Goal]]:
        found = defaultdict(list)
        for goal in self.plan.goals:
            if goal.parent:
                found[goal.parent].append(goal)
        return found

    @cached_property
    def tactics_of_group(self) -> dict[str, list[Tactic]]:
        found = defaultdict(list)
        for tactic in self.plan.tactics:
            found[tactic.group].append(tactic)
        return found

    @cached_property
    def channels_in_use(self) -> set[str]:
        """Keys of the channels that tactics name."""
        return {key for tactic in self.plan.tactics for key in tactic.channels}

    @cached_property
    def goals_in_work(self) -> set[str]:
        """Keys of the goals that tactics name."""
        return {tactic.goal for tactic in self.plan.tactics}

    @cached_property
    def workload(self) -> dict[str, Load]:
        return workload(self.plan)

    def name(self, person: str) -> str:
        """What a person is called; the key where nobody is described under it."""
        return self.people[person].name if person in self.people else person


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One thing to look for. `guards` is the kind of element that it speaks of."""

    id: str
    severity: Severity
    guards: Kind
    basis: Basis
    look: Callable[[View], Iterator[Found]]


def rule(
    id: str, severity: Severity, guards: Kind, basis: Basis = Basis.PLAN
) -> Callable[[Callable[[View], Iterator[Found]]], Rule]:
    """Make a rule of a function."""

    def made(look: Callable[[View], Iterator[Found]]) -> Rule:
        return Rule(id, severity, guards, basis, look)

    return made


def unsaid(
    id: str,
    severity: Severity,
    kind: Kind,
    path: str,
    only: Callable[[Any], bool] = lambda element: True,
) -> Rule:
    """A rule that speaks where a field has not been filled in.

    `path` may lead into a part (`measure.baseline`); where the part itself is missing, it is for
    the part's own rule to speak.
    """
    *parts, last = path.split(".")

    def look(view: View) -> Iterator[Found]:
        for element in section(view.plan, kind):
            holder: Any = element
            for part in parts:
                holder = getattr(holder, part, None)
            if holder is not None and is_unsaid(getattr(holder, last)) and only(element):
                yield found(Element(kind, element.key), path)

    return Rule(id, severity, kind, Basis.PLAN, look)


def is_unsaid(value: object) -> bool:
    """Whether a field holds nothing: None, an empty text or list. 0 is something."""
    return value is None or value in ("", ())


def is_here(channel: Channel) -> bool:
    return channel.presence is Presence.HERE
