"""What of a channel's batches goes into its organisation's archive, and how long it stays there.

Public posts alone: never mail, nor what was written to followers or to us alone.
"""

import logging
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from django.conf import settings

from ildsjel.channels.models import Channel
from ildsjel.channels.queries import network_of
from ildsjel.engine.items import Address, Deletion, Item, Visibility
from ildsjel.listening import archive
from ildsjel.organisation.models import Organisation

log = logging.getLogger(__name__)

PURGE_EVERY = timedelta(hours=20)  # so that it falls on every day, even where some turns are missed
_PURGED = ".purged"
_UNFIT = (OSError, ValueError, TypeError, OverflowError, pa.ArrowException)
_TELL_EVERY = 60.0  # seconds
_told_at: dict[int, float] = {}
# Deletions that could not be noted: they go before the next batch, for they must not be lost.
_waiting: dict[int, list[Deletion]] = {}


def folder_of(organisation_id: int) -> Path:
    """Where an organisation's archive is, or would be."""
    return Path(settings.DATA_DIR) / "archive" / str(organisation_id)


def keep(
    channel: Channel, items: Sequence[Item], deletions: Sequence[Deletion], *, now: datetime
) -> None:
    """Put a batch into the archive, where the organisation keeps one. Never raises because of it:
    what can't be written is told in the log, once a minute at most."""
    days = Organisation.objects.values_list("archive_days", flat=True).get(
        pk=channel.organisation_id
    )
    if not days:
        return
    try:
        _append(channel, _public(items, now - timedelta(days=days), now), now)
    except _UNFIT:
        _tell(channel)
    _forget(channel, deletions)


def _public(items: Sequence[Item], since: datetime, now: datetime) -> list[Item]:
    """What may be kept. A clock that runs ahead would keep a post for longer than was said."""
    return [
        item if item.published_at <= now else replace(item, published_at=now)
        for item in items
        if item.visibility is Visibility.PUBLIC
        and item.address is not Address.DIRECT
        and item.published_at >= since
    ]


def _append(channel: Channel, items: Sequence[Item], now: datetime) -> None:
    if not items or channel.kind == "mail":
        return
    rows = archive.table_of(items, channel=channel.pk, network=network_of(channel), received_at=now)
    archive.append(folder_of(channel.organisation_id), rows)


def _forget(channel: Channel, deletions: Sequence[Deletion]) -> None:
    told = [*_waiting.pop(channel.pk, ()), *deletions]
    folder = folder_of(channel.organisation_id)
    if not told or not folder.is_dir():
        return
    try:
        archive.forget(folder, channel.pk, told)
    except _UNFIT:
        _waiting[channel.pk] = told
        _tell(channel)


def _tell(channel: Channel) -> None:
    organisation = channel.organisation_id
    now = time.monotonic()
    if now - _told_at.get(organisation, -_TELL_EVERY) >= _TELL_EVERY:
        _told_at[organisation] = now
        log.exception("The archive of organisation %s could not be written.", organisation)


def compact_all(*, now: datetime) -> None:
    """Join the small files of each archive, and remove the days that are no longer kept."""
    for pk, days in Organisation.objects.values_list("pk", "archive_days"):
        first = (now - timedelta(days=days)).date() if days else date.max
        archive.keep_since(folder_of(pk), first)
        archive.compact(folder_of(pk))


def purge_all(*, now: datetime) -> None:
    """Once a day: take what was deleted out of the files of each archive."""
    for pk in Organisation.objects.values_list("pk", flat=True):
        mark = folder_of(pk) / _PURGED
        if not mark.parent.is_dir() or _is_recent(mark, now):
            continue
        archive.purge(mark.parent)
        archive.forget_answers(mark.parent, before=now - PURGE_EVERY)
        mark.touch()


def _is_recent(mark: Path, now: datetime) -> bool:
    return mark.exists() and now.timestamp() - mark.stat().st_mtime < PURGE_EVERY.total_seconds()


def remove(organisation_id: int) -> None:
    """Remove an organisation's archive with all that is in it."""
    shutil.rmtree(folder_of(organisation_id), ignore_errors=True)
