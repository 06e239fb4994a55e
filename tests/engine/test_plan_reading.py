"""Files that are no plans: everything wrong is told, and nothing ends the process."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.engine.plan import PlanError, examine, read
from ildsjel.engine.plan.reading import MOST_FAULTS
from ildsjel.engine.plan.syntax import LARGEST
from tests.plans import sound_text


def codes(text: str) -> list[str]:
    return [fault.code for fault in examine(text).faults]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "- " * 200_000,
        "{a: " * 50_000,
        "? " * 50_000,
        "".join(" " * i + "a:\n" for i in range(99)),
    ],
    ids=["brackets", "dashes", "braces", "questions", "steps"],
)
def test_what_is_nested_too_deeply_is_refused(text: str) -> None:
    assert codes(text) == ["too-deep"]


def test_what_is_too_large_is_refused() -> None:
    assert codes("#" * (LARGEST + 1)) == ["too-large"]


def test_an_anchor_may_be_used_again_and_a_bomb_goes_out() -> None:
    hours = "hours: &open\n        monday-friday: 07:00-15:30"
    shared = sound_text().replace("hours:\n        monday-friday: 07:00-15:30", hours)
    shared = shared.replace("hours:\n        monday-friday: 08:00-15:30", "hours: *open")
    plan = read(shared)
    first, second, _ = plan.channels
    assert first.promise and second.promise and first.promise.hours == second.promise.hours
    topics = "topics: &all [" + ", ".join(f"t{number}" for number in range(2_000)) + "]"
    rules = "".join(f"  r{number}:\n    statement: x\n    topics: *all\n" for number in range(999))
    bomb = f"format: 1\norganisation: X\nguardrails:\n  r:\n    statement: x\n    {topics}\n{rules}"
    assert codes(bomb) == ["too-large"]


def test_an_anchor_cannot_hold_itself() -> None:
    assert codes("format: 1\norganisation: &x [*x]\n") == ["yaml-alias"]


def test_faults_come_to_an_end() -> None:
    many = "format: 1\norganisation: X\n" + "".join(f"field{n}: x\n" for n in range(5_000))
    found = codes(many)
    assert len(found) == MOST_FAULTS + 1 and "too-many-faults" in found


def test_a_quotation_mark_that_is_missing_is_told_where_it_began() -> None:
    [fault] = examine('format: 1\norganisation: "X\npurpose: y\nlanguage: "nb"\n').faults
    assert (fault.code, fault.line) == ("yaml-quote", 2)


def test_words_for_yes_and_no_stay_texts_where_texts_stand() -> None:
    plan = read("format: 1\norganisation: no\nlanguage: no\npurpose: 2026-01-01\n")
    assert (plan.organisation, plan.language, plan.purpose) == ("no", "no", "2026-01-01")


def test_a_misspelt_field_is_told_once() -> None:
    assert codes("format: 1\norganisatoin: X\n") == ["field-unknown"]


def test_what_was_said_empty_is_missing() -> None:
    assert codes("format: 1\norganisation:\n") == ["required"]
    assert codes('format: 1\norganisation: ""\n') == ["required"]


def test_lines_are_known_for_findings() -> None:
    reading = examine(sound_text())
    from ildsjel.engine.plan.document import Element, Kind

    lines = sound_text().splitlines()
    facebook = Element(Kind.CHANNEL, "facebook")
    assert lines[(reading.line(facebook) or 0) - 1] == "  facebook:"
    assert "minutes: 120" in lines[(reading.line(facebook, "promise.minutes") or 0) - 1]
    assert reading.line(facebook, "reason") == reading.line(facebook)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = examine(text)
    assert (reading.plan is None) == bool(reading.faults)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(sound_text()) - 1), st.text(max_size=4), st.integers(0, 40))
def test_no_change_to_a_plan_breaks_the_reader(at: int, put: str, cut: int) -> None:
    text = sound_text()
    reading = examine(text[:at] + put + text[at + cut :])
    assert (reading.plan is None) == bool(reading.faults)
    assert all(fault.line >= 1 for fault in reading.faults)


def test_the_error_names_lines() -> None:
    with pytest.raises(PlanError, match="line 1: format-missing"):
        read("organisation: X\n")
