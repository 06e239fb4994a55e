"""Reads of the plan: its parts, its versions, and what is noted beside it."""

from datetime import UTC, date, datetime
from typing import TypeVar

from django.db.models import Count, QuerySet

from ildsjel.engine.plan.document import THE_PLAN, Element, Kind, Plan, key_for
from ildsjel.organisation.models import Member, Organisation, Right
from ildsjel.strategy.codec import Said
from ildsjel.strategy.documents import TABLES, in_force, plan_in, said_of
from ildsjel.strategy.models import (
    Acceptance,
    Goal,
    Mandate,
    Observation,
    PlanChange,
    PlanDraft,
    PlanElement,
    PlanHead,
    PlanPerson,
    PlanSignature,
    PlanVersion,
    StakeholderGroup,
    Topic,
)

MOST_ARCHIVED = 100
NEVER = datetime.min.replace(tzinfo=UTC)
Some = TypeVar("Some", bound="PlanElement | Topic")


def goals(member: Member) -> QuerySet[Goal]:
    """The goals in force, in the organisation's own order."""
    return Goal.objects.of(member).filter(archived_at=None).order_by("position", "pk")


def groups(member: Member) -> QuerySet[StakeholderGroup]:
    return StakeholderGroup.objects.of(member).filter(archived_at=None).order_by("name")


def topics(member: Member) -> QuerySet[Topic]:
    return Topic.objects.of(member).filter(archived_at=None).order_by("name")


def people(member: Member) -> QuerySet[PlanPerson]:
    """The people whom the plan names."""
    rows = PlanPerson.objects.of(member).filter(archived_at=None)
    return rows.select_related("member__user").order_by("position", "pk")


def mandates(member: Member) -> QuerySet[Mandate]:
    """The channels of the plan, those that we are not on too."""
    rows = Mandate.objects.of(member).filter(archived_at=None)
    return rows.select_related("channel").order_by("position", "pk")


def rows_of(member: Member, kind: Kind) -> QuerySet[PlanElement]:
    """The elements of a kind that are in force, in the plan's order."""
    rows = in_force(TABLES[kind], member.organisation_id)
    return rows if member.can(Right.READ) else rows.none()


def archived(member: Member) -> list[PlanElement | Topic]:
    """What is out of use, newest first, over all kinds."""
    found: list[PlanElement | Topic] = [*_out_of_use(Topic.objects.of(member))]
    for table in TABLES.values():
        rows: QuerySet[PlanElement] = table._default_manager.filter(
            organisation=member.organisation_id
        )
        found += _out_of_use(rows if member.can(Right.READ) else rows.none())
    return sorted(found, key=lambda row: row.archived_at or NEVER, reverse=True)[:MOST_ARCHIVED]


def _out_of_use(rows: QuerySet[Some]) -> QuerySet[Some]:
    return rows.exclude(archived_at=None).order_by("-archived_at", "-pk")[:MOST_ARCHIVED]


def planned_organisations() -> QuerySet[Organisation]:
    """The organisations that have a plan; for the loop."""
    return Organisation.objects.filter(pk__in=PlanHead.objects.values("organisation_id"))


def numbers_of(member: Member, kind: Kind) -> dict[str, int]:
    """The numbers of the rows of a kind that are in force, by key."""
    return dict(rows_of(member, kind).values_list("key", "pk")) if kind in TABLES else {}


def free_key(member: Member, kind: Kind, name: str) -> str:
    """A key for a new element that none has, not even one that is archived."""
    rows = TABLES[kind]._default_manager.filter(organisation=member.organisation_id)
    return key_for(name, set(rows.values_list("key", flat=True)))


def plan_of(member: Member) -> Plan:
    """The plan as one value; empty for those who may not read."""
    if not member.can(Right.READ):
        return Plan(organisation="")
    return plan_in(member.organisation)


def head_of(member: Member) -> PlanHead | None:
    return PlanHead.objects.filter(organisation=member.organisation_id).first()


def versions(member: Member) -> QuerySet[PlanVersion]:
    """What was changed when, newest first, with the number of elements in each."""
    rows = PlanVersion.objects.of(member).annotate(elements=Count("changes"))
    return rows.order_by("-number")


def version(member: Member, number: int) -> PlanVersion | None:
    return PlanVersion.objects.of(member).filter(number=number).first()


def signatures(member: Member) -> QuerySet[PlanSignature]:
    """Who has signed which version, newest first."""
    return PlanSignature.objects.of(member).order_by("-at", "-pk")


def state_now(member: Member) -> dict[Element, Said]:
    """All that the plan says now, by element, each with its place."""
    found: dict[Element, Said] = {}
    if (head := head_of(member)) and head.said:
        found[THE_PLAN] = head.said
    for kind in TABLES:
        for row in rows_of(member, kind):
            found[Element(kind, row.key)] = said_of(row) | {"position": row.position}
    return found


def state_at(member: Member, number: int) -> dict[Element, Said]:
    """All that the plan said in a version; 0 is what there was before the first change."""
    found = state_now(member)
    later = PlanChange.objects.of(member).filter(version__number__gt=number)
    for each in later.order_by("-version__number", "-pk"):
        name = Element(Kind(each.kind), each.key)
        if each.before is None:
            found.pop(name, None)
        else:
            found[name] = each.before
    return found


def history_of(member: Member, name: Element) -> QuerySet[PlanChange]:
    """What became of one element, newest first."""
    rows = PlanChange.objects.of(member).filter(kind=name.kind, key=name.key)
    return rows.select_related("version").order_by("-version__number")


def changed_since(member: Member, name: Element, number: int) -> PlanVersion | None:
    """The newest version later than that in which an element was changed."""
    later = history_of(member, name).filter(version__number__gt=number).first()
    return later.version if later else None


def acceptances(member: Member) -> QuerySet[Acceptance]:
    """The findings that we live with, those that run out first."""
    return Acceptance.objects.of(member).select_related("by__user").order_by("until", "pk")


def observations(member: Member, goal: Goal) -> QuerySet[Observation]:
    """What a goal's measure has shown, oldest first."""
    return Observation.objects.of(member).filter(goal=goal).order_by("on")


def newest_observations(organisation_id: int) -> dict[str, tuple[date, float]]:
    """The newest value of each goal's measure, by the goal's key; for the loop and for rules."""
    rows = Observation.objects.filter(organisation=organisation_id).order_by("on")
    return {key: (on, value) for key, on, value in rows.values_list("goal__key", "on", "value")}


def drafts(member: Member) -> QuerySet[PlanDraft]:
    """One's own plans that were read from files and are not in force."""
    return PlanDraft.objects.of(member).filter(by=member).order_by("-pk")
