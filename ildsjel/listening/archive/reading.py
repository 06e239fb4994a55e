"""Reading the archive piece by piece: a row group of a file is the unit of every long question."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ildsjel.listening.archive.days import days, files_of, gone_in, without
from ildsjel.listening.archive.locks import reading

__all__ = ["Piece", "pieces", "pieces_of", "read", "reading"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A row group, named so that any machine that sees the folder can read it."""

    path: Path
    group: int
    rows: int

    @property
    def key(self) -> str:
        """Its name in a manifest: the same as long as the file is the same."""
        said = f"{self.path.parent.name}/{self.path.name}/{self.group}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def pieces(folder: Path, first: date, last: date) -> list[Piece]:
    """All row groups of the days from `first` to `last`; hold `reading` while they are used."""
    return [
        piece
        for day in days(folder)
        if first <= day <= last
        for path in files_of(folder, day)
        for piece in pieces_of(path)
    ]


def pieces_of(path: Path) -> Iterator[Piece]:
    """The row groups of a file."""
    told = pq.read_metadata(path)
    for group in range(told.num_row_groups):
        yield Piece(path, group, told.row_group(group).num_rows)


def read(piece: Piece, columns: Sequence[str] | None = None) -> pa.Table:
    """The posts of a piece that nobody has deleted. Small files that were not compacted yet may
    hold the same post in two revisions: who stores what is found lets the newest win."""
    wanted = None
    if columns is not None:
        wanted = list(dict.fromkeys([*columns, "channel", "external_id", "author_id"]))
    rows = pq.ParquetFile(piece.path).read_row_group(piece.group, columns=wanted)
    kept = without(rows, gone_in(piece.path.parent.parent))
    return kept if columns is None else kept.select(list(columns))
