"""Import of posts from files: CSV, TSV, JSON Lines and Parquet.

First `inspect` shows what the file looks like and which column probably holds what; a person
corrects it; then `Files.fetch` reads it, a thousand rows at a time, from wherever it stopped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Lock

import orjson

from ildsjel.connectors.files.dates import DAY_FIRST, MONTH_FIRST, zone_of
from ildsjel.connectors.files.inspection import Inspection, detect, inspect
from ildsjel.connectors.files.mapping import TARGETS, guess_mapping, read_mapping
from ildsjel.connectors.files.readers import AnyRow, BadRow, Format, GoodRow, Position, read_rows
from ildsjel.connectors.files.rows import AUTO, BadCell, Rules, pair, read_row
from ildsjel.connectors.files.threads import thread_roots
from ildsjel.connectors.protocol import (
    POLL,
    Account,
    Batch,
    Capabilities,
    Field,
    Identity,
    Outgoing,
    Refused,
    Sent,
    Stop,
)
from ildsjel.connectors.values import sample
from ildsjel.engine.items import Address, Item, Rejected

__all__ = ["TARGETS", "Files", "Inspection", "guess_mapping", "inspect"]

BATCH = 1_000  # rows
BATCH_BYTES = 8_000_000  # of row text
FORMATS = ("csv", "tsv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class Job:
    """One import as its settings describe it."""

    path: Path
    size: int
    form: Format
    rules: Rules


class Files:
    kind = "files"
    title = "File import"
    capabilities = Capabilities(
        reads=frozenset(Address), imports=True, reads_without_credential=True
    )
    fields = (
        Field(name="path", label="File", required=True, places=frozenset({POLL})),
        Field(name="format", label="Format", kind="choice", choices=FORMATS),
        Field(
            name="mapping",
            label="Columns",
            help="What each column holds, as JSON. Empty: as guessed.",
        ),
        Field(
            name="timezone",
            label="Time zone",
            default="UTC",
            help="For times in the file that don't say their own.",
        ),
        Field(
            name="date_order",
            label="Order of day and month",
            kind="choice",
            choices=(DAY_FIRST, MONTH_FIRST),
            help="Empty: as the first rows of the file show.",
        ),
        Field(
            name="address",
            label="The posts are",
            kind="choice",
            choices=(AUTO, *Address),
            default=AUTO,
            help="Automatic: where a column tells in from out, what came in was said to us.",
        ),
    )

    def __init__(self) -> None:
        self._lock = Lock()
        self._roots: tuple[str, dict[str, str]] = ("", {})
        self._open: tuple[str, Iterator[AnyRow]] = ("", iter(()))

    def check(self, account: Account) -> Identity | None:
        """Whether the file can be read with these settings."""
        _job(account)
        return None

    def fetch(self, account: Account, cursor: str) -> Batch:
        """The next 1,000 rows. Rows that can't be read are in `rejected`, by line and reason."""
        job = _job(account)
        position = _position(cursor, job)
        roots = self._thread_roots(job)
        rows, rest = self._next_rows(job, position)
        items, rejected = _read(rows, job.rules, roots)
        after = rows[-1].next if rows else position
        reached = _cursor(after, job)
        more = len(rows) > 0 and not _at_end(after, job)
        if more:
            self._keep(f"{job.path}|{job.size}|{reached}", rest)
        return Batch(items=items, rejected=rejected, cursor=reached, more=more, seen=len(rows))

    def has_stream(self, account: Account) -> bool:
        return False

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        raise Refused("A file is imported; it does not stream.")

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        raise Refused("A file can only be read.")

    def _next_rows(self, job: Job, position: Position) -> tuple[list[AnyRow], Iterator[AnyRow]]:
        """Up to a batch of rows, from the reader that is still open here if there is one.

        Any process can go on from the cursor; staying in one only saves Parquet from unpacking
        the beginning of a row group again.
        """
        wanted = f"{job.path}|{job.size}|{_cursor(position, job)}"
        with self._lock:
            name, rows = self._open
            self._open = ("", iter(()))
        if name != wanted:
            rows = read_rows(job.path, job.form, position)
        taken: list[AnyRow] = []
        volume = 0
        for row in islice(rows, BATCH):
            taken.append(row)
            volume += _volume(row)
            if volume > BATCH_BYTES:
                break
        return taken, rows

    def _keep(self, name: str, rows: Iterator[AnyRow]) -> None:
        with self._lock:
            self._open = (name, rows)

    def _thread_roots(self, job: Job) -> dict[str, str]:
        """Threads of the whole file, found once and kept while the same file is imported."""
        mapping = job.rules.mapping
        if "thread_key" in mapping or not {"parent_id", "external_id"} <= mapping.keys():
            return {}
        columns = f"{mapping['external_id']}|{mapping['parent_id']}"
        name = f"{job.path}|{job.size}|{job.path.stat().st_mtime_ns}|{columns}"
        with self._lock:
            if self._roots[0] != name:
                self._roots = (name, thread_roots(_pairs(job, mapping)))
            return self._roots[1]


def _job(account: Account) -> Job:
    settings = account.settings
    path = Path(settings.get("path", ""))
    if not path.is_file():
        raise Refused("There is no file %(name)s.", name=repr(path.name))
    form = detect(path, settings.get("format", ""))
    found = inspect(path, settings.get("format", ""))
    # Rows of JSON Lines need not all have the same keys.
    columns = () if form.kind == "jsonl" else form.columns
    text = settings.get("mapping", "") or orjson.dumps(dict(found.mapping)).decode()
    rules = Rules(
        mapping=read_mapping(text, columns),
        zone=zone_of(settings.get("timezone", "")),
        date_order=settings.get("date_order") or found.date_order,
        address=settings.get("address") or AUTO,
    )
    if form.kind == "parquet":
        used = set(rules.mapping.values())
        form = replace(form, columns=tuple(name for name in form.columns if name in used))
    return Job(path, path.stat().st_size, form, rules)


def _pairs(job: Job, mapping: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    form = job.form
    if form.kind == "parquet":
        form = replace(form, columns=(mapping["external_id"], mapping["parent_id"]))
    for row in read_rows(job.path, form, form.start):
        if isinstance(row, GoodRow):
            yield pair(row.values, mapping)


def _position(cursor: str, job: Job) -> Position:
    if not cursor:
        return job.form.start
    try:
        value = orjson.loads(cursor)
        position, size = Position(int(value["at"]), int(value["count"])), int(value["size"])
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("The place where the import stopped can't be read.") from error
    if size != job.size:
        raise Refused(
            "The file has changed since its import began. Import it again from the start."
        )
    return position


def _cursor(position: Position, job: Job) -> str:
    value = {"at": position.at, "count": position.count, "size": job.size}
    return orjson.dumps(value).decode()


def _at_end(position: Position, job: Job) -> bool:
    return job.form.kind != "parquet" and position.at >= job.size


def _volume(row: AnyRow) -> int:
    return sum(map(len, row.values.values())) if isinstance(row, GoodRow) else len(row.sample)


def _read(
    rows: Sequence[AnyRow], rules: Rules, roots: Mapping[str, str]
) -> tuple[list[Item], list[Rejected]]:
    items: list[Item] = []
    rejected: list[Rejected] = []
    now = datetime.now(UTC)
    for row in rows:
        if isinstance(row, BadRow):
            rejected.append(Rejected(where=row.where, reason=row.reason, sample=sample(row.sample)))
            continue
        try:
            items.append(read_row(row.values, rules, roots, now))
        except BadCell as error:
            shown = sample(" | ".join(row.values.values()))
            rejected.append(Rejected(where=row.where, reason=str(error), sample=shown))
    return items, rejected
