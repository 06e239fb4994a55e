"""The questions of the guided conversation, a form each. Cleaned values can stand in a session."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ildsjel.engine.plan.document import LINE, TEXT, GoalKind, MediumRole
from ildsjel.organisation.forms.calendars import HoursField
from ildsjel.organisation.models import Member, utc_now
from ildsjel.strategy.field_words import choices_of
from ildsjel.strategy.forms import LinesField
from ildsjel.strategy.guide import WHOLLY
from ildsjel.strategy.queries import people

MOST = 6  # groups, and channels, in a first plan
HALF_A_YEAR = timedelta(days=182)


class Question(forms.Form):
    """One page of the conversation; `said` are the answers before it."""

    def __init__(self, *args: Any, by: Member, said: Mapping[str, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.by, self.said = by, said


def _text(label: Any, *, required: bool = False, longest: int = TEXT, **more: Any) -> Any:
    rows = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=longest, required=required, widget=rows, **more)


def _day(label: Any, **more: Any) -> Any:
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


class FewLines(LinesField):
    """At most as many lines as a first plan should have."""

    def clean(self, value: Any) -> Any:
        lines = list(dict.fromkeys(super().clean(value)))
        if len(lines) > MOST:
            raise forms.ValidationError(
                _("Begin with the %(n)s that matter most. More can be added later.") % {"n": MOST}
            )
        return lines


class AchieveForm(Question):
    statement = forms.CharField(
        label=_("In one sentence"),
        max_length=LINE,
        help_text=_("Say what will be different for people or for you, not which medium you use."),
    )
    kind = forms.ChoiceField(
        label=_("What it brings"), choices=lambda: choices_of(GoalKind), widget=forms.RadioSelect
    )


class MeasureForm(Question):
    definition = forms.CharField(
        label=_("What would you count?"),
        max_length=LINE,
        required=False,
        help_text=_("For example: calls a month about snow and waste."),
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=40, required=False, help_text=_("For example: calls a month.")
    )
    baseline = forms.FloatField(label=_("Where are you now?"), required=False, localize=True)
    target = forms.FloatField(label=_("Where do you want to be?"), required=False, localize=True)
    due = _day(_("By when?"), required=False)
    source = forms.CharField(
        label=_("Where does the number come from?"), max_length=LINE, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("baseline") is not None and cleaned.get("baseline") == cleaned.get("target"):
            self.add_error("target", _("You are there already: choose another target."))
        if isinstance(cleaned.get("due"), date):
            cleaned["due"] = cleaned["due"].isoformat()
        return {**cleaned, "today": utc_now().date().isoformat()}


class OwnerForm(Question):
    owner = forms.CharField(
        label=_("Name"),
        max_length=LINE,
        help_text=_("Somebody in management who asks how it goes, and can give it time and money."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _with_names(self, "owner")


def _with_names(form: Question, name: str) -> None:
    """Let the field suggest those whom the plan knows, and oneself."""
    known = [row.name for row in people(form.by)]
    form.suggested = list(dict.fromkeys([str(form.by), *known]))[:20]  # type: ignore[attr-defined]
    form.fields[name].widget.attrs |= {"list": "names", "autocomplete": "off"}


class WhomForm(Question):
    groups = FewLines(
        label=_("A line for each group"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Not “everybody”: people who share a need. Two or three are a good start."),
    )


class NeedForm(Question):
    """What each of the groups needs, and what they shall do otherwise."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number, group in enumerate(self.said.get("whom", {}).get("groups", ())):
            self.fields[f"need{number}"] = _text(
                _("What do they need from you? %(group)s") % {"group": group}, required=True
            )
            self.fields[f"change{number}"] = _text(
                _("What shall they do otherwise than today? %(group)s") % {"group": group}
            )


class WithoutForm(Question):
    answer = forms.ChoiceField(
        label=_("How far would you come without?"),
        choices=[
            (WHOLLY, _("All the way: there is a better means")),
            ("partly", _("Some of the way")),
            ("no", _("Not far: people are there, and talk there")),
        ],
        widget=forms.RadioSelect,
    )
    otherwise = _text(
        _("What else would bring you there?"),
        required=True,
        help_text=_("A letter, a better web page, a phone line, a meeting, a sign on the road …"),
    )


class WhereForm(Question):
    here = FewLines(label=_("Where will you be? A line for each channel"), required=False)
    why = _text(_("Why there?"), help_text=_("Where these people are already, and listen."))
    not_here = FewLines(label=_("Where will you not be? A line for each"), required=False)
    reason = _text(_("Why not?"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("here") and not cleaned.get("not_here"):
            raise forms.ValidationError(
                _("Name at least one channel, there or not: not to be there is a choice, too.")
            )
        if cleaned.get("not_here") and not cleaned.get("reason"):
            self.add_error("reason", _("Say why, so that others need not ask again."))
        return cleaned


class RoleForm(Question):
    role = forms.ChoiceField(
        label=_("What does the medium do?"),
        choices=lambda: choices_of(MediumRole),
        widget=forms.RadioSelect,
    )
    problem = _text(_("Which problem does that solve?"), required=True)


class MandateForm(Question):
    owner = forms.CharField(label=_("Who answers for the channels?"), max_length=LINE)
    deputy = forms.CharField(label=_("Who steps in?"), max_length=LINE, required=False)
    hours = forms.FloatField(
        label=_("How many hours a month, all channels together?"), min_value=0, localize=True
    )
    promise = forms.IntegerField(
        label=_("A first answer within how many minutes?"),
        min_value=1,
        max_value=40_000,
        help_text=_("Counted while somebody is there."),
    )
    open = HoursField(
        label=_("When is somebody there, Monday to Friday?"), help_text=_("For example: 8–15.30")
    )
    exit_criterion = _text(
        _("When would you leave a channel?"),
        help_text=_("For example: when fewer than ten people a month are helped there."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _with_names(self, "owner")
        _with_names(self, "deputy")


class FrameForm(Question):
    anyone = FewLines(label=_("What may everybody do without asking?"), required=False)
    four_eyes = FewLines(label=_("What do two look at first?"), required=False)
    press = FewLines(label=_("What does only the press officer say?"), required=False)


class ReviewForm(Question):
    due = _day(_("When do you look at it together?"))
    what = forms.CharField(label=_("What will you ask then?"), max_length=LINE)

    def clean_due(self) -> str:
        due: date = self.cleaned_data["due"]
        if due <= utc_now().date():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return due.isoformat()


QUESTIONS: dict[str, type[Question]] = {
    "achieve": AchieveForm,
    "measure": MeasureForm,
    "owner": OwnerForm,
    "whom": WhomForm,
    "need": NeedForm,
    "without": WithoutForm,
    "where": WhereForm,
    "role": RoleForm,
    "mandate": MandateForm,
    "frame": FrameForm,
    "review": ReviewForm,
}
# Questions that have no sense where no channel is used.
ONLY_HERE = ("role", "mandate")
