"""Single elements of the plan, and the topics beside it: written, archived, brought back."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from ildsjel.channels.models import Channel
from ildsjel.engine.plan import document
from ildsjel.engine.plan.document import AnyElement, Element, Person, title
from ildsjel.organisation.audit import record, replan, require, require_own
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.strategy.actions.writing import change, renew
from ildsjel.strategy.codec import named_by, without
from ildsjel.strategy.documents import TABLES, element_of
from ildsjel.strategy.models import (
    Goal,
    GoalKind,
    Mandate,
    PlanElement,
    PlanPerson,
    PlanVersion,
    StakeholderGroup,
    Topic,
)
from ildsjel.strategy.queries import free_key


def person_for(by: Member, member: Member) -> tuple[Person, bool]:
    """The person that a member is in the plan; and whether the plan does not know them yet."""
    rows = PlanPerson.objects.filter(organisation=by.organisation, archived_at=None)
    known = rows.filter(member=member).first() or rows.filter(member=None, name=str(member)).first()
    told = element_of(known) if known else None
    if isinstance(told, Person):
        return told, False
    name = str(member)
    return Person(key=free_key(by, document.Kind.PERSON, name), name=name), True


@transaction.atomic
def save(
    *,
    by: Member,
    element: AnyElement,
    why: str = "",
    members: Mapping[str, Member] | None = None,
    people: tuple[Person, ...] = (),
) -> PlanVersion | None:
    """Write one element, with the people whom it names for the first time."""
    return change(by=by, put=[*people, element], why=why, members=members)


@transaction.atomic
def save_goal(
    *,
    by: Member,
    statement: str,
    kind: str = GoalKind.SERVICE,
    owner: Member | None = None,
    goal: Goal | None = None,
    why: str = "",
) -> Goal:
    """Write what a goal is, and who answers for it; the rest of it stays."""
    require(by, Right.PLAN)
    for row in (goal, owner):
        if row is not None:
            require_own(by, row)
    put: list[AnyElement] = []
    members: dict[str, Member] = {}
    key = ""
    if owner is not None:
        person, is_new = person_for(by, owner)
        put, members, key = [person] if is_new else [], {person.key: owner}, person.key
    told = element_of(goal) if goal else None
    if not isinstance(told, document.Goal):
        told = document.Goal(key=free_key(by, document.Kind.GOAL, statement), statement=statement)
    told = replace(told, statement=statement, kind=document.GoalKind(kind), owner=key)
    change(by=by, put=[*put, told], why=why, members=members)
    return Goal.objects.get(organisation=by.organisation, key=told.key)


@transaction.atomic
def save_group(
    *, by: Member, name: str, need: str = "", group: StakeholderGroup | None = None, why: str = ""
) -> StakeholderGroup:
    """Write who a group are and what they need; the rest stays."""
    require(by, Right.PLAN)
    if group is not None:
        require_own(by, group)
    told = element_of(group) if group else None
    if not isinstance(told, document.Group):
        told = document.Group(key=free_key(by, document.Kind.GROUP, name), name=name)
    told = replace(told, name=name, need=need)
    change(by=by, put=[told], why=why)
    return StakeholderGroup.objects.get(organisation=by.organisation, key=told.key)


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
def archive(*, by: Member, row: PlanElement | Topic, why: str = "") -> PlanVersion | None:
    """Take out of use; what points to the row keeps its meaning. Topics have no versions."""
    require(by, Right.PLAN)
    require_own(by, row)
    if isinstance(row, PlanElement):
        return change(by=by, remove=[Element(row.KIND, row.key)], why=why)
    row.archived_at = utc_now()
    row.save(update_fields=["archived_at"])
    record(by.organisation, "topic.archive", by=by, target=row)
    replan(by.organisation_id)
    return None


@transaction.atomic
def restore(*, by: Member, row: PlanElement | Topic, why: str = "") -> None:
    """Take back into use as it was; what named it then is not made to name it again."""
    require(by, Right.PLAN)
    require_own(by, row)
    if isinstance(row, PlanElement):
        change(by=by, put=[_as_far_as_known(by, element_of(row))], why=why)
        return
    row.archived_at = None
    row.save(update_fields=["archived_at"])
    record(by.organisation, "topic.restore", by=by, target=row)
    replan(by.organisation_id)


def _as_far_as_known(by: Member, element: AnyElement) -> AnyElement:
    """Without mention of what has gone since."""
    for name in named_by(element):
        rows = TABLES[name.kind]._default_manager.filter(organisation=by.organisation)
        if not rows.filter(key=name.key, archived_at=None).exists():
            element = without(element, name)
    return element


@transaction.atomic
def link_channel(*, by: Member, mandate: Mandate, channel: Channel | None) -> None:
    """Say which connected channel a mandate is about; none where it is about none of them."""
    require(by, Right.PLAN)
    require_own(by, mandate)
    if channel is not None:
        require_own(by, channel)
    mandate.channel = channel
    mandate.save(update_fields=["channel"])
    details = {"name": title(element_of(mandate)), "channels": [channel.pk] if channel else []}
    record(by.organisation, "plan.channel", by=by, target=mandate, details=details)
    renew(by)
