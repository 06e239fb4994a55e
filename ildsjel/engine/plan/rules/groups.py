"""Stakeholder groups: known, chosen, reached, and what is to change."""

from collections.abc import Iterator

from ildsjel.engine.plan.document import Element, Kind, Priority
from ildsjel.engine.plan.evidence import Counts
from ildsjel.engine.plan.findings import Basis, Severity
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, rule, unsaid

FEW = 3  # groups, up to which all of them may come first


@rule("group-unreached", Severity.SERIOUS, Kind.GROUP)
def unreached(view: View) -> Iterator[Found]:
    for group in view.plan.groups:
        if group.key not in view.tactics_of_group:
            yield found(Element(Kind.GROUP, group.key))


@rule("group-silent", Severity.ADVICE, Kind.GROUP, Basis.EVIDENCE)
def silent(view: View) -> Iterator[Found]:
    counts = view.evidence.by_group
    for group in view.plan.groups if counts is not None else ():
        if group.key in view.tactics_of_group and not (counts or {}).get(group.key, Counts()).all:
            yield found(Element(Kind.GROUP, group.key))


@rule("nothing-comes-first", Severity.ADVICE, Kind.PLAN)
def nothing_first(view: View) -> Iterator[Found]:
    groups = view.plan.groups
    if len(groups) > FEW and all(each.priority is Priority.HIGH for each in groups):
        yield found(field="groups", count=len(groups))


RULES: tuple[Rule, ...] = (
    unreached,
    silent,
    unsaid("group-without-need", Severity.SERIOUS, Kind.GROUP, "need"),
    unsaid("group-without-change", Severity.SERIOUS, Kind.GROUP, "change"),
    unsaid("group-without-description", Severity.ADVICE, Kind.GROUP, "who"),
    unsaid("group-without-place", Severity.ADVICE, Kind.GROUP, "where"),
    unsaid("group-without-size", Severity.ADVICE, Kind.GROUP, "size"),
    unsaid("group-without-priority", Severity.ADVICE, Kind.GROUP, "priority"),
    nothing_first,
)
