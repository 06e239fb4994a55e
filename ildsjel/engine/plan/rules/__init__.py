"""The rules by which a plan checks itself, and the check."""

from datetime import date
from typing import Final

from ildsjel.engine.plan.document import Acceptance, Plan, elements
from ildsjel.engine.plan.evidence import Evidence
from ildsjel.engine.plan.findings import Basis, Finding
from ildsjel.engine.plan.rules import channels, goals, groups, people, promises, tactics, whole
from ildsjel.engine.plan.rules.base import Found, Rule, View

RULES: Final[dict[str, Rule]] = {
    rule.id: rule
    for rule in (
        *whole.RULES,
        *goals.RULES,
        *groups.RULES,
        *tactics.RULES,
        *channels.RULES,
        *promises.RULES,
        *people.RULES,
        whole.acceptance_idle,
    )
}


def check(plan: Plan, evidence: Evidence, today: date) -> list[Finding]:
    """Everything that the rules find, the worst first, then section by section in plan order.

    Findings that have been accepted are there too, with their acceptance, until its date has passed
    (`until` included); one without reason, date or name silences nothing.
    """
    view = View(plan, evidence, today)
    accepted = {(each.rule, each.element): each for each in plan.acceptances if _holds(each, today)}
    for rule in RULES.values():
        for found in rule.look(view):
            acceptance = accepted.get((rule.id, found.element))
            view.found.append(_finding(rule, found, evidence, acceptance))
    places = {element: number for number, (element, _) in enumerate(elements(plan), start=1)}
    return sorted(view.found, key=lambda each: (each.severity.rank, places.get(each.element, 0)))


def _holds(acceptance: Acceptance, today: date) -> bool:
    if not (acceptance.reason and acceptance.by and acceptance.until):
        return False
    return acceptance.until >= today


def _finding(rule: Rule, found: Found, evidence: Evidence, accepted: Acceptance | None) -> Finding:
    seen = rule.basis is Basis.EVIDENCE
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        element=found.element,
        field=found.field,
        values=found.values,
        basis=rule.basis,
        since=evidence.since if seen else None,
        until=evidence.until if seen else None,
        source=evidence.source if seen else "",
        accepted=accepted,
    )
