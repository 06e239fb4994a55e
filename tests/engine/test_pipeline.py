"""The pipeline: what opens a conversation, what is only kept, and what is let go."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.items import Address, Author, Item
from ildsjel.engine.matching import compile_watches
from ildsjel.engine.pipeline import Plan, run
from ildsjel.engine.routing import Reason, Rule, compile_rules

US = "did:example:us"
PLAN = Plan(
    channel_id=3,
    matcher=compile_watches({1: "brøyting", 2: "vann"}),
    router=compile_rules([Rule(id=8, name="Roads", desk_id=4, watches=frozenset({1}))], 5),
    identity=US,
    opening_watches={1},
)


def post(text: str = "hei", address: str = "public", author: str = "a", **more: bool) -> Item:
    return Item(
        external_id="1",
        text=text,
        author=Author(external_id=author),
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        revision=1,
        thread_key="1",
        address=Address(address),
        own=more.get("own", False),
        automatic=more.get("automatic", False),
        repost=more.get("repost", False),
    )


@pytest.mark.parametrize(
    ("item", "opens", "keep", "desk"),
    [
        (post(), False, False, None),
        (post("brøyting"), True, True, 4),
        (post("vann"), False, True, None),
        (post(address="mention"), True, True, 5),
        (post(address="reply"), True, True, 5),
        (post(address="direct"), True, True, 5),
        (post("brøyting", author=US), False, True, None),
        (post("brøyting", own=True), False, True, None),
        (post(address="direct", automatic=True), False, True, 5),
        (post("brøyting", automatic=True), False, True, None),
        (post("brøyting", repost=True), False, True, None),
        (post(address="mention", repost=True), False, True, 5),
    ],
)
def test_what_becomes_of_a_post(item: Item, opens: bool, keep: bool, desk: int | None) -> None:
    [outcome] = run(PLAN, [item])
    assert (outcome.opens, outcome.keep) == (opens, keep)
    assert (outcome.route.desk_id if outcome.route else None) == desk


def test_imports_and_mail_keep_everything() -> None:
    [outcome] = run(replace(PLAN, keep_all=True), [post()])
    assert outcome.keep
    assert not outcome.opens


def test_a_channel_that_does_not_listen_publicly_lets_public_posts_go() -> None:
    plan = replace(PLAN, listens_publicly=False)
    public, to_us = run(plan, [post("brøyting"), post("brøyting", "mention")])
    assert not public.keep
    assert not public.hits
    assert to_us.keep
    assert [hit.watch_id for hit in to_us.hits] == [1]


def test_opening_hours_at_the_time_of_the_post_reach_the_rules() -> None:
    rules = [Rule(id=1, name="Night", desk_id=9, outside_hours=True)]
    plan = replace(PLAN, router=compile_rules(rules, 5), open_at=lambda at: at.hour > 7)
    [outcome] = run(plan, [post(address="direct")])
    assert outcome.route is not None
    assert outcome.route.desk_id == 9
    assert outcome.route.why[0].reason is Reason.HOURS


POSTS = st.builds(
    post,
    st.sampled_from(["hei", "brøyting", "vann og brøyting"]),
    st.sampled_from([address.value for address in Address]),
    st.sampled_from(["a", US]),
    own=st.booleans(),
    automatic=st.booleans(),
    repost=st.booleans(),
)


@given(st.lists(POSTS, max_size=8), st.booleans(), st.booleans())
def test_batches_do_not_matter_and_the_laws_hold(
    items: list[Item], listens: bool, keep_all: bool
) -> None:
    plan = replace(PLAN, listens_publicly=listens, keep_all=keep_all)
    outcomes = run(plan, items)
    assert outcomes == [outcome for item in items for outcome in run(plan, [item])]
    for outcome in outcomes:
        assert not (outcome.opens and outcome.own)
        assert not outcome.opens or (outcome.keep and outcome.route)
        assert outcome.keep or outcome.item.address is Address.PUBLIC
