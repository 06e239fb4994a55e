"""Writes to the plan. Each is one transaction, checked and recorded."""

from django.db import transaction

from ildsjel.organisation.audit import record, replan, require, require_own
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.strategy.models import Goal, GoalKind, StakeholderGroup, Topic


@transaction.atomic
def save_goal(
    *,
    by: Member,
    statement: str,
    kind: str = GoalKind.SERVICE,
    owner: Member | None = None,
    goal: Goal | None = None,
) -> Goal:
    require(by, Right.PLAN)
    last = Goal.objects.filter(organisation=by.organisation).order_by("position").last()
    goal = goal or Goal(organisation=by.organisation, position=last.position + 1 if last else 0)
    require_own(by, goal)
    if owner is not None:
        require_own(by, owner)
    goal.statement, goal.kind, goal.owner = statement, kind, owner
    goal.save()
    record(by.organisation, "goal.save", by=by, target=goal, details={"statement": statement})
    return goal


@transaction.atomic
def save_group(
    *, by: Member, name: str, need: str = "", group: StakeholderGroup | None = None
) -> StakeholderGroup:
    require(by, Right.PLAN)
    group = group or StakeholderGroup(organisation=by.organisation)
    require_own(by, group)
    group.name, group.need = name, need
    group.save()
    record(by.organisation, "group.save", by=by, target=group, details={"name": name})
    return group


@transaction.atomic
def save_topic(*, by: Member, name: str, topic: Topic | None = None) -> Topic:
    """Write a topic; a name that was archived earlier comes back."""
    require(by, Right.PLAN)
    topic = topic or Topic.objects.filter(organisation=by.organisation, name=name).first()
    topic = topic or Topic(organisation=by.organisation)
    require_own(by, topic)
    topic.name, topic.archived_at = name, None
    topic.save()
    record(by.organisation, "topic.save", by=by, target=topic, details={"name": name})
    replan(by.organisation_id)
    return topic


@transaction.atomic
def archive(*, by: Member, row: Goal | StakeholderGroup | Topic, archived: bool = True) -> None:
    """Take out of use, or back into it; what points to the row keeps its meaning."""
    require(by, Right.PLAN)
    require_own(by, row)
    row.archived_at = utc_now() if archived else None
    row.save(update_fields=["archived_at"])
    name = f"{row._meta.model_name}.{'archive' if archived else 'restore'}"
    record(by.organisation, name, by=by, target=row)
    replan(by.organisation_id)
