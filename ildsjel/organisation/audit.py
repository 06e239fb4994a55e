"""The right to act and the trail of having acted: what every action in every room calls."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Model

from ildsjel.organisation.models import AuditEntry, Member, NotAllowed, Organisation, Pulse, Right

LOOP = "Ildsjel"


def require(member: Member, right: Right) -> None:
    """Raise `NotAllowed` unless the member's role has the right."""
    if not member.can(right):
        raise NotAllowed(f"{member.get_role_display()}: {right.value}")


def require_own(member: Member, row: Model) -> None:
    """Raise `NotAllowed` unless the row belongs to the member's organisation."""
    if getattr(row, "organisation_id", None) != member.organisation_id:
        raise NotAllowed("another organisation's row")


def record(
    organisation: Organisation | int,
    action: str,
    *,
    by: Member | None,
    target: Model | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write who did what to which row; `by=None` is the loop itself."""
    name = f"{target._meta.model_name}:{target.pk}" if target is not None else ""
    return AuditEntry.objects.create(
        organisation_id=organisation if isinstance(organisation, int) else organisation.pk,
        member=by,
        actor=str(by) if by else LOOP,
        action=action,
        target=name,
        details=dict(details or {}),
    )


def changed(organisation_id: int) -> None:
    """Tell browsers that something they may show has changed. Call inside the transaction."""
    if not Pulse.objects.filter(pk=organisation_id).update(version=F("version") + 1):
        Pulse.objects.get_or_create(organisation_id=organisation_id, defaults={"version": 1})


def replan(organisation_id: int) -> None:
    """Tell the line in that watches, rules or desks have changed. Call inside the transaction."""
    Organisation.objects.filter(pk=organisation_id).update(plan_version=F("plan_version") + 1)
    changed(organisation_id)
