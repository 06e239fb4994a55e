"""`ildsjel import`, `ildsjel export` and `ildsjel recount`."""

import argparse
import sys
from pathlib import Path

from django.db import transaction

from ildsjel.channels import imports as files
from ildsjel.channels.gateway import ConnectorError
from ildsjel.channels.models import Import, ImportState
from ildsjel.cli.errors import CommandError
from ildsjel.flow import exports
from ildsjel.flow.imports import run_through
from ildsjel.listening import tallies
from ildsjel.organisation.models import Member, Role
from ildsjel.organisation.queries import organisations


def bring_in(options: argparse.Namespace) -> int:
    """Read a file to the end. Repeating the call adds only what is new."""
    path = Path(options.file)
    if not path.is_file():
        raise CommandError(f"there is no file {path}")
    owner = owner_of(options.organisation)
    try:
        source = files.prepare(by=owner, path=path.resolve(), name=options.name or path.name)
        mapping = _mapping(source, options.map)
        if options.look:
            transaction.atomic(_show)(source, mapping)
            return 0
        files.start(by=owner, source=source, mapping=mapping, history=options.history)
        return _run(source)
    except ConnectorError as fault:
        raise CommandError(str(fault)) from fault


def owner_of(slug: str | None) -> Member:
    """The organisation's first owner, in whose name the command acts."""
    rows = organisations().filter(slug=slug) if slug else organisations()
    found = list(rows[:2])
    if not found:
        raise CommandError(f"there is no organisation {slug!r}" if slug else "set up Ildsjel first")
    if len(found) > 1:
        raise CommandError("there are several organisations: choose one with --organisation SLUG")
    owners = Member.objects.filter(organisation=found[0], role=Role.OWNER, active=True)
    return owners.select_related("organisation", "user").order_by("pk")[0]


def _mapping(source: Import, said: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = dict(source.inspection["mapping"])
    for pair in said:
        field, equals, column = pair.partition("=")
        if not equals:
            raise CommandError(f"--map takes FIELD=COLUMN, not {pair!r}")
        if column and column not in source.inspection["columns"]:
            columns = ", ".join(source.inspection["columns"])
            raise CommandError(f"the file has no column {column!r}; it has {columns}")
        mapping[field] = column
    return mapping


def _show(source: Import, mapping: dict[str, str]) -> None:
    found = source.inspection
    print(f"{source.file_name}: {found['format']}, about {found['rows_estimate']} rows")
    for column in found["columns"]:
        field = next((f for f, c in mapping.items() if c == column), "–")
        print(f"  {column:30} → {field}")
    for warning in found["warnings"]:
        print(f"  note: {warning}")


def _run(source: Import) -> int:
    for state in run_through(source):
        line = (
            f"\r{state.rows_read} rows read, {state.rows_new} new, {state.rows_rejected} rejected"
        )
        print(line, end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    source.refresh_from_db()
    for row in source.rejected_rows.order_by("pk")[:20]:
        print(f"{row.where}: {row.reason}")
    if source.state != ImportState.DONE:
        raise CommandError(source.error or "the import was stopped")
    print(f"{source.rows_read} rows, {source.rows_new} new, {source.rows_rejected} rejected.")
    return 3 if source.rows_rejected else 0


def export(options: argparse.Namespace) -> int:
    """Write every conversation's messages to a file."""
    owner = owner_of(options.organisation)
    path = Path(options.file)
    kind = path.suffix.lower().lstrip(".")
    if kind not in exports.KINDS:
        raise CommandError(
            f"the file's name must end in {' or '.join('.' + k for k in exports.KINDS)}"
        )
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        rows = 0
        for chunk, count in exports.conversations(owner, kind):
            file.write(chunk)
            rows += count
            print(f"\r{rows} messages", end="", file=sys.stderr, flush=True)
    partial.replace(path)
    print(f"\n{rows} messages written to {path}", file=sys.stderr)
    return 0


def recount(options: argparse.Namespace) -> int:
    """Count all mentions of an organisation anew; the loop does so every night."""
    mentions = tallies.recount(owner_of(options.organisation).organisation)
    print(f"{mentions} mentions counted.")
    return 0
