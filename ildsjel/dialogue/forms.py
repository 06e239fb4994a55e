"""Forms of the dialogue room: what people type, checked and explained in plain words."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ildsjel.dialogue.answering import length_of
from ildsjel.dialogue.models import MessageKind
from ildsjel.organisation.models import utc_now

MORNING = time(8)
LONGEST_TEXT = 50_000
LONGEST_SNOOZE = timedelta(days=366)


class WriteForm(forms.Form):
    """A reply or a note. `limit` and `unit` are the network's; they do not bind notes."""

    kind = forms.ChoiceField(
        choices=[(MessageKind.REPLY, ""), (MessageKind.NOTE, "")],
        error_messages={"required": gettext_lazy("Choose whether it is a reply or a note.")},
    )
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={"required": gettext_lazy("There is nothing to send yet. Write something.")},
    )
    seen = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    close = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, limit: int | None = None, unit: str = "characters", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.limit, self.unit = limit, unit

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == MessageKind.REPLY and self.limit and "text" in given:
            self._check_length(given["text"], self.limit)
        return given

    def _check_length(self, text: str, limit: int) -> None:
        over = length_of(text, self.unit) - limit
        if over > 0:
            said = _("%(over)s characters too many for this network, which takes %(limit)s.")
            self.add_error("text", said % {"limit": limit, "over": over})

    def fault(self) -> str:
        """The first thing that is wrong, in plain words."""
        return next((str(said) for lines in self.errors.values() for said in lines), "")


class SnoozeForm(forms.Form):
    """A time of one's own to be reminded at, on the organisation's clock."""

    until_at = forms.DateTimeField(
        label=gettext_lazy("Bring it back at"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "data-focus-now": ""}, format="%Y-%m-%dT%H:%M"
        ),
        error_messages={
            "required": gettext_lazy("Say when it is to come back."),
            "invalid": gettext_lazy("This is no date and time. Write it like 2026-05-17 08:00."),
        },
    )

    @classmethod
    def offered(cls) -> "SnoozeForm":
        """The form with tomorrow morning in it."""
        return cls(initial={"until_at": snooze_times(utc_now())["tomorrow"]})

    def clean_until_at(self) -> datetime:
        until: datetime = self.cleaned_data["until_at"]
        if until <= utc_now():
            raise forms.ValidationError(_("This time has passed. Choose a later one."))
        if until - utc_now() > LONGEST_SNOOZE:
            raise forms.ValidationError(_("Choose a time within a year."))
        return until


def snooze_times(now: datetime) -> dict[str, datetime]:
    """The times that can be chosen at once, in the current time zone."""
    local = timezone.localtime(now)
    monday = local.date() + timedelta(days=7 - local.weekday())
    return {
        "hour": now + timedelta(hours=1),
        "tomorrow": datetime.combine(local.date() + timedelta(days=1), MORNING, local.tzinfo),
        "monday": datetime.combine(monday, MORNING, local.tzinfo),
    }
