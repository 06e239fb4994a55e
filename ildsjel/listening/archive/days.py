"""Writing the archive: batches as they come, days in one file, deletions, what is kept no more."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ildsjel.engine.items import Deletion
from ildsjel.listening.archive.locks import only_writer

ROW_GROUP = 65_536  # posts; the unit in which an archive is asked
GONE = "gone"
_SMALL = 5_000  # posts up to which dictionaries and statistics cost more than they give
_REPEATING = ["network", "channel", "address", "visibility", "author_id", "author_handle"]
_REPLACES = b"ildsjel.replaces"
_GONE_SCHEMA = pa.schema(
    [("channel", pa.int64()), ("external_id", pa.string()), ("author_id", pa.string())]
)


def append(folder: Path, rows: pa.Table) -> None:
    """Keep a batch, a file for each of its days; the same batch again changes nothing."""
    said_on = pc.strftime(rows["published_at"], format="%Y-%m-%d")
    found = pc.unique(said_on).to_pylist()
    for day in found:
        part = rows.filter(pc.equal(said_on, day)) if len(found) > 1 else rows
        write_whole(folder / day / f"new-{_digest(part)}.parquet", part)


def forget(folder: Path, channel: int, deletions: Sequence[Deletion]) -> None:
    """From now on readers do not see what these name; `purge` takes it out of the files."""
    if not deletions:
        return
    columns = [
        [channel] * len(deletions),
        [each.external_id for each in deletions],
        [each.author_id for each in deletions],
    ]
    _write_gone(folder, pa.table([pa.array(c) for c in columns], _GONE_SCHEMA.names))


def _write_gone(folder: Path, told: pa.Table) -> Path:
    rows = told.select(_GONE_SCHEMA.names).cast(_GONE_SCHEMA)
    path = folder / GONE / f"{_digest(rows, _GONE_SCHEMA.names)}.parquet"
    write_whole(path, rows)
    return path


def days(folder: Path) -> list[date]:
    """The days of which there is anything, the first one first."""
    found = []
    for each in folder.iterdir() if folder.is_dir() else ():
        try:
            found.append(date.fromisoformat(each.name))
        except ValueError:
            continue
    return sorted(found)


def files_of(folder: Path, day: date) -> list[Path]:
    """The files that make up a day, without those that another one has replaced."""
    found = sorted((folder / day.isoformat()).glob("*.parquet"))
    replaced = {name for path in found for name in _replaced_by(path)}
    return [path for path in found if path.name not in replaced]


def compact(folder: Path, *, fewest: int = 8) -> int:
    """Make one file of the small ones of each day that has at least `fewest` of them; returns how
    many days had. Deletions are gathered too.

    Files of a row group and more wait for `purge`, so that a day that is still growing is not
    written anew each time. Does nothing while somebody reads.
    """
    done = 0
    with only_writer(folder) as alone:
        for day in days(folder) if alone else ():
            small = [path for path in files_of(folder, day) if _is_small(path)]
            if len(small) >= fewest:
                _rewrite(folder, day, small, gone_in(folder))
                done += 1
        if alone:
            _gather(folder, fewest)
    return done


def _is_small(path: Path) -> bool:
    rows: int = pq.read_metadata(path).num_rows
    return rows < ROW_GROUP


def _gather(folder: Path, fewest: int) -> None:
    """One list of deletions in the place of many. Cut off in between, some are told twice."""
    named = sorted((folder / GONE).glob("*.parquet"))
    if len(named) >= fewest:
        gone = _read_gone(tuple(named))
        whole = _write_gone(folder, gone.group_by(gone.column_names).aggregate([]))
        for path in named:
            if path != whole:
                path.unlink()


def purge(folder: Path) -> int:
    """Take deleted posts out of all files and make one file of each day; returns how many days
    that changed. Memory: one day's posts.

    The list of deletions ends with it, so it is called seldom enough (nightly) for what arrives out
    of order to have arrived. Does nothing while somebody reads.
    """
    done = 0
    with only_writer(folder) as alone:
        named = tuple(sorted((folder / GONE).glob("*.parquet"))) if alone else ()
        gone = _read_gone(named)
        for day in days(folder) if alone else ():
            files = files_of(folder, day)
            if len(files) > 1 or _has_any(files, gone):
                _rewrite(folder, day, files, gone)
                done += 1
        for path in named:
            path.unlink()
    return done


def keep_since(folder: Path, first: date) -> int:
    """Remove the days before `first`; returns how many. Does nothing while somebody reads."""
    done = 0
    with only_writer(folder) as alone:
        for day in days(folder) if alone else ():
            if day < first:
                shutil.rmtree(folder / day.isoformat())
                done += 1
    return done


def gone_in(folder: Path) -> pa.Table:
    """All that was deleted and is not purged yet."""
    return _read_gone(tuple(sorted((folder / GONE).glob("*.parquet"))))


@lru_cache(maxsize=4)
def _read_gone(paths: tuple[Path, ...]) -> pa.Table:
    tables = [pq.read_table(path) for path in paths]
    return pa.concat_tables(tables) if tables else _GONE_SCHEMA.empty_table()


def without_deleted(folder: Path, rows: pa.Table) -> pa.Table:
    """The rows without what has been deleted up to now."""
    return without(rows, gone_in(folder))


def without(rows: pa.Table, gone: pa.Table) -> pa.Table:
    """The rows that were not deleted, by themselves or with all that their author wrote."""
    if not len(gone):
        return rows
    return rows.filter(pc.invert(_deleted(rows, gone)))


def _deleted(rows: pa.Table, gone: pa.Table) -> Any:
    return pc.or_(_named(rows, gone, "external_id"), _named(rows, gone, "author_id"))


def _named(rows: pa.Table, gone: pa.Table, column: str) -> Any:
    """Whether channel and id of each row are among those that are gone."""
    told = gone.filter(pc.not_equal(gone[column], ""))
    return pc.is_in(_key(rows, column), value_set=pc.unique(_key(told, column)))


def _key(rows: pa.Table, column: str) -> Any:
    return pc.binary_join_element_wise(pc.cast(rows["channel"], pa.string()), rows[column], " ")


def newest(rows: pa.Table) -> pa.Table:
    """Each post once, in its newest revision, in order of time."""
    order = pc.sort_indices(
        rows, [("channel", "ascending"), ("external_id", "ascending"), ("revision", "descending")]
    )
    ordered = rows.take(order)
    keys = _key(ordered, "external_id").combine_chunks()
    first = pa.array([True] * min(1, len(ordered)), pa.bool_())
    if len(ordered) > 1:
        changes = pc.not_equal(keys[1:], keys[:-1])
        first = pa.concat_arrays([first, pa.array(changes)])
    kept = ordered.filter(first)
    return kept.take(pc.sort_indices(kept, [("published_at", "ascending")]))


def _has_any(paths: Iterable[Path], gone: pa.Table) -> bool:
    columns = ["channel", "external_id", "author_id"]
    return any(
        pc.any(_deleted(pq.read_table(path, columns=columns), gone)).as_py() for path in paths
    )


def _rewrite(folder: Path, day: date, files: Sequence[Path], gone: pa.Table) -> None:
    """One file in the place of some of a day's; nothing is left of a day that has become empty."""
    place = folder / day.isoformat()
    kept = set(files_of(folder, day)) - set(files)
    old = [path for path in sorted(place.glob("*.parquet")) if path not in kept]
    rows = newest(without(pa.concat_tables(_tables(files)), gone))
    if not len(rows) and not kept:
        shutil.rmtree(place)
        return
    names = json.dumps([path.name for path in old]).encode()
    told = rows.replace_schema_metadata({_REPLACES: names})
    write_whole(place / f"day-{uuid4().hex}.parquet", told)
    for path in old:
        path.unlink()


def _tables(paths: Iterable[Path]) -> Iterator[pa.Table]:
    for path in paths:
        yield pq.read_table(path).replace_schema_metadata(None)


def _replaced_by(path: Path) -> list[str]:
    """The files that this one has taken the place of, should a crash have left them."""
    if not path.name.startswith("day-"):
        return []
    told = pq.read_schema(path).metadata or {}
    names: list[str] = json.loads(told.get(_REPLACES, b"[]"))
    return names


def _digest(rows: pa.Table, columns: Sequence[str] = ("channel", "external_id", "revision")) -> str:
    content = json.dumps([rows[name].to_pylist() for name in columns])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def write_whole(path: Path, rows: pa.Table) -> None:
    """Whole or not at all: under another name until all of it is on the disk."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_suffix(f".{uuid4().hex}.building")
    large = len(rows) > _SMALL
    with building.open("wb") as file:
        pq.write_table(
            rows,
            file,
            row_group_size=ROW_GROUP,
            compression="zstd",
            use_dictionary=_REPEATING if large else False,
            write_statistics=large,
        )
        file.flush()
        os.fsync(file.fileno())
    building.replace(path)
