"""The plan's self-check: what is removed from a sound plan is missed by the rule that guards it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.engine.plan import (
    RULES,
    Element,
    Evidence,
    Finding,
    Plan,
    Severity,
    check,
    fingerprint,
)
from ildsjel.engine.plan.document import (
    CLOSED,
    Acceptance,
    Decision,
    Kind,
    Priority,
    elements,
    section,
)
from ildsjel.engine.plan.evidence import Answers, Counts, Observation, Unplanned
from ildsjel.engine.plan.fields import Form, fields_of
from ildsjel.engine.plan.promises import longest_closed, open_minutes
from ildsjel.engine.plan.references import without
from ildsjel.engine.plan.scalars import hours
from ildsjel.engine.plan.workload import workload
from tests.plans import FOLDER, TODAY, plans, sound_plan

# Which rule guards a field: one of these must speak when it is emptied.
GUARDS: dict[Kind, dict[str, set[str]]] = {
    Kind.PERSON: {"hours_a_week": {"person-without-hours"}, "management": {"*"}},
    Kind.GOAL: {
        "kind": {"goal-without-kind"},
        "why": {"goal-without-why"},
        "without_media": {"goal-without-alternative"},
        "owner": {"goal-without-owner"},
        "measure": {"goal-without-measure"},
        "measure.definition": {"goal-without-measure"},
        "measure.unit": {"measure-without-unit"},
        "measure.baseline": {"goal-without-baseline"},
        "measure.baseline_on": {"baseline-without-date"},
        "measure.target": {"goal-without-target"},
        "measure.due": {"goal-without-date"},
        "measure.source": {"measure-without-source"},
        "measure.every": {"measure-without-rhythm"},
        "value.amount": {"value-without-amount"},
        "value.assumption": {"value-without-assumption"},
    },
    Kind.GROUP: {
        "who": {"group-without-description"},
        "need": {"group-without-need"},
        "where": {"group-without-place"},
        "size": {"group-without-size"},
        "priority": {"group-without-priority"},
        "change": {"group-without-change"},
    },
    Kind.TACTIC: {
        "goal": {"tactic-without-goal"},
        "group": {"tactic-without-group"},
        "role": {"tactic-without-role"},
        "problem": {"tactic-without-gain"},
        "value": {"tactic-without-gain"},
        "horizon": {"tactic-without-horizon"},
        "channels": {"tactic-without-channel"},
        "owner": {"tactic-without-owner"},
    },
    Kind.CHANNEL: {
        "network": {"channel-without-network"},
        "address": {"channel-without-address"},
        "reason": {"absence-without-reason"},
        "look_again": {"absence-without-date"},
        "why": {"channel-without-why"},
        "goals": {"channel-without-goal"},
        "groups": {"channel-without-group"},
        "owner": {"channel-without-owner"},
        "deputy": {"channel-without-deputy"},
        "hours_a_month": {"channel-without-hours"},
        "money_a_month": {"channel-without-cost"},
        "promise": {"channel-without-promise"},
        "promise.minutes": {"channel-without-promise"},
        "promise.hours": {"promise-without-hours"},
        "tone": {"channel-without-tone"},
        "exit_criterion": {"channel-without-exit"},
    },
    Kind.ROLE: {
        "responsibility": {"role-without-responsibility"},
        "mandate": {"role-without-mandate"},
        "person": {"role-without-person"},
        "deputy": {"role-without-deputy"},
        "hours_a_week": {"role-without-hours"},
    },
    Kind.GUARDRAIL: {"kind": {"guardrail-without-kind"}},
    Kind.REVIEW: {
        "due": {"review-without-date", "no-review-ahead"},
        "held": {"review-overdue"},
        "decision": {"review-without-decision"},
        "learned": {"review-without-lesson"},
    },
}
# Fields that nothing needs: names must be there to be read, and these are free.
FREE = {
    (Kind.PERSON, "name"), (Kind.PERSON, "title"), (Kind.GOAL, "statement"), (Kind.GOAL, "parent"),
    (Kind.GOAL, "value"), (Kind.GROUP, "name"), (Kind.TACTIC, "name"), (Kind.CHANNEL, "name"),
    (Kind.CHANNEL, "presence"), (Kind.CHANNEL, "team"), (Kind.CHANNEL, "promise.counted"),
    (Kind.ROLE, "name"), (Kind.GUARDRAIL, "statement"), (Kind.GUARDRAIL, "topics"),
    (Kind.REVIEW, "what"), (Kind.REVIEW, "goals"), (Kind.REVIEW, "channels"),
    (Kind.PERSON, "management"),
}  # fmt: skip
# What speaks when a whole element is taken out, with everything that named it.
GUARDS_OF_ELEMENTS = {
    "people": {"channel-without-owner", "goal-without-owner"},
    "goals": {"tactic-without-goal"},
    "groups": {"tactic-without-group"},
    "tactics": {"goal-without-tactic", "group-unreached", "nobody-listens"},
    "channels": {"tactic-without-channel", "channel-without-tactic", "no-channel-turned-down"},
    "guardrails": {"nothing-free", "nothing-four-eyes", "nothing-press-officer"},
    "reviews": {"no-review-ahead"},
}  # fmt: skip


def fields_in(part: type, path: str = "") -> list[str]:
    found = []
    for name, field in fields_of(part).items():
        found.append(path + name)
        if field.form is Form.PART:
            found += fields_in(field.of, f"{path}{name}.")
    return found


def emptied(part: Any, path: str) -> Any:
    name, _, rest = path.partition(".")
    if rest:
        return replace(part, **{name: emptied(getattr(part, name), rest)})
    return replace(part, **{name: nothing_like(getattr(part, name))})


def nothing_like(value: Any) -> Any:
    if isinstance(value, str) and type(value) is str:
        return ""
    if isinstance(value, tuple):
        return CLOSED if len(value) == 7 else ()
    return None


def is_filled(part: Any, path: str) -> bool:
    for name in path.split("."):
        part = getattr(part, name, None)
    return part is not None and part not in ("", (), CLOSED)


def changed(plan: Plan, element: Element, path: str) -> Plan:
    """The plan with one field emptied, and signed again."""
    rows = tuple(
        emptied(each, path) if each.key == element.key else each
        for each in section(plan, element.kind)
    )
    return signed(replace(plan, **{element.kind.value: rows}))


def signed(plan: Plan) -> Plan:
    assert plan.signed is not None
    return replace(plan, signed=replace(plan.signed, version=fingerprint(plan)))


def rules(plan: Plan, evidence: Evidence | None = None, today: date = TODAY) -> set[str]:
    return {each.rule for each in check(plan, evidence or Evidence.none(), today)}


FILLED = [
    (element, path)
    for element, each in elements(sound_plan())
    for path in GUARDS.get(element.kind, {})
    if is_filled(each, path)
    and path != "management"
    and (element.key, path) != ("autumn", "due")  # it was held
]


def test_the_sound_plan_is_sound() -> None:
    assert check(sound_plan(), Evidence.none(), TODAY) == []


def test_every_field_is_guarded_or_said_to_be_free() -> None:
    plan = sound_plan()
    kinds = {element.kind: type(each) for element, each in elements(plan)}
    loose = [
        (kind.value, path)
        for kind, part in kinds.items()
        for path in fields_in(part)
        if path not in GUARDS[kind] and (kind, path) not in FREE
    ]
    assert loose == []


def test_the_sound_plan_fills_every_guarded_field() -> None:
    filled = {(element.kind, path) for element, path in FILLED}
    guarded = {
        (kind, path) for kind, paths in GUARDS.items() for path in paths if path != "management"
    }
    assert guarded == filled


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(FILLED))
def test_a_field_that_is_removed_is_missed_by_its_rule(removed: tuple[Element, str]) -> None:
    element, path = removed
    plan = changed(sound_plan(), element, path)
    found = check(plan, Evidence.none(), TODAY)
    guards = GUARDS[element.kind][path]
    spoken = [each for each in found if each.rule in guards]
    assert spoken, f"nobody misses {element} {path}"
    assert any(each.element == element or each.rule == "no-review-ahead" for each in spoken)
    worst = min(each.severity.rank for each in spoken)
    assert [each.rule for each in found if each.severity.rank < worst] == []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([element for element, _ in elements(sound_plan())]))
def test_an_element_that_is_removed_is_missed(element: Element) -> None:
    if element in {Element(Kind.REVIEW, "autumn"), Element(Kind.ROLE, "plan-owner")}:
        return  # a past review and one role of two may go
    plan = without(sound_plan(), element)
    if plan.signed is not None and plan.signed.by:
        plan = signed(plan)
    found = check(plan, Evidence.none(), TODAY)
    if element.kind is Kind.ROLE:
        assert found == []  # one of two roles is left
        return
    guards = GUARDS_OF_ELEMENTS[element.kind.value]
    spoken = [each for each in found if each.rule in guards]
    assert spoken, f"nobody misses {element}"
    worst = min(each.severity.rank for each in spoken)
    assert [each.rule for each in found if each.severity.rank < worst] == []


@pytest.mark.parametrize(
    ("part", "id"),
    [
        ("goals", "plan-without-goals"),
        ("groups", "plan-without-groups"),
        ("roles", "no-roles"),
        ("guardrails", "no-guardrails"),
        ("reviews", "no-review-ahead"),
        ("purpose", "plan-without-purpose"),
        ("currency", "plan-without-currency"),
        ("signed", "plan-not-signed"),
    ],
)
def test_a_part_of_the_plan_that_is_removed_is_missed(part: str, id: str) -> None:
    plan = sound_plan()
    empty: Any = {"signed": None, "purpose": "", "currency": ""}.get(part, ())
    assert id in rules(replace(plan, **{part: empty}))


@settings(max_examples=60, deadline=None)
@given(plans(), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_any_plan_can_be_checked(plan: Plan, today: date) -> None:
    found = check(plan, Evidence.none(), today)
    assert [each.severity.rank for each in found] == sorted(each.severity.rank for each in found)
    there = {element for element, _ in elements(plan)} | {Element(Kind.PLAN, "")}
    assert {each.element for each in found} <= there


# What rests on evidence

SEEN = Evidence(
    since=date(2026, 9, 1),
    until=date(2026, 11, 30),
    source="Ildsjel",
    by_channel={
        "facebook": Counts(conversations=400, posts=60),
        "mail": Counts(conversations=5, posts=12),
    },
    by_goal={"same-day": Counts(conversations=300), "fewer-calls": Counts(posts=70)},
    by_group={"families": Counts(conversations=200), "commuters": Counts(conversations=100)},
    without_goal=Counts(conversations=40, posts=2),
    answers={"facebook": Answers(kept=380, broken=20)},
    hours={"adviser": 150, "desk": 130},
    replies={"adviser": 220, "desk": 180},
    observations={
        "same-day": Observation(at=date(2026, 11, 30), value=66),
        "fewer-calls": Observation(at=date(2026, 11, 30), value=1400),
    },
)


def test_what_happens_as_planned_brings_no_finding() -> None:
    assert check(sound_plan(), SEEN, TODAY) == []


@pytest.mark.parametrize(
    ("seen", "id", "element"),
    [
        ({"by_channel": {"facebook": Counts(posts=9)}}, "channel-silent", "channels/mail"),
        (
            {"by_channel": {**(SEEN.by_channel or {}), "tiktok": Counts(posts=1)}},
            "absence-broken",
            "channels/tiktok",
        ),
        (
            {"unplanned": (Unplanned(name="Snapchat", counts=Counts(posts=9)),)},
            "channel-unplanned",
            "plan",
        ),
        ({"by_goal": {"same-day": Counts(posts=99)}}, "goal-without-activity", "goals/fewer-calls"),
        ({"by_group": {"families": Counts(posts=9)}}, "group-silent", "groups/commuters"),
        ({"without_goal": Counts(posts=30)}, "posts-without-goal", "plan"),
        (
            {"answers": {"facebook": Answers(kept=60, broken=40)}},
            "promise-broken",
            "channels/facebook",
        ),
        ({"hours": {"adviser": 250}}, "person-overworked", "people/adviser"),
        ({"replies": {"adviser": 300, "desk": 100}}, "replies-by-one", "people/adviser"),
        ({"observations": {}}, "measure-silent", "goals/same-day"),
    ],
)
def test_what_happens_otherwise_is_found(seen: dict[str, Any], id: str, element: str) -> None:
    today = TODAY if id != "measure-silent" else date(2027, 2, 1)
    found = check(sound_plan(), replace(SEEN, **seen), today)
    assert {str(each.element) for each in found if each.rule == id} >= {element}
    spoken = [each for each in found if each.rule == id]
    assert {(each.source, each.since) for each in spoken} == {("Ildsjel", date(2026, 9, 1))}
    assert not {each.rule for each in found} - {id, "goal-without-activity", "measure-silent"}


def test_a_goal_behind_its_path_is_found_with_where_it_should_be() -> None:
    seen = {"same-day": Observation(at=date(2027, 6, 1), value=62)}
    found = check(sound_plan(), Evidence(observations=seen), date(2027, 6, 2))
    [behind] = [each for each in found if each.rule == "goal-behind"]
    assert behind.values["expected"] == 75.5 and behind.values["value"] == 62


def test_a_measure_that_should_fall_is_behind_when_it_does_not() -> None:
    seen = {"fewer-calls": Observation(at=date(2027, 6, 1), value=1440)}
    assert "goal-behind" in rules(sound_plan(), Evidence(observations=seen), date(2027, 6, 2))
    seen = {"fewer-calls": Observation(at=date(2027, 6, 1), value=1150)}
    assert "goal-behind" not in rules(sound_plan(), Evidence(observations=seen), date(2027, 6, 2))


def test_few_counts_prove_nothing() -> None:
    few = Evidence(
        by_goal={"same-day": Counts(posts=3), "fewer-calls": Counts(posts=1)},
        without_goal=Counts(posts=5),
        answers={"facebook": Answers(kept=1, broken=9)},
        replies={"adviser": 12},
    )
    assert check(sound_plan(), few, TODAY) == []


# Acceptances


def accept(plan: Plan, **given: Any) -> Plan:
    values = {
        "rule": "channel-without-deputy",
        "element": Element(Kind.CHANNEL, "mail"),
        "reason": "A new colleague comes",
        "until": TODAY,
        "by": "chief",
        **given,
    }
    return replace(plan, acceptances=(Acceptance(**values),))


def without_deputy() -> Plan:
    return changed(sound_plan(), Element(Kind.CHANNEL, "mail"), "deputy")


def test_an_accepted_finding_stays_and_says_so_until_its_date() -> None:
    plan = accept(without_deputy())
    [finding] = check(plan, Evidence.none(), TODAY)
    assert finding.accepted is not None and finding.accepted.reason == "A new colleague comes"
    [later] = check(plan, Evidence.none(), TODAY + timedelta(1))
    assert later.accepted is None


@pytest.mark.parametrize("lacking", [{"reason": ""}, {"until": None}, {"by": ""}])
def test_an_acceptance_without_reason_date_or_name_silences_nothing(
    lacking: dict[str, Any],
) -> None:
    found = check(accept(without_deputy(), **lacking), Evidence.none(), TODAY)
    assert {(each.rule, each.accepted) for each in found} == {
        ("acceptance-incomplete", None),
        ("channel-without-deputy", None),
    }


def test_an_acceptance_of_nothing_is_told() -> None:
    assert rules(accept(sound_plan())) == {"acceptance-idle"}
    assert "acceptance-idle" in rules(accept(without_deputy(), rule="channel-without-depty"))


# Single rules


def test_the_decision_to_stop_holds_until_a_later_one() -> None:
    plan = sound_plan()
    first = replace(plan.reviews[0], channels=("mail",), decision=Decision.STOP)
    later = replace(first, key="later", held=date(2026, 11, 1), decision=Decision.CONTINUE)
    assert "stopped-but-here" in rules(replace(plan, reviews=(first, plan.reviews[1])))
    assert "stopped-but-here" not in rules(replace(plan, reviews=(first, later, plan.reviews[1])))


def test_hours_of_a_channel_are_shared_by_its_team() -> None:
    load = workload(sound_plan())
    assert load["adviser"].hours_a_week == pytest.approx(30 * 12 / 52)
    assert load["desk"].hours_a_week == pytest.approx(38 * 12 / 52)
    assert load["service"].hours_a_week == 2


@pytest.mark.parametrize(
    ("week", "minutes", "closed"),
    [
        ({}, 0, 7 * 1440),
        ({day: ["00:00-24:00"] for day in range(7)}, 7 * 1440, 0),
        ({day: ["08:00-16:00"] for day in range(5)}, 2400, 64 * 60),
        ({0: ["08:00-09:00", "08:30-10:00"]}, 120, 7 * 1440 - 120),
        ({6: ["20:00-24:00"], 0: ["00:00-04:00"]}, 480, 7 * 1440 - 480),
    ],
)
def test_how_long_nobody_is_there(week: dict[int, list[str]], minutes: int, closed: int) -> None:
    days = tuple(tuple(hours(each) for each in week.get(day, [])) for day in range(7))
    assert (open_minutes(days), longest_closed(days)) == (minutes, closed)


def test_every_rule_has_been_seen_to_speak() -> None:
    """Each rule's id stands in these tests, in the broken plans, or among the guards."""
    written = "".join(path.read_text(encoding="utf-8") for path in (FOLDER / "broken").iterdir())
    written += Path(__file__).read_text(encoding="utf-8")
    assert [id for id in RULES if id not in written] == []


def test_too_many_goals_and_everyone_first() -> None:
    plan = sound_plan()
    goals = tuple(replace(plan.goals[0], key=f"goal-{number}") for number in range(8))
    groups = tuple(
        replace(group, key=f"group-{number}", priority=Priority.HIGH)
        for number, group in enumerate(plan.groups * 2)
    )
    many = rules(replace(plan, goals=goals, groups=groups))
    assert {"too-many-goals", "nothing-comes-first"} <= many
    few = rules(replace(plan, goals=goals[:7], groups=groups[:3]))
    assert not {"too-many-goals", "nothing-comes-first"} & few


def test_findings_are_values() -> None:
    first = Finding(rule="a", severity=Severity.ADVICE, element=Element(Kind.PLAN, ""))
    assert hash(first) == hash(replace(first)) and first == replace(first)
