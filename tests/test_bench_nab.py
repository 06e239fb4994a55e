"""The scorer of bench.bursts against values that follow from the published description."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from bench import nab

LENGTH = 2000
WINDOWS = [(800, 899), (1500, 1599)]


def series() -> nab.Series:
    times = [datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=n) for n in range(LENGTH)]
    return nab.Series("made", times, [0.0] * LENGTH, WINDOWS)


def scores(*places: int) -> list[float]:
    return [float(place in places) for place in range(LENGTH)]


def score(profile: str, *places: int) -> float:
    return nab.at([scores(*places)], [series()], profile, 0.5).score


@pytest.mark.parametrize("profile", nab.PROFILES)
def test_perfect_is_100_and_silence_is_0(profile: str) -> None:
    assert nab.best([scores(800, 1500)], [series()], profile).score == pytest.approx(100)
    assert nab.best([[0.5] * LENGTH], [series()], profile).score == 0
    assert score(profile) == 0


def test_a_hit_in_the_middle_of_a_window_is_worth_six_sevenths_of_one_at_its_start() -> None:
    worth = (2 / (1 + math.exp(-2.5)) - 1) / (2 / (1 + math.exp(-5)) - 1)
    assert worth == pytest.approx(0.8597, abs=1e-4)
    assert score("standard", 850, 1550) == pytest.approx(100 * (worth + 1) / 2)
    assert score("low FN", 850, 1550) == pytest.approx(100 * (worth + 2) / 3)


def test_only_the_first_report_in_a_window_counts() -> None:
    assert score("standard", 810, 850, 899) == score("standard", 810)


def test_false_alarms_cost_by_profile_and_by_distance() -> None:
    assert score("standard", 600) == pytest.approx(-100 * 0.11 / 4)
    assert score("low FP", 600) == pytest.approx(-100 * 0.22 / 4)
    assert score("low FN", 600) == pytest.approx(-100 * 0.11 / 6)
    assert 0 > score("standard", 901) > score("standard", 930) > score("standard", 1400)
    assert score("standard", 1400) == pytest.approx(-100 * 0.11 / 4)


def test_the_start_of_a_file_does_not_count() -> None:
    assert score("standard", 0, 299) == 0
    assert score("standard", 300) < 0


def test_the_threshold_is_the_best_over_all_files() -> None:
    values = [0.0] * LENGTH
    values[800], values[1500], values[1200], values[1300] = 0.9, 0.7, 0.6, 0.6
    found = nab.best([values], [series()], "standard")
    assert (found.threshold, found.hits, found.false_alarms) == (0.7, 2, 0)
    assert found.score == pytest.approx(100)
