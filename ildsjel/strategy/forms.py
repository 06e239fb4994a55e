"""The forms of goals, stakeholder groups and topics."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation.forms.fields import choose_from
from ildsjel.organisation.models import Member
from ildsjel.organisation.queries import members_of
from ildsjel.strategy.models import Goal, GoalKind, StakeholderGroup, Topic


class GoalForm(forms.Form):
    statement = forms.CharField(
        label=_("What do you want to achieve?"),
        max_length=200,
        help_text=_(
            "Not a medium, but what it is for: say, fewer phone calls about waste collection."
        ),
    )
    kind = forms.ChoiceField(label=_("What it brings"), choices=GoalKind.choices)
    owner = forms.ModelChoiceField(
        label=_("Who answers for it"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
    )

    def __init__(self, *args: Any, by: Member, row: Goal | None = None, **more: Any) -> None:
        if row is not None:
            more["initial"] = {"statement": row.statement, "kind": row.kind, "owner": row.owner_id}
        super().__init__(*args, **more)
        choose_from(self, "owner", members_of(by).filter(active=True))


class GroupForm(forms.Form):
    name = forms.CharField(
        label=_("Who are they?"),
        max_length=120,
        help_text=_("For example: parents of schoolchildren."),
    )
    need = forms.CharField(
        label=_("What do they need from you?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, by: Member, row: StakeholderGroup | None = None, **more: Any
    ) -> None:
        if row is not None:
            more["initial"] = {"name": row.name, "need": row.need}
        super().__init__(*args, **more)


class TopicForm(forms.Form):
    name = forms.CharField(
        label=_("What is it about?"),
        max_length=80,
        help_text=_("A word or two: for example, snow clearing."),
    )

    def __init__(self, *args: Any, by: Member, row: Topic | None = None, **more: Any) -> None:
        if row is not None:
            more["initial"] = {"name": row.name}
        super().__init__(*args, **more)
        self.by, self.row = by, row

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        same = (
            Topic.objects.of(self.by).filter(name=name).exclude(pk=self.row.pk if self.row else 0)
        )
        # A new topic by the name of an archived one brings that back; a renamed one would clash.
        if self.row is None:
            same = same.filter(archived_at=None)
        if same.exists():
            raise forms.ValidationError(_("There is a topic with this name already."))
        return name
