"""The supervisor and its processes: they start, they come back, they stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.line.installation import Installation, eventually, installation

pytestmark = pytest.mark.servers


@pytest.fixture
def ildsjel(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        made.prepare()
        made.start()
        yield made


def test_all_stop_with_ctrl_c(ildsjel: Installation) -> None:
    children = eventually(lambda: ildsjel.children() if len(ildsjel.children()) == 3 else None)
    assert sorted(children) == ["listen", "web", "work"]
    assert ildsjel.stop() < 5
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())


@pytest.mark.parametrize("name", ["web", "work", "listen"])
def test_a_killed_child_is_started_again(ildsjel: Installation, name: str) -> None:
    before = eventually(lambda: ildsjel.children().get(name))
    ildsjel.kill(name)
    eventually(lambda: ildsjel.children().get(name, before) != before)
    eventually(ildsjel.answers)


def test_nothing_outlives_a_killed_supervisor(ildsjel: Installation) -> None:
    children = ildsjel.children()
    ildsjel.kill("up")
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()))


def test_a_taken_port_is_said_in_plain_words(ildsjel: Installation) -> None:
    done = ildsjel.command("up")
    assert done.returncode == 1
    assert "ILDSJEL_PORT" in done.stderr
