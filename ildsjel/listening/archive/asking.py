"""A query held against a piece of the archive: a pure function that any process, on any machine
that sees the folder, can run. Knows no Django.

Only the columns that the query looks at are decoded, texts are matched where Arrow has them, and
the rest of the columns is read for pieces with hits alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ildsjel.engine.items import Address
from ildsjel.engine.matching import Matcher, Post, Query, Source, compile_watches, kernels
from ildsjel.engine.matching.nodes import Zone, terms_of
from ildsjel.engine.matching.posts import MAX_TEXT
from ildsjel.engine.pipeline.languages import Spoken
from ildsjel.listening.archive.columns import SCHEMA
from ildsjel.listening.archive.days import gone_in, without
from ildsjel.listening.archive.reading import Piece

_WORDS = ("text", "title", "tags")
_FIELDS = (
    "author_handle", "author_id", "author_name", "languages", "url", "links", "parent_id",
    "address", "repost", "media",
)  # fmt: skip
_NAME = ["channel", "external_id"]
_WORTH_LOADING = 5_000  # posts of a piece; below, Python is done before numba is loaded


def ask(piece: Piece, query: Source) -> pa.Table:
    """The rows of a piece that match, as `SCHEMA` has them, without what was deleted.

    An earlier revision may be among them, see `newest_of`. Raises `QueryError`, and `OSError` where
    the file is gone.
    """
    matcher, whole = _compiled(query)
    prepare(piece.rows)
    file = pq.ParquetFile(piece.path)
    rows = file.read_row_group(piece.group, columns=columns_for(whole=whole))
    places = matches_in(matcher, rows, whole=whole)["post"]
    if not len(places):
        return SCHEMA.empty_table()
    found = file.read_row_group(piece.group).take(places).replace_schema_metadata(None)
    return without(found, gone_in(piece.path.parent.parent))


def prepare(posts: int) -> None:
    """Load the kernel where so many posts are worth it."""
    if posts >= _WORTH_LOADING and kernels.is_installed():
        import_module(kernels.RUNNER)


@lru_cache(maxsize=8)
def _compiled(query: Source) -> tuple[Matcher, bool]:
    read = query.read()
    return compile_watches({0: read}), looks_at_fields(read)


def looks_at_fields(query: Query) -> bool:
    """Whether a query looks at more of a post than its words."""
    words = {Zone.ANYWHERE, Zone.TITLE}
    return any(term.zone not in words for term in terms_of(query.root))


def columns_for(*, whole: bool) -> list[str]:
    """The columns that `matches_in` needs."""
    return [*_WORDS, *_FIELDS] if whole else list(_WORDS)


def matches_in(matcher: Matcher, rows: pa.Table, *, whole: bool) -> pa.Table:
    """(post, watch) of every match, in order of both; `post` is the number of the row. `whole`: a
    query looks at more than words, so that each row has to be made a post; else only those that are
    more than their text."""
    numbers = pa.array(np.arange(len(rows)))
    apart = pa.array(np.ones(len(rows), bool)) if whole else _more_than_text(rows)
    texts = rows["text"].filter(pc.invert(apart)).combine_chunks()
    by_text = matcher.matches(texts)
    posts = _posts(rows.filter(apart).to_pylist(), spoken=matcher.asks_language)
    by_post = matcher.matches(posts)
    found = [
        pa.table([places.take(each["post"]), each["watch"]], ["post", "watch"])
        for places, each in (
            (numbers.filter(pc.invert(apart)), by_text),
            (numbers.filter(apart), by_post),
        )
    ]
    return pa.concat_tables(found).sort_by([("post", "ascending"), ("watch", "ascending")])


def _posts(rows: Sequence[Mapping[str, Any]], *, spoken: bool) -> list[Post]:
    """`spoken`: their languages are looked at, which are told as they are when a post comes in."""
    posts = [post_of(row) for row in rows]
    if not spoken or not posts:
        return posts
    texts = [f"{post.title}\n{post.text}" if post.title else post.text for post in posts]
    told = Spoken(texts, [post.languages for post in posts]).codes()
    return [replace(post, languages=codes) for post, codes in zip(posts, told, strict=True)]


def _more_than_text(rows: pa.Table) -> pa.Array:
    """Whether there is a title or tag to look at, or a text so long that it is cut."""
    titled = pc.not_equal(rows["title"], "")
    tagged = pc.greater(pc.list_value_length(rows["tags"]), 0)
    long = pc.greater(pc.binary_length(rows["text"]), MAX_TEXT)
    return pc.or_(pc.or_(titled, tagged), long).combine_chunks()


def post_of(row: Mapping[str, Any]) -> Post:
    """A row as a post to match: the same as `as_post` makes of the item that the row was."""
    if "url" not in row:
        return Post(text=row["text"], title=row["title"], tags=tuple(row["tags"]))
    reply = bool(row["parent_id"]) or row["address"] == Address.REPLY
    flags = (("reply", reply), ("repost", row["repost"]), ("media", bool(row["media"])))
    return Post(
        text=row["text"],
        title=row["title"],
        tags=tuple(row["tags"]),
        accounts=(row["author_handle"], row["author_id"]),
        author_name=row["author_name"],
        languages=tuple(row["languages"]),
        urls=(row["url"], *row["links"]),
        flags=tuple(name for name, holds in flags if holds),
    )


def newest_of(hits: pa.Table, pieces: Sequence[Piece]) -> pa.Table:
    """The hits of a day without those that one of its pieces holds in a newer revision: words that
    were edited away are not found. Each post stands there once."""
    paths = list(dict.fromkeys(piece.path for piece in pieces))
    if len(paths) < 2 or not len(hits):
        return hits
    known = pa.concat_tables([_revisions(path, hits["external_id"]) for path in paths])
    newest = known.group_by(_NAME).aggregate([("revision", "max")])
    newest = newest.rename_columns([*_NAME, "revision"])
    keys = [*_NAME, "revision"]
    placed = hits.select(keys).append_column("at", pa.array(np.arange(len(hits))))
    kept = placed.join(newest, keys, join_type="inner").group_by(keys).aggregate([("at", "min")])
    return hits.take(kept["at_min"]).sort_by("published_at")


def _revisions(path: Path, ids: pa.ChunkedArray) -> pa.Table:
    rows = pq.read_table(path, columns=[*_NAME, "revision"])
    return rows.replace_schema_metadata(None).filter(pc.is_in(rows["external_id"], value_set=ids))
