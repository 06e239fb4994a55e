"""Stories: the same whatever the order of arrival, true to edits and deletions, safe in a crash."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.engine.items import Author, Deletion
from ildsjel.engine.items import Item as Value
from ildsjel.engine.stories.grouping import OVER
from ildsjel.flow.inbound import receive
from ildsjel.listening import story_grouping, story_leaving
from ildsjel.listening.models import Item, Story, StoryItem, StoryKey, StoryTurn, Wording
from ildsjel.listening.story_grouping import group_due
from ildsjel.listening.story_leaving import forget_old
from ildsjel.organisation.models import Member
from tests.builders import make_channel, make_item, make_owner

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
WORDS = [f"ord{number}" for number in range(60)]
LINE = WORDS[:36]
# The first two are strangers; the third is like each of them.
ONE, OTHER, BETWEEN = (" ".join(LINE[at : at + 24]) for at in (0, 12, 6))


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner)


def post(key: str, text: str, minutes: float = 0, **more: object) -> Value:
    at = BEGIN + timedelta(minutes=minutes)
    who = Author(external_id=f"author of {key}", handle=key, name=f"Person {key}")
    fields = {"external_id": key, "author": who, "at": at, "revision": 1} | more
    return make_item(text, **fields)


def edit(value: Value, text: str) -> Value:
    return make_item(
        text, external_id=value.external_id, author=value.author, at=value.published_at, revision=2
    )


def hear(channel: Channel, *values: Value | Deletion) -> None:
    """Take them in as one batch, and group."""
    items = [each for each in values if isinstance(each, Value)]
    deletions = [each for each in values if isinstance(each, Deletion)]
    receive(channel, Batch(items=items, deletions=deletions))
    group_all()


def group_all() -> None:
    while group_due():
        pass


def told() -> set[frozenset[str]]:
    """The posts of each story by their ids; checks that its figures are those of its posts."""
    found = set()
    for story in Story.objects.filter(part_of=None):
        rows = list(story.tellings.select_related("item").order_by("published_at", "item"))
        assert story.posts == len(rows) > 1
        assert story.others == sum(not row.item.own for row in rows)
        assert (story.first_at, story.last_at) == (rows[0].published_at, rows[-1].published_at)
        assert story.first_id is not None
        assert story.first_at == story.first.published_at  # type: ignore[union-attr]
        found.add(frozenset(row.item.external_id for row in rows))
    assert not Story.objects.exclude(part_of=None).exclude(posts=0, tellings=None).exists()
    assert not Wording.objects.filter(tellings=None).exists()
    return found


def deletion(key: str) -> Deletion:
    return Deletion(external_id=key, at=BEGIN)


def test_copies_and_near_copies_become_a_story(owner: Member, channel: Channel) -> None:
    changed = ONE.replace("ord5 ", "hest ")
    hear(channel, post("a", ONE, 5), post("b", f"@ola {ONE} https://a.example/b", 1))
    hear(channel, post("c", changed, 9), post("d", OTHER, 2), post("e", "Takk!"))
    assert told() == {frozenset("abc")}
    story = Story.objects.get()
    assert story.first is not None
    assert (story.first.external_id, story.organisation) == ("b", owner.organisation)
    assert not StoryTurn.objects.exists()
    assert StoryItem.objects.count() == 4  # what says too little is not kept


def test_organisations_have_stories_of_their_own(channel: Channel) -> None:
    other = make_channel(make_owner("Fjord fylke"))
    for each in (channel, other):
        hear(each, post("a", ONE))
    assert told() == set()
    hear(other, post("b", ONE))
    assert told() == {frozenset("ab")}
    assert {row.organisation_id for row in StoryItem.objects.filter(story__isnull=False)} == {
        other.organisation_id
    }


def test_a_later_post_joins_two_stories_and_the_address_of_both_leads_there(
    channel: Channel,
) -> None:
    hear(channel, post("a", ONE), post("b", ONE, 1), post("c", ONE, 2))
    hear(channel, post("d", OTHER, 3), post("e", OTHER, 4))
    kept, gone = Story.objects.order_by("pk")
    hear(channel, post("f", BETWEEN, 5))
    assert told() == {frozenset("abcdef")}
    gone.refresh_from_db()
    assert gone.part_of == kept


def test_what_held_a_story_together_is_deleted(channel: Channel) -> None:
    hear(channel, post("a", ONE), post("b", ONE, 1), post("d", OTHER, 3), post("e", OTHER, 4))
    hear(channel, post("f", BETWEEN, 5))
    (story,) = Story.objects.filter(part_of=None)
    hear(channel, deletion("f"))
    assert told() == {frozenset("ab"), frozenset("de")}
    assert story.pk in {row.story_id for row in StoryItem.objects.filter(item__external_id="a")}
    hear(channel, deletion("a"))
    assert told() == {frozenset("de")}


def test_an_edit_moves_a_post_and_the_same_words_do_not(channel: Channel) -> None:
    first, second = post("a", ONE), post("b", ONE, 1)
    hear(channel, first, second, post("c", OTHER, 2))
    hear(channel, edit(second, OTHER))
    assert told() == {frozenset("bc")}
    hear(channel, edit(first, f"{OTHER} 😀"))
    assert told() == {frozenset("abc")}
    before = list(StoryItem.objects.order_by("pk").values_list())
    StoryTurn.objects.bulk_create(
        StoryTurn(organisation_id=row.organisation_id, item=row) for row in Item.objects.all()
    )
    group_all()
    assert list(StoryItem.objects.order_by("pk").values_list()) == before


def test_our_answers_and_what_machines_send_are_in_no_story(channel: Channel) -> None:
    hear(channel, post("a", ONE, own=True), post("b", ONE, 1, own=True, parent_id="x"))
    hear(channel, post("c", ONE, 2, automatic=True))
    assert told() == set()
    hear(channel, post("d", ONE, 3))
    assert told() == {frozenset("ad")}
    assert Story.objects.get().others == 1


def test_the_same_words_after_a_long_time_are_another_story(channel: Channel) -> None:
    year = timedelta(days=365) / timedelta(minutes=1)
    hear(channel, post("a", ONE), post("b", ONE, 1), post("c", ONE, year), post("d", ONE, year + 1))
    assert told() == {frozenset("ab"), frozenset("cd")}


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_arrival_does_not_matter(seed: int) -> None:
    """Posts, edits and deletions in any order, in any batches, and some of them twice."""
    events = traffic(random.Random(seed))
    found = []
    for turn in range(3):
        chance = random.Random(turn)
        channel = make_channel(make_owner(f"House {turn}"))
        given = [*events, *chance.sample(events, len(events) // 4)] if turn else events
        if turn:
            chance.shuffle(given)
        while given:
            size = chance.randint(1, 9)
            hear_some(channel, given[:size], group=chance.random() < 0.6)
            given = given[size:]
        group_all()
        found.append(told())
        StoryItem.objects.all().delete()
        Story.objects.all().delete()
        Wording.objects.all().delete()
    assert found[0] == found[1] == found[2]
    assert found[0]


def hear_some(channel: Channel, values: Sequence[Value | Deletion], *, group: bool) -> None:
    items = [each for each in values if isinstance(each, Value)]
    deletions = [each for each in values if isinstance(each, Deletion)]
    receive(channel, Batch(items=items, deletions=deletions))
    if group:
        group_all()


def traffic(chance: random.Random) -> list[Value | Deletion]:
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(9, 16))) for _ in range(3)]
    posts, changes = [], []
    for number in range(30):
        said = chance.choice(texts).split()
        for _ in range(chance.randrange(4)):
            said[chance.randrange(len(said))] = chance.choice(WORDS)
        texts.append(" ".join(said))
        minutes = chance.random() * 4 * (OVER / timedelta(minutes=1))
        posts.append(post(f"p{number}", texts[-1], minutes))
    changes += [edit(each, chance.choice(texts)) for each in chance.sample(posts, 6)]
    changes += [deletion(each.external_id) for each in chance.sample(posts, 6)]
    return [*posts, *changes]


def test_a_crash_leaves_the_turns_as_they_were(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(channel, Batch(items=[post("a", ONE), post("b", ONE, 1)]))

    def crash(*given: object) -> None:
        Story.objects.create(
            organisation=channel.organisation, posts=9, others=9, first_at=BEGIN, last_at=BEGIN
        )
        raise SystemError

    with monkeypatch.context() as broken:
        broken.setattr(story_grouping, "enter", crash)
        with pytest.raises(SystemError):
            group_due()
    assert StoryTurn.objects.count() == 2
    assert not Story.objects.exists()
    group_all()
    assert told() == {frozenset("ab")}


def test_turns_that_another_process_has_worked_through_are_left_alone(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = post("a", ONE)
    hear(channel, first, post("b", ONE, 1))
    receive(channel, Batch(items=[edit(first, OTHER)]))
    read = story_grouping._arrivals

    def slowly(turns: Sequence[StoryTurn]) -> list[story_grouping.Arrival]:
        found = read(turns)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(story_grouping, "_arrivals", read)
            group_all()
        return found

    monkeypatch.setattr(story_grouping, "_arrivals", slowly)
    assert group_due() == 0
    assert told() == set()


def test_a_large_story_counts_one_less_when_a_post_goes(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_leaving, "LARGE", 5)
    hear(channel, *(post(f"p{number}", ONE, number) for number in range(12)))
    hear(channel, deletion("p0"), deletion("p11"), deletion("p5"))
    assert told() == {frozenset(f"p{number}" for number in range(12) if number not in {0, 5, 11})}


def test_a_campaign_costs_each_post_the_same(channel: Channel) -> None:
    """However many have said it before, the questions to the database are as many."""
    asked = []
    for turn in range(3):
        for some in range(4):
            number = 1000 * turn + 100 * some
            receive(
                channel,
                Batch(items=[post(f"p{number + n}", ONE, number + n) for n in range(20)]),
            )
        with_queries = len(connection.queries_log)
        connection.force_debug_cursor = True
        group_all()
        asked.append(len(connection.queries_log) - with_queries)
        connection.force_debug_cursor = False
    assert 0 < asked[1] == asked[2]
    assert [len(story) for story in told()] == [240]
    assert Wording.objects.count() == 1


def test_old_words_are_forgotten_and_their_stories_stay(channel: Channel) -> None:
    with time_machine.travel(BEGIN, tick=False):
        hear(channel, post("a", ONE), post("b", ONE, 1), post("c", OTHER, 2))
    with time_machine.travel(BEGIN + OVER, tick=False):
        assert forget_old(BEGIN + OVER) == 0
        hear(channel, post("d", OTHER, 2 + (OVER / timedelta(minutes=1))))
    assert told() == {frozenset("ab"), frozenset("cd")}
    assert forget_old(BEGIN + 2 * OVER) == 1  # that of the first story
    assert forget_old(BEGIN + 9 * OVER) == 1
    assert not StoryKey.objects.exists()
    assert not Wording.objects.exists()
    assert {story.posts for story in Story.objects.all()} == {2}
    hear(channel, deletion("a"))
    assert told() == {frozenset("cd")}
