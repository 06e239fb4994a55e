"""Opening hours: the week, public holidays, and days that differ."""

from typing import Any

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.organisation import actions, queries
from ildsjel.organisation.forms.calendars import DAYS, CalendarForm, DayForm
from ildsjel.organisation.hours import format_hours
from ildsjel.organisation.models import Calendar, Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.paging import numbered_page
from ildsjel.organisation.places import COUNTRIES


@member_page(Right.DESKS)
def calendars(request: MemberRequest) -> HttpResponse:
    page = numbered_page(queries.calendars(request.member), request.GET)
    rows = [{"calendar": each, "days": queries.next_days(each)} for each in page.rows]
    shown = [{**row, "days": [_shown(day) for day in row["days"]]} for row in rows]
    context = {"room": "settings", "page": page, "rows": shown}
    return render(request, "organisation/calendars.html", context)


@member_page(Right.DESKS)
def add_calendar(request: MemberRequest) -> HttpResponse:
    form = (
        CalendarForm(request.POST)
        if request.method == "POST"
        else CalendarForm.fresh(request.member.organisation)
    )
    return _saved(request, form) or _week_page(request, form)


@member_page(Right.DESKS)
def calendar(request: MemberRequest, pk: int) -> HttpResponse:
    found = _calendar(request.member, pk)
    form = CalendarForm(request.POST) if request.method == "POST" else CalendarForm.of(found)
    return _saved(request, form, found) or _week_page(request, form, found)


def _saved(
    request: MemberRequest, form: CalendarForm, calendar: Calendar | None = None
) -> HttpResponse | None:
    """Where to go after saving; None where there is nothing to save yet."""
    if not form.is_bound or not form.is_valid():
        return None
    saved = actions.save_calendar(by=request.member, calendar=calendar, **form.values())
    messages.success(request, _("Saved. Promises already given keep their time."))
    return redirect(address(request.member, "organisation:calendar", saved.pk))


def _week_page(
    request: MemberRequest, form: CalendarForm, calendar: Calendar | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"room": "settings", "form": form, "calendar": calendar}
    if calendar is not None:
        context |= {
            "coming": [_shown(day) for day in queries.next_days(calendar)],
            "special": [_shown(day) for day in queries.special_days(calendar)],
            "country": COUNTRIES.get(calendar.country, calendar.country),
        }
    status = 422 if form.errors else 200
    return render(request, "organisation/calendar.html", context, status=status)


@member_page(Right.DESKS)
def day(request: MemberRequest, pk: int) -> HttpResponse:
    """Other hours on one date."""
    calendar = _calendar(request.member, pk)
    form = DayForm(request.POST) if request.method == "POST" else _day_form(request, calendar)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        actions.override_day(
            by=request.member,
            calendar=calendar,
            day=given["day"],
            intervals=given["hours"],
            note=given["note"],
        )
        messages.success(request, _("Saved. Promises already given keep their time."))
        return redirect(address(request.member, "organisation:calendar", pk) + "#days")
    context = {"room": "settings", "form": form, "calendar": calendar}
    status = 422 if form.errors else 200
    return render(request, "organisation/day.html", context, status=status)


def _day_form(request: MemberRequest, calendar: Calendar) -> DayForm:
    asked = DayForm.on(request.GET.get("date", ""))
    day = asked.initial.get("day")
    known = calendar.overrides.filter(date=day).first() if day else None
    return DayForm.of(known) if known else asked


@require_POST
@member_page(Right.DESKS)
def plain_day(request: MemberRequest, pk: int, override: int) -> HttpResponse:
    """Take other hours away, so that the day is as its week says again."""
    calendar = _calendar(request.member, pk)
    row = get_object_or_404(calendar.overrides, pk=override)
    actions.remove_override(by=request.member, override=row)
    messages.success(request, _("The day has its usual hours again."))
    return redirect(address(request.member, "organisation:calendar", pk) + "#days")


@member_page(Right.DESKS)
def remove_calendar(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask first; hours that a desk uses are kept."""
    found = _calendar(request.member, pk)
    if request.method != "POST":
        context = {"room": "settings", "calendar": found}
        return render(request, "organisation/calendar_remove.html", context)
    try:
        actions.remove_calendar(by=request.member, calendar=found)
    except ProtectedError:
        told = _(
            "A desk uses these opening hours, so they are kept. Give the desk other hours first."
        )
        messages.error(request, told)
        return redirect(address(request.member, "organisation:calendar", pk))
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect(address(request.member, "organisation:calendars"))


def _calendar(member: Member, pk: int) -> Calendar:
    return get_object_or_404(queries.calendars(member), pk=pk)


def _shown(day: queries.Day) -> dict[str, object]:
    return {
        "date": day.date,
        "weekday": DAYS[day.date.weekday()][1],
        "hours": format_hours(day.intervals),
        "holiday": day.holiday,
        "override": day.override,
    }
