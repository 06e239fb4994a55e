"""Routing: the first rule that holds, why, and what kept the others back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.items import Address, Author, Item
from ildsjel.engine.matching import QueryError
from ildsjel.engine.routing import Reason, Rule, Why, compile_rules

POST = Item(
    external_id="1",
    text="Når blir det brøytet i Fjellveien?",
    author=Author(external_id="a"),
    published_at=datetime(2026, 1, 1, tzinfo=UTC),
    revision=1,
    thread_key="1",
    address=Address.MENTION,
    languages=("nb",),
)
ROADS = Rule(
    id=1, name="Roads", desk_id=10, topic_id=5, goal_id=6, priority=2, query="brøyt* OR strø*"
)
MAIL = Rule(id=2, name="Mail", desk_id=20, channels=frozenset({9}))
REST = Rule(id=3, name="Rest", desk_id=30)


def test_the_first_rule_that_holds_decides_and_says_which_words_it_saw() -> None:
    route = compile_rules([MAIL, ROADS, REST], 99).route(POST, 1)
    assert (route.desk_id, route.topic_id, route.goal_id) == (10, 5, 6)
    assert (route.rule_id, route.priority) == (1, 2)
    assert route.why == (Why(Reason.QUERY, ("brøytet",)),)


def test_a_rule_without_conditions_takes_everything() -> None:
    route = compile_rules([REST, ROADS], 99).route(POST, 1)
    assert route.rule_id == 3
    assert route.why == (Why(Reason.EVERYTHING),)


def test_no_rule_leads_to_the_fallback_desk_and_says_so() -> None:
    route = compile_rules([MAIL], 99).route(POST, 1)
    assert (route.desk_id, route.rule_id) == (99, None)
    assert route.why == (Why(Reason.FALLBACK),)
    assert compile_rules([], None).route(POST, 1).desk_id is None


@pytest.mark.parametrize(
    ("conditions", "reason", "details", "holds"),
    [
        ({"channels": frozenset({1})}, Reason.CHANNEL, ("1",), True),
        ({"channels": frozenset({2})}, Reason.CHANNEL, ("1",), False),
        ({"addresses": frozenset({"mention"})}, Reason.ADDRESS, ("mention",), True),
        ({"addresses": frozenset({"direct"})}, Reason.ADDRESS, ("mention",), False),
        ({"watches": frozenset({4, 7, 3})}, Reason.WATCH, ("4", "7"), True),
        ({"watches": frozenset({3})}, Reason.WATCH, (), False),
        ({"languages": frozenset({"no"})}, Reason.LANGUAGE, ("nb",), True),
        ({"languages": frozenset({"sv"})}, Reason.LANGUAGE, ("nb",), False),
        ({"query": "skole"}, Reason.QUERY, (), False),
        ({"outside_hours": True}, Reason.HOURS, ("outside",), True),
        ({"outside_hours": False}, Reason.HOURS, ("outside",), False),
    ],
)
def test_each_condition(
    conditions: dict[str, object], reason: Reason, details: tuple[str, ...], holds: bool
) -> None:
    rule = replace(REST, **conditions)  # type: ignore[arg-type]
    [trial] = compile_rules([rule], None).explain(POST, 1, {4, 7}, open_now=False)
    why = Why(reason, details)
    assert (trial.held, trial.failed) == (((why,), None) if holds else ((), why))


def test_a_trial_names_the_first_condition_that_failed_after_those_that_held() -> None:
    rule = replace(ROADS, channels=frozenset({1}), languages=frozenset({"da"}))
    [trial] = compile_rules([rule], None).explain(POST, 1)
    assert trial.held == (Why(Reason.CHANNEL, ("1",)),)
    assert trial.failed == Why(Reason.LANGUAGE, ("nb",))


def test_unknown_opening_hours_satisfy_no_rule_about_them() -> None:
    for outside in (True, False):
        router = compile_rules([replace(REST, outside_hours=outside)], None)
        assert router.route(POST, 1).rule_id is None


def test_a_rule_whose_query_cannot_be_read_is_refused() -> None:
    with pytest.raises(QueryError):
        compile_rules([replace(ROADS, query="(brøyt*")], None)


IDS = st.frozensets(st.integers(1, 3), max_size=2)
RULES = st.builds(
    Rule,
    id=st.integers(1, 10_000),
    name=st.just("r"),
    desk_id=st.integers(1, 5),
    channels=IDS,
    watches=IDS,
    addresses=st.frozensets(st.sampled_from(["mention", "reply"]), max_size=1),
    query=st.sampled_from(["", "brøyt*", "skole"]),
    outside_hours=st.sampled_from([None, True, False]),
)


@given(
    st.lists(RULES, max_size=6, unique_by=lambda rule: rule.id),
    st.integers(1, 3),
    IDS,
    st.sampled_from([None, True, False]),
)
def test_the_route_is_the_first_trial_that_did_not_fail(
    rules: list[Rule], channel: int, watches: frozenset[int], open_now: bool | None
) -> None:
    router = compile_rules(rules, 99)
    trials = list(router.explain(POST, channel, watches, open_now=open_now))
    assert [trial.rule for trial in trials] == rules
    good = [trial.rule.id for trial in trials if trial.failed is None]
    route = router.route(POST, channel, watches, open_now=open_now)
    assert route.rule_id == (good[0] if good else None)
    assert route.why
