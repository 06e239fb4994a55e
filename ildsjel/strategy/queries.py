"""Reads of goals, stakeholder groups and topics."""

from datetime import UTC, datetime
from typing import TypeVar

from django.db.models import QuerySet

from ildsjel.organisation.models import Member
from ildsjel.strategy.models import Goal, StakeholderGroup, Topic

MOST_ARCHIVED = 100
NEVER = datetime.min.replace(tzinfo=UTC)
Kind = TypeVar("Kind", Goal, StakeholderGroup, Topic)


def goals(member: Member) -> QuerySet[Goal]:
    """The goals in force, in the organisation's own order."""
    return Goal.objects.of(member).filter(archived_at=None).order_by("position", "pk")


def groups(member: Member) -> QuerySet[StakeholderGroup]:
    return StakeholderGroup.objects.of(member).filter(archived_at=None).order_by("name")


def topics(member: Member) -> QuerySet[Topic]:
    return Topic.objects.of(member).filter(archived_at=None).order_by("name")


def archived(member: Member) -> list[Goal | StakeholderGroup | Topic]:
    """What is out of use, newest first, over all three kinds."""
    found: list[Goal | StakeholderGroup | Topic] = [
        *_out_of_use(Goal.objects.of(member)),
        *_out_of_use(StakeholderGroup.objects.of(member)),
        *_out_of_use(Topic.objects.of(member)),
    ]
    return sorted(found, key=lambda row: row.archived_at or NEVER, reverse=True)


def _out_of_use(rows: QuerySet[Kind]) -> QuerySet[Kind]:
    return rows.exclude(archived_at=None).order_by("-archived_at", "-pk")[:MOST_ARCHIVED]
