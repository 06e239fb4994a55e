"""A goal's own page: its measure against the target path, what it is reached by, what happened."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.plan.document import AnyElement, Goal, Kind, Measure, Plan
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo
from ildsjel.strategy import actions, queries
from ildsjel.strategy.codec import name_of
from ildsjel.strategy.evidence import BY_GOAL, counts_about
from ildsjel.strategy.facts import amount
from ildsjel.strategy.findings import today_in
from ildsjel.strategy.forms import ObservationForm
from ildsjel.strategy.models import Goal as GoalRow
from ildsjel.strategy.models import Observation
from ildsjel.strategy.views.frame import Names

NEWEST = 24  # values in the table and the plot's newest part


def goal_parts(request: MemberRequest, row: GoalRow, element: AnyElement) -> dict[str, Any]:
    """What `show.html` shows of a goal alone."""
    member = request.member
    told = queries.plan_of(member)
    values = list(queries.observations(member, row))
    measure = element.measure if isinstance(element, Goal) else None
    today = today_in(member.organisation)
    return {
        "goal": {
            "measure": measure,
            "title": _finding(measure, values),
            "data": plot(measure, values, today),
            "values": [_line(measure, each) for each in reversed(values[-NEWEST:])],
            "form": ObservationForm(initial={"on": today}),
            "unit": measure.unit if measure else "",
            "reached": _reached_by(told, row.key, Names(member, told)),
            "counts": _counted(request, row),
            "reviews": [
                each for each in told.reviews
                if row.key in each.goals or not (each.goals or each.channels)
            ],
        }
    }  # fmt: skip


def _line(measure: Measure | None, each: Observation) -> dict[str, Any]:
    return {"row": each, "value": amount(each.value, measure.unit if measure else "")}


def _finding(measure: Measure | None, values: list[Observation]) -> str:
    """The plot's title: what it shows, in a sentence."""
    if measure is None or measure.target is None:
        return _("No target yet")
    target = amount(measure.target, measure.unit)
    if not values:
        return _("Nothing measured yet; the target is %(target)s") % {"target": target}
    newest = values[-1]
    given = {
        "now": amount(newest.value, measure.unit),
        "day": date_format(newest.on, "DATE_FORMAT"),
        "target": target,
    }
    path = path_at(measure, newest.on)
    if path is None:
        return _("%(now)s on %(day)s; the target is %(target)s") % given
    grows = measure.target >= (measure.baseline or 0)
    if (newest.value >= path) if grows else (newest.value <= path):
        return _("%(now)s on %(day)s: on the way to %(target)s") % given
    return _("%(now)s on %(day)s: behind the way to %(target)s") % given


def path_at(measure: Measure, day: date) -> float | None:
    """Where the straight way from baseline to target would be on a day."""
    start, end = measure.baseline_on, measure.due
    if start is None or end is None or end <= start:
        return None
    if measure.baseline is None or measure.target is None:
        return None
    share = min(1.0, max(0.0, (day - start).days / (end - start).days))
    return measure.baseline + share * (measure.target - measure.baseline)


def plot(measure: Measure | None, values: list[Observation], today: date) -> dict[str, Any]:
    """What the plot draws: the path as its two ends, the values, and today."""
    path = []
    if measure and measure.baseline is not None and measure.target is not None and measure.due:
        begin = measure.baseline_on or (values[0].on if values else today)
        if begin < measure.due:
            path = [
                {"on": begin.isoformat(), "value": measure.baseline, "words": _("Where we stood")},
                {"on": measure.due.isoformat(), "value": measure.target, "words": _("Target")},
            ]
    unit = measure.unit if measure else ""
    return {
        "unit": unit,
        "path": path,
        "today": today.isoformat(),
        "values": [
            {
                "on": each.on.isoformat(),
                "value": each.value,
                "words": f"{date_format(each.on, 'DATE_FORMAT')}: {amount(each.value, unit)}",
            }
            for each in values
        ],
    }


def _reached_by(told: Plan, key: str, names: Names) -> dict[str, Any]:
    """Groups, tactics and channels of a goal, and what those cost a month."""
    tactics = [each for each in told.tactics if each.goal == key]
    used = {channel for each in tactics for channel in each.channels}
    channels = [each for each in told.channels if each.key in used or key in each.goals]
    whom = {each.group for each in tactics}
    groups = [each for each in told.groups if each.key in whom]
    return {
        "groups": [names.link(name_of(each)) for each in groups],
        "tactics": [names.link(name_of(each)) for each in tactics],
        "channels": [names.link(name_of(each)) for each in channels],
        "hours": amount(sum(each.hours_a_month or 0 for each in channels)),
        "money": amount(sum(each.money_a_month or 0 for each in channels), told.currency),
        "shared": any(len(each.goals) > 1 for each in channels),
    }


def _counted(request: MemberRequest, row: GoalRow) -> dict[str, Any]:
    counts = counts_about(request.member, BY_GOAL, row.key)
    url = address(request.member, "dialogue:list") + f"?view=all&goal={row.pk}"
    return {"rows": counts, "url": url}


@require_POST
@member_page(Right.PLAN)
def observe(request: MemberRequest, pk: int) -> HttpResponse:
    """Write a value of a goal's measure."""
    goal = get_object_or_404(queries.goals(request.member), pk=pk)
    form = ObservationForm(request.POST)
    if form.is_valid():
        actions.observe(by=request.member, goal=goal, **form.cleaned_data)
        messages.success(request, _("The value is written down."))
    else:
        faults = " ".join(str(each[0]) for each in form.errors.values())
        messages.error(request, _("Nothing was written: %(why)s") % {"why": faults})
    return redirect(_page(request, pk))


@require_POST
@member_page(Right.PLAN)
def forget(request: MemberRequest, pk: int, value: int) -> HttpResponse:
    """Take a value out; the next page offers to write it again."""
    goal = get_object_or_404(queries.goals(request.member), pk=pk)
    row = get_object_or_404(queries.observations(request.member, goal), pk=value)
    actions.forget_observation(by=request.member, observation=row)
    given = f"?on={row.on}&value={row.value}"
    again = address(request.member, "strategy:observe-again", pk) + given
    offer_undo(request.session, _("The value is taken out."), again)
    return redirect(_page(request, pk))


@require_POST
@member_page(Right.PLAN)
def observe_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Write a value again that was just taken out."""
    goal = get_object_or_404(queries.goals(request.member), pk=pk)
    form = ObservationForm(request.GET)
    if form.is_valid():
        actions.observe(by=request.member, goal=goal, **form.cleaned_data)
    return redirect(_page(request, pk))


def _page(request: MemberRequest, pk: int) -> str:
    return address(request.member, "strategy:show", Kind.GOAL.value, pk) + "#measure"
