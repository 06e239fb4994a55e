"""Findings as a page of plain text, and as values for JSON."""

from collections.abc import Sequence
from datetime import date
from textwrap import fill
from typing import Any

from django.utils.translation import gettext

from ildsjel.engine.plan import THE_PLAN, Finding, Plan, Reading, Severity, fingerprint
from ildsjel.strategy.finding_words import (
    KINDS,
    SEVERITIES,
    accepted_words,
    basis_words,
    finding_words,
    names,
)

WIDTH = 96


def as_text(plan: Plan, findings: Sequence[Finding], reading: Reading, file: str) -> str:
    """The findings by severity, each with its line in the file, why, and what to do."""
    open_ones = [each for each in findings if each.accepted is None]
    parts = [f"{plan.organisation}. {summary(findings)}"]
    for severity in Severity:
        of_it = [each for each in open_ones if each.severity is severity]
        if of_it:
            title, meaning = SEVERITIES[severity]
            parts.append(f"{str(title).upper()}. {meaning}")
            parts += [_finding(each, plan, reading, file) for each in of_it]
    accepted = [each for each in findings if each.accepted]
    if accepted:
        parts.append(gettext("Accepted").upper())
        parts += [_accepted(each, plan, reading, file) for each in accepted]
    return "\n\n".join(parts) + "\n"


def as_values(
    plan: Plan, findings: Sequence[Finding], reading: Reading, today: date
) -> dict[str, Any]:
    """The same for other programs: texts in the active language, codes and values beside them."""
    return {
        "organisation": plan.organisation,
        "version": fingerprint(plan),
        "today": today,
        "counts": {severity.value: _count(findings, severity) for severity in Severity},
        "accepted": sum(each.accepted is not None for each in findings),
        "findings": [_values(each, plan, reading) for each in findings],
    }


def summary(findings: Sequence[Finding]) -> str:
    """How many of which severity, in a sentence."""
    accepted = sum(each.accepted is not None for each in findings)
    if len(findings) == accepted:
        said = gettext("Nothing was found.")
    else:
        said = gettext("Critical: %(critical)s. Serious: %(serious)s. Advice: %(advice)s.") % {
            severity.value: _count(findings, severity) for severity in Severity
        }
    if accepted:
        said += " " + gettext("Accepted: %(count)s.") % {"count": accepted}
    return said


def element_name(finding: Finding, plan: Plan) -> str:
    """What the finding is about, as people say it: Channel “Facebook”."""
    if finding.element == THE_PLAN:
        return str(KINDS[finding.element.kind])
    name = names(plan).get(finding.element, finding.element.key)
    kind = str(KINDS[finding.element.kind])
    return gettext("%(kind)s “%(name)s”") % {"kind": kind, "name": name}


def _finding(finding: Finding, plan: Plan, reading: Reading, file: str) -> str:
    words = finding_words(finding)
    lines = [_head(finding, plan, reading, file), words.found, words.why, f"→ {words.do}"]
    if finding.source or finding.since:
        lines.append(f"({basis_words(finding)})")
    first, *rest = [line for line in lines if line]
    return "\n".join([first, *(_indented(line) for line in rest)])


def _accepted(finding: Finding, plan: Plan, reading: Reading, file: str) -> str:
    said = accepted_words(finding, plan)
    return f"{_head(finding, plan, reading, file)}\n{_indented(said)}"


def _head(finding: Finding, plan: Plan, reading: Reading, file: str) -> str:
    line = reading.line(finding.element, finding.field)
    place = f"{file}:{line}" if line else file
    title = finding_words(finding).title
    return f"{place}: {element_name(finding, plan)}: {title} [{finding.rule}]"


def _indented(text: str) -> str:
    return fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(each.severity is severity and each.accepted is None for each in findings)


def _values(finding: Finding, plan: Plan, reading: Reading) -> dict[str, Any]:
    words = finding_words(finding)
    accepted = finding.accepted
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "element": str(finding.element),
        "name": element_name(finding, plan),
        "field": finding.field,
        "line": reading.line(finding.element, finding.field),
        "title": words.title,
        "found": words.found,
        "why": words.why,
        "do": words.do,
        "values": dict(finding.values),
        "basis": finding.basis.value,
        "rests_on": basis_words(finding),
        "accepted": accepted and {"until": accepted.until, "reason": accepted.reason},
    }
