"""Whole plans: put in force, signed by management, and the last change undone."""

from dataclasses import replace

from django.db import transaction

from ildsjel.engine.plan.document import Element, Kind, Plan, fingerprint
from ildsjel.organisation.audit import record, require
from ildsjel.organisation.models import Member, Right
from ildsjel.strategy.actions.elements import person_for
from ildsjel.strategy.actions.writing import (
    Change,
    PlanMoved,
    as_changes,
    change,
    know_people,
    lock,
    renew,
    store,
)
from ildsjel.strategy.documents import plan_in
from ildsjel.strategy.models import How, PlanSignature, PlanVersion


@transaction.atomic
def apply(*, by: Member, plan: Plan, why: str, how: str = How.IMPORT) -> PlanVersion | None:
    """Let the plan become this one, as one version; None where it is so already."""
    require(by, Right.PLAN)
    lock(by)
    version = store(by, as_changes(by, plan), why=why, how=how)
    know_people(by, {})
    return version


@transaction.atomic
def undo(*, by: Member, number: int) -> PlanVersion | None:
    """Make the newest version undone, as a version of its own; undone again, it is back.

    Raises `PlanMoved` where it is not the newest any more.
    """
    require(by, Right.PLAN)
    if lock(by).version != number:
        raise PlanMoved
    version = PlanVersion.objects.get(organisation=by.organisation, number=number)
    changes = [
        Change(Element(Kind(row.kind), row.key), row.after, row.before)
        for row in version.changes.order_by("pk")
    ]
    undone = store(by, changes, why=version.why, how=How.UNDO)
    know_people(by, {})
    return undone


@transaction.atomic
def sign(*, by: Member, seen: str) -> PlanSignature:
    """Management stands behind the plan as it is. `seen` is the fingerprint of what was shown.

    Raises `PlanMoved` where the plan is another by now.
    """
    require(by, Right.SIGN)
    lock(by)
    if fingerprint(plan_in(by.organisation)) != seen:
        raise PlanMoved
    person, is_new = person_for(by, by)
    if is_new or not person.management:
        change(by=by, put=[replace(person, management=True)], members={person.key: by})
    head = lock(by)
    row = PlanSignature.objects.create(
        organisation=by.organisation,
        version=head.version,
        fingerprint=fingerprint(plan_in(by.organisation)),
        by=by,
        person=person.key,
        name=str(by),
    )
    details = {"version": head.version, "fingerprint": row.fingerprint}
    record(by.organisation, "plan.sign", by=by, target=row, details=details)
    renew(by)
    return row
