"""A post that was heard becomes a conversation in one key: once, at its desk, by its own clock."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue.actions import assign, note, save_draft, save_rule, undo
from ildsjel.dialogue.models import Conversation, Message, Person, Promise
from ildsjel.engine.items import Address, Author
from ildsjel.flow.inbound import receive
from ildsjel.flow.taking_up import NothingToAnswer, take_up
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item as Row
from ildsjel.listening.models import Mention
from ildsjel.organisation.actions import create_token
from ildsjel.organisation.models import AuditEntry, Member, NotAllowed, Role, utc_now
from tests.builders import make_channel, make_desk, make_item, make_member, make_owner
from tests.rooms.test_listening_pages import signed_in

pytestmark = pytest.mark.django_db
LATE = timedelta(hours=30)


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    save_watch(by=owner, name="Water", query="vann", opens_conversations=False)
    return make_channel(owner, kind="bluesky", identity="us")


def heard(channel: Channel, text: str = "Ikke vann i Storgata", **more: object) -> Row:
    """A public post that a watch only listens for, said long ago."""
    said = {"address": Address.PUBLIC, "at": utc_now() - LATE} | more
    item = make_item(text, **said)
    receive(channel, Batch(items=[item]))
    return Row.objects.get(external_id=item.external_id)


def test_a_heard_post_goes_to_the_desk_that_the_rules_name_with_a_clock_of_its_own(
    owner: Member, channel: Channel
) -> None:
    water = make_desk(owner, name="Water", minutes=90)
    save_rule(by=owner, name="Water", desk=water, conditions={"query": "vann"})
    row = heard(channel)
    assert not Conversation.objects.exists()
    before = utc_now()
    taken = take_up(by=owner, item=row)
    conversation = Conversation.objects.get()
    assert taken.conversation == conversation
    assert conversation.desk == water
    assert conversation.why[0] == ["taken_up", str(owner)]
    promise = Promise.objects.get()
    assert before <= promise.started_at <= utc_now()
    assert promise.due_at == conversation.promised_at == promise.started_at + timedelta(minutes=90)
    assert Message.objects.get().at == row.published_at
    assert AuditEntry.objects.filter(action="conversation.take_up", member=owner).count() == 1


def test_what_comes_later_in_the_thread_goes_on_there_and_keeps_the_promise(
    owner: Member, channel: Channel
) -> None:
    row = heard(channel)
    conversation = take_up(by=owner, item=row).conversation
    due = Promise.objects.get().due_at
    more = make_item("Og i dag?", thread_key=row.thread_key, parent_id=row.external_id)
    receive(channel, Batch(items=[replace(more, address=Address.PUBLIC)]))
    assert conversation.messages.count() == 2
    assert Promise.objects.get().due_at == due
    conversation.refresh_from_db()
    assert conversation.promised_at == due


def test_what_the_inbox_has_is_opened_and_not_doubled(owner: Member, channel: Channel) -> None:
    row = heard(channel, address=Address.MENTION)
    conversation = Conversation.objects.get()
    for _ in range(2):
        taken = take_up(by=owner, item=row)
        assert (taken.conversation, taken.entry) == (conversation, None)
    assert Message.objects.count() == Conversation.objects.count() == 1


def test_a_post_in_a_thread_that_the_inbox_has_opens_that_one(
    owner: Member, channel: Channel
) -> None:
    row = heard(channel, address=Address.MENTION)
    other = Author(external_id="other", name="Kari")
    below = heard(channel, "vann her også", thread_key=row.thread_key, author=other)
    assert take_up(by=owner, item=below).conversation == Conversation.objects.get()


def test_our_own_posts_and_deleted_ones_have_nothing_to_answer(
    owner: Member, channel: Channel
) -> None:
    ours = heard(channel, author=Author(external_id="us"))
    gone = heard(channel)
    Row.objects.filter(pk=gone.pk).update(deleted_at=utc_now())
    for row in (ours, gone):
        with pytest.raises(NothingToAnswer):
            take_up(by=owner, item=row)
    assert not Conversation.objects.exists()


def test_taking_up_is_undone_without_a_trace_in_the_inbox(owner: Member, channel: Channel) -> None:
    row = heard(channel)
    taken = take_up(by=owner, item=row)
    assert taken.entry is not None
    assert undo(by=owner, entry=taken.entry) is not None
    for model in (Conversation, Message, Promise, Person):
        assert not model.objects.exists()
    assert Mention.objects.get().item == row
    assert undo(by=owner, entry=taken.entry) is None
    assert take_up(by=owner, item=row).entry is not None  # and again, if one likes


def test_undoing_spares_the_person_that_was_known_before(owner: Member, channel: Channel) -> None:
    heard(channel, address=Address.MENTION)
    person = Person.objects.get()
    taken = take_up(by=owner, item=heard(channel))
    assert taken.entry is not None
    undo(by=owner, entry=taken.entry)
    assert Person.objects.get() == person


@pytest.mark.parametrize("goes_on", ["note", "assign", "draft"])
def test_nothing_is_undone_where_somebody_has_gone_on(
    owner: Member, channel: Channel, goes_on: str
) -> None:
    taken = take_up(by=owner, item=heard(channel))
    assert taken.entry is not None
    colleague = make_member(owner.organisation)
    if goes_on == "note":
        note(by=colleague, conversation=taken.conversation, text="Jeg ser på det")
    elif goes_on == "assign":
        assign(by=colleague, conversation=taken.conversation, to=colleague)
    else:
        save_draft(by=colleague, conversation=taken.conversation, text="Hei")
    assert undo(by=owner, entry=taken.entry) is None
    assert Conversation.objects.exists()


def test_who_may_not_answer_may_not_take_up(owner: Member, channel: Channel) -> None:
    row = heard(channel)
    reader, stranger = make_member(owner.organisation, Role.READER), make_owner("Nabokommunen")
    for member in (reader, stranger):
        with pytest.raises(NotAllowed):
            take_up(by=member, item=row)
    colleague = make_member(owner.organisation)
    taken = take_up(by=owner, item=row)
    assert taken.entry is not None
    with pytest.raises(NotAllowed):
        undo(by=colleague, entry=taken.entry)


def at(member: Member, name: str, *args: object) -> str:
    return reverse(f"web:{name}", args=[member.organisation.slug, *args])


def test_the_page_of_a_post_and_the_way_there_and_back(owner: Member, channel: Channel) -> None:
    row = heard(channel, "Vannet er borte. Ikke vann i hele Storgata " * 30)
    client = signed_in(owner)
    page = client.get(at(owner, "heard", row.pk)).content.decode()
    assert page.count("<mark>vann</mark>") == 30
    assert 'data-key="c"' in page
    answer = client.post(at(owner, "take-up", row.pk), follow=True)
    conversation = Conversation.objects.get()
    assert answer.redirect_chain[-1][0].startswith(f"/o/{owner.organisation.slug}/dialogue/")
    undo_url = answer.context["undo"]["url"]
    assert "In the inbox" in client.get(at(owner, "heard", row.pk)).content.decode()
    marked = client.get(f"{at(owner, 'heard-in-inbox')}?items={row.pk}-99999-x").content.decode()
    assert f'id="act-{row.pk}"' in marked
    assert f"/dialogue/{conversation.pk}/" in marked
    assert client.post(undo_url, follow=True).status_code == 200
    assert not Conversation.objects.exists()
    assert client.get(f"{at(owner, 'heard-in-inbox')}?items={row.pk}").content.strip() == b""


def test_the_stream_has_the_button_for_who_may_answer(owner: Member, channel: Channel) -> None:
    row = heard(channel)
    stream = reverse("listening:mentions", args=[owner.organisation.slug])
    button = f'action="{at(owner, "take-up", row.pk)}"'
    assert button in signed_in(owner).get(stream).content.decode()
    reader = make_member(owner.organisation, Role.READER)
    assert button not in signed_in(reader).get(stream).content.decode()


def test_the_api_takes_up_once(owner: Member, channel: Channel) -> None:
    heard(channel)
    client = Client(HTTP_AUTHORIZATION=f"Bearer {create_token(by=owner, name='test')}")
    url = f"/api/v1/mentions/{Mention.objects.get().pk}/conversation"
    first, second = client.post(url), client.post(url)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"] == Conversation.objects.get().pk
    assert client.post("/api/v1/mentions/987654/conversation").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_click_at_once_get_one_conversation() -> None:
    owner = make_owner()
    save_watch(by=owner, name="Water", query="vann", opens_conversations=False)
    row = heard(make_channel(owner, kind="bluesky", identity="us"))
    barrier, found = Barrier(4), []

    def click() -> None:
        barrier.wait()
        try:
            found.append(take_up(by=owner, item=row).conversation.pk)
        finally:
            connections.close_all()

    threads: list[Thread] = [Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Conversation.objects.get().pk] * 4
    assert Message.objects.count() == Promise.objects.count() == 1
