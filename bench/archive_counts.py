"""Counting what an archive holds, by day, language, network and author: PyArrow a row group at a
time, beside DuckDB over the same files. Both leave out what was deleted, and must count the same.
"""

import argparse
import importlib
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bench import backfill
from ildsjel.engine.items import Deletion
from ildsjel.listening import archive

AUTHORS = 10
Counts = list[tuple[str, int]]

DAY = "strftime(published_at AT TIME ZONE 'UTC', '%Y-%m-%d')"
LANGUAGE = "coalesce(languages[1], '')"


def by_arrow(pieces: Sequence[archive.Piece], column: str) -> Counts:
    """How many posts there are of each value, the commonest first."""
    found: Counter[str] = Counter()
    for piece in pieces:
        said = archive.read(piece, [column])[column]
        if column == "published_at":
            said = pc.strftime(said, format="%Y-%m-%d")
        elif column == "languages":
            said = _firsts(said)
        for row in pc.value_counts(said.combine_chunks()).to_pylist():
            found[row["values"]] += row["counts"]
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _firsts(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    given = pc.greater(pc.list_value_length(lists), 0)
    firsts = pc.list_element(lists.filter(given), 0)
    empty = pa.array([""] * (len(lists) - len(firsts)), pa.string())
    return pa.chunked_array([*firsts.chunks, empty], pa.string())


def by_duckdb(folder: Path, expression: str) -> Counts:
    duckdb: Any = importlib.import_module("duckdb")
    gone = f"read_parquet('{folder}/gone/*.parquet')"
    posts = f"read_parquet('{folder}/2*/*.parquet')"
    named = " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {gone} AS gone WHERE gone.channel = post.channel "
        f"AND gone.{column} <> '' AND gone.{column} = post.{column})"
        for column in ("external_id", "author_id")
    )
    query = (
        f"SELECT {expression} AS value, count(*) AS posts FROM {posts} AS post WHERE true {named} "
        "GROUP BY value ORDER BY posts DESC, value"
    )
    with duckdb.connect() as connection:
        rows: Counts = connection.execute(query).fetchall()
    return rows


def timed(count: Callable[[], Counts]) -> tuple[float, Counts]:
    began = time.perf_counter()
    found = count()
    return time.perf_counter() - began, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ildsjel-bench-") as name:
        folder = Path(name)
        backfill.fill(folder, options.posts)
        gone = [
            Deletion(external_id="", author_id=f"did:plc:{n:024d}", at=backfill.BEGIN)
            for n in range(200)
        ]
        archive.forget(folder, 1, gone)
        return compare(folder)


def compare(folder: Path) -> int:
    pieces = archive.pieces(folder, *backfill.EVER)
    print("| counted by | values | PyArrow s | DuckDB s | DuckDB is so many times as quick |")
    print("|---|---|---|---|---|")
    wrong = 0
    for name, column, expression in (
        ("day", "published_at", DAY),
        ("language", "languages", LANGUAGE),
        ("network", "network", "network"),
        ("author", "author_id", "author_id"),
    ):
        ours, first = timed(lambda column=column: by_arrow(pieces, column))
        theirs, second = timed(lambda expression=expression: by_duckdb(folder, expression))
        wrong += first != second
        print(f"| {name} | {len(first):,} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.1f} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{sum(piece.rows for piece in pieces):,} posts; the process took at most {memory} MB")
    if wrong:
        print("They do not count the same.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
