"""Goals: said, owned, measured, dated, worked for, and what one unit is worth."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from ildsjel.engine.plan.document import Element, Goal, Kind, Measure, Rhythm
from ildsjel.engine.plan.evidence import Counts
from ildsjel.engine.plan.findings import Basis, Severity
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, rule, unsaid

MANY_GOALS = 7  # of the highest level
ATTENTION = re.compile(
    r"\b(?:followers?|likes|impressions|reach|views"
    r"|følgere|følgjarar|rekkevidde|visninger|visningar|likerklikk"
    r"|följare|räckvidd|gillanden|rækkevidde)\b",
    re.IGNORECASE,
)
SILENT_AFTER = {  # days without a number; a little more than twice the rhythm
    Rhythm.WEEK: 21,
    Rhythm.MONTH: 70,
    Rhythm.QUARTER: 200,
    Rhythm.YEAR: 430,
}
BEHIND = 0.25  # of the way from baseline to target
EARLY = 0.25  # of the time; before that nothing is said about the path


def _goal(goal: Goal) -> Element:
    return Element(Kind.GOAL, goal.key)


@rule("goal-without-measure", Severity.SERIOUS, Kind.GOAL)
def without_measure(view: View) -> Iterator[Found]:
    for goal in view.plan.goals:
        if goal.measure is None or not goal.measure.definition:
            yield found(_goal(goal), "measure.definition" if goal.measure else "measure")


@rule("goal-owner-not-management", Severity.ADVICE, Kind.GOAL)
def owner_not_management(view: View) -> Iterator[Found]:
    for goal in view.plan.goals:
        owner = view.people.get(goal.owner)
        if owner and not owner.management:
            yield found(_goal(goal), "owner", person=owner.name)


@rule("measure-counts-attention", Severity.ADVICE, Kind.GOAL)
def counts_attention(view: View) -> Iterator[Found]:
    for goal in view.plan.goals:
        word = ATTENTION.search(goal.measure.definition) if goal.measure else None
        if word:
            yield found(_goal(goal), "measure.definition", word=word[0])


@rule("goal-standing-still", Severity.SERIOUS, Kind.GOAL)
def standing_still(view: View) -> Iterator[Found]:
    for goal, measure in _measured(view):
        if measure.target is not None and measure.target == measure.baseline:
            yield found(_goal(goal), "measure.target", target=measure.target, unit=measure.unit)


@rule("goal-overdue", Severity.SERIOUS, Kind.GOAL)
def overdue(view: View) -> Iterator[Found]:
    for goal, measure in _measured(view):
        if measure.due and measure.due < view.today:
            yield found(_goal(goal), "measure.due", due=measure.due)


@rule("measure-silent", Severity.SERIOUS, Kind.GOAL, Basis.EVIDENCE)
def silent(view: View) -> Iterator[Found]:
    for goal, measure in _measured(view):
        if view.evidence.observations is None or not measure.source:
            continue
        seen = view.evidence.observations.get(goal.key)
        last = seen.at if seen else measure.baseline_on
        days = SILENT_AFTER[measure.every or Rhythm.MONTH]
        if last is None or view.today - last > timedelta(days):
            yield found(
                _goal(goal),
                "measure.source",
                measure_source=measure.source,
                last=last or "",
                days=days,
            )


@rule("goal-behind", Severity.SERIOUS, Kind.GOAL, Basis.EVIDENCE)
def behind(view: View) -> Iterator[Found]:
    for goal, measure in _measured(view):
        seen = (view.evidence.observations or {}).get(goal.key)
        expected = expected_on(measure, seen.at) if seen else None
        if seen is None or expected is None or measure.target is None or measure.baseline is None:
            continue
        way = measure.target - measure.baseline
        if (expected - seen.value) / way > BEHIND:
            yield found(
                _goal(goal),
                "measure.target",
                value=seen.value,
                expected=round(expected, 1),
                target=measure.target,
                unit=measure.unit,
                at=seen.at,
            )


def expected_on(measure: Measure, day: date) -> float | None:
    """Where the measure would be on a straight line from baseline to target.

    None where an end of the line is missing, or the day lies in its first quarter.
    """
    if None in (measure.baseline, measure.target) or not (measure.baseline_on and measure.due):
        return None
    if measure.baseline is None or measure.target is None or measure.baseline == measure.target:
        return None
    length = (measure.due - measure.baseline_on).days
    passed = min((day - measure.baseline_on).days / length, 1) if length > 0 else 0
    if passed < EARLY:
        return None
    return measure.baseline + (measure.target - measure.baseline) * passed


@rule("goal-without-tactic", Severity.SERIOUS, Kind.GOAL)
def without_tactic(view: View) -> Iterator[Found]:
    for goal in view.plan.goals:
        if goal.key not in view.goals_in_work and goal.key not in view.children:
            yield found(_goal(goal))


@rule("goal-without-activity", Severity.SERIOUS, Kind.GOAL, Basis.EVIDENCE)
def without_activity(view: View) -> Iterator[Found]:
    counts = view.evidence.by_goal
    for goal in view.plan.goals if counts is not None else ():
        if goal.key in view.goals_in_work and not (counts or {}).get(goal.key, Counts()).all:
            yield found(_goal(goal))


@rule("value-without-assumption", Severity.SERIOUS, Kind.GOAL)
def value_without_assumption(view: View) -> Iterator[Found]:
    for goal in view.plan.goals:
        if goal.value and goal.value.amount is not None and not goal.value.assumption:
            amount, currency = goal.value.amount, view.plan.currency
            yield found(_goal(goal), "value.assumption", amount=amount, currency=currency)


@rule("too-many-goals", Severity.ADVICE, Kind.PLAN)
def too_many(view: View) -> Iterator[Found]:
    highest = sum(not goal.parent for goal in view.plan.goals)
    if highest > MANY_GOALS:
        yield found(field="goals", count=highest, most=MANY_GOALS)


def _measured(view: View) -> Iterator[tuple[Goal, Measure]]:
    for goal in view.plan.goals:
        if goal.measure:
            yield goal, goal.measure


RULES: tuple[Rule, ...] = (
    unsaid("goal-without-owner", Severity.SERIOUS, Kind.GOAL, "owner"),
    owner_not_management,
    without_measure,
    unsaid("goal-without-baseline", Severity.SERIOUS, Kind.GOAL, "measure.baseline"),
    unsaid("goal-without-target", Severity.SERIOUS, Kind.GOAL, "measure.target"),
    unsaid("goal-without-date", Severity.SERIOUS, Kind.GOAL, "measure.due"),
    unsaid("measure-without-source", Severity.SERIOUS, Kind.GOAL, "measure.source"),
    unsaid("measure-without-unit", Severity.ADVICE, Kind.GOAL, "measure.unit"),
    unsaid("measure-without-rhythm", Severity.ADVICE, Kind.GOAL, "measure.every"),
    unsaid("baseline-without-date", Severity.ADVICE, Kind.GOAL, "measure.baseline_on"),
    counts_attention,
    standing_still,
    overdue,
    silent,
    behind,
    without_tactic,
    without_activity,
    value_without_assumption,
    unsaid("value-without-amount", Severity.ADVICE, Kind.GOAL, "value.amount"),
    unsaid("goal-without-alternative", Severity.ADVICE, Kind.GOAL, "without_media"),
    unsaid("goal-without-why", Severity.ADVICE, Kind.GOAL, "why"),
    unsaid("goal-without-kind", Severity.ADVICE, Kind.GOAL, "kind"),
    too_many,
)
