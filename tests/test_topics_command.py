"""`ildsjel topics train` and `ildsjel topics predict` on real files and standard input."""

import io
import json
import sys
from pathlib import Path

import pytest

from ildsjel.cli import main
from ildsjel.engine.topics import Example
from tests.engine.test_topics import NEW, examples


@pytest.fixture
def model(tmp_path: Path) -> Path:
    source, target = tmp_path / "examples.jsonl", tmp_path / "topics.model"
    source.write_text("".join(map(row, examples())), encoding="utf-8")
    assert main(["topics", "train", str(source), "--out", str(target)]) == 0
    return target


def row(example: Example) -> str:
    return json.dumps({"text": example.text, "label": example.label}, ensure_ascii=False) + "\n"


def test_training_says_how_good_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "examples.jsonl"
    source.write_text("".join(map(row, examples())), encoding="utf-8")
    assert main(["topics", "train", str(source), "--out", str(tmp_path / "topics.model")]) == 0
    said = capsys.readouterr().err
    assert "36 examples, 3 labels. Of examples held out, " in said
    assert "a suggestion is automatic" in said


def test_a_line_out_for_each_line_in(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"text": text}) + "\n" for text, _ in NEW), "utf-8")
    assert main(["topics", "predict", str(model), str(texts)]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == [label for _, label in NEW]
    assert all(0 < float(line[1]) <= 1 and line[2].count(":") == 2 for line in lines)


def test_plain_lines_from_standard_input(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = "".join(f"{text}\n" for text, _ in NEW).encode() + b"\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
    assert main(["topics", "predict", str(model), "-", "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == len(NEW) + 1
    assert [found["label"] for found in rows[:-1]] == [label for _, label in NEW]
    assert {type(found["automatic"]) for found in rows} == {bool}


@pytest.mark.parametrize(
    ("line", "said"),
    [("{", "line 1: this is not JSON"), ('{"text": "a"}', "line 1: there is no text and label")],
)
def test_what_can_not_be_read_is_named(
    line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "examples.jsonl"
    source.write_text(line, encoding="utf-8")
    assert main(["topics", "train", str(source), "--out", str(tmp_path / "m")]) == 1
    assert said in capsys.readouterr().err


def test_a_model_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"something else")
    assert main(["topics", "predict", str(other), "-"]) == 1
    assert "not a topic model" in capsys.readouterr().err
