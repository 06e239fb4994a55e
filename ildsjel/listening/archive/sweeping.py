"""A query held against many pieces, by one process, by all cores, or by a Dask cluster; what each
piece brought is written once under its key, so that a sweep that was cut off goes on from there.

    archive/<organisation>/asked/<question>/manifest.json     what is asked, of which pieces
    archive/<organisation>/asked/<question>/<piece>.parquet   what a piece brought

The same function runs in all three ways, so the rows are the same.
"""

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ildsjel.engine.matching import Source
from ildsjel.listening.archive.asking import ask
from ildsjel.listening.archive.days import write_whole
from ildsjel.listening.archive.reading import Piece

ASKED = "asked"
_AHEAD = 4  # pieces under way for each worker: enough to keep it busy, few enough for memory
Answers = Generator[tuple[Piece, pa.Table], None, None]


def sweep(
    folder: Path,
    pieces: Sequence[Piece],
    query: Source,
    *,
    processes: int | None = None,
    cluster: str = "",
) -> Iterator[Piece]:
    """Ask each piece that has no answer in `folder` yet; yields each as soon as its is on the disk.

    `processes`: how many, all cores if left out. `cluster`: the address of a Dask scheduler whose
    workers see the archive under the same path. Stopping early loses only what was under way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_manifest(folder, pieces, query)
    left = [piece for piece in pieces if not _place(folder, piece).exists()]
    with closing(_answers(left, query, processes or os.cpu_count() or 1, cluster)) as answers:
        for piece, rows in answers:
            write_whole(_place(folder, piece), rows)
            yield piece


def question_of(query: Source) -> str:
    """The name of a query's folder: another one where the query or its groups have changed."""
    said = json.dumps([query.text, query.groups])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def answer(folder: Path, piece: Piece) -> pa.Table:
    """What a piece has brought."""
    return pq.read_table(_place(folder, piece))


def is_answered(folder: Path, piece: Piece) -> bool:
    """Whether an earlier sweep has come so far."""
    return _place(folder, piece).exists()


def forget_answers(folder: Path, *, before: datetime) -> None:
    """Remove what sweeps of an archive have left behind that nobody has gone on with."""
    for each in (folder / ASKED).glob("*"):
        if each.stat().st_mtime < before.timestamp():
            shutil.rmtree(each)


def _place(folder: Path, piece: Piece) -> Path:
    return folder / f"{piece.key}.parquet"


def _write_manifest(folder: Path, pieces: Sequence[Piece], query: Source) -> None:
    listed = [[each.key, str(each.path), each.group, each.rows] for each in pieces]
    building = folder / f"manifest.{os.getpid()}.building"
    asked = {"query": query.text, "groups": query.groups, "pieces": listed}
    building.write_text(json.dumps(asked), encoding="utf-8")
    building.replace(folder / "manifest.json")


def _answers(pieces: Sequence[Piece], query: Source, processes: int, cluster: str) -> Answers:
    if cluster:
        return _on_cluster(pieces, query, cluster)
    if min(processes, len(pieces)) > 1:
        return _in_processes(pieces, query, min(processes, len(pieces)))
    return ((piece, ask(piece, query)) for piece in pieces)


def _in_processes(pieces: Sequence[Piece], query: Source, processes: int) -> Answers:
    # Not forked: a process that has threads, as Arrow's, must not be.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _leave_stopping_to_us)
    rest = iter(pieces)
    under_way: dict[Future[pa.Table], Piece] = {}
    try:
        while True:
            while len(under_way) < _AHEAD * processes and (piece := next(rest, None)):
                under_way[pool.submit(ask, piece, query)] = piece
            if not under_way:
                return
            for each in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(each), each.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_stopping_to_us() -> None:
    """Ctrl-C reaches every process of the terminal; the first one ends the others in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _on_cluster(pieces: Sequence[Piece], query: Source, address: str) -> Answers:
    """A piece whose worker dies is asked of another one by the scheduler."""
    distributed: Any = import_module("distributed")
    rest = iter(pieces)
    by_key: dict[str, Piece] = {}
    name = f"ildsjel-{question_of(query)}"
    with distributed.Client(address, set_as_default=False) as client:
        most = _AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        under_way: Any = distributed.as_completed(loop=client.loop)

        def send() -> None:
            if piece := next(rest, None):
                future = client.submit(ask, piece, query, key=f"{name}-{piece.key}", pure=False)
                by_key[future.key] = piece
                under_way.add(future)

        for _ in range(most):
            send()
        for future in under_way:
            yield by_key.pop(future.key), future.result()
            future.release()
            send()
