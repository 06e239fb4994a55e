"""numba, where it is installed: loops as machine code, kept on disk between runs.

Import it only where loops are defined, and those files only where they are run: numba takes most of
a second to load.

What is kept lies in a folder named after the contents of the engine's files. numba itself looks at
the file that a function stands in and no further: after an upgrade it would go on using a loop
with what it called, or a number it was compiled with, as they were in another file before.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import rmtree
from typing import Any, Final, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

_ENGINE: Final = Path(__file__).parent
_PREFIX: Final = "ildsjel-compiled-"
_KEPT: Final = 3  # folders of other versions, which other processes may still be running


def compiled(function: Function) -> Function:
    """The function as machine code, which runs beside other threads, compiled for the types that it
    is first called with; as it is where numba is missing. What it calls must stand above it."""
    try:
        import numba as _  # noqa: F401
    except ImportError:
        return function
    return to_machine_code(function)


def to_machine_code(
    function: Function, signature: Any = None, *, inlined: bool = False
) -> Function:
    """The same where numba is known to be there, compiled at once if a signature is given.
    `inlined`: made part of whatever calls it."""
    from numba import njit

    with _folder_for_numba() as found:
        made = njit(signature, cache=found, nogil=True, forceinline=inlined)(function)
        return cast(Function, made)


@contextmanager
def _folder_for_numba() -> Iterator[bool]:
    """While functions are made ready, numba keeps them in our folder; others' stay where they
    are."""
    from numba import config as of_numba

    config: Any = of_numba
    before = config.CACHE_DIR
    parents = (before and Path(before), _ENGINE / "__pycache__", _users_folder())
    chosen = _first_usable(tuple(parent for parent in parents if parent))
    config.CACHE_DIR = str(chosen or "")
    try:
        yield chosen is not None
    finally:
        config.CACHE_DIR = before


def _users_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "ildsjel"


@cache
def _first_usable(parents: tuple[Path, ...]) -> Path | None:
    for parent in parents:
        folder = parent / (_PREFIX + contents(_ENGINE))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            _forget_old(folder)
            return folder
    return None


def contents(folder: Path) -> str:
    """What distinguishes the program files of a folder from those of another version."""
    try:
        digest = sha256(version("ildsjel").encode())
    except PackageNotFoundError:
        digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old(folder: Path) -> None:
    others = [each for each in folder.parent.glob(f"{_PREFIX}*") if each != folder]
    for each in sorted(others, key=lambda path: -path.stat().st_mtime)[_KEPT:]:
        rmtree(each, ignore_errors=True)
