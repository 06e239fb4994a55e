"""What is noted beside the plan: what its measures showed, and findings that we live with."""

from datetime import date

from django.db import transaction

from ildsjel.engine.plan.document import Element
from ildsjel.organisation.audit import record, require, require_own
from ildsjel.organisation.models import Member, Right
from ildsjel.strategy.actions.elements import person_for
from ildsjel.strategy.actions.writing import change, renew
from ildsjel.strategy.models import Acceptance, Goal, Observation


@transaction.atomic
def observe(*, by: Member, goal: Goal, on: date, value: float, note: str = "") -> Observation:
    """Write what a goal's measure showed on a day, instead of what stood for that day before."""
    require(by, Right.PLAN)
    require_own(by, goal)
    row, _new = Observation.objects.update_or_create(
        goal=goal,
        on=on,
        defaults={"organisation": by.organisation, "value": value, "note": note, "by": by},
    )
    record(by.organisation, "goal.observe", by=by, target=goal, details={"date": str(on)})
    renew(by)
    return row


@transaction.atomic
def forget_observation(*, by: Member, observation: Observation) -> None:
    """Take a value out again that was written by mistake."""
    require(by, Right.PLAN)
    require_own(by, observation)
    details = {"date": str(observation.on), "value": observation.value}
    record(by.organisation, "goal.forget", by=by, target=observation.goal, details=details)
    observation.delete()
    renew(by)


@transaction.atomic
def accept_finding(
    *, by: Member, rule: str, element: Element, reason: str, until: date
) -> Acceptance:
    """Live with what a rule found in an element until a date."""
    require(by, Right.PLAN)
    person, is_new = person_for(by, by)
    if is_new:
        change(by=by, put=[person], members={person.key: by})
    row, _new = Acceptance.objects.update_or_create(
        organisation=by.organisation,
        rule=rule,
        kind=element.kind,
        key=element.key,
        defaults={"reason": reason, "until": until, "by": by, "person": person.key},
    )
    details = {"rule": rule, "element": str(element), "reason": reason, "date": str(until)}
    record(by.organisation, "finding.accept", by=by, target=row, details=details)
    renew(by)
    return row


@transaction.atomic
def take_up_finding(*, by: Member, acceptance: Acceptance) -> None:
    """No longer live with it: it is shown again."""
    require(by, Right.PLAN)
    require_own(by, acceptance)
    details = {"rule": acceptance.rule, "element": f"{acceptance.kind}/{acceptance.key}"}
    record(by.organisation, "finding.take_up", by=by, target=acceptance, details=details)
    acceptance.delete()
    renew(by)
