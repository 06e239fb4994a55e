"""The forms of a watch and of a saved group of words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ildsjel.engine.matching import MAX_LENGTH, QueryError, parse
from ildsjel.engine.matching.scanner import QUOTES
from ildsjel.listening.group_queries import saved_groups
from ildsjel.listening.query_words import fault_words
from ildsjel.organisation.forms.fields import choose_from
from ildsjel.organisation.models import Member
from ildsjel.strategy.models import Goal, StakeholderGroup
from ildsjel.strategy.queries import goals, groups

INBOX, LISTEN = "inbox", "listen"


class QueryForm(forms.Form):
    """Words in the language of watches. `fault`: why they can't be read."""

    query = forms.CharField(
        label=_("Words to listen for"),
        max_length=MAX_LENGTH,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off", "class": "words"}
        ),
        error_messages={"required": _("Write a word to listen for.")},
    )

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fault: QueryError | None = None
        self.groups = saved_groups(member.organisation_id)

    def clean_query(self) -> str:
        query = one_line_ends(self.cleaned_data["query"])
        try:
            parse(query, groups=self.groups)
        except QueryError as fault:
            self.fault = fault
            raise forms.ValidationError(" ".join(filter(None, fault_words(fault)))) from fault
        return query.strip()


class WatchForm(QueryForm):
    """Words to listen for and what becomes of what they find."""

    opens = forms.ChoiceField(
        label=_("What happens with posts that match"),
        choices=[
            (INBOX, _("Put matching posts in the inbox, to be answered")),
            (LISTEN, _("Only listen: show and count them here")),
        ],
        widget=forms.RadioSelect,
        initial=INBOX,
    )
    goal = forms.ModelChoiceField(
        Goal.objects.none(),
        label=_("The goal that this serves"),
        required=False,
        empty_label=_("No goal"),
    )
    group = forms.ModelChoiceField(
        StakeholderGroup.objects.none(),
        label=_("Whom it is about"),
        required=False,
        empty_label=_("No group"),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=120,
        help_text=_("What it is called in lists. Empty: the words themselves."),
    )

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(member, *args, **kwargs)
        choose_from(self, "goal", goals(member))
        choose_from(self, "group", groups(member))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("name") and cleaned.get("query"):
            cleaned["name"] = " ".join(cleaned["query"].split())[:120]
        return cleaned


class WatchGroupForm(QueryForm):
    """Words under a name, for many watches."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_(
            "In a watch you write group: and the name, in quotation marks if it is several words."
        ),
    )
    field_order = ("name", "query")

    def clean_query(self) -> str:
        self.groups[self.cleaned_data.get("name", "")] = self.cleaned_data["query"]
        return super().clean_query()

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if any(mark in name for mark in QUOTES):
            raise forms.ValidationError(_("A name can't hold quotation marks."))
        return name


def one_line_ends(text: str) -> str:
    """The text as typed: browsers send each line end as two characters."""
    return text.replace("\r\n", "\n")
