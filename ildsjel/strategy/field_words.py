"""What the parts of the plan are called: kinds of elements, their fields, and what they may say."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ildsjel.engine.plan.document import (
    Counted,
    Decision,
    Freedom,
    GoalKind,
    Horizon,
    Kind,
    MediumRole,
    Presence,
    Priority,
    Rhythm,
)

KINDS: dict[Kind, Lazy] = {
    Kind.PLAN: _("The plan"),
    Kind.PERSON: _("People"),
    Kind.GOAL: _("Goals"),
    Kind.GROUP: _("Stakeholder groups"),
    Kind.TACTIC: _("Tactics"),
    Kind.CHANNEL: _("Channels"),
    Kind.ROLE: _("Roles"),
    Kind.GUARDRAIL: _("Guardrails"),
    Kind.REVIEW: _("Reviews"),
}
ONE: dict[Kind, Lazy] = {
    Kind.PLAN: _("The plan"),
    Kind.PERSON: _("Person"),
    Kind.GOAL: _("Goal"),
    Kind.GROUP: _("Group"),
    Kind.TACTIC: _("Tactic"),
    Kind.CHANNEL: _("Channel"),
    Kind.ROLE: pgettext_lazy("in the plan", "Role"),
    Kind.GUARDRAIL: _("Guardrail"),
    Kind.REVIEW: _("Review"),
}
ADD: dict[Kind, Lazy] = {
    Kind.PERSON: _("Add a person"),
    Kind.GOAL: _("Add a goal"),
    Kind.GROUP: _("Add a group"),
    Kind.TACTIC: _("Add a tactic"),
    Kind.CHANNEL: _("Add a channel"),
    Kind.ROLE: _("Add a role"),
    Kind.GUARDRAIL: _("Add a guardrail"),
    Kind.REVIEW: _("Add a review"),
}
EMPTY: dict[Kind, Lazy] = {
    Kind.PERSON: _("Nobody is named yet. Who does the work, and who stands behind it?"),
    Kind.GOAL: _("No goals yet. Begin with one that somebody answers for."),
    Kind.GROUP: _("No groups yet. Whom are you there for, and what do they need?"),
    Kind.TACTIC: _("No tactics yet. Which part does a medium play in reaching a goal?"),
    Kind.CHANNEL: _("No channels yet. Where are you, and where have you chosen not to be?"),
    Kind.ROLE: _("No roles yet. Who decides, who answers, who steps in?"),
    Kind.GUARDRAIL: _("No guardrails yet. What may everybody do without asking?"),
    Kind.REVIEW: _("No reviews yet. When do you look at it together again?"),
}

CHOICES: dict[type[StrEnum], dict[str, Lazy]] = {
    GoalKind: {
        GoalKind.REVENUE: _("More revenue"),
        GoalKind.COST: _("Lower cost"),
        GoalKind.DIALOGUE: _("Better dialogue"),
        GoalKind.SERVICE: _("Better service"),
        GoalKind.TRUST: _("More trust"),
        GoalKind.RECRUITMENT: _("Recruitment"),
        GoalKind.KNOWLEDGE: _("Shared knowledge"),
        GoalKind.SAFETY: _("More safety"),
    },
    Rhythm: {
        Rhythm.WEEK: _("Every week"),
        Rhythm.MONTH: _("Every month"),
        Rhythm.QUARTER: _("Every quarter"),
        Rhythm.YEAR: _("Every year"),
    },
    Priority: {
        Priority.HIGH: pgettext_lazy("priority", "High"),
        Priority.MEDIUM: pgettext_lazy("priority", "Medium"),
        Priority.LOW: pgettext_lazy("priority", "Low"),
    },
    MediumRole: {
        MediumRole.LISTEN: pgettext_lazy("role of a medium", "Listen"),
        MediumRole.INFORM: pgettext_lazy("role of a medium", "Inform"),
        MediumRole.CONVERSE: pgettext_lazy("role of a medium", "Converse"),
        MediumRole.SUPPORT: pgettext_lazy("role of a medium", "Help"),
        MediumRole.INVOLVE: pgettext_lazy("role of a medium", "Involve"),
        MediumRole.CREATE_TOGETHER: pgettext_lazy("role of a medium", "Create together"),
        MediumRole.MOBILISE: pgettext_lazy("role of a medium", "Mobilise"),
    },
    Horizon: {Horizon.SHORT: _("Short term"), Horizon.LONG: _("Long term")},
    Presence: {Presence.HERE: _("We are here"), Presence.NOT_HERE: _("We are not here")},
    Counted: {
        Counted.OPEN_HOURS: _("Only while we are open"),
        Counted.ALWAYS: _("Around the clock"),
    },
    Freedom: {
        Freedom.ANYONE: _("Everybody may, without asking"),
        Freedom.FOUR_EYES: _("Two look at it first"),
        Freedom.PRESS_OFFICER_ONLY: _("Only the press officer"),
    },
    Decision: {
        Decision.CONTINUE: _("Continue"),
        Decision.CHANGE: pgettext_lazy("decision", "Change"),
        Decision.STOP: _("Stop"),
    },
}

# Fields by name; a kind's own words come before those that several share.
FIELDS: dict[str, Lazy] = {
    "name": _("Name"),
    "statement": _("Statement"),
    "owner": _("Who answers for it"),
    "deputy": _("Who steps in"),
    "goals": _("Goals"),
    "groups": _("Groups"),
    "channels": _("Channels"),
    "goal": _("Goal"),
    "group": _("Group"),
    "language": _("Language"),
    "currency": _("Currency"),
    "purpose": _("Purpose"),
}
OWN_FIELDS: dict[Kind, dict[str, Lazy]] = {
    Kind.PERSON: {
        "title": _("Title"),
        "management": _("Belongs to management"),
        "hours_a_week": _("Hours a week for this work"),
    },
    Kind.GOAL: {
        "statement": _("What do you want to achieve?"),
        "kind": _("What it brings"),
        "why": _("Why it matters"),
        "without_media": _("How far without social media?"),
        "parent": _("Part of a greater goal"),
        "measure.definition": _("What is measured"),
        "measure.unit": _("Unit"),
        "measure.baseline": _("Where we stand"),
        "measure.baseline_on": _("Measured on"),
        "measure.target": _("Where we want to be"),
        "measure.due": _("By when"),
        "measure.source": _("Where the numbers come from"),
        "measure.every": _("How often"),
        "value.amount": _("What one unit is worth"),
        "value.assumption": _("Why we believe so"),
    },
    Kind.GROUP: {
        "name": _("Who are they?"),
        "who": _("More about them"),
        "need": _("What do they need from you?"),
        "where": _("Where are they?"),
        "size": _("How many are they?"),
        "priority": _("Priority"),
        "change": _("What shall they do otherwise than today?"),
    },
    Kind.TACTIC: {
        "role": _("What the medium does"),
        "problem": _("Problem that it solves"),
        "value": _("Value that it creates"),
        "horizon": _("When it pays off"),
    },
    Kind.CHANNEL: {
        "presence": _("Are we here?"),
        "network": _("Network"),
        "address": _("Address"),
        "reason": _("Why not?"),
        "look_again": _("When to look again"),
        "why": _("Why are we here?"),
        "team": _("Who does the work"),
        "hours_a_month": _("Hours a month"),
        "money_a_month": _("Money a month"),
        "promise.minutes": _("First answer within, in minutes"),
        "promise.counted": _("How the minutes are counted"),
        "promise.hours": _("When somebody is there"),
        "tone": _("Tone"),
        "exit_criterion": _("When do we leave?"),
    },
    Kind.ROLE: {
        "responsibility": _("Responsible for"),
        "mandate": _("May decide"),
        "person": _("Who"),
        "hours_a_week": _("Hours a week"),
    },
    Kind.GUARDRAIL: {
        "statement": _("What is it about?"),
        "kind": _("Who may do it"),
        "topics": _("Topics"),
    },
    Kind.REVIEW: {
        "what": _("What is looked at"),
        "due": _("When"),
        "held": _("Held on"),
        "decision": _("Decision"),
        "learned": _("What was learned"),
    },
}
HELP: dict[Kind, dict[str, Lazy]] = {
    Kind.GOAL: {
        "statement": _(
            "Not a medium, but what it is for: say, fewer phone calls about waste collection."
        ),
        "without_media": _("What else would bring you there, and how far?"),
        "measure.definition": _("For example: calls a month about snow and waste."),
        "value.assumption": _("A value without an assumption cannot be checked."),
    },
    Kind.GROUP: {"name": _("For example: parents of schoolchildren.")},
    Kind.TACTIC: {"name": _("A few words that say what you do there.")},
    Kind.CHANNEL: {
        "team": _("They share the hours. If nobody is named, they fall on who answers for it."),
        "exit_criterion": _("What would have to happen for you to close it?"),
        "look_again": _("A decision not to be here is looked at again, too."),
    },
    Kind.GUARDRAIL: {"topics": _("A line for each.")},
    Kind.REVIEW: {"goals": _("Nothing chosen means the whole plan.")},
}


def field_word(kind: Kind, name: str) -> str:
    """What a field is called; dotted where it lies deeper."""
    own = OWN_FIELDS.get(kind, {})
    return str(own.get(name) or FIELDS.get(name) or name)


def help_word(kind: Kind, name: str) -> str:
    return str(HELP.get(kind, {}).get(name, ""))


def choices_of(enum: type[StrEnum]) -> list[tuple[str, Lazy]]:
    return list(CHOICES[enum].items())


def choice_word(value: StrEnum) -> str:
    return str(CHOICES[type(value)][value])


_WORDS = {str(value): word for words in CHOICES.values() for value, word in words.items()}


def said_word(value: Any, titles: Mapping[str, str] | None = None) -> str:
    """A value of the document in words, from what JSON holds; keys by the titles of what they
    name."""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, list):
        return _listed(value, titles)
    if isinstance(value, int | float):
        return str(localize(int(value) if float(value).is_integer() else value))
    if isinstance(value, str):
        if titles and value in titles:
            return titles[value]
        return str(_WORDS[value]) if value in _WORDS else _day(value)
    return ""


def _listed(values: list[Any], titles: Mapping[str, str] | None) -> str:
    """Texts with commas; a week as days with their hours."""
    if any(isinstance(each, list) for each in values):
        days = ("–".join(pair) for day in values for pair in day[:1])
        return "; ".join(dict.fromkeys(days)) or "–"
    return ", ".join(said_word(each, titles) for each in values)


def _day(text: str) -> str:
    try:
        return date_format(date.fromisoformat(text), "DATE_FORMAT")
    except ValueError:
        return text
