"""Posts that were heard as a file: a post a row, read page by page, whatever the number.

The columns have the names that 4CAT gives them where it has one, so that its tools and pandas read
the file as it is; docs/export.md says what each holds, and what other tools call it.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ildsjel.listening.models import Item, Mention
from ildsjel.listening.queries import Wanted, mention_page, wanted_mentions
from ildsjel.organisation.audit import record, require
from ildsjel.organisation.models import Member, Right
from ildsjel.work.tables import as_csv

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
BATCH = 1000  # mentions in a page
TEXT, TEXTS, TIME, YES = pa.string(), pa.list_(pa.string()), pa.timestamp("us", "UTC"), pa.bool_()
COLUMNS: dict[str, pa.DataType] = {
    "id": TEXT, "thread_id": TEXT, "parent_id": TEXT,
    "timestamp": TIME, "unix_timestamp": pa.int64(),
    "author": TEXT, "author_fullname": TEXT, "author_id": TEXT, "author_url": TEXT,
    "subject": TEXT, "body": TEXT, "url": TEXT, "domain": TEXT, "language": TEXT,
    "network": TEXT, "channel": TEXT, "watches": TEXTS, "hashtags": TEXTS, "urls": TEXTS,
    "media_urls": TEXTS, "visibility": TEXT, "is_reply": YES, "is_repost": YES, "is_ours": YES,
    "edited_at": TIME, "received_at": TIME,
}  # fmt: skip
Row = dict[str, Any]


def export(by: Member, wanted: Wanted, kind: str) -> Iterator[bytes]:
    """The file in chunks; `kind` is one of `KINDS`. It is on the record before the first one.

    Cells of a CSV file that a spreadsheet would take for a formula get an apostrophe in front.
    """
    require(by, Right.EXPORT)
    filters = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    asked = {name: _plain(value) for name, value in filters.items() if value}
    record(by.organisation, "mentions.export", by=by, details={"kind": kind, **asked})
    written: dict[str, Callable[[Iterator[list[Row]]], Iterator[bytes]]]
    written = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
    return written[kind](_pages(by, wanted))


def _plain(value: Any) -> Any:
    """A filter as the trail keeps it: numbers of rows, times as text."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else getattr(value, "pk", value)


def _pages(member: Member, wanted: Wanted) -> Iterator[list[Row]]:
    """The posts newest first, each once: mentions of one post follow each other in time."""
    rows, key, last = wanted_mentions(member, wanted), "", set[int]()
    while True:
        page = mention_page(rows, before=key, size=BATCH)
        posts = {each.item_id: each.item for each in page.rows if each.item_id not in last}
        yield _rows(member, list(posts.values()))
        if not page.older:
            return
        key, end = page.older, page.rows[-1].published_at
        last = {each.item_id for each in page.rows if each.published_at == end}


def _rows(member: Member, posts: Sequence[Item]) -> list[Row]:
    names: dict[int, list[str]] = defaultdict(list)
    found = Mention.objects.of(member).filter(item__in=posts).order_by("watch__name")
    for item, name in found.values_list("item", "watch__name"):
        names[item].append(name)
    return [_row(post, names[post.pk]) for post in posts]


def _row(post: Item, watches: list[str]) -> Row:
    values = (
        post.external_id, post.thread_key, post.parent_id, post.published_at.astimezone(UTC),
        int(post.published_at.timestamp()), post.author_handle or post.author_name,
        post.author_name, post.author_id, post.author_url, post.title, post.text, post.url,
        urlsplit(post.url).hostname or "", next(iter(post.languages), ""), post.channel.kind,
        post.channel.name, watches, post.tags, post.links,
        [media["url"] for media in post.media if media.get("url")], post.visibility,
        bool(post.parent_id), post.repost, post.own, post.edited_at, post.received_at,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _csv(pages: Iterator[list[Row]]) -> Iterator[bytes]:
    yield as_csv([list(COLUMNS)])
    for rows in pages:
        yield as_csv([_cell(value) for value in row.values()] for row in rows)


def _cell(value: Any) -> Any:
    """Times as 4CAT and spreadsheets read them (in UTC), lists with a bar between."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return " | ".join(map(str, value))
    return "" if value is None else value


def _jsonl(pages: Iterator[list[Row]]) -> Iterator[bytes]:
    for rows in pages:
        yield b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _parquet(pages: Iterator[list[Row]]) -> Iterator[bytes]:
    schema, written = pa.schema(list(COLUMNS.items())), _Written()
    with pq.ParquetWriter(written, schema) as writer:
        for rows in pages:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            yield written.taken()
    yield written.taken()


class _Written(io.RawIOBase):
    """What a writer has written so far, taken away chunk by chunk."""

    def __init__(self) -> None:
        super().__init__()
        self._chunks: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, chunk: Any) -> int:
        kept = bytes(chunk)
        self._chunks.append(kept)
        self._at += len(kept)
        return len(kept)

    def taken(self) -> bytes:
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)
