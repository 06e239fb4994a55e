"""Reads of channels and their health."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import QuerySet, Sum

from ildsjel.channels.models import (
    Channel,
    HealthKind,
    HealthLine,
    Import,
    ImportState,
    RejectedRow,
)
from ildsjel.organisation.models import Member, utc_now

QUIET_AFTER = timedelta(hours=24)


class Condition(StrEnum):
    WELL = "well"
    WAITING = "waiting"  # connected, nothing heard yet
    QUIET = "quiet"  # the network answers, but nothing has come for long
    FAILING = "failing"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel is, as the pages show it."""

    condition: Condition
    last_event_at: datetime | None
    error: str
    since: datetime | None


def channels(member: Member) -> QuerySet[Channel]:
    """The channels of the member's organisation that are not removed, by name."""
    return Channel.objects.of(member).filter(removed_at=None).order_by("name", "pk")


def connected(member: Member) -> QuerySet[Channel]:
    """The channels that are accounts or sources, without those that a file came in by."""
    return channels(member).exclude(kind="files")


def removed_channels(member: Member) -> QuerySet[Channel]:
    """Channels that were taken out of the lists, the last one first."""
    rows = Channel.objects.of(member).exclude(removed_at=None).exclude(kind="files")
    return rows.order_by("-removed_at", "-pk")


def network_of(channel: Channel) -> str:
    """The network on which a channel's posts are said."""
    return str(channel.settings.get("network") or channel.kind)


def health_of(channel: Channel) -> Health:
    return Health(_condition(channel), channel.last_event_at, channel.error, channel.error_since)


def _condition(channel: Channel) -> Condition:
    if not channel.enabled:
        return Condition.OFF
    if channel.error:
        return Condition.FAILING
    if channel.last_event_at is None:
        return Condition.WAITING
    quiet = utc_now() - channel.last_event_at > QUIET_AFTER
    return Condition.QUIET if quiet else Condition.WELL


def health_lines(channel: Channel) -> QuerySet[HealthLine]:
    """What happened to the channel, newest first."""
    return channel.health.order_by("-at", "-pk")


def imports(member: Member) -> QuerySet[Import]:
    """The organisation's file imports, newest first."""
    return Import.objects.of(member).select_related("channel").order_by("-created_at", "-pk")


def trouble_of_the_week(channel: Channel) -> dict[str, int]:
    """How often in seven days the channel failed, and how much could not be read, by kind."""
    lines = channel.health.filter(at__gte=utc_now() - timedelta(days=7))
    counts = dict(lines.order_by().values_list("kind").annotate(Sum("count")))
    return {kind: counts.get(kind, 0) for kind in HealthKind.values}


def is_being_imported(member: Member, file_name: str) -> bool:
    """Whether a file of that name is on its way in just now."""
    return imports(member).filter(file_name=file_name, state=ImportState.RUNNING).exists()


def rejected_rows(source: Import) -> QuerySet[RejectedRow]:
    """The rows of a file that could not be read, in the order of the file."""
    return source.rejected_rows.order_by("pk")


def every_channel() -> QuerySet[Channel]:
    """The channels of all organisations; for the commands, never for a page."""
    rows = Channel.objects.filter(removed_at=None).select_related("organisation")
    return rows.order_by("organisation", "name")


def sealed_channels() -> QuerySet[Channel]:
    """All channels with stored secrets, removed ones too; for the commands, never for a page."""
    rows = Channel.objects.exclude(credential=None).select_related("organisation")
    return rows.order_by("organisation", "name", "pk")
