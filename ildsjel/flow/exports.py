"""Conversations as a file: a message a row, streamed, whatever the size."""

from collections.abc import Iterator
from typing import Any

import orjson

from ildsjel.dialogue.models import Message
from ildsjel.dialogue.queries import all_messages
from ildsjel.organisation.audit import record, require
from ildsjel.organisation.models import Member, Right
from ildsjel.work.tables import as_csv

KINDS = ("csv", "jsonl")
BATCH = 500
COLUMNS = [
    "conversation", "message", "kind", "at", "channel", "network_id", "author", "text", "url",
    "desk", "topic", "goal", "state", "delivery", "deleted",
]  # fmt: skip


def conversations(member: Member, kind: str) -> Iterator[tuple[bytes, int]]:
    """Chunks of the file with how many messages each holds. `kind` is csv or jsonl.

    Cells that a spreadsheet would take for a formula get an apostrophe in front.
    """
    require(member, Right.EXPORT)
    record(member.organisation, "conversations.export", by=member, details={"kind": kind})
    if kind == "csv":
        yield as_csv([COLUMNS]), 0
    rows: list[dict[str, Any]] = []
    for message in all_messages(member).iterator(chunk_size=BATCH):
        rows.append(_row(message))
        if len(rows) == BATCH:
            yield _chunk(rows, kind), len(rows)
            rows = []
    if rows:
        yield _chunk(rows, kind), len(rows)


def _row(message: Message) -> dict[str, Any]:
    conversation, item = message.conversation, message.item
    author = str(message.author or "") or (item.author_name or item.author_handle if item else "")
    return dict(
        zip(
            COLUMNS,
            [
                conversation.pk,
                message.pk,
                message.kind,
                message.at.isoformat(),
                conversation.channel.name,
                item.external_id if item else message.external_id,
                author,
                message.words,
                item.url if item else message.url,
                conversation.desk.name,
                conversation.topic.name if conversation.topic else "",
                conversation.goal.statement if conversation.goal else "",
                conversation.state,
                message.delivery,
                bool(item and item.deleted_at),
            ],
            strict=True,
        )
    )


def _chunk(rows: list[dict[str, Any]], kind: str) -> bytes:
    if kind == "jsonl":
        return b"".join(orjson.dumps(row) + b"\n" for row in rows)
    return as_csv([row[column] for column in COLUMNS] for row in rows)
