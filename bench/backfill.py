"""Posts a second when a watch looks back over an archive: one process, all cores, and a cluster of
two Dask workers of which one is killed midway. The rows must be the same.

Beside them: decoding the same columns of the same files and doing nothing with them, which is the
physical limit, and a scan with a regular expression by DuckDB.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench import common
from ildsjel.engine.matching import Source
from ildsjel.listening import archive

QUERY = Source("bergvik* OR *strøing*")
SAME_AS_REGEX = r"(?i)\bbergvik|strøing"
DAY = 131_072  # posts a day, two row groups
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
EVER = (date(2000, 1, 1), date(2100, 1, 1))
WORDS = ["text", "title", "tags"]


@dataclass(frozen=True, slots=True)
class Line:
    """A way to ask, how many rows it found, how long it took, and posts a second."""

    name: str
    found: int
    seconds: float
    rate: float


def fill(folder: Path, posts: int) -> None:
    """An archive of so many posts, one in a hundred of which names Bergvik."""
    said = pa.array([*common.texts(), *(f"{each} Bergvik kommune" for each in common.texts()[:50])])
    chance = np.random.default_rng(5)
    for number, first in enumerate(range(0, posts, DAY)):
        archive.append(folder, _a_day(said, first, min(DAY, posts - first), number, chance))
        print(f"\r{first:,} posts written", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _a_day(
    said: pa.Array, first: int, count: int, day: int, chance: np.random.Generator
) -> pa.Table:
    named = chance.random(count) < 0.01
    plain = len(said) - 50
    choice = np.where(
        named, plain + chance.integers(0, 50, count), chance.integers(0, plain, count)
    )
    begin = int(BEGIN.timestamp() * 1e6) + day * 86_400_000_000
    at = begin + np.sort(chance.integers(0, 86_400_000_000, count))
    authors = pa.array([f"did:plc:{number:024d}" for number in range(20_000)])
    ids = pa.array([f"at://did:plc:bench/{number:015d}" for number in range(first, first + count)])
    columns: dict[str, Any] = {
        "external_id": ids,
        "thread_key": ids,
        "revision": pa.array(at),
        "published_at": pa.array(at),
        "received_at": pa.array(at),
        "author_id": authors.take(pa.array(chance.integers(0, 20_000, count))),
        "text": said.take(pa.array(choice)),
        "tags": _lists(np.where(chance.random(count) < 0.05, 1, 0)),
        "languages": _lists(np.ones(count, np.int64)),
        "channel": pa.array(np.ones(count, np.int64)),
    }
    return pa.table([_column(columns, each, count) for each in archive.SCHEMA], archive.SCHEMA)


def _lists(lengths: Any) -> pa.Array:
    ends = np.concatenate([[0], np.cumsum(lengths)])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(["nb"] * int(ends[-1])))


def _column(columns: dict[str, Any], field: pa.Field, count: int) -> pa.Array:
    if field.name in columns:
        return columns[field.name].cast(field.type)
    if pa.types.is_list(field.type):
        return pa.array([[]] * count, field.type)
    if pa.types.is_boolean(field.type):
        return pa.array(np.zeros(count, bool))
    words = {"network": "bluesky", "address": "public", "visibility": "public"}
    return pa.array([words.get(field.name, "")] * count, field.type)


def decoding(pieces: Sequence[archive.Piece]) -> int:
    for piece in pieces:
        pq.ParquetFile(piece.path).read_row_group(piece.group, columns=WORDS)
    return 0


def by_duckdb(folder: Path) -> int:
    import duckdb

    asked = f"SELECT * FROM '{folder}/2*/*.parquet' WHERE regexp_matches(text, '{SAME_AS_REGEX}')"
    return len(duckdb.sql(asked).to_arrow_table())


def sweep(answers: Path, pieces: Sequence[archive.Piece], processes: int) -> int:
    for _ in archive.sweep(answers, pieces, QUERY, processes=processes):
        pass
    return len(rows(answers, pieces))


def on_a_cluster(answers: Path, pieces: Sequence[archive.Piece], address: str, victim: int) -> int:
    """Kills a worker when a third of the pieces is done."""
    done = archive.sweep(answers, pieces, QUERY, cluster=address)
    for number, _ in enumerate(done, start=1):
        if number == max(1, len(pieces) // 3):
            os.kill(victim, signal.SIGKILL)
    return len(rows(answers, pieces))


def rows(answers: Path, pieces: Sequence[archive.Piece]) -> pa.Table:
    return pa.concat_tables([archive.answer(answers, piece) for piece in pieces])


def timed(name: str, posts: int, work: Callable[[], int]) -> Line:
    began = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - began
    print(f"{name}: {seconds:.1f} s", file=sys.stderr, flush=True)
    return Line(name, found, seconds, posts / seconds)


def measure(folder: Path, posts: int) -> list[Line]:
    """A row for each way; RuntimeError where two of ours bring different rows."""
    kept = folder / "archive"
    fill(kept, posts)
    pieces = archive.pieces(kept, *EVER)
    cores = os.cpu_count() or 1
    archive.ask(pieces[0], QUERY)  # so that none pays for loading the kernel in this process
    decoding(pieces)  # nor for bringing the files into memory
    lines = [
        timed("decoding alone", posts, lambda: decoding(pieces)),
        timed("one process", posts, lambda: sweep(folder / "one", pieces, 1)),
        timed(f"{cores} processes", posts, lambda: sweep(folder / "all", pieces, cores)),
        *_cluster(folder, pieces, posts),
        *_peer(kept, posts),
    ]
    _same(folder, pieces)
    return lines


def _cluster(folder: Path, pieces: Sequence[archive.Piece], posts: int) -> list[Line]:
    try:
        import distributed
    except ImportError:
        return []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", local_directory=folder
    ) as made:
        name, victim = "Dask, 1 of 2 killed", made.workers[0].process.pid
        address = made.scheduler_address
        return [timed(name, posts, lambda: on_a_cluster(folder / "dask", pieces, address, victim))]


def _peer(kept: Path, posts: int) -> list[Line]:
    try:
        return [timed("DuckDB, regexp", posts, lambda: by_duckdb(kept))]
    except ImportError:
        return []


def _same(folder: Path, pieces: Sequence[archive.Piece]) -> None:
    whole = rows(folder / "one", pieces)
    for other in ("all", "dask"):
        if (folder / other).is_dir() and not rows(folder / other, pieces).equals(whole):
            raise RuntimeError(f"{other}: other rows than in one process")


def _shown(line: Line, limit: float) -> list[str]:
    found = f"{line.found:,}" if line.found else "–"
    share = f"{limit / line.seconds:.3f}"
    return [line.name, found, f"{line.seconds:.1f}", common.figure(line.rate), share]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.backfill", description=__doc__)
    parser.add_argument("--posts", type=int, default=2_000_000, help="default: 2,000,000")
    parser.add_argument("--folder", type=Path, help="where to make the archive; default: a new one")
    options = parser.parse_args()
    common.start()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    print(common.machine())
    with tempfile.TemporaryDirectory(prefix="ildsjel-bench-", dir=options.folder) as place:
        lines = measure(Path(place), options.posts)
        size = sum(each.stat().st_size for each in Path(place, "archive").rglob("*.parquet"))
    heads = ("way", "rows", "seconds", "posts/s", "of decoding")
    shown = [_shown(line, lines[0].seconds) for line in lines]
    print(f"\n{options.posts:,} posts, {size / options.posts:.0f} bytes each")
    print(common.table(heads, shown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
