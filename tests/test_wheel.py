"""The wheel: all that a running installation needs is in it, nothing else, and it runs alone."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.line.installation import ROOT, eventually
from tests.servers.processes import end, free_port
from tools import wheel

KINDS = {".py", ".html", ".txt", ".js", ".css", ".svg", ".po"}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "ildsjel" / "web" / "static" / "vendor" / "htmx.min.js").exists():
        pytest.skip("the front-end packages are not here (make setup)")
    return wheel.pack(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def names(packed: Path) -> set[str]:
    with zipfile.ZipFile(packed) as opened:
        return set(opened.namelist())


def in_the_tree() -> Iterator[str]:
    """What git keeps of the package, by the names that it has in a wheel."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "ildsjel"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    return (name for name in done.stdout.splitlines() if Path(name).suffix in KINDS)


def test_every_file_of_the_package_is_in_it(names: set[str]) -> None:
    assert set(in_the_tree()) <= names


def test_what_was_built_is_in_it(names: set[str]) -> None:
    vendor = "ildsjel/web/static/vendor"
    assert {f"{vendor}/htmx.min.js", f"{vendor}/icons.svg", f"{vendor}/licences/htmx.txt"} <= names
    assert {f"ildsjel/locale/{each}/LC_MESSAGES/django.mo" for each in ("nb", "sv", "da")} <= names


def test_the_rest_of_the_repository_is_not(names: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"ildsjel"}
    assert not [name for name in names if "__pycache__" in name or "sqlite3" in name]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_without_what_is_built_there_is_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel, "BUILT", {*wheel.BUILT, "ildsjel/web/static/vendor/absent.js"})
    with pytest.raises(SystemExit, match=r"absent\.js"):
        wheel.pack(tmp_path)
    assert not list(tmp_path.glob("*.whl"))


@pytest.mark.servers
def test_it_runs_from_an_empty_folder(packed: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    program = install(packed, installed)
    environment = surroundings(installed, free_port())
    where = [sys.executable, "-c", "import ildsjel; print(ildsjel.__file__)"]
    assert Path(run(where, empty, environment)).is_relative_to(installed)
    run([*program, "migrate"], empty, environment)
    assert (empty / "data" / "ildsjel.sqlite3").exists()
    web = subprocess.Popen([*program, "web"], env=environment, cwd=empty, text=True)
    try:
        look_at_pages(f"http://127.0.0.1:{environment['ILDSJEL_PORT']}")
    finally:
        end(web)


def install(packed: Path, folder: Path) -> list[str]:
    """Unpack the wheel as an installer does; what starts the program that it brings."""
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(folder)
    [points] = folder.glob("*.dist-info/entry_points.txt")
    assert "ildsjel = ildsjel.cli:main" in points.read_text(encoding="utf-8")
    return [sys.executable, "-c", "import sys; from ildsjel.cli import main; sys.exit(main())"]


def surroundings(installed: Path, port: int) -> dict[str, str]:
    """The wheel before everything else; what it depends on is that of the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ILDSJEL_", "DJANGO_"))}
    return kept | {"PYTHONPATH": str(installed), "ILDSJEL_PORT": str(port)}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def look_at_pages(url: str) -> None:
    def healthy() -> bool:
        try:
            return httpx.get(f"{url}/health/").text == "ok"
        except httpx.TransportError:
            return False

    eventually(healthy, seconds=30)
    for static in ("vendor/htmx.min.js", "vendor/icons.svg", "web/css/base.css"):
        answer = httpx.get(f"{url}/static/{static}")
        assert answer.status_code == 200 and answer.content
    front = httpx.get(f"{url}/", headers={"Accept-Language": "nb"})
    assert front.status_code == 200
    assert 'lang="nb"' in front.text and "Ildsjel er på plass og venter på deg" in front.text
