"""Many may read an archive at once, or one may replace its files: a lock on the folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = ".lock"


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """While this is held, no file is replaced or removed; new ones may come."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def only_writer(folder: Path) -> Iterator[bool]:
    """True where nobody reads or replaces files now, and nobody begins to before the end."""
    if not folder.is_dir():
        yield False
        return
    with (folder / _NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
