"""Forms of opening hours: a week, and days that differ from it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ildsjel.organisation.hours import HoursUnclear, Intervals, format_hours, parse_hours
from ildsjel.organisation.models import Calendar, CalendarOverride, Organisation
from ildsjel.organisation.places import country_choices, timezone_choices

DAYS: list[tuple[str, Promise]] = [
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
]
OFFICE_DAY: Intervals = [["08:00", "16:00"]]
OFFICE_WEEK: list[Intervals] = [*[OFFICE_DAY] * 5, [], []]


class HoursField(forms.CharField):
    """One day's opening hours as text; cleaned, they are intervals."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("required", False)
        super().__init__(max_length=200, **more)
        self.widget.attrs.update(
            {"placeholder": pgettext_lazy("a day", "Closed"), "autocomplete": "off"}
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_hours(text)
        except HoursUnclear as unclear:
            raise forms.ValidationError(str(unclear)) from unclear


class CalendarForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For example: service centre, or watch phone.")
    )
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)
    country = forms.ChoiceField(
        label=_("Public holidays of"),
        required=False,
        help_text=_("Closed on these days, unless you give a day other hours."),
        choices=lambda: country_choices(_("None: open on public holidays too")),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, label in DAYS:
            self.fields[name] = HoursField(label=label)

    @classmethod
    def of(cls, calendar: Calendar) -> "CalendarForm":
        return cls(initial=_initial(calendar.name, calendar, calendar.weekly))

    @classmethod
    def fresh(cls, organisation: Organisation) -> "CalendarForm":
        return cls(initial=_initial("", organisation, OFFICE_WEEK))

    def days(self) -> list[forms.BoundField]:
        """The seven fields of the week, for the template."""
        return [self[name] for name, _label in DAYS]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        hours = [given[name] for name, _label in DAYS if name in given]
        if len(hours) == len(DAYS) and not any(hours):
            raise forms.ValidationError(_("Give at least one day opening hours."))
        return given

    def values(self) -> dict[str, Any]:
        """What `save_calendar` takes."""
        given = self.cleaned_data
        kept = {name: given[name] for name in ("name", "timezone", "country")}
        return {**kept, "weekly": [given[name] for name, _label in DAYS]}


def _initial(name: str, place: Calendar | Organisation, weekly: list[Intervals]) -> dict[str, str]:
    hours = {key: format_hours(day) for (key, _label), day in zip(DAYS, weekly, strict=True)}
    return {"name": name, "timezone": place.timezone, "country": place.country, **hours}


class DayForm(forms.Form):
    day = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    hours = HoursField(
        label=_("Opening hours"),
        help_text=_("As 08:00–15:30, 17:00–19:00. Leave empty for a closed day."),
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=120,
        required=False,
        help_text=_("For colleagues: for example staff day."),
    )

    @classmethod
    def of(cls, override: CalendarOverride) -> "DayForm":
        hours = format_hours(override.intervals)
        return cls(initial={"day": override.date, "hours": hours, "note": override.note})

    @classmethod
    def on(cls, text: str) -> "DayForm":
        """For a date given in an address; an unreadable one is left open."""
        try:
            return cls(initial={"day": date.fromisoformat(text)})
        except ValueError:
            return cls()
