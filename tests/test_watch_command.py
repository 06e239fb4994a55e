"""`ildsjel watch`: queries held against a file of posts, and those of other tools."""

import json
from pathlib import Path

import pytest

from ildsjel.cli import main

POSTS = [
    {"text": "Snøen på vei"},
    {"text": "is", "title": "snø"},
    {"text": "x", "author": {"handle": "ola.example.org", "name": "Ola"}, "tags": ["#SnøVei"]},
    {"text": "hei", "lang": "nb", "links": ["https://www.nrk.no/sport"], "is_reply": True},
]


def write(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_matches_are_printed_by_the_numbers_of_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["snø* NOT is", "", '"på vei" OR from:ola', "lang:no site:nrk.no is:reply", "group:v"]
    queries = write(tmp_path / "queries.txt", lines)
    posts = write(tmp_path / "posts.jsonl", [json.dumps(post) for post in POSTS])
    groups = write(tmp_path / "groups.txt", ["v = vei", "", "is = snø"])
    assert main(["watch", "match", queries, posts, "--groups", groups]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "0\t0", "0\t2", "0\t4", "2\t0", "2\t2", "2\t4", "3\t3",
    ]  # fmt: skip


def test_what_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = write(tmp_path / "queries.txt", ["snø", "snø (is", "title:snø"])
    posts = write(tmp_path / "posts.jsonl", ['{"text": "snø"}', "{", '"snø"', "[]", "", "7"])
    assert main(["watch", "match", queries, posts]) == 3
    said = capsys.readouterr()
    assert said.out.splitlines() == ["0\t0", "2\t0"]
    assert f"{queries}:2:5: This parenthesis is never closed." in said.err
    assert [f"{posts}:{line}:" in said.err for line in range(1, 7)] == [
        False, True, False, True, False, True,
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "match", "/nowhere/q", "/nowhere/p"]) == 1
    assert "/nowhere/q cannot be read" in capsys.readouterr().err


def test_a_query_is_translated_and_what_is_missing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = write(tmp_path / "query.txt", ["snø NEAR/3f is AND country:nor"])
    assert main(["watch", "translate", "--from", "brandwatch", query]) == 3
    said = capsys.readouterr()
    assert said.out == "snø ONEAR/3 is\n"
    assert "character 20: left out or changed: country:nor" in said.err
