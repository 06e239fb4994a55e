"""What the plan's self-check says, in the language of the reader.

The engine finds codes and values; here are the words that a manager understands: what is wrong,
what was found, why it matters, what to do. A test holds that every rule has words for its values.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext, gettext_lazy, ngettext

from ildsjel.engine.plan import Basis, Element, Finding, Kind, Plan, Severity
from ildsjel.engine.plan.document import elements, title
from ildsjel.engine.plan.findings import Value
from ildsjel.strategy.finding_words import channels, goals, groups, people, tactics, whole
from ildsjel.strategy.finding_words.shape import RuleWords

WORDS: Final[Mapping[str, RuleWords]] = {
    **whole.WORDS,
    **goals.WORDS,
    **groups.WORDS,
    **tactics.WORDS,
    **channels.WORDS,
    **people.WORDS,
}
SEVERITIES: Final[Mapping[Severity, tuple[Lazy, Lazy]]] = {
    Severity.CRITICAL: (
        gettext_lazy("Critical"),
        gettext_lazy("The plan does not carry as it is."),
    ),
    Severity.SERIOUS: (gettext_lazy("Serious"), gettext_lazy("It will cost you, sooner or later.")),
    Severity.ADVICE: (gettext_lazy("Advice"), gettext_lazy("It could be better.")),
}
KINDS: Final[Mapping[Kind, Lazy]] = {
    Kind.PLAN: gettext_lazy("The plan"),
    Kind.PERSON: gettext_lazy("Person"),
    Kind.GOAL: gettext_lazy("Goal"),
    Kind.GROUP: gettext_lazy("Group"),
    Kind.TACTIC: gettext_lazy("Tactic"),
    Kind.CHANNEL: gettext_lazy("Channel"),
    Kind.ROLE: gettext_lazy("Role"),
    Kind.GUARDRAIL: gettext_lazy("Guardrail"),
    Kind.REVIEW: gettext_lazy("Review"),
}
_MINUTES = {"minutes", "closed_minutes"}  # values that are lengths of time


def finding_words(finding: Finding) -> RuleWords:
    """What to say of a finding, in the language that is active."""
    words = WORDS[finding.rule]
    values = {name: _said(name, value) for name, value in finding.values.items()}
    return RuleWords(
        title=gettext(words.title),
        found=gettext(words.found) % values if words.found else "",
        why=gettext(words.why) % values,
        do=gettext(words.do) % values,
    )


def basis_words(finding: Finding) -> str:
    """What the finding rests on: the plan, or counts with their period and source."""
    if finding.basis is Basis.PLAN:
        return gettext("Rests on the plan as it is written.")
    said = gettext("Rests on what was counted.")
    if finding.since and finding.until:
        period = {"since": _day(finding.since), "until": _day(finding.until)}
        said = gettext("Rests on what was counted from %(since)s to %(until)s.") % period
    if finding.source:
        said += " " + gettext("Source: %(source)s.") % {"source": finding.source}
    return said


def accepted_words(finding: Finding, plan: Plan) -> str:
    """Until when, by whom and why a finding is accepted; "" where it is not."""
    accepted = finding.accepted
    if accepted is None or accepted.until is None:
        return ""
    return gettext("Accepted until %(until)s by %(person)s: %(reason)s") % {
        "until": _day(accepted.until),
        "person": names(plan).get(Element(Kind.PERSON, accepted.by), accepted.by),
        "reason": accepted.reason,
    }


def names(plan: Plan) -> dict[Element, str]:
    """What each element of the plan is called."""
    return {element: title(each) for element, each in elements(plan)}


def duration(minutes: int) -> str:
    """Minutes as people say them: 30 minutes, 2 hours, 3 days."""
    if minutes % 1440 == 0:
        count = minutes // 1440
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if minutes % 60 == 0 or minutes >= 600:
        count = round(minutes / 60)
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def _said(name: str, value: Value) -> str:
    if name in _MINUTES and isinstance(value, int):
        return duration(value)
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, float | int):
        digits = 0 if value == int(value) else 1
        return number_format(
            round(value, digits), decimal_pos=digits, force_grouping=value >= 10_000
        )
    return ", ".join(value) if isinstance(value, tuple) else value


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
