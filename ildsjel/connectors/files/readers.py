"""Rows of a file from any position on: CSV, TSV and JSON Lines by byte, Parquet by row group.

A position is what a cursor keeps, so that an import goes on where it stopped without reading what
lies before. Rows that can't be read come as `BadRow` between the others. Memory holds one row, of
at most `MAX_ROW` bytes, whatever the file.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ildsjel.connectors.protocol import Refused

MAX_ROW = 2_000_000  # bytes
MAX_COLUMNS = 2_000
LONGEST_SKIP = 64_000_000  # bytes of one over-long cell that are passed over
FALLBACK = "cp1252"
LONE_RETURN = "\v"  # stands in for a line break inside a cell without quotation marks

csv.field_size_limit(MAX_ROW)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next row begins: byte and lines before it, or row group and row."""

    at: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class GoodRow:
    where: str
    values: Mapping[str, str]
    next: Position


@dataclass(frozen=True, slots=True)
class BadRow:
    where: str
    reason: str
    sample: str
    next: Position


AnyRow = GoodRow | BadRow


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written. `kind` is csv, jsonl or parquet."""

    kind: str
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    start: Position = Position()


class TooLong(Exception):
    """One row is longer than we read."""


class Lines:
    """The lines of a text file, with the place of each. The length of a line is bounded."""

    def __init__(self, stream: IO[bytes], encoding: str, start: Position) -> None:
        self._stream, self._encoding = stream, encoding
        self.at, self.count = start.at, start.count
        self.row_bytes = 0  # since `begin_row`
        self.row_lines = 0
        self.ended_inside = False
        stream.seek(start.at)

    def begin_row(self) -> Position:
        self.row_bytes = self.row_lines = 0
        self.ended_inside = False
        return Position(self.at, self.count)

    def go_to(self, position: Position) -> None:
        self.at, self.count = position.at, position.count
        self._stream.seek(position.at)

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self.next_bytes()
        if line is None:
            self.ended_inside = self.row_lines > 0
            raise StopIteration
        self.row_bytes += len(line)
        self.row_lines += 1
        if self.row_bytes > MAX_ROW:
            raise TooLong
        return self.decode(line)

    def next_bytes(self) -> bytes | None:
        """One line, or a piece of `MAX_ROW` bytes of a longer one; None at the end."""
        wide = self._encoding.startswith("utf-16")
        line = self._wide_line() if wide else self._stream.readline(MAX_ROW + 1)
        if not line:
            return None
        self.at += len(line)
        if len(line) <= MAX_ROW:
            self.count += 1
        return line

    def _wide_line(self) -> bytes:
        """A line of UTF-16: a line feed is two bytes, and its byte also stands in other letters."""
        newline = "\n".encode(self._encoding)
        line = bytearray()
        while len(line) <= MAX_ROW:
            piece = self._stream.readline(MAX_ROW)
            line += piece
            if len(line) % 2:
                line += self._stream.read(1)
            if not piece or line.endswith(newline):
                break
        return bytes(line)

    def decode(self, line: bytes) -> str:
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError:
            # One line of another encoding in between is common in files put together from several.
            text = line.decode(FALLBACK, "replace")
        return text.replace("\0", "").replace("\r\n", "\n").replace("\r", LONE_RETURN)


def read_rows(path: Path, form: Format, position: Position) -> Iterator[AnyRow]:
    """The rows from `position` on (the first one: ``form.start``)."""
    if form.kind == "parquet":
        yield from _parquet_rows(path, form, position)
        return
    with path.open("rb") as stream:
        lines = Lines(stream, form.encoding, position)
        yield from _csv_rows(lines, form) if form.kind == "csv" else _json_rows(lines)


def _csv_rows(lines: Lines, form: Format) -> Iterator[AnyRow]:
    while True:
        begin = lines.begin_row()
        where = f"line {begin.count + 1}"
        try:
            cells = next(csv.reader(lines, delimiter=form.delimiter))
        except StopIteration:
            return
        except TooLong:
            yield _skip_long_row(lines, begin, where)
            continue
        except csv.Error as error:
            here = _second_line(lines, begin)
            yield BadRow(where, f"The row is not valid CSV: {error}.", "", here)
            continue
        if not any(cells) and len(cells) < 2:
            continue  # an empty line
        yield _csv_row(lines, form, begin, where, cells)


def _csv_row(lines: Lines, form: Format, begin: Position, where: str, cells: list[str]) -> AnyRow:
    here = Position(lines.at, lines.count)
    if len(cells) == len(form.columns) and not lines.ended_inside:
        texts = [cell.replace(LONE_RETURN, "\n") for cell in cells]
        return GoodRow(where, dict(zip(form.columns, texts, strict=True)), here)
    shown = form.delimiter.join(cells)
    if lines.row_lines > 1:
        # The rows below may have been swallowed by a quotation mark: read them one by one.
        here = _second_line(lines, begin)
    if lines.ended_inside:
        return BadRow(where, "A quotation mark is opened and never closed.", shown, here)
    wanted = len(form.columns)
    return BadRow(where, f"The row has {len(cells)} cells, the header {wanted}.", shown, here)


def _second_line(lines: Lines, begin: Position) -> Position:
    lines.go_to(begin)
    lines.next_bytes()
    return Position(lines.at, lines.count)


def _skip_long_row(lines: Lines, begin: Position, where: str) -> BadRow:
    """Pass over a row that is too long: to the end of its quoted cell, if that has one."""
    lines.go_to(begin)
    shown = lines.decode((lines.next_bytes() or b"")[:1_000])
    lines.go_to(begin)
    if _skip_to_closing_quote(lines, begin):
        reason = f"The row is longer than {MAX_ROW / 1e6:g} MB."
        return BadRow(where, reason, shown, Position(lines.at, lines.count))
    here = _second_line(lines, begin)
    return BadRow(where, "A quotation mark is opened and never closed.", shown, here)


def _skip_to_closing_quote(lines: Lines, begin: Position) -> bool:
    quote = '"'.encode(lines._encoding.removesuffix("-sig"))
    open_quote = False
    while lines.at - begin.at < LONGEST_SKIP:
        line = lines.next_bytes()
        if line is None:
            return not open_quote
        open_quote ^= bool(line.count(quote) % 2)
        if not open_quote and len(line) <= MAX_ROW:
            return True
    return False


def _json_rows(lines: Lines) -> Iterator[AnyRow]:
    while True:
        begin = lines.begin_row()
        where = f"line {begin.count + 1}"
        try:
            line = next(lines)
        except StopIteration:
            return
        except TooLong:
            yield _skip_long_line(lines, where)
            continue
        if line.strip():
            yield _json_row(line, where, Position(lines.at, lines.count))


def _skip_long_line(lines: Lines, where: str) -> BadRow:
    line: bytes | None = b"." * (MAX_ROW + 1)
    while line and len(line) > MAX_ROW:
        line = lines.next_bytes()
    reason = f"The row is longer than {MAX_ROW / 1e6:g} MB."
    return BadRow(where, reason, "", Position(lines.at, lines.count))


def _json_row(line: str, where: str, here: Position) -> AnyRow:
    try:
        value = orjson.loads(line.encode("utf-8", "replace"))
    except orjson.JSONDecodeError as error:
        return BadRow(where, f"The row is not valid JSON: {error}.", line, here)
    if not isinstance(value, dict):
        return BadRow(where, "The row is not a JSON object.", line, here)
    return GoodRow(where, flatten(value), here)


def flatten(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """Values as text; objects inside as ``user.name``, lists with spaces between."""
    flat: dict[str, str] = {}
    for key, each in value.items():
        if isinstance(each, dict) and depth < 3:
            flat |= flatten(each, f"{prefix}{key}.", depth + 1)
        elif len(flat) < MAX_COLUMNS:
            flat[prefix + str(key)] = as_text(each)
    return flat


def as_text(value: Any) -> str:
    """One value as a cell of text: empty for nothing, true and false in small letters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, list):
        return " ".join(map(as_text, value))
    if isinstance(value, dict):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _parquet_rows(path: Path, form: Format, position: Position) -> Iterator[AnyRow]:
    with open_parquet(path) as file:
        for group in range(position.at, file.num_row_groups):
            row = position.count if group == position.at else 0
            yield from _parquet_group(file, group, row, form.columns)


def _parquet_group(file: Any, group: int, start: int, columns: Sequence[str]) -> Iterator[AnyRow]:
    row, total = 0, file.metadata.row_group(group).num_rows
    for batch in file.iter_batches(batch_size=1_000, row_groups=[group], columns=list(columns)):
        if row + batch.num_rows <= start:
            row += batch.num_rows
            continue
        for value in _plain_times(batch.slice(max(0, start - row))).to_pylist():
            here = max(row, start)
            row = here + 1
            after = Position(group, row) if row < total else Position(group + 1, 0)
            yield GoodRow(f"row group {group + 1}, row {row}", flatten(value), after)


def _plain_times(batch: Any) -> Any:
    """Nanoseconds cut to microseconds: Python has no finer times."""
    fields = [
        field.with_type(pa.timestamp("us", field.type.tz))
        if pa.types.is_timestamp(field.type)
        else field
        for field in batch.schema
    ]
    return pa.Table.from_batches([batch]).cast(pa.schema(fields), safe=False)


def open_parquet(path: Path) -> Any:
    """The file opened; `Refused` when it is not Parquet."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused(
            "The file is not valid Parquet: %(reason)s", reason=str(error)[:250]
        ) from error
