"""The pages of stories: the list, one story, the stream with copies folded, and a conversation."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue.models import Conversation
from ildsjel.engine.items import Address, Author, Deletion
from ildsjel.flow.inbound import receive
from ildsjel.listening import story_queries
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Story, Watch
from ildsjel.listening.story_grouping import group_due
from ildsjel.organisation.models import Member, utc_now
from tests.builders import make_channel, make_item, make_owner, make_story

pytestmark = pytest.mark.django_db
TEXT = "Kjære politikere, ikke legg ned skolen vår, den betyr alt for bygda"
OTHER = "Veien over fjellet er stengt på grunn av ras og blir ikke åpnet før i morgen"


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def watch(owner: Member) -> Watch:
    return save_watch(by=owner, name="Skole", query="skolen", opens_conversations=False)


@pytest.fixture
def channel(owner: Member, watch: Watch) -> Channel:
    return make_channel(owner, name="Bygdelista", settings={"reply_url": "http://127.0.0.1:9/"})


def say(channel: Channel, text: str, who: str, minutes_ago: float = 5, **more: object) -> None:
    at = utc_now() - timedelta(minutes=minutes_ago)
    fields = {"address": Address.PUBLIC, "author": Author(external_id=who, name=who)} | more
    item = make_item(text, external_id=f"{who} {minutes_ago}", at=at, **fields)
    receive(channel, Batch(items=[item]))
    while group_due():
        pass


def page(member: Member, name: str, *args: object, **query: object) -> str:
    address = reverse(name, args=[member.organisation.slug, *args], query=query or None)
    client = Client()
    client.force_login(member.user)
    answer = client.get(address, follow=True, headers={"accept-language": "nb"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def story(channel: Channel) -> Story:
    say(channel, TEXT, "Anne", 90)
    for number in range(4):
        say(channel, f"{TEXT} @ordfører", "Bjørn", 60 - number)
    say(channel, f"{TEXT} 😡", "Cecilie", 10)
    return Story.objects.get()


def test_a_story_is_listed_with_its_figures(owner: Member, story: Story) -> None:
    shown = page(owner, "listening:stories")
    assert "6 innlegg fra 3 kontoer" in shown
    assert "Først sagt av Anne" in shown
    assert "Kjære politikere" in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"size": 5}, True),
        ({"size": 20}, False),
        ({"state": "growing"}, True),
        ({"state": "over"}, False),
        ({"network": "webhook"}, True),
        ({"network": "bluesky"}, False),
        ({"order": "newest", "period": "24h"}, True),
        ({"size": "x", "state": "y", "order": "z", "period": "w", "page": "v"}, True),
    ],
)
def test_the_list_is_narrowed(
    owner: Member, story: Story, query: dict[str, object], found: bool
) -> None:
    assert ("Kjære politikere" in page(owner, "listening:stories", **query)) is found


def test_the_list_is_narrowed_to_a_watch(owner: Member, story: Story, watch: Watch) -> None:
    other = save_watch(by=owner, name="Vei", query="veien")
    assert "Kjære politikere" in page(owner, "listening:stories", watch=watch.pk)
    assert "Kjære politikere" not in page(owner, "listening:stories", watch=other.pk)


def test_a_story_of_last_month_is_not_of_this_week(owner: Member, channel: Channel) -> None:
    for who in ("Anne", "Bjørn"):
        say(channel, TEXT, who, 20 * 24 * 60)
    assert "Kjære politikere" not in page(owner, "listening:stories")
    assert "Over:" in page(owner, "listening:stories", period="28d")


def test_our_own_posts_alone_are_no_story_to_show(owner: Member, channel: Channel) -> None:
    for minutes in (5, 9):
        say(channel, TEXT, "Bergvik", minutes, own=True)
    assert "Kjære politikere" not in page(owner, "listening:stories")
    say(channel, TEXT, "Anne")
    assert "Først sagt av oss" in page(owner, "listening:stories")


def test_its_page_says_who_said_it_first_and_most(owner: Member, story: Story) -> None:
    shown = page(owner, "listening:story", story.pk)
    assert "Først sagt av Anne" in shown
    assert "for få innlegg" in shown  # six do not say who is behind it
    assert shown.count('class="heard"') == 6
    spread = story_queries.spread_of([story])[story.pk]
    assert (spread.accounts, list(spread.networks)) == (3, [("webhook", 6, 3)])
    busiest = story_queries.accounts_of(story)[0]
    assert (busiest.posts, busiest.item and busiest.item.author_name) == (4, "Bjørn")
    only = page(
        owner, "listening:story", story.pk, network=busiest.network, account=busiest.account
    )
    assert only.count('class="heard"') == 4


def test_many_accounts_or_few(owner: Member, channel: Channel) -> None:
    many = make_story(owner, OTHER, posts=12)
    assert "Mange ulike kontoer" in page(owner, "listening:story", many.pk)
    for number in range(12):
        say(channel, TEXT, "Bjørn", number)
    few = Story.objects.latest("pk")
    assert "tre ivrigste har skrevet 100 %" in page(owner, "listening:story", few.pk)


def test_its_figures_as_csv(owner: Member, story: Story) -> None:
    for figure, total in [("timeline", 6), ("networks", 6)]:
        said = page_of(owner, story, figure)
        rows = list(csv.reader(io.StringIO(said)))[1:]
        assert sum(int(row[1]) for row in rows) == total
    rows = list(csv.reader(io.StringIO(page_of(owner, story, "accounts"))))
    assert rows[1][0] == "Bjørn"
    assert rows[1][2:] == ["4", "66.7"]


def page_of(owner: Member, story: Story, figure: str) -> str:
    client = Client()
    client.force_login(owner.user)
    args = [owner.organisation.slug, story.pk, figure]
    answer = client.get(reverse("listening:story-table", args=args))
    assert answer["Content-Type"].startswith("text/csv")
    return answer.content.decode("utf-8-sig")


def test_a_story_that_became_part_of_another_leads_there(owner: Member, story: Story) -> None:
    joined = make_story(owner, OTHER)
    Story.objects.filter(pk=joined.pk).update(part_of=story, posts=0, others=0)
    assert "6 innlegg fra 3 kontoer" in page(owner, "listening:story", joined.pk)


def test_the_stream_says_how_many_are_alike_and_folds_them(
    owner: Member, channel: Channel, story: Story, watch: Watch
) -> None:
    say(channel, "Er skolen åpen i dag?", "Dag", 30)
    shown = page(owner, "listening:mentions")
    assert shown.count('class="heard"') == 7
    assert shown.count("og 5 som ligner") == 6
    folded = page(owner, "listening:mentions", fold="yes", watch=watch.pk)
    assert folded.count('class="heard"') == 2
    assert "Cecilie" in folded
    assert "Er skolen åpen" in " ".join(folded.replace("<mark>", "").replace("</mark>", "").split())


def test_folding_looks_at_what_is_asked_for_alone(
    owner: Member, channel: Channel, story: Story
) -> None:
    say(make_channel(owner, name="En annen"), TEXT, "Dag", 1)
    folded = page(owner, "listening:mentions", fold="yes", channel=channel.pk)
    assert folded.count('class="heard"') == 1
    assert "Cecilie" in folded


def test_a_conversation_says_that_others_ask_the_same(owner: Member, channel: Channel) -> None:
    for number in range(3):
        say(channel, TEXT, f"Borger {number}", number, address=Address.DIRECT)
    conversation = Conversation.objects.order_by("pk")[0]
    shown = page(owner, "dialogue:thread", conversation.pk)
    assert "2 andre innlegg sier nesten det samme" in shown
    story = Story.objects.get()
    listed = page(owner, "dialogue:list", view="all", story=story.pk)
    assert sum(f"Borger {number}" in listed for number in range(3)) == 3
    receive(channel, Batch(deletions=[Deletion(external_id="Borger 1 1", at=utc_now())]))
    while group_due():
        pass
    assert "1 annet innlegg sier nesten det samme" in page(
        owner, "dialogue:thread", conversation.pk
    )


def test_a_name_said_in_private_is_not_among_the_accounts(owner: Member, channel: Channel) -> None:
    say(channel, TEXT, "Anne", 3)
    say(channel, TEXT, "Hemmelig", 2, address=Address.DIRECT, visibility="private")
    story = Story.objects.get()
    names = [each.item and each.item.author_name for each in story_queries.accounts_of(story)]
    assert sorted(names, key=str) == ["Anne", None]
