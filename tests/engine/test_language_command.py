"""`ildsjel language`: a line for a line, as soon as it has come, whatever its bytes."""

import argparse
import os
from pathlib import Path

import pytest

from ildsjel.cli import language
from ildsjel.cli.errors import CommandError

LINES = [
    "Kvifor er ikkje vegen brøytt enno?".encode(),
    b"",
    b"\xff\xfe\x00 her er noe som ikke er UTF-8",
    "Varför har vår väg inte plogats ännu?\r".encode(),
    b"no end of line follows this one",
]


def answers(
    path: Path, capsys: pytest.CaptureFixture[str], least: float | None = None
) -> list[str]:
    assert language.run(argparse.Namespace(file=str(path), least=least)) == 0
    return capsys.readouterr().out.splitlines()


def test_each_line_has_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "posts.txt"
    path.write_bytes(b"\n".join(LINES))
    rows = [line.split("\t") for line in answers(path, capsys)]
    assert [row[0] for row in rows] == ["nn", "und", "nb", "sv", "en"]
    assert all(0 <= float(chance) <= 1 for _, chance, _ in rows)
    assert all(
        0 <= float(other.split(":")[1]) <= 1
        for *_, others in rows
        for other in others.split(",")
        if other
    )


def test_nothing_is_said_below_the_least_probability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "posts.txt"
    path.write_text("Takk for hjelpen\n", encoding="utf-8")
    assert answers(path, capsys, least=1.1)[0].startswith("und\t")
    assert not answers(path, capsys, least=0)[0].startswith("und\t")


def test_lines_are_passed_on_as_they_come() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source:
        batches = language._batches(source)
        os.write(writing, b"en\nto\nhal")
        assert next(batches) == ["en", "to"]
        os.write(writing, b"vt\n")
        assert next(batches) == ["halvt"]
        os.write(writing, b"slutt")
        os.close(writing)
        assert list(batches) == [["slutt"]]


def test_a_missing_file_is_said_to_be() -> None:
    with pytest.raises(CommandError, match="cannot read"):
        language.run(argparse.Namespace(file="/no/such/file", least=None))
