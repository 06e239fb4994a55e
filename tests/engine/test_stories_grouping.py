"""Stories do not depend on the order of arrival or on the batches; large campaigns cost little."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.engine.stories import grouping as grouping_module
from ildsjel.engine.stories import signatures
from ildsjel.engine.stories.grouping import MOST_AT_A_KEY, OVER, Grouping, Post, posts_of

BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
WORDS = [f"ord{number}" for number in range(60)]
Stories = set[frozenset[int]]


def posts(texts: Sequence[str], moments: Sequence[datetime] | None = None) -> list[Post]:
    moments = moments or [BEGIN + timedelta(minutes=place) for place in range(len(texts))]
    return posts_of(range(len(texts)), signatures(texts), moments)


def told(batches: Iterable[Sequence[Post]]) -> Stories:
    """The posts of each story, when they come in these batches."""
    found = Grouping()
    for batch in batches:
        found.take(batch)
    stories = [
        frozenset(post for wording in group for post in wording.posts) for group in found.groups()
    ]
    assert sum(map(len, stories)) == len(frozenset().union(*stories)), "a post in two stories"
    return {story for story in stories if len(story) > 1}


def in_parts(given: Sequence[Post], size: int) -> list[Sequence[Post]]:
    return [given[at : at + size] for at in range(0, len(given), size)]


@st.composite
def traffic(draw: st.DrawFn) -> list[Post]:
    """Texts that are copied, edited and edited again, over some weeks."""
    chance = random.Random(draw(st.integers(0, 10**6)))
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(8, 16))) for _ in range(4)]
    for _ in range(draw(st.integers(4, 24))):
        said = chance.choice(texts).split()
        for _ in range(chance.randrange(4)):
            said[chance.randrange(len(said))] = chance.choice(WORDS)
        texts.append(" ".join(said))
    moments = [BEGIN + chance.random() * 5 * OVER for _ in texts]
    return posts(texts, moments)


@settings(max_examples=60, deadline=None)
@given(traffic(), st.randoms(use_true_random=False), st.integers(1, 9))
def test_the_order_and_the_batches_do_not_matter(
    said: list[Post], chance: random.Random, size: int
) -> None:
    in_order = told([said])
    assert told(in_parts(said, 1)) == in_order
    chance.shuffle(said)
    assert told(in_parts(said, size)) == in_order


def test_a_later_post_joins_two_stories() -> None:
    line = WORDS[:36]
    one, other, between = (" ".join(line[at : at + 24]) for at in (0, 12, 6))
    said = posts([one, one, other, other, between])
    assert told([said[:4]]) == {frozenset({0, 1}), frozenset({2, 3})}
    assert told([said[:4], said[4:]]) == {frozenset(range(5))}


def test_what_is_said_again_after_a_long_time_is_another_story() -> None:
    text = "god jul og godt nytt år fra alle oss til alle dere"
    year = timedelta(days=365)
    moments = [BEGIN, BEGIN + timedelta(hours=1), BEGIN + year, BEGIN + year + timedelta(hours=1)]
    said = posts([text] * 4, moments)
    assert told([said]) == {frozenset({0, 1}), frozenset({2, 3})}
    between = posts([text] * 60, [BEGIN + number * timedelta(days=6.5) for number in range(60)])
    joined = [Post(post.number + 4, post.signature, post.at) for post in between]
    assert told([said, joined]) == {frozenset(range(64))}


def test_a_large_campaign_is_one_story_and_each_key_leads_to_few() -> None:
    chance = random.Random(4)
    text = "kjære politikere ikke legg ned skolen vår den betyr alt for bygda og barna våre"
    said = posts([f"{text} hilsen {chance.randrange(10**9)}" for _ in range(3000)])
    found = Grouping()
    for batch in in_parts(said, 200):
        found.take(batch)
    (group,) = found.groups()
    assert sum(len(wording.posts) for wording in group) == 3000
    left = {key: 0 for key, _ in found.added}
    for key, _ in found.added:
        left[key] += 1
    assert max(left.values()) == MOST_AT_A_KEY


def test_which_codes_stay_at_a_key_does_not_depend_on_the_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grouping_module, "MOST_AT_A_KEY", 3)
    text = "kjære politikere ikke legg ned skolen vår den betyr alt for bygda"
    said = posts([f"{text} hilsen navn{number}" for number in range(40)])
    kept = []
    for order in (said, said[::-1]):
        found = Grouping()
        for batch in in_parts(order, 7):
            found.take(batch)
        kept.append(found.added)
        assert not found.removed
    assert kept[0] == kept[1]


def test_what_was_stored_goes_on_where_it_was_left() -> None:
    """What a grouping says was added and removed is all that the next one needs."""
    text = "kjære politikere ikke legg ned skolen vår den betyr alt for bygda"
    said = posts([f"{text} hilsen navn{number}" for number in range(90)])
    stored: set[tuple[int, int]] = set()
    wordings: list[grouping_module.Wording] = []
    for batch in in_parts(said, 10):
        buckets: dict[int, set[int]] = {}
        for key, code in stored:
            buckets.setdefault(key, set()).add(code)
        found = Grouping(wordings, buckets)
        found.take(batch)
        stored = (stored | found.added) - found.removed
        wordings = [wording for group in found.groups() for wording in group]
        for wording in wordings:
            wording.story = 1
    at_once = Grouping()
    at_once.take(said)
    assert stored == at_once.added
    assert len(wordings) == len(said)
