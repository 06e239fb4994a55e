"""A file comes in: the same line as a live post, a batch at a time, until it is read or stopped."""

import logging
import time
from collections.abc import Generator
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from ildsjel.channels import gateway
from ildsjel.channels.imports import note_rejected_rows
from ildsjel.channels.models import Channel, Import, ImportState
from ildsjel.dialogue.intake import file_away
from ildsjel.flow.inbound import receive
from ildsjel.organisation.audit import changed
from ildsjel.organisation.models import utc_now
from ildsjel.work.models import claim, held

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
LOOK_EVERY = 0.2  # seconds between two looks at what another process is reading


class Superseded(Exception):
    """The import was taken over or begun anew meanwhile; what was just read is not stored."""


def step_due() -> int:
    """Read the next batch of one import that runs."""
    running = Import.objects.filter(state=ImportState.RUNNING)
    claimed = claim(running, now=utc_now(), lease=LEASE, limit=1)
    for source in claimed:
        _step_safely(source)
    return len(claimed)


def _step_safely(source: Import) -> None:
    try:
        step(source)
    except Superseded:
        log.info("The import %s has gone on without us.", source.pk)
    except gateway.ConnectorError as fault:
        _fail(source, str(fault))
    except Exception:
        log.exception("The import %s failed.", source.pk)
        _fail(source, "An unexpected fault in Ildsjel; see the log.")


def step(source: Import) -> bool:
    """Read one batch; True as long as there is more.

    The batch, the cursor and the counts are stored together, so a crash repeats and never loses.
    Raises `Superseded` where the lease was lost.
    """
    channel = Channel.objects.get(pk=source.channel_id)
    batch = gateway.fetch(channel)
    with transaction.atomic():
        received = receive(channel, batch)
        if channel.settings.get("history"):
            file_away(received.opened)
        rejected = [*batch.rejected, *received.left_out]
        note_rejected_rows(source, rejected)
        counts = {
            "rows_read": F("rows_read") + batch.seen,
            "rows_new": F("rows_new") + received.new,
            "rows_rejected": F("rows_rejected") + len(rejected),
        }
        done = {} if batch.more else {"state": ImportState.DONE, "finished_at": utc_now()}
        due = utc_now() if batch.more else None
        fields = {**counts, **done, "due_at": due, "leased_until": None, "lease_token": None}
        changed(channel.organisation_id)  # before the import's own row, as `stop` does
        if not held(source).update(**fields):
            raise Superseded
    return batch.more


def _fail(source: Import, error: str) -> None:
    held(source).update(
        state=ImportState.FAILED,
        error=error[:500],
        finished_at=utc_now(),
        due_at=None,
        leased_until=None,
        lease_token=None,
    )
    changed(source.organisation_id)


def run_through(source: Import) -> Generator[Import, None, None]:
    """Read to the end, yielding the import after each batch; for the command.

    A loop that runs beside us may read batches of it too, never the same one. Leaving early stops
    the import; it can go on later.
    """
    running = Import.objects.filter(pk=source.pk, state=ImportState.RUNNING)
    try:
        while source.state == ImportState.RUNNING:
            claimed = claim(running, now=utc_now(), lease=LEASE, limit=1)
            for each in claimed:
                _step_safely(each)
            source.refresh_from_db()
            yield source
            if not claimed:
                time.sleep(LOOK_EVERY)
    finally:
        running.update(state=ImportState.STOPPED, finished_at=utc_now(), due_at=None)
