"""Elements of the plan as lines that a page shows: what a field is called, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from ildsjel.engine.plan.document import (
    AnyElement,
    Channel,
    Element,
    Goal,
    Measure,
    Plan,
    Presence,
)
from ildsjel.organisation.hours import format_hours
from ildsjel.organisation.models import Member
from ildsjel.strategy.codec import kind_of, references
from ildsjel.strategy.field_words import choice_word, field_word, said_word
from ildsjel.strategy.findings import today_in
from ildsjel.strategy.queries import newest_observations

GOALS, CHANNELS, REVIEWS = 6, 6, 3  # on the page for management
TITLES = {"key", "name", "statement", "what"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field's name, its words, and the elements that it names (their words are in `words`)."""

    label: str
    words: str
    names: tuple[Element, ...] = ()


def facts_of(element: AnyElement, titles: Mapping[Element, str]) -> list[Fact]:
    """All that is said of an element, without its title; `titles` are those of what it names."""
    kind = kind_of(element)
    named = {each.name: each for each in references(kind)}
    found = []
    for name, value in _leaves(element):
        if name in TITLES or value in (None, "", (), False):
            continue
        label = field_word(kind, name)
        if name in named:
            keys = value if named[name].several else (value,)
            there = tuple(Element(named[name].to, key) for key in keys)
            words = ", ".join(titles.get(each, each.key) for each in there)
            found.append(Fact(label, words, there))
        else:
            found.append(Fact(label, _words(name, value)))
    return found


def _leaves(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for each in fields(value):
        inner = getattr(value, each.name)
        if is_dataclass(inner):
            yield from _leaves(inner, f"{above}{each.name}.")
        else:
            yield above + each.name, inner


def _words(name: str, value: Any) -> str:
    if isinstance(value, StrEnum):
        return choice_word(value)
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if name == "promise.hours":
        return week_words(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return amount(value)
    return said_word(value) if isinstance(value, bool) else str(value)


def week_words(week: Any) -> str:
    """Opening hours in a line: the days that are alike once."""
    days = [
        format_hours([[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in day]) for day in week
    ]
    if not any(days):
        return _("never")
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    spans: list[tuple[int, int, str]] = []
    for at, hours in enumerate(days):
        if spans and spans[-1][2] == hours:
            spans[-1] = (spans[-1][0], at, hours)
        else:
            spans.append((at, at, hours))
    return "; ".join(
        f"{names[first]}{'–' + names[last] if last > first else ''} {hours}"
        for first, last, hours in spans
        if hours
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """A goal with where it stands: `share` of the way from baseline to target, 0 to 1."""

    goal: Goal
    owner: str
    baseline: str
    now: str
    target: str
    due: date | None
    share: float | None
    expected: float | None  # where the straight path would be today


def progress_of(goal: Goal, owner: str, seen: tuple[date, float] | None, today: date) -> Progress:
    """Where a goal stands by its newest observation."""
    measure = goal.measure or Measure()
    value = seen[1] if seen else None
    return Progress(
        goal=goal,
        owner=owner,
        baseline=amount(measure.baseline, measure.unit),
        now=amount(value, measure.unit),
        target=amount(measure.target, measure.unit),
        due=measure.due,
        share=_share(measure, value),
        expected=_expected(measure, today),
    )


def amount(value: float | None, unit: str = "") -> str:
    """A figure with its unit; "" for none."""
    if value is None:
        return ""
    number = localize(int(value) if float(value).is_integer() else round(value, 2))
    return f"{number} {unit}".strip()


def _share(measure: Measure, value: float | None) -> float | None:
    start, end = measure.baseline, measure.target
    if value is None or start is None or end is None or start == end:
        return None
    return max(0.0, min(1.0, (value - start) / (end - start)))


def _expected(measure: Measure, today: date) -> float | None:
    if measure.baseline_on is None or measure.due is None or measure.due <= measure.baseline_on:
        return None
    whole = (measure.due - measure.baseline_on).days
    return max(0.0, min(1.0, (today - measure.baseline_on).days / whole))


def summary_of(member: Member, plan: Plan) -> dict[str, Any]:
    """What the page for management shows of the plan, each list as long as the paper bears."""
    people = {each.key: each.name for each in plan.people}
    seen = newest_observations(member.organisation_id)
    today = today_in(member.organisation)
    here = [each for each in plan.channels if each.presence is Presence.HERE]
    due = sorted((each for each in plan.reviews if each.held is None and each.due), key=_due)
    return {
        "goals": [
            progress_of(each, people.get(each.owner, ""), seen.get(each.key), today)
            for each in plan.goals[:GOALS]
        ],
        "more_goals": max(0, len(plan.goals) - GOALS),
        "channels": [_channel(each, people) for each in here[:CHANNELS]],
        "more_channels": max(0, len(here) - CHANNELS),
        "away": [each.name for each in plan.channels if each.presence is Presence.NOT_HERE],
        "reviews": due[:REVIEWS],
        "hours": amount(sum(each.hours_a_month or 0 for each in here)),
        "money": amount(sum(each.money_a_month or 0 for each in here), plan.currency),
    }


def _due(review: Any) -> date:
    day: date = review.due
    return day


def _channel(channel: Channel, people: dict[str, str]) -> dict[str, Any]:
    return {
        "name": channel.name,
        "why": channel.why,
        "owner": people.get(channel.owner, ""),
        "deputy": people.get(channel.deputy, ""),
        "hours": amount(channel.hours_a_month),
    }
