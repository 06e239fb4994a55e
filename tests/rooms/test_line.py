"""The line in, without a network: batches as connectors give them, down to promises."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue.actions import close, reply
from ildsjel.dialogue.models import Conversation, Delivery, Message, Promise, State
from ildsjel.engine.items import Address, Author, Deletion, Item
from ildsjel.flow.inbound import receive
from ildsjel.listening import models as listening
from ildsjel.listening.actions import save_watch, switch_watch
from ildsjel.organisation.models import Member, utc_now
from tests.builders import make_channel, make_owner

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CITIZEN = Author(external_id="citizen", handle="kari", name="Kari")
US = Author(external_id="us", handle="bergvik")


def item(key: str = "1", text: str = "When is the road cleared?", **fields: object) -> Item:
    minutes = fields.pop("minute", 0)
    at = NOON + timedelta(minutes=float(str(minutes)))
    values: dict[str, object] = {
        "external_id": key,
        "text": text,
        "author": CITIZEN,
        "published_at": at,
        "revision": int(at.timestamp()),
        "thread_key": "1",
        "address": Address.DIRECT,
    }
    return Item(**(values | fields))  # type: ignore[arg-type]


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, identity="us")


def bring(channel: Channel, *items: Item, deletions: tuple[Deletion, ...] = ()) -> None:
    receive(channel, Batch(items=items, deletions=deletions, cursor="c"))


def the_conversation() -> Conversation:
    return Conversation.objects.get()


def test_an_enquiry_opens_a_conversation_with_a_promise(channel: Channel) -> None:
    bring(channel, item())
    conversation = the_conversation()
    promise = Promise.objects.get()
    assert conversation.state == State.OPEN
    assert conversation.person is not None and conversation.person.name == "Kari"
    assert promise.due_at == NOON + timedelta(minutes=60) == conversation.promised_at
    assert conversation.preview == "When is the road cleared?"


def test_the_same_batch_twice_changes_nothing(channel: Channel) -> None:
    batch = [item(), item("2", "And ours?", parent_id="1", minute=5)]
    bring(channel, *batch)
    before = list(Message.objects.values_list("pk", "at", "counts"))
    bring(channel, *batch)
    assert list(Message.objects.values_list("pk", "at", "counts")) == before
    assert Conversation.objects.count() == Promise.objects.count() == 1


def test_our_answer_on_the_network_keeps_the_promise(channel: Channel) -> None:
    bring(channel, item())
    bring(channel, item("2", "At noon.", author=US, own=True, parent_id="1", minute=20))
    promise = Promise.objects.get()
    assert promise.met_at == NOON + timedelta(minutes=20)
    assert promise.open_seconds == promise.wall_seconds == 1200
    assert the_conversation().promised_at is None


def test_our_own_posts_never_open_a_clock(channel: Channel) -> None:
    bring(channel, item(author=US, address=Address.PUBLIC))
    assert not Conversation.objects.exists()
    assert not Promise.objects.exists()
    assert listening.Item.objects.get().own


def test_the_order_of_arrival_does_not_matter(channel: Channel, owner: Member) -> None:
    said = [
        item(),
        item("2", "Soon.", author=US, own=True, parent_id="1", minute=10),
        item("3", "How soon?", parent_id="2", minute=20),
        item("4", "Tomorrow.", author=US, own=True, parent_id="3", minute=50),
        item("5", "Thanks, but which street?", parent_id="4", minute=60),
    ]
    seen = set()
    for seed in range(12):
        shuffled = said[:]
        Random(seed).shuffle(shuffled)
        other = make_channel(owner, name=f"channel {seed}", identity="us")
        for each in shuffled:
            bring(other, each)
        promises = Promise.objects.filter(conversation__channel=other, dropped_at=None)
        seen.add(tuple(promises.order_by("started_at").values_list("kind", "started_at", "met_at")))
    assert len(seen) == 1
    [kinds] = seen
    assert [kind for kind, _, _ in kinds] == ["first", "next", "next"]
    assert kinds[-1][2] is None


def test_the_newer_revision_wins_and_the_earlier_is_kept(channel: Channel) -> None:
    bring(channel, item())
    bring(channel, item(text="When is Storgata cleared?", revision=2**40))
    bring(channel, item(text="An older text", revision=1))
    row = listening.Item.objects.get()
    assert row.text == "When is Storgata cleared?"
    assert [r.text for r in row.revisions.all()] == ["When is the road cleared?"]
    assert the_conversation().preview == "When is Storgata cleared?"


def test_a_deletion_empties_the_text_for_good(channel: Channel) -> None:
    bring(channel, item(), deletions=(Deletion(at=NOON, external_id="1"),))
    bring(channel, item(text="Back again?", revision=2**40))
    row = listening.Item.objects.get()
    assert (row.text, row.deleted_at is not None) == ("", True)
    assert the_conversation().preview == ""


def test_a_deletion_that_comes_first_leaves_a_tombstone(channel: Channel) -> None:
    bring(channel, deletions=(Deletion(at=NOON, external_id="1"),))
    bring(channel, item())
    assert listening.Item.objects.get().text == ""
    assert not Conversation.objects.exists()


def test_all_of_an_author_can_be_deleted(channel: Channel) -> None:
    bring(channel, item(), item("2", "More", minute=1))
    bring(channel, deletions=(Deletion(at=NOON, author_id="citizen"),))
    assert not listening.Item.objects.exclude(text="").exists()


def test_an_automatic_answer_opens_nothing(channel: Channel) -> None:
    bring(channel, item(text="I am on holiday", automatic=True))
    assert not Conversation.objects.exists()


def test_each_who_comments_on_our_post_has_a_conversation(channel: Channel) -> None:
    other = Author(external_id="ola", name="Ola")
    reply_to_us = {"address": Address.REPLY, "parent_id": "1"}
    bring(channel, item(author=US, own=True, address=Address.PUBLIC))
    bring(
        channel,
        item("2", "Good!", minute=1, **reply_to_us),
        item("3", "Bad!", author=other, minute=2, **reply_to_us),
        item("4", "Sorry, Ola.", author=US, own=True, parent_id="3", minute=3),
    )
    assert Conversation.objects.count() == 2
    assert Promise.objects.get(met_at=None).conversation.person.name == "Kari"  # type: ignore[union-attr]


def test_what_others_add_is_overheard(channel: Channel) -> None:
    other = Author(external_id="ola", name="Ola")
    bring(channel, item())
    bring(channel, item("2", "I wonder too", author=other, address=Address.PUBLIC, minute=4))
    assert Message.objects.get(item__external_id="2").counts is False
    assert Promise.objects.count() == 1


def test_a_watch_brings_what_is_said_in_the_open(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    watch = save_watch(by=owner, name="Roads", query="road OR Storgata")
    bring(
        channel,
        item(address=Address.PUBLIC),
        item("9", "Nice weather", thread_key="9", address=Address.PUBLIC),
    )
    mention = listening.Mention.objects.get()
    assert (mention.watch, mention.item.external_id) == (watch, "1")
    assert mention.spans == [[12, 16]]
    assert listening.Item.objects.count() == 1  # what concerns nobody is not kept
    assert the_conversation().why[0][0] == "fallback"


def said_openly(text: str, key: str = "1", **fields: object) -> Item:
    return item(key, text, **({"thread_key": key, "address": Address.PUBLIC} | fields))


def spans() -> dict[str, list[list[int]]]:
    rows = listening.Mention.objects.values_list("watch__name", "spans")
    return dict(rows)


def test_after_an_edit_the_mentions_are_those_of_the_new_text(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    for name in ("road", "snow", "ice"):
        save_watch(by=owner, name=name, query=name, opens_conversations=False)
    bring(channel, said_openly("The road is full of ice"))
    assert spans() == {"road": [[4, 8]], "ice": [[20, 23]]}
    bring(channel, said_openly("Snow on our road", revision=2**40))
    assert spans() == {"road": [[12, 16]], "snow": [[0, 4]]}
    bring(channel, said_openly("The road is full of ice"))  # late, and older
    assert spans() == {"road": [[12, 16]], "snow": [[0, 4]]}


def test_words_that_an_edit_took_away_are_not_kept(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    save_watch(by=owner, name="road", query="road", opens_conversations=False)
    bring(channel, said_openly("My road, my name"))
    bring(channel, said_openly("Never mind", revision=2**40))
    assert listening.Item.objects.get().text == "Never mind"
    assert spans() == {}


def test_the_newest_revision_in_a_batch_is_the_one_that_counts(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    save_watch(by=owner, name="road", query="road")
    newer = said_openly("Never mind", revision=2**40)
    bring(channel, said_openly("The road!"), newer)
    bring(channel, said_openly("Our road!", "2", revision=2**40), said_openly("The road!", "2"))
    assert listening.Item.objects.get().external_id == "2"
    assert spans() == {"road": [[4, 8]]}


def test_what_a_resting_watch_found_follows_the_text_too(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    for name in ("road", "snow", "ice"):
        save_watch(by=owner, name=name, query=name, opens_conversations=False)
    bring(channel, said_openly("The road is full of ice"))
    for watch in listening.Watch.objects.exclude(name="road"):
        switch_watch(by=owner, watch=watch, on=False)
    bring(channel, said_openly("Ice and snow", revision=2**40))
    assert spans() == {"ice": [[0, 3]]}


def test_an_edit_that_calls_for_an_answer_opens_one_conversation(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    save_watch(by=owner, name="weather", query="weather", opens_conversations=False)
    save_watch(by=owner, name="road", query="road")
    bring(channel, said_openly("Nice weather"))
    assert not Conversation.objects.exists()
    began = utc_now()
    for revision in (2**40, 2**40, 2**41):
        bring(channel, said_openly(f"What of the road? {revision}", revision=revision))
    conversation = the_conversation()
    message = Message.objects.get()
    assert (message.conversation, message.counts) == (conversation, True)
    # The promise runs from the edit: nobody could have answered before.
    assert Promise.objects.get().started_at >= began


def test_an_edit_that_names_us_is_to_us(owner: Member) -> None:
    channel = make_channel(owner, kind="mastodon", identity="us")
    save_watch(by=owner, name="road", query="road", opens_conversations=False)
    bring(channel, said_openly("The road!"))
    bring(channel, said_openly("@us The road!", address=Address.MENTION, revision=2**40))
    bring(channel, said_openly("@us Our road!", revision=2**41))
    assert listening.Item.objects.get().address == Address.MENTION
    assert Conversation.objects.count() == 1


def test_what_was_overheard_becomes_an_enquiry_by_an_edit(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    save_watch(by=owner, name="road", query="road")
    other = Author(external_id="ola", name="Ola")
    overheard = {"author": other, "parent_id": "1", "thread_key": "1", "minute": 4}
    bring(channel, said_openly("The road?"), said_openly("I wonder too", "2", **overheard))
    close(by=owner, conversation=the_conversation())
    bring(channel, said_openly("And my road?", "2", **overheard, revision=2**40))
    message = Message.objects.get(item__external_id="2")
    assert message.counts and Message.objects.count() == 2
    assert the_conversation().state == State.OPEN
    assert Promise.objects.get(dropped_at=None).started_by == message


def test_the_thread_of_a_conversation_is_followed(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    save_watch(by=owner, name="Roads", query="road")
    bring(channel, item(address=Address.PUBLIC))
    bring(channel, item("2", "no such word", address=Address.PUBLIC, parent_id="1", minute=3))
    assert Message.objects.count() == 2


def test_closing_drops_the_promise_and_a_new_enquiry_reopens(
    channel: Channel, owner: Member
) -> None:
    bring(channel, item())
    close(by=owner, conversation=the_conversation())
    assert the_conversation().promised_at is None
    assert Promise.objects.get().dropped_at is not None
    late = (datetime.now(UTC) - NOON).total_seconds() / 60 + 1
    bring(channel, item("2", "Hello?", parent_id="1", minute=late))
    assert the_conversation().state == State.OPEN
    assert Promise.objects.filter(met_at=None, dropped_at=None).count() == 1


def test_the_echo_of_our_answer_is_joined_to_it(channel: Channel, owner: Member) -> None:
    bring(channel, item())
    message = reply(by=owner, conversation=the_conversation(), text="At noon.", seen=None)
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.SENDING)
    bring(channel, item("2", "@kari At  noon.", author=US, own=True, parent_id="1", minute=9))
    message.refresh_from_db()
    assert (message.delivery, message.external_id) == (Delivery.SENT, "2")
    assert Message.objects.count() == 2
    assert Promise.objects.get().met_by == message


def test_ids_of_any_length_are_kept_apart(channel: Channel) -> None:
    long = "x" * 2000
    bring(channel, item(long + "a", thread_key=long), item(long + "b", thread_key=long, minute=1))
    bring(channel, item(long + "a", thread_key=long))
    assert listening.Item.objects.count() == 2
    assert Conversation.objects.count() == 1


def test_the_cursor_is_saved_with_the_batch(channel: Channel) -> None:
    receive(channel, Batch(items=[item()], cursor="17"), cursor="stream_cursor")
    channel.refresh_from_db()
    assert (channel.stream_cursor, channel.poll_cursor) == ("17", "")


def test_a_mail_that_names_only_our_answer_goes_on_in_its_thread(
    channel: Channel, owner: Member
) -> None:
    bring(channel, item())
    message = reply(by=owner, conversation=the_conversation(), text="At noon.", seen=None)
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.SENT, external_id="<ours>")
    bring(channel, item("5", "Thanks!", thread_key="<ours>", parent_id="<ours>", minute=30))
    assert Conversation.objects.count() == 1
    assert [m.words for m in Message.objects.order_by("pk")][-1] == "Thanks!"


def test_an_enquiry_that_is_deleted_is_no_longer_owed_an_answer(channel: Channel) -> None:
    bring(channel, item())
    bring(channel, deletions=(Deletion(at=NOON, external_id="1"),))
    assert the_conversation().promised_at is None
    assert not Promise.objects.exists()


def test_a_promise_kept_before_the_enquiry_was_deleted_stays_kept(channel: Channel) -> None:
    bring(channel, item())
    bring(channel, item("2", "At noon.", author=US, own=True, parent_id="1", minute=20))
    bring(channel, deletions=(Deletion(at=NOON, external_id="1"),))
    assert Promise.objects.get().met_at == NOON + timedelta(minutes=20)
