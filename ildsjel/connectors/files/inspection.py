"""What a file looks like before it is imported: format, encoding, columns, a guessed mapping."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ildsjel.connectors.files.dates import ambiguous_order
from ildsjel.connectors.files.mapping import REQUIRED, guess_mapping
from ildsjel.connectors.files.readers import (
    LONE_RETURN,
    BadRow,
    Format,
    GoodRow,
    Lines,
    Position,
    open_parquet,
    read_rows,
)
from ildsjel.connectors.protocol import Refused

SHOWN = 5  # rows
LOOKED_AT = 200  # rows
PROBE = 256_000  # bytes
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What we found. `mapping` is target → column, a guess to be shown and corrected.

    `samples` are the first rows, `rows_estimate` is exact for Parquet. `date_order` is the order
    of day and month that the samples speak for.
    """

    format: str  # csv, jsonl or parquet
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    samples: tuple[Mapping[str, str], ...]
    mapping: Mapping[str, str]
    date_order: str
    rows_estimate: int
    warnings: tuple[str, ...]


def inspect(path: Path | str, kind: str = "") -> Inspection:
    """Look at the beginning of the file. Raises `Refused` in plain words when it can't be read.

    `kind` (csv, tsv, jsonl, parquet) settles the format; empty: found out.
    """
    path = Path(path)
    form = detect(path, kind)
    looked = list(islice(read_rows(path, form, form.start), LOOKED_AT))
    rows = [row.values for row in looked if isinstance(row, GoodRow)]
    mapping = guess_mapping(form.columns, rows)
    times = [row.get(mapping.get("published_at", ""), "") for row in rows]
    order, unclear = ambiguous_order(times)
    return Inspection(
        format=form.kind,
        encoding=form.encoding,
        delimiter=form.delimiter if form.kind == "csv" else "",
        columns=form.columns,
        samples=tuple(rows[:SHOWN]),
        mapping=mapping,
        date_order=order,
        rows_estimate=_estimate(path, form, looked),
        warnings=tuple(_warnings(form, mapping, looked, unclear)),
    )


def detect(path: Path, kind: str = "") -> Format:
    """How the file is written; the same answer for the same file, every time.

    `kind` (csv, tsv, jsonl, parquet) settles what would otherwise be guessed.
    """
    head = _head(path)
    kind = kind or _kind(path, head)
    if kind == "parquet":
        with open_parquet(path) as file:
            return Format("parquet", columns=tuple(file.schema_arrow.names))
    encoding, mark = _encoding(head)
    start = Position(mark, 0)
    if kind == "jsonl":
        return _json_format(path, Format("jsonl", encoding, start=start))
    return _csv_format(
        path, head, Format("csv", encoding, "\t" if kind == "tsv" else "", (), start)
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(PROBE)
    except OSError as error:
        raise Refused(
            "The file can't be opened: %(reason)s.", reason=error.strerror or str(error)
        ) from error
    if not head.strip():
        raise Refused("The file is empty.")
    return head


def _kind(path: Path, head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("This is a spreadsheet or an archive. Save it as CSV first.")
    start = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if start.startswith(b"["):
        raise Refused("This is one JSON list. Save it as JSON Lines: one object a line.")
    if start.startswith(b"{") or path.suffix.lower() in (".jsonl", ".ndjson"):
        return "jsonl"
    return "tsv" if path.suffix.lower() in (".tsv", ".tab") else "csv"


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding, and the length of the mark that says so."""
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    zeros = head[:2_000].count(0), head[:2_000:2].count(0)
    if zeros[0] > len(head[:2_000]) / 4:
        return ("utf-16-be" if zeros[1] * 2 > zeros[0] else "utf-16-le"), 0
    if len(head) < PROBE:
        return ("utf-8" if _is_utf8(head) else "cp1252"), 0
    # The last bytes may be the first half of a letter.
    return ("utf-8" if any(_is_utf8(head[: PROBE - cut]) for cut in range(4)) else "cp1252"), 0


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _csv_format(path: Path, head: bytes, form: Format) -> Format:
    sample = head[form.start.at :].decode(form.encoding, "replace").replace("\0", "")
    if "\r" in sample and "\n" not in sample:
        raise Refused("The lines end as on old Macs. Open the file and save it as CSV again.")
    sample = sample.replace("\r\n", "\n").replace("\r", LONE_RETURN)
    form = replace(form, delimiter=form.delimiter or _delimiter(sample))
    with path.open("rb") as stream:
        lines = Lines(stream, form.encoding, form.start)
        try:
            names = next(csv.reader(lines, delimiter=form.delimiter))
        except (StopIteration, csv.Error) as error:
            raise Refused("The first line of the file does not read as column names.") from error
        start = Position(lines.at, lines.count)
    if lines.ended_inside:
        raise Refused("The first line of the file has a quotation mark that is never closed.")
    return replace(form, columns=_unique(names), start=start)


def _delimiter(sample: str) -> str:
    """The sign that gives most cells, the same number in most rows."""
    rows = sample.split("\n")[:-1] or [sample]
    return max(DELIMITERS, key=lambda sign: _regularity("\n".join(rows[:100]), sign))


def _regularity(sample: str, sign: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in csv.reader(sample.split("\n"), delimiter=sign)]
    except csv.Error:
        return 0.0, 0
    widths = [width for width in widths if width]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Column names as they are; a second one of the same name gets a number."""
    taken: list[str] = []
    for at, name in enumerate(names, start=1):
        stem = name.strip() or f"column {at}"
        number = 1
        chosen = stem
        while chosen in taken:
            number += 1
            chosen = f"{stem} ({number})"
        taken.append(chosen)
    return tuple(taken)


def _json_format(path: Path, form: Format) -> Format:
    rows = islice(read_rows(path, form, form.start), LOOKED_AT)
    names = dict.fromkeys(key for row in rows if isinstance(row, GoodRow) for key in row.values)
    if not names:
        raise Refused("None of the first rows is a JSON object.")
    return replace(form, columns=tuple(names))


def _estimate(path: Path, form: Format, looked: Sequence[GoodRow | BadRow]) -> int:
    if form.kind == "parquet":
        with open_parquet(path) as file:
            return int(file.metadata.num_rows)
    read = (looked[-1].next.at - form.start.at) if looked else 0
    if len(looked) < LOOKED_AT or not read:
        return len(looked)
    return round(len(looked) * (path.stat().st_size - form.start.at) / read)


def _warnings(
    form: Format,
    mapping: Mapping[str, str],
    looked: Sequence[GoodRow | BadRow],
    unclear_dates: bool,
) -> list[str]:
    bad = [row for row in looked if isinstance(row, BadRow)]
    found: list[str] = []
    if bad:
        count = f"{len(bad)} of the first {len(looked)} rows can't be read"
        found.append(f"{count}; the first is {bad[0].where}: {bad[0].reason}")
    if not looked:
        found.append("The file has no rows below its header.")
    if form.encoding == "cp1252":
        found.append("The file is not in Unicode; it is read as Western European (Windows-1252).")
    if unclear_dates:
        found.append("Dates like 3/4/2026 are taken to be day first. Check this.")
    if "external_id" not in mapping:
        found.append("No column names each post: a row's content will stand in for its id.")
    missing = [target for target in REQUIRED if target not in mapping]
    choose = [f"Choose the column that holds {target}." for target in missing]
    return found + choose
