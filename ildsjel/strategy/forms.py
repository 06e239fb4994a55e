"""Forms of the plan. An element's form is made from the fields that the document gives its kind."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from django import forms
from django.utils.translation import gettext_lazy as _

from ildsjel.engine.plan import document
from ildsjel.engine.plan.document import AnyElement, Element, Kind, Person, Plan, section, title
from ildsjel.organisation.forms.calendars import DAYS, HoursField
from ildsjel.organisation.forms.fields import choose_from
from ildsjel.organisation.hours import format_hours
from ildsjel.organisation.models import Member, utc_now
from ildsjel.organisation.queries import members_of
from ildsjel.strategy.codec import TYPES, Said, bare, from_said, reference_in, to_said
from ildsjel.strategy.field_words import choices_of, field_word, help_word
from ildsjel.strategy.models import Mandate, PlanPerson, Topic
from ildsjel.strategy.queries import changed_since, free_key, plan_of

WHY = 500
WHY_NOW = "why_now"  # why it is changed: elements have a "why" of their own
MEMBER = "member:"  # before a member's number, where the plan does not name them yet
TITLES = {"name", "statement", "what"}
DAY = 3  # rows of a longer text
# What the form of a kind keeps folded away until it is asked for.
FOLDED: dict[Kind, tuple[str, ...]] = {
    Kind.GOAL: ("why", "without_media", "parent", "measure.baseline_on", "measure.every", "value."),
    Kind.GROUP: ("who", "where", "size", "priority"),
    Kind.TACTIC: ("value", "horizon", "owner"),
    Kind.CHANNEL: ("address", "money_a_month", "team", "tone", "promise.counted", "promise.hours"),
}


class ElementForm(forms.Form):
    """One element of the plan; cleaned, `element` is what it says now."""

    def __init__(
        self,
        *args: Any,
        by: Member,
        kind: Kind,
        element: AnyElement | None = None,
        seen: int = 0,
        **more: Any,
    ) -> None:
        self.by, self.kind, self.row = by, kind, element
        self.plan = plan_of(by)
        self.people: list[Person] = []
        self.members: dict[str, Member] = {}
        given = dict(_shown(kind, to_said(element))) if element else {}
        more["initial"] = {**given, "seen": seen, **more.get("initial", {})}
        super().__init__(*args, **more)
        for name, field in _fields(kind, self.plan, by, element.key if element else ""):
            self.fields[name] = field
        self.fields[WHY_NOW] = forms.CharField(
            label=_("Why is this changed?") if element else _("Why is this added?"),
            max_length=WHY,
            required=False,
            help_text=_("It stands in the history of the plan, with your name and the time."),
        )
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [
            each
            for each in self.visible_fields()
            if each.name != WHY_NOW and not self._is_folded(each.name)
        ]

    @property
    def reason(self) -> forms.BoundField:
        return self[WHY_NOW]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [each for each in self.visible_fields() if self._is_folded(each.name)]

    @property
    def fold_is_open(self) -> bool:
        return any(each.errors for each in self.folded_fields)

    def _is_folded(self, name: str) -> bool:
        return name != WHY_NOW and name.startswith(FOLDED.get(self.kind, ("-",)))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.row is not None and cleaned.get("seen") is not None:
            name = Element(self.kind, self.row.key)
            later = changed_since(self.by, name, cleaned["seen"])
            if later:
                raise forms.ValidationError(
                    _("%(who)s has changed this since you opened it. Look at it again first.")
                    % {"who": later.actor}
                )
        return cleaned

    def element(self) -> AnyElement:
        """What was filled in; people who are new to the plan are in `people` from then on."""
        said: Said = {}
        for name, value in self.cleaned_data.items():
            if name not in {WHY_NOW, "seen"} and not name.startswith("day."):
                _put(said, name, self._plain(value))
        if self.kind is Kind.CHANNEL:
            _put(said, "promise.hours", self._week())
        key = self.row.key if self.row else free_key(self.by, self.kind, _title(said))
        return from_said(self.kind, key, _without_blanks(said))

    def _plain(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._plain(each) for each in value]
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str) and value.startswith(MEMBER):
            return self._person(int(value.removeprefix(MEMBER)))
        return value

    def _person(self, pk: int) -> str:
        """The key of a member who becomes one of the plan's people."""
        member = members_of(self.by).get(pk=pk)
        known = next((key for key, each in self.members.items() if each.pk == pk), None)
        if known:
            return known
        person = Person(key=free_key(self.by, Kind.PERSON, str(member)), name=str(member))
        self.people.append(person)
        self.members[person.key] = member
        return person.key

    def _week(self) -> list[Any]:
        days = [self.cleaned_data[f"day.{name}"] or [] for name, _label in DAYS]
        return [[[start, "00:00" if end == "24:00" else end] for start, end in day] for day in days]


def _title(said: Said) -> str:
    return str(next(said[name] for name in TITLES if name in said))


def _put(said: Said, name: str, value: Any) -> None:
    above, _dot, last = name.rpartition(".")
    (said.setdefault(above, {}) if above else said)[last] = value


def _without_blanks(said: Said) -> Said:
    """Without what was left empty; a part of which nothing is said is left out whole."""
    found: Said = {}
    for name, value in said.items():
        plain = _without_blanks(value) if isinstance(value, dict) else value
        if plain not in (None, "", [], {}):
            found[name] = plain
    promise = found.get("promise")
    if promise and not promise.get("minutes") and not any(promise.get("hours", [])):
        del found["promise"]
    return found


def _shown(kind: Kind, said: Said, above: str = "") -> Iterator[tuple[str, Any]]:
    """What is said, by the names of the form's fields."""
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _shown(kind, value, f"{above}{name}.")
        elif above + name == "promise.hours":
            for (day, _label), intervals in zip(DAYS, value, strict=True):
                ends = [[start, "24:00" if end == "00:00" else end] for start, end in intervals]
                yield f"day.{day}", format_hours(ends)
        elif name == "topics":
            yield name, "\n".join(value)
        else:
            yield above + name, value


def _fields(kind: Kind, plan: Plan, by: Member, own: str) -> Iterator[tuple[str, forms.Field]]:
    for name, hint in _leaves(TYPES[kind]):
        if name == "promise.hours":
            yield from ((f"day.{day}", HoursField(label=label)) for day, label in DAYS)
            continue
        field = _field(hint, _Offer(plan, by, own, kind))
        field.label, field.help_text = field_word(kind, name), help_word(kind, name)
        field.required = name in TITLES
        yield name, field


def _leaves(cls: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(cls, include_extras=True)
    for each in fields(cls):
        inner = bare(hints[each.name])
        if is_dataclass(inner):
            yield from _leaves(inner, f"{above}{each.name}.")
        elif each.name != "key":
            yield above + each.name, hints[each.name]


class _Offer:
    """What a field of an element may name."""

    def __init__(self, plan: Plan, by: Member, own: str, kind: Kind) -> None:
        self.plan, self.by, self.own, self.kind = plan, by, own, kind

    def of(self, kind: Kind) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = [
            (each.key, title(each))
            for each in section(self.plan, kind)
            if not (kind is self.kind and each.key == self.own)
        ]
        if kind is Kind.PERSON:
            found += _members_besides(self.by)
        return found


def _members_besides(by: Member) -> list[tuple[str, Any]]:
    """The members whom the plan does not name yet."""
    rows = PlanPerson.objects.of(by).filter(archived_at=None).exclude(member=None)
    known = set(rows.values_list("member_id", flat=True))
    people = members_of(by).filter(active=True)
    return [(f"{MEMBER}{each.pk}", str(each)) for each in people if each.pk not in known]


class LinesField(forms.CharField):
    """A text a line; cleaned, a list of them."""

    widget = forms.Textarea(attrs={"rows": DAY})

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        if any(len(line) > document.LINE for line in lines):
            raise forms.ValidationError(_("A line is too long."))
        return [line for line in lines if line]


SIMPLE: dict[Any, Callable[[], forms.Field]] = {
    bool: forms.BooleanField,
    int: lambda: forms.IntegerField(min_value=0),
    float: lambda: forms.FloatField(localize=True),
    date: lambda: forms.DateField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")),
}


def _field(hint: Any, offer: _Offer) -> forms.Field:
    inner, named = bare(hint), reference_in(hint)
    if named and get_origin(inner) is tuple:
        return forms.MultipleChoiceField(
            choices=offer.of(named), widget=forms.CheckboxSelectMultiple
        )
    if named:
        return forms.ChoiceField(choices=[("", _("Nothing chosen")), *offer.of(named)])
    if get_origin(inner) is tuple:
        return LinesField()
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return forms.ChoiceField(choices=[("", _("Nothing chosen")), *choices_of(inner)])
    return SIMPLE[inner]() if inner in SIMPLE else _text(hint)


def _text(hint: Any) -> forms.Field:
    marks = get_args(hint)[1:]
    longest = next(mark.characters for mark in marks if isinstance(mark, document.Longest))
    if longest == document.LINE:
        return forms.CharField(max_length=longest)
    return forms.CharField(max_length=longest, widget=forms.Textarea(attrs={"rows": DAY}))


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


class ObservationForm(forms.Form):
    on = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    value = forms.FloatField(label=_("Value"), localize=True)
    note = forms.CharField(label=_("Note"), max_length=document.LINE, required=False)


class AcceptForm(forms.Form):
    reason = forms.CharField(
        label=_("Why can we live with it?"),
        max_length=WHY,
        widget=forms.Textarea(attrs={"rows": DAY}),
    )
    until = forms.DateField(
        label=_("Until when?"),
        help_text=_("It is shown again after that day."),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = utc_now().date()
        if not today < until <= today + timedelta(days=2 * 366):
            raise forms.ValidationError(_("Choose a day within the next two years."))
        return until


class LinkForm(forms.Form):
    """Which connected channel a mandate is about."""

    channel = forms.ModelChoiceField(
        label=_("Which connected channel is it?"),
        queryset=Mandate.objects.none(),
        required=False,
        empty_label=_("None of them"),
    )

    def __init__(self, *args: Any, rows: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choose_from(self, "channel", rows)
