"""Compiled loops are kept on disk, and never outlive the program files that they were made of."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import ildsjel.engine
from ildsjel.engine import compiling

pytest.importorskip("numba")

# Two files: what one calls, and the number that it is compiled with, stand in the other.
CALLED = """
from ildsjel.engine.compiling import to_machine_code
STEP = {step}
def add(number):
    return number + STEP
add = to_machine_code(add, "int64(int64)")
"""
CALLING = """
from ildsjel.engine.compiling import to_machine_code
from ildsjel.engine.trial_called import add
def twice(number):
    return add(add(number))
twice = to_machine_code(twice, "int64(int64)")
"""
RUN = """
from ildsjel.engine.trial_calling import twice
print(twice(0), sum(twice.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the engine with two files of ours in it."""
    source = Path(ildsjel.engine.__file__).parent
    copytree(
        source, tmp_path / "ildsjel" / "engine", ignore=ignore_patterns("__pycache__", "*.npz")
    )
    (tmp_path / "ildsjel" / "__init__.py").touch()
    (tmp_path / "ildsjel" / "engine" / "trial_calling.py").write_text(CALLING)
    return tmp_path


def answered(package: Path, step: int, **more: str) -> list[int]:
    """What the loop says in a process of its own, and how often it was found on disk. Files have
    the same time and size whatever stands in them, as those of a wheel may."""
    called = package / "ildsjel" / "engine" / "trial_called.py"
    called.write_text(CALLED.format(step=step))
    for path in package.rglob("*.py"):
        os.utime(path, (0, 0))
    env = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    env |= {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"} | more
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        env=env,
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def test_a_loop_is_kept_and_made_anew_when_what_it_calls_has_changed(package: Path) -> None:
    assert answered(package, 3) == [6, 0]
    assert answered(package, 3) == [6, 1]
    assert answered(package, 5) == [10, 0]
    folders = list((package / "ildsjel" / "engine" / "__pycache__").glob("ildsjel-compiled-*"))
    assert len(folders) == 2


def test_the_folder_that_numba_was_given_is_used_where_it_can_be(package: Path) -> None:
    own = package / "kept"
    assert answered(package, 3, NUMBA_CACHE_DIR=str(own)) == [6, 0]
    assert len(list(own.iterdir())) == 1
    assert answered(package, 3, NUMBA_CACHE_DIR=str(own)) == [6, 1]
    assert answered(package, 3, NUMBA_CACHE_DIR="/proc/nowhere") == [6, 0]


def test_where_no_folder_can_be_written_to_nothing_is_kept() -> None:
    assert compiling._first_usable((Path("/proc/nowhere"), Path(os.devnull))) is None


def test_folders_of_older_versions_are_forgotten(tmp_path: Path) -> None:
    for number in range(6):
        old = tmp_path / f"ildsjel-compiled-{number}"
        old.mkdir()
        os.utime(old, (number, number))
    (tmp_path / "else").mkdir()
    assert compiling._first_usable((tmp_path,)) is not None
    left = {path.name for path in tmp_path.iterdir()}
    current = f"ildsjel-compiled-{compiling.contents(Path(compiling.__file__).parent)}"
    assert left == {"else", current, *(f"ildsjel-compiled-{number}" for number in (3, 4, 5))}
