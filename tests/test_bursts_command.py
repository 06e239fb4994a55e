"""`ildsjel bursts`: files as people have them, bad lines told, the same answer by pipe."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ildsjel.cli import main

START = datetime(2026, 3, 2, tzinfo=UTC)


def series(form: str = "%Y-%m-%d %H:%M:%S", days: int = 12) -> list[str]:
    """A calm week and a half, then a burst of half an hour."""
    rows = []
    for number in range(days * 288):
        at = START + timedelta(minutes=5 * number)
        value = 10 + number * 7919 % 5 + (200 if 0 <= number - 11 * 288 < 6 else 0)
        epoch = f"{at.timestamp():.0f}"
        rows.append(f"{at.strftime(form).replace('EPOCH', epoch)},{value}")
    return rows


def written(lines: list[str], folder: Path) -> str:
    path = folder / "counts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def answer(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_line_gets_its_score_and_alarm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = series()
    assert main(["bursts", written(["timestamp,value", *lines], tmp_path)]) == 0
    out = capsys.readouterr()
    rows = answer(out.out)
    assert [f"{row['timestamp']},{row['value']}" for row in rows] == lines
    assert rows[11 * 288]["alarm"] == "1"
    assert all(row["alarm"] == str(int(float(row["anomaly_score"]) >= 0.5)) for row in rows)
    assert sum(row["alarm"] == "1" for row in rows) <= 3
    assert out.err == ""


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%dT%H:%M:%SZ",
        "%d.%m.%Y %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "EPOCH",
        "EPOCH000",
        "%Y-%m-%d %H:%M:%S.000000",
    ],
)
def test_usual_forms_of_time_give_the_same_scores(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["bursts", written(series(), tmp_path)])
    usual = [row["anomaly_score"] for row in answer(capsys.readouterr().out)]
    main(["bursts", written(series(form), tmp_path)])
    assert [row["anomaly_score"] for row in answer(capsys.readouterr().out)] == usual


def test_bad_lines_are_told_with_their_number_and_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = series(days=1)
    bad = [
        "soon,4",
        "2026-03-03 00:05:00,many",
        "2026-03-03 00:10:00,-1",
        "2026-03-03",
        "2020-01-01,3",
    ]
    assert main(["bursts", written([*lines, *bad, "", "2026-03-03 00:30:00,11"], tmp_path)]) == 3
    out = capsys.readouterr()
    told = out.err.splitlines()
    assert [line.split(" left out")[0] for line in told] == [
        f"ildsjel: line {number}" for number in range(289, 294)
    ]
    assert "02.03.2026 14:05" in told[0]
    assert all("write" in line for line in told[1:4])
    assert "sort the file" in told[4]
    assert len(answer(out.out)) == 289


def test_semicolons_decimal_commas_and_a_mark_of_byte_order_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["\ufeffTid;Antall", "02.03.2026 14:05;3,5", "02.03.2026 14:10;4"]
    assert main(["bursts", written(lines, tmp_path)]) == 0
    assert [row["value"] for row in answer(capsys.readouterr().out)] == ["3,5", "4"]


def test_a_pipe_gives_the_same_as_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = series(days=2)
    main(["bursts", written(lines, tmp_path)])
    by_file = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["bursts", "-"]) == 0
    assert capsys.readouterr().out == by_file


@pytest.mark.parametrize("lines", [[], ["timestamp,value"], ["nothing here 1"]])
def test_a_file_without_counts_is_refused(
    lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bursts", written(lines, tmp_path)]) == 1
    assert "a timestamp and a value" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bursts", "not-there.csv"]) == 1
    assert "cannot read not-there.csv" in capsys.readouterr().err
