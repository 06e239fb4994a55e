"""Many rows at once, past the ORM: by COPY on PostgreSQL, by executemany on SQLite."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from ildsjel.dialogue.models import Conversation, Identity, Message, Person, Promise
from ildsjel.listening.models import Item, Mention
from ildsjel.organisation.models import AuditEntry

COLUMNS: dict[type[models.Model], str] = {
    Person: "id organisation_id name",
    Identity: "organisation_id person_id network external_id handle",
    Conversation: "id organisation_id channel_id thread_key key title preview person_id desk_id "
    "assignee_id topic_id goal_id state snoozed_until opened_at last_at waiting_since "
    "promised_at closed_at due_at why",
    Item: "id organisation_id channel_id external_id thread_key parent_id author_id "
    "author_handle author_name text url published_at received_at address visibility own revision",
    Message: "id organisation_id conversation_id kind item_id author_id at delivery visibility "
    "key external_id url",
    Promise: "organisation_id conversation_id kind started_at started_by_id minutes desk_id "
    "calendar_version due_at met_at met_by_id open_seconds wall_seconds",
    Mention: "organisation_id watch_id item_id spans published_at",
    AuditEntry: "organisation_id at member_id actor action target",
}


class Table:
    """Takes rows as tuples of some columns; the others have the value that the model gives them."""

    def __init__(self, model: type[models.Model], varying: Sequence[str]) -> None:
        columns = [each for each in model._meta.concrete_fields if not each.primary_key]
        fixed = {str(each.column): each for each in columns if each.column not in varying}
        self.name = model._meta.db_table
        self.columns = [*varying, *fixed]
        self.fixed = tuple(_plain(each) for each in fixed.values())

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        whole = [row + self.fixed for row in rows]
        names = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f'COPY "{self.name}" ({names}) FROM STDIN') as copy:
                    for row in whole:
                        copy.write_row(row)
                return
            marks = ", ".join(["%s"] * len(self.columns))
            cursor.executemany(f'INSERT INTO "{self.name}" ({names}) VALUES ({marks})', whole)


def _plain(column: "models.Field[Any, Any]") -> Any:
    """The model's default as both databases take it in a plain statement or a COPY."""
    value = None if column.null else column.get_default()
    if isinstance(column, models.JSONField):
        return json.dumps(value)
    return moment(value) if isinstance(value, datetime) else value


def moment(at: datetime | None) -> str | None:
    """A time as SQLite keeps it and PostgreSQL reads it: connections speak UTC."""
    return None if at is None else at.replace(tzinfo=None).isoformat(" ")


class Rows:
    """What waits to be written, table by table."""

    def __init__(self) -> None:
        self.tables = {model: Table(model, names.split()) for model, names in COLUMNS.items()}
        self.held: dict[type[models.Model], list[tuple[Any, ...]]] = {m: [] for m in COLUMNS}

    def add(self, model: type[models.Model], *values: Any) -> None:
        self.held[model].append(values)

    def flush(self) -> None:
        for model, table in self.tables.items():
            table.write(self.held[model])
            self.held[model].clear()


def drop_indexes() -> list[str]:
    """Take the indexes away that no constraint needs; returns what makes them again."""
    tables = [model._meta.db_table for model in COLUMNS]
    marks = ", ".join(["%s"] * len(tables))
    asked = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' "
        f"AND tbl_name IN ({marks})",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
        f"AND tablename IN ({marks}) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor], tables)
        found = [(str(name), str(made)) for name, made in cursor.fetchall()]
    for name, _ in found:
        execute(f'DROP INDEX "{name}"')
    return [made for _, made in found]


@contextmanager
def unchecked() -> Iterator[None]:
    """Without looking up each foreign key: all that we point to is there by construction."""
    if connection.vendor != "postgresql":
        with connection.constraint_checks_disabled():
            yield
        return
    execute("SET session_replication_role = replica")
    yield
    execute("SET session_replication_role = DEFAULT")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def reset_sequences() -> None:
    for statement in connection.ops.sequence_reset_sql(no_style(), list(COLUMNS)):
        execute(statement)
