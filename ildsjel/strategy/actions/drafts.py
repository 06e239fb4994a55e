"""Plans that were read from a file, looked at, and put in force or thrown away."""

from django.db import transaction

from ildsjel.engine.plan.reading import read
from ildsjel.organisation.audit import require, require_own
from ildsjel.organisation.models import Member, Right
from ildsjel.strategy.actions.versions import apply
from ildsjel.strategy.models import PlanDraft, PlanVersion


@transaction.atomic
def keep_draft(*, by: Member, name: str, text: str) -> PlanDraft:
    """Keep a plan that was read, to be looked at before it is put in force; earlier ones go."""
    require(by, Right.PLAN)
    PlanDraft.objects.filter(organisation=by.organisation, by=by).delete()
    return PlanDraft.objects.create(organisation=by.organisation, by=by, name=name, text=text)


@transaction.atomic
def put_in_force(*, by: Member, draft: PlanDraft, why: str) -> PlanVersion | None:
    """Let the plan become what was read."""
    require(by, Right.PLAN)
    require_own(by, draft)
    version = apply(by=by, plan=read(draft.text), why=why)
    draft.delete()
    return version


@transaction.atomic
def discard_draft(*, by: Member, draft: PlanDraft) -> None:
    require(by, Right.PLAN)
    require_own(by, draft)
    draft.delete()
