"""Files on their way in: uploaded or named on the command line, looked at, started, stopped."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from ildsjel.channels.gateway import Inspection, Refused, inspect
from ildsjel.channels.models import Channel, Import, ImportState, RejectedRow
from ildsjel.engine.items import Rejected
from ildsjel.organisation.audit import changed, record, replan, require, require_own
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.work.holders import is_dead
from ildsjel.work.texts import storable

ROWS_REPORTED = 1000
UPLOADS_KEPT = timedelta(days=14)  # after the import is done, stopped or was never begun
GIVEN_UP_AFTER = timedelta(minutes=1)  # the loop takes up a batch each second


def keep_upload(name: str, chunks: Iterable[bytes]) -> Path:
    """Write an uploaded file into the data folder under a name of our own."""
    folder = _uploads()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}{Path(name).suffix.lower()[:10]}"
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    return path


def _uploads() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def is_kept(source: Import) -> bool:
    """Whether the import's file is still there to be read."""
    return Path(source.channel.settings.get("path", "")).is_file()


def remove_old_uploads() -> int:
    """Remove uploaded files that no import has needed for `UPLOADS_KEPT`; says how many.

    A file that `ildsjel import` reads belongs to whoever named it, and is never touched.
    """
    edge = utc_now() - UPLOADS_KEPT
    recent = Import.objects.annotate(ended=Coalesce("finished_at", "created_at")).filter(
        Q(state=ImportState.RUNNING) | Q(ended__gt=edge)
    )
    needed = {
        Path(each.channel.settings.get("path", "")).name
        for each in recent.select_related("channel")
    }
    old = [
        path
        for path in (_uploads().iterdir() if _uploads().is_dir() else ())
        if path.name not in needed and path.stat().st_mtime < edge.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def prepare(*, by: Member, path: Path, name: str) -> Import:
    """Look at a file and guess what its columns mean. Nothing is imported yet.

    A file of the same name goes to the channel of the earlier one: what came before is recognised.
    Raises `Refused` for a file that can't be read at all, and while one of that name is coming in.
    """
    require(by, Right.CHANNELS)
    return _prepare(by, path, Path(name).name[:120], inspect(path))


@transaction.atomic
def _prepare(by: Member, path: Path, name: str, inspection: Inspection) -> Import:
    channel = Channel.objects.filter(
        organisation=by.organisation, kind="files", name=name, removed_at=None
    ).first()
    if channel is None:
        channel = Channel.objects.create(organisation=by.organisation, kind="files", name=name)
        replan(by.organisation_id)
    if _is_coming_in(channel):
        raise Refused(
            "A file of this name is being imported just now. Wait for it, or stop it first."
        )
    channel.settings = {
        "path": str(path),
        "format": inspection.format,
        "timezone": by.organisation.timezone,
    }
    channel.poll_cursor = ""
    channel.save(update_fields=["settings", "poll_cursor"])
    Import.objects.filter(channel=channel).delete()
    return Import.objects.create(
        organisation=by.organisation,
        channel=channel,
        by=by,
        file_name=name,
        size=path.stat().st_size,
        inspection=orjson.loads(orjson.dumps(asdict(inspection), default=str)),
        rows_expected=inspection.rows_estimate,
    )


def _is_coming_in(channel: Channel) -> bool:
    """Whether somebody reads that channel's file; one that nobody has gone on with is given up."""
    row = Import.objects.filter(channel=channel, state=ImportState.RUNNING).first()
    if row is None:
        return False
    now = utc_now()
    if row.leased_until is not None and row.leased_until > now:
        return not is_dead(row.lease_holder)
    return row.due_at is not None and row.due_at > now - GIVEN_UP_AFTER


@transaction.atomic
def start(
    *,
    by: Member,
    source: Import,
    mapping: Mapping[str, str],
    history: bool = False,
    reading: Mapping[str, str] | None = None,
) -> Import:
    """Run the import, or go on with it where it was stopped.

    `mapping` is target field → column. `history`: nothing of it waits for an answer any more.
    `reading` may say `timezone`, `date_order` and `address`, for what the file does not tell.
    """
    require(by, Right.CHANNELS)
    require_own(by, source)
    chosen = {field: column for field, column in mapping.items() if column}
    channel = source.channel
    channel.settings |= dict(reading or {})
    channel.settings |= {
        "mapping": orjson.dumps(chosen).decode(),
        "history": "yes" if history else "",
    }
    channel.save(update_fields=["settings"])
    source.state, source.error, source.due_at = ImportState.RUNNING, "", utc_now()
    source.finished_at = None
    source.save(update_fields=["state", "error", "due_at", "finished_at"])
    details = {"file": source.file_name, "mapping": chosen, "history": history}
    record(by.organisation, "import.start", by=by, target=source, details=details)
    return source


def go_on(*, by: Member, source: Import) -> None:
    """Take up an import that was stopped or failed, where it was, with what was chosen for it."""
    require(by, Right.CHANNELS)
    require_own(by, source)
    if source.state not in {ImportState.STOPPED, ImportState.FAILED}:
        return
    stored = source.channel.settings
    mapping = orjson.loads(stored.get("mapping") or "{}")
    start(by=by, source=source, mapping=mapping, history=bool(stored.get("history")))


def begin_again(*, by: Member, source: Import) -> Import:
    """Look at the same file anew, to choose its columns again; posts that are in are recognised.

    Raises `Refused` when the file is no longer there.
    """
    require(by, Right.CHANNELS)
    require_own(by, source)
    path = Path(source.channel.settings.get("path", ""))
    return prepare(by=by, path=path, name=source.file_name)


@transaction.atomic
def stop(*, by: Member, source: Import) -> None:
    """Stop after the batch at hand; what is in stays, and it can go on later."""
    require(by, Right.CHANNELS)
    require_own(by, source)
    # First, as in the step that may be storing a batch: that one holds the pulse before it writes
    # to the import, and whoever takes the two the other way round waits for it in a circle.
    changed(by.organisation_id)
    Import.objects.filter(pk=source.pk, state=ImportState.RUNNING).update(
        state=ImportState.STOPPED, finished_at=utc_now(), due_at=None
    )
    record(by.organisation, "import.stop", by=by, target=source)


def note_rejected_rows(source: Import, rejected: Iterable[Rejected]) -> None:
    """Keep the report of rows that could not be read, up to a bound; all are counted."""
    room = ROWS_REPORTED - source.rejected_rows.count()
    rows = [
        RejectedRow(
            source=source,
            where=storable(r.where)[:60],
            reason=storable(r.reason)[:300],
            sample=storable(r.sample)[:500],
        )
        for r in rejected
    ]
    RejectedRow.objects.bulk_create(rows[: max(room, 0)])
