"""The pipeline: what opens a conversation, what is only kept, and what is let go."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine import stories
from ildsjel.engine.items import Address, Author, Item
from ildsjel.engine.matching import compile_watches
from ildsjel.engine.pipeline import Earlier, Outcome, Plan, run, suggest
from ildsjel.engine.routing import Reason, Rule, compile_rules
from ildsjel.engine.topics import Example, train

US = "did:example:us"
PLAN = Plan(
    channel_id=3,
    matcher=compile_watches({1: "brøyting", 2: "vann"}),
    router=compile_rules([Rule(id=8, name="Roads", desk_id=4, watches=frozenset({1}))], 5),
    identity=US,
    opening_watches={1},
)


def post(
    text: str = "hei",
    address: str = "public",
    author: str = "a",
    languages: tuple[str, ...] = (),
    **more: bool,
) -> Item:
    return Item(
        external_id="1",
        text=text,
        author=Author(external_id=author),
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        revision=1,
        thread_key="1",
        address=Address(address),
        languages=languages,
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


def _without_language(outcome: Outcome) -> Outcome:
    return replace(outcome, language=None)


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
    alone = [outcome for item in items for outcome in run(plan, [item])]
    assert list(map(_without_language, outcomes)) == list(map(_without_language, alone))
    for outcome, other in zip(outcomes, alone, strict=True):
        assert outcome.languages == other.languages
        assert (outcome.language is None) == (other.language is None) == (not outcome.keep)
        if outcome.language and other.language:  # rounding differs with the size of a batch
            assert outcome.language.probability == pytest.approx(other.language.probability)
        assert not (outcome.opens and outcome.own)
        assert not outcome.opens or (outcome.keep and outcome.route)
        assert outcome.keep or outcome.item.address is Address.PUBLIC


SNOW = "Når kommer brøytebilen til oss i Solbakken, det har snødd siden i går kveld"
ROADS = compile_watches({1: "snødd", 2: "lang:nb Solbakken", 3: "lang:en Solbakken"})


def test_what_is_kept_has_languages_and_a_signature() -> None:
    plan = Plan(channel_id=3, matcher=ROADS)
    kept, passing = run(plan, [post(SNOW), post("A word about something else altogether")])
    assert kept.language is not None
    assert kept.language.codes == ("nb",)
    assert kept.language.probability > 0.9
    assert kept.signature == stories.packed(stories.signatures([SNOW])[0])
    assert (passing.keep, passing.language, passing.signature) == (False, None, b"")


def test_lang_in_a_watch_asks_the_words_and_not_the_networks_tag() -> None:
    [outcome] = run(Plan(channel_id=3, matcher=ROADS), [post(SNOW, languages=("en",))])
    assert [hit.watch_id for hit in outcome.hits] == [1, 2]
    assert outcome.languages == ("nb",)


def test_the_networks_tag_stands_where_words_do_not_tell() -> None:
    plan = Plan(channel_id=3, keep_all=True)
    told = [
        outcome.languages
        for outcome in run(
            plan,
            [
                post("12:30 https://example.org", languages=("sv",)),
                post("Das Wetter ist heute wieder sehr schön in Berlin", languages=("de",)),
                post("Das Wetter ist heute wieder sehr schön in Berlin", languages=("nb",)),
                post("12:30"),
            ],
        )
    ]
    assert told == [("sv",), ("de",), (), ()]


def test_what_the_author_wrote_before_is_asked_where_words_do_not_tell() -> None:
    asked: list[str] = []

    def earlier(items: Sequence[Item]) -> list[Earlier]:
        asked.extend(item.text for item in items)
        return [(["sv"] * 8, []) for _ in items]

    plan = Plan(channel_id=3, keep_all=True, earlier=earlier)
    long, short = run(plan, [post(SNOW), post("Ja")])
    assert asked == ["Ja"]
    assert (long.languages, short.languages) == (("nb",), ("sv",))


def test_a_rule_sees_the_languages_that_were_found() -> None:
    rule = Rule(id=1, name="Norwegian", desk_id=9, languages=frozenset({"no"}))
    plan = Plan(channel_id=3, router=compile_rules([rule], 5))
    [outcome] = run(plan, [post(SNOW, "direct", languages=("en",))])
    assert outcome.route is not None
    assert (outcome.route.desk_id, outcome.item.languages) == (9, ("en",))


def test_only_watches_of_the_channels_organisation_count() -> None:
    plan = Plan(channel_id=3, matcher=compile_watches({1: "vann", 2: "vann"}), watches={2})
    [outcome] = run(plan, [post("vann")])
    assert [hit.watch_id for hit in outcome.hits] == [2]


def examples() -> list[Example]:
    snow = ["brøytes veien snart", "snøen ligger på fortauet", "når brøyter dere gata", "glatt vei"]
    water = [
        "vannet er brunt",
        "det lukter klor av vannet",
        "vannlekkasje i kjelleren",
        "lavt trykk",
    ]
    return [
        Example(f"{text} {n}", label)
        for n in range(8)
        for label, some in (("7", snow), ("8", water))
        for text in some
    ]


def test_topics_and_desks_are_suggested_with_words_for_what_opens() -> None:
    model = train(examples())
    plan = Plan(channel_id=3, topics=model, desks=model, router=compile_rules([], 5))
    about, other, own = run(
        plan,
        [
            post("Kan dere se på vannet vårt, det er brunt", "mention"),
            post("Kan dere se på vannet vårt, det er brunt"),
            post("Vannet er brunt", "mention", own=True),
        ],
    )
    assert about.topic is not None
    assert (about.topic.id, about.topic.automatic) == (8, True)
    assert "vannet" in about.topic.words
    assert about.route is not None
    assert about.route.desk_id == 8
    assert about.route.why[0].reason is Reason.LEARNED
    assert about.route.why[0].details[1:] == about.topic.words
    assert (other.topic, own.topic) == (None, None)


def test_a_rule_decides_before_what_was_learned() -> None:
    rules = compile_rules([Rule(id=1, name="Water", desk_id=9, query="vannet")], 5)
    plan = Plan(channel_id=3, desks=train(examples()), router=rules)
    [outcome] = run(plan, [post("Vannet er brunt", "direct")])
    assert outcome.route is not None
    assert (outcome.route.desk_id, outcome.route.rule_id) == (9, 1)


def test_too_few_examples_suggest_nothing() -> None:
    few = train(examples()[:6])
    one_topic = train([each for each in examples() if each.label == "7"])
    for model in (None, few, one_topic):
        plan = Plan(channel_id=3, topics=model)
        [outcome] = run(plan, [post("Vannet er brunt", "direct")])
        assert outcome.topic is None


def test_a_text_unlike_all_examples_gets_no_suggestion() -> None:
    assert suggest(train(examples()), ["…", "😀", "1234"]) == [None, None, None]
