"""The plan's document: written and read back the same; its version; taking something out."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from ildsjel.engine.plan import Element, Plan, fingerprint, read, write
from ildsjel.engine.plan.document import Goal, Kind, Measure, elements, key_for
from ildsjel.engine.plan.references import circles, dangling, references, without
from ildsjel.engine.plan.scalars import is_key
from tests.plans import plans, sound_plan


@settings(max_examples=150, deadline=None)
@given(plans())
def test_what_is_written_is_read_back_the_same(plan: Plan) -> None:
    text = write(plan)
    again = read(text)
    assert again == plan
    assert write(again) == text
    assert fingerprint(again) == fingerprint(plan)


def test_a_plan_is_written_for_people() -> None:
    lines = write(sound_plan()).splitlines()
    assert "# What we want to achieve" in lines
    assert "        monday-friday: 07:00-15:30" in lines
    assert "    goals: [same-day, fewer-calls]" in lines
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("language", "heading"),
    [("nb", "# Hva vi vil oppnå"), ("sv", "# Vad vi vill uppnå"), ("da", "# Hvad vi vil opnå")],
)
def test_its_headings_are_in_its_language(language: str, heading: str) -> None:
    assert heading in write(replace(sound_plan(), language=language))


def test_the_version_changes_with_what_is_planned_only() -> None:
    plan = sound_plan()
    version = fingerprint(plan)
    first, *rest = plan.reviews
    noted = replace(first, learned="Something else", decision=None, held=None)
    assert fingerprint(replace(plan, reviews=(noted, *rest), signed=None)) == version
    assert fingerprint(replace(plan, purpose="Another")) != version
    assert fingerprint(replace(plan, goals=plan.goals[::-1])) != version


def test_zero_is_said_and_nothing_is_not() -> None:
    zero = Plan(organisation="X", goals=(Goal(key="a", statement="A", measure=Measure(target=0)),))
    none = Plan(organisation="X", goals=(Goal(key="a", statement="A", measure=Measure()),))
    assert fingerprint(zero) != fingerprint(none)
    assert read(write(zero)) == zero and read(write(none)) == none


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("Småbarnsforeldre", [], "småbarnsforeldre"),
        ("Svar, samme dag!", [], "svar-samme-dag"),
        ("Svar", ["svar", "svar-2"], "svar-3"),
        ("你好", [], "x"),
        ("A" * 100, [], "a" * 40),
    ],
)
def test_keys_are_made_of_names(name: str, taken: list[str], key: str) -> None:
    assert key_for(name, taken) == key and is_key(key)


def test_nothing_of_what_is_taken_out_is_left() -> None:
    plan = sound_plan()
    for element, _ in elements(plan):
        left = without(plan, element)
        assert element not in {each for each, _ in elements(left)}
        assert dangling(left) == [] and element not in {each.to for each in references(left)}
        assert left.signed is None or left.signed.by != element.key or element.kind != Kind.PERSON
        assert read(write(left)) == left


def test_what_points_nowhere_is_seen() -> None:
    plan = sound_plan()
    lost = replace(plan, people=plan.people[1:])
    assert Element(Kind.PERSON, "chief") in {each.to for each in dangling(lost)}


def test_circles_are_found_once() -> None:
    goals = tuple(
        Goal(key=key, statement=key, parent=parent)
        for key, parent in [("a", "b"), ("b", "c"), ("c", "b"), ("d", ""), ("e", "d"), ("f", "f")]
    )
    assert circles(Plan(organisation="X", goals=goals)) == [["b", "c"], ["f"]]


def test_dates_stay_dates() -> None:
    goal = next(iter(sound_plan().goals))
    assert goal.measure is not None and goal.measure.due == date(2027, 12, 31)
