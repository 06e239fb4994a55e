"""The form of a desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ildsjel.dialogue.durations import DurationUnclear, format_minutes, parse_minutes
from ildsjel.dialogue.models import Desk
from ildsjel.organisation.forms.fields import choose_from
from ildsjel.organisation.models import Calendar, Member
from ildsjel.organisation.queries import calendars, members_of

FIRST_PROMISE = 60


class DeskForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For example: service centre, roads, press.")
    )
    calendar = forms.ModelChoiceField(
        label=_("Opening hours"),
        queryset=Calendar.objects.none(),
        empty_label=None,
        help_text=_("The promise's clock runs only then."),
    )
    promise = forms.CharField(
        label=_("Promised first answer"),
        max_length=40,
        help_text=_("In opening hours: 45 min, 2 h or 1 h 30 min. A number alone is minutes."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    members = forms.ModelMultipleChoiceField(
        label=_("Who is at this desk"),
        queryset=Member.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, by: Member, desk: Desk | None = None, **more: Any) -> None:
        more.setdefault("initial", _initial(desk))
        super().__init__(*args, **more)
        choose_from(self, "calendar", calendars(by))
        choose_from(self, "members", members_of(by).filter(active=True))

    def clean_promise(self) -> int:
        try:
            return parse_minutes(self.cleaned_data["promise"])
        except DurationUnclear as unclear:
            raise forms.ValidationError(str(unclear)) from unclear

    def values(self) -> dict[str, Any]:
        """What `save_desk` takes."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "calendar": given["calendar"],
            "first_response_minutes": given["promise"],
            "members": list(given["members"]),
        }


def _initial(desk: Desk | None) -> dict[str, Any]:
    if desk is None:
        return {"promise": format_minutes(FIRST_PROMISE)}
    return {
        "name": desk.name,
        "calendar": desk.calendar_id,
        "promise": format_minutes(desk.first_response_minutes),
        "members": list(desk.members.values_list("pk", flat=True)),
    }
