"""The forms of a routing rule and of trying the rules."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ildsjel.channels.models import Channel
from ildsjel.channels.queries import channels
from ildsjel.dialogue.models import Desk, Rule
from ildsjel.dialogue.rule_words import ADDRESSES, LANGUAGES, language_word
from ildsjel.dialogue.setup_queries import names_for
from ildsjel.engine.matching import QueryError, parse
from ildsjel.listening.queries import watches
from ildsjel.listening.query_words import fault_words
from ildsjel.organisation.forms.fields import choose_from, offer
from ildsjel.organisation.models import Member
from ildsjel.strategy.models import Goal, Topic

CONDITIONS = ("channels", "addresses", "watches", "languages", "query")


class RuleForm(forms.Form):
    """Where what goes. `query_place` is where a query breaks off: before, at, and after."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As it shows under “why here”: for example, snow and gritting."),
    )
    query = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=20_000,
        help_text=_("As in a watch: snow OR gritting, “road closed”, plough*, NOT skiing."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    channels = forms.TypedMultipleChoiceField(
        label=_("Came through"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    addresses = forms.MultipleChoiceField(
        label=_("How it is addressed"),
        required=False,
        choices=lambda: list(ADDRESSES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    watches = forms.TypedMultipleChoiceField(
        label=_("Heard by the watch"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=_("Language"),
        required=False,
        help_text=_(
            "As the author or the network says. Where nobody says, such a rule passes it on."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    desk = forms.ModelChoiceField(
        label=_("Goes to the desk"), queryset=Desk.objects.none(), empty_label=None
    )
    topic = forms.ModelChoiceField(
        label=_("Gets the topic"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    goal = forms.ModelChoiceField(
        label=_("Serves the goal"),
        queryset=Goal.objects.none(),
        required=False,
        empty_label=_("None"),
    )

    def __init__(self, *args: Any, by: Member, rule: Rule | None = None, **more: Any) -> None:
        more.setdefault("initial", _initial(rule))
        super().__init__(*args, **more)
        self.query_place: tuple[str, str, str] | None = None
        held = rule.conditions if rule else {}
        self._offer_conditions(by, held)
        choose_from(self, "desk", _in_use(Desk, by, rule.desk_id if rule else None))
        choose_from(self, "topic", _in_use(Topic, by, rule.topic_id if rule else None))
        choose_from(self, "goal", _in_use(Goal, by, rule.goal_id if rule else None))

    def _offer_conditions(self, by: Member, held: Mapping[str, Any]) -> None:
        """What is there to choose, and what the rule asks for already, though it may be gone.

        A removed channel that dropped out of its rule would leave one that takes everything.
        """
        names = names_for(by)
        _offer(self, "channels", channels(by).values_list("pk", "name"), held, names.channels)
        _offer(self, "watches", watches(by).values_list("pk", "name"), held, names.watches)
        known = [*LANGUAGES, *(code for code in held.get("languages", ()) if code not in LANGUAGES)]
        offer(self, "languages", [(code, language_word(code)) for code in known])

    def clean_query(self) -> str:
        query = str(self.cleaned_data["query"]).strip()
        if not query:
            return ""
        try:
            parse(query)
        except QueryError as fault:
            at = min(fault.position, len(query))
            self.query_place = (query[:at], query[at : at + 1] or " ", query[at + 1 :])
            raise forms.ValidationError(_explained(fault)) from fault
        return query

    def values(self) -> dict[str, Any]:
        """What `save_rule` takes."""
        given = self.cleaned_data
        conditions = {key: given[key] for key in CONDITIONS if given.get(key)}
        return {key: given[key] for key in ("name", "desk", "topic", "goal")} | {
            "conditions": conditions
        }


def _explained(fault: QueryError) -> str:
    at = _now("At character %(n)s.") % {"n": fault.position + 1}
    message, hint = fault_words(fault)
    return " ".join(part for part in (message, at, hint) if part)


def _offer(
    form: forms.Form, name: str, rows: Any, held: Mapping[str, Any], names: Mapping[int, str]
) -> None:
    known = dict(rows)
    gone = {
        pk: _now("%(name)s (removed)") % {"name": names.get(pk, pk)}
        for pk in held.get(name, ())
        if pk not in known
    }
    if known or gone:
        offer(form, name, list((known | gone).items()))
    else:  # nothing to choose from is nothing to ask
        del form.fields[name]


def _in_use(model: Any, by: Member, current: int | None) -> Any:
    """Rows in use, and the one chosen before, though it may be archived."""
    rows = model.objects.of(by).filter(Q(archived_at=None) | Q(pk=current))
    return rows.order_by("statement" if model is Goal else "name")


def _initial(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return {
        "name": rule.name,
        "desk": rule.desk_id,
        "topic": rule.topic_id,
        "goal": rule.goal_id,
        **{key: rule.conditions[key] for key in CONDITIONS if key in rule.conditions},
    }


class TrialForm(forms.Form):
    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        help_text=_("Paste a message or post. Nothing is saved or sent."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    channel = forms.ModelChoiceField(
        label=_("Came through"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=_("No certain channel"),
    )
    address = forms.ChoiceField(
        label=_("How it is addressed"), choices=lambda: list(ADDRESSES.items()), initial="direct"
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=lambda: [("", _("Nobody says")), *LANGUAGES.items()],
    )

    def __init__(self, *args: Any, by: Member, **more: Any) -> None:
        super().__init__(*args, **more)
        choose_from(self, "channel", channels(by))

    def values(self) -> dict[str, Any]:
        """What `try_rules` takes."""
        given = dict(self.cleaned_data)
        language = given.pop("language")
        return {**given, "languages": [language] if language else []}
