"""A post as a row of columns, and back."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ildsjel.engine.items import Address, Author, Item, Media, Visibility

_TEXTS = pa.list_(pa.string())
_MEDIA = pa.list_(pa.struct([("url", pa.string()), ("kind", pa.string()), ("alt", pa.string())]))
_MOMENT = pa.timestamp("us", tz="UTC")

SCHEMA = pa.schema(
    [
        ("channel", pa.int64()),
        ("network", pa.string()),
        ("external_id", pa.string()),
        ("revision", pa.int64()),
        ("thread_key", pa.string()),
        ("parent_id", pa.string()),
        ("author_id", pa.string()),
        ("author_handle", pa.string()),
        ("author_name", pa.string()),
        ("author_url", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("url", pa.string()),
        ("published_at", _MOMENT),
        ("received_at", _MOMENT),
        ("address", pa.string()),
        ("visibility", pa.string()),
        ("own", pa.bool_()),
        ("automatic", pa.bool_()),
        ("repost", pa.bool_()),
        ("languages", _TEXTS),
        ("tags", _TEXTS),
        ("links", _TEXTS),
        ("media", _MEDIA),
    ]
)
_AUTHOR = {"author_id": "external_id", "author_handle": "handle", "author_name": "name"} | {
    "author_url": "url"
}
_PLAIN = (
    "external_id", "revision", "thread_key", "parent_id", "title", "text", "url", "published_at",
    "own", "automatic", "repost",
)  # fmt: skip


def table_of(
    items: Sequence[Item], *, channel: int, network: str, received_at: datetime
) -> pa.Table:
    """The posts as a table of `SCHEMA`. What answering needs is left out: it is no history."""
    columns: dict[str, list[Any]] = {name: [getattr(i, name) for i in items] for name in _PLAIN}
    for name, field in _AUTHOR.items():
        columns[name] = [getattr(item.author, field) for item in items]
    for name in ("address", "visibility"):
        columns[name] = [str(getattr(item, name)) for item in items]
    for name in ("languages", "tags", "links"):
        columns[name] = [list(getattr(item, name)) for item in items]
    columns["media"] = [
        [{"url": m.url, "kind": m.kind, "alt": m.alt} for m in item.media] for item in items
    ]
    columns["channel"] = [channel] * len(items)
    columns["network"] = [network] * len(items)
    columns["received_at"] = [received_at] * len(items)
    return pa.table([_column(columns[each.name], each.type) for each in SCHEMA], schema=SCHEMA)


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """The values as Arrow has them. Texts that are no valid Unicode, as sources sometimes send
    them, get marks in the holes."""
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_storable(value) for value in values], kind)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return value


def items_of(rows: pa.Table | pa.RecordBatch) -> Iterator[tuple[int, Item]]:
    """The posts of a table of `SCHEMA`, each with its channel."""
    for row in rows.to_pylist():
        author = Author(**{field: row[name] for name, field in _AUTHOR.items()})
        plain = {name: row[name] for name in _PLAIN if name != "published_at"}
        yield (
            row["channel"],
            Item(
                **plain,
                author=author,
                published_at=row["published_at"].astimezone(UTC),
                address=Address(row["address"]),
                visibility=Visibility(row["visibility"]),
                languages=tuple(row["languages"]),
                tags=tuple(row["tags"]),
                links=tuple(row["links"]),
                media=tuple(Media(**each) for each in row["media"]),
            ),
        )
