"""Answers on their way out, to a real server that is well, busy, contrary or cut off."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from ildsjel.channels.actions import connect, remove, switch
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue import delivery
from ildsjel.dialogue.actions import (
    ThreadMoved,
    close,
    decide_unsure,
    reply,
    save_draft,
    take_back,
)
from ildsjel.dialogue.models import Conversation, Delivery, Draft, Message, Promise, State
from ildsjel.flow.inbound import receive
from ildsjel.flow.outbound import OFF, REMOVED, recover, return_stranded, send_due
from ildsjel.organisation.models import Member, NotAllowed, Role
from tests.builders import make_channel, make_conversation, make_member, make_owner
from tests.rooms.test_line import item

pytestmark = pytest.mark.django_db
NOW = timedelta(0)


class Receiver(BaseHTTPRequestHandler):
    """Takes answers; `mood` says how."""

    mood = "well"
    taken: list[dict[str, str]] = []

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = type(self).mood
        if mood == "busy":
            self.send_response(429)
            self.send_header("Retry-After", "120")
            self.end_headers()
        elif mood == "contrary":
            self.send_error(422, "No such thread")
        elif mood == "cut off":
            type(self).taken.append(body)
            self.connection.close()
        else:
            type(self).taken.append(body)
            answer = orjson.dumps({"id": f"n{len(type(self).taken)}", "url": "https://x.test/1"})
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing in the tests' output."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.mood, Receiver.taken = "well", []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/answers"
    server.shutdown()


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def conversation(owner: Member, receiver: str) -> Conversation:
    channel = connect(
        by=owner,
        kind="webhook",
        name="Web form",
        settings={"reply_url": receiver},
        secrets={"secret": "a secret of some length"},
    )
    receive(channel, Batch(items=[item()]))
    return Conversation.objects.get()


def answer(owner: Member, conversation: Conversation) -> Message:
    return reply(by=owner, conversation=conversation, text="At noon.", seen=None, take_back=NOW)


def delivery_of(message: Message) -> str:
    message.refresh_from_db()
    return message.delivery


def test_an_answer_is_sent_and_keeps_the_promise(owner: Member, conversation: Conversation) -> None:
    message = answer(owner, conversation)
    assert send_due() == 1
    assert delivery_of(message) == Delivery.SENT
    assert message.external_id == "n1"
    assert Receiver.taken[0]["text"] == "At noon."
    assert Promise.objects.get().met_by == message
    assert send_due() == 0


def test_an_answer_waits_while_it_can_be_taken_back(
    owner: Member, conversation: Conversation
) -> None:
    message = reply(by=owner, conversation=conversation, text="At noon.", seen=None)
    assert send_due() == 0
    assert take_back(by=owner, message=message)
    assert delivery_of(message) == Delivery.TAKEN_BACK
    assert Draft.objects.get().text == "At noon."
    Message.objects.update(due_at=datetime.now(UTC))
    assert send_due() == 0
    assert Receiver.taken == []


def test_what_has_left_is_not_taken_back(owner: Member, conversation: Conversation) -> None:
    message = answer(owner, conversation)
    send_due()
    assert not take_back(by=owner, message=message)


def test_a_refused_answer_says_why(owner: Member, conversation: Conversation) -> None:
    Receiver.mood = "contrary"
    message = answer(owner, conversation)
    send_due()
    assert delivery_of(message) == Delivery.FAILED
    assert message.error
    assert Promise.objects.get().met_at is None


def test_a_busy_network_is_asked_again_when_it_says(
    owner: Member, conversation: Conversation
) -> None:
    Receiver.mood = "busy"
    message = answer(owner, conversation)
    send_due()
    assert delivery_of(message) == Delivery.QUEUED
    assert message.due_at is not None
    assert message.due_at > datetime.now(UTC) + timedelta(seconds=100)


def test_a_network_that_is_gone_is_tried_again(owner: Member, conversation: Conversation) -> None:
    Channel.objects.update(settings={"reply_url": "http://127.0.0.1:1/"})
    message = answer(owner, conversation)
    send_due()
    assert delivery_of(message) == Delivery.QUEUED
    assert message.attempts == 1
    Message.objects.update(attempts=8, due_at=datetime.now(UTC))
    send_due()
    assert delivery_of(message) == Delivery.FAILED


def test_an_answer_whose_fate_is_unknown_is_never_sent_again_by_itself(
    owner: Member, conversation: Conversation
) -> None:
    Receiver.mood = "cut off"
    message = answer(owner, conversation)
    send_due()
    assert delivery_of(message) == Delivery.UNSURE
    Receiver.mood = "well"
    Message.objects.update(due_at=datetime.now(UTC))
    assert send_due() == 0
    assert len(Receiver.taken) == 1


@pytest.mark.parametrize(("was_sent", "expected"), [(True, "sent"), (False, "queued")])
def test_a_person_decides_what_is_unsure(
    owner: Member, conversation: Conversation, was_sent: bool, expected: str
) -> None:
    message = answer(owner, conversation)
    Message.objects.update(delivery=Delivery.UNSURE, due_at=None)
    message.refresh_from_db()
    assert decide_unsure(by=owner, message=message, was_sent=was_sent)
    assert delivery_of(message) == expected
    assert (Promise.objects.get().met_by is not None) == was_sent


def test_a_sender_that_died_leaves_a_question_not_a_second_post(
    owner: Member, conversation: Conversation
) -> None:
    message = answer(owner, conversation)
    gone = datetime.now(UTC) - timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(
        delivery=Delivery.SENDING, leased_until=gone, created_at=gone - timedelta(hours=2)
    )
    assert recover() == 1
    assert delivery_of(message) == Delivery.UNSURE


def test_a_thread_that_has_moved_stops_the_answer(
    owner: Member, conversation: Conversation
) -> None:
    seen = conversation.messages.get().pk
    receive(conversation.channel, Batch(items=[item("2", "Never mind.", minute=1)]))
    with pytest.raises(ThreadMoved):
        reply(by=owner, conversation=conversation, text="At noon.", seen=seen)
    assert Message.objects.filter(kind="reply").count() == 0


def test_a_channel_that_is_off_sends_nothing(owner: Member, conversation: Conversation) -> None:
    message = answer(owner, conversation)
    switch(by=owner, channel=conversation.channel, on=False)
    assert send_due() == 0
    assert delivery_of(message) == Delivery.QUEUED


def test_readers_and_strangers_do_not_answer(owner: Member, conversation: Conversation) -> None:
    reader = make_member(owner.organisation, Role.READER)
    for member in (reader, make_owner("Elsewhere")):
        with pytest.raises(NotAllowed):
            reply(by=member, conversation=conversation, text="Hi", seen=None)
        with pytest.raises(NotAllowed):
            save_draft(by=member, conversation=conversation, text="Hi")


def second_channel(owner: Member, receiver: str) -> Conversation:
    channel = make_channel(owner, name="Other form", settings={"reply_url": receiver})
    return make_conversation(owner, channel=channel)


def test_of_each_channel_one_answer_is_on_its_way_at_a_time(
    owner: Member, conversation: Conversation, receiver: str
) -> None:
    other = second_channel(owner, receiver)
    first, second = answer(owner, conversation), answer(owner, conversation)
    elsewhere = answer(owner, other)
    now = datetime.now(UTC)
    assert delivery.take_due(now) == [first]
    assert delivery.take_due(now) == [elsewhere]
    assert delivery.take_due(now) == []
    [held] = Message.objects.filter(pk=first.pk)
    delivery.mark_sent(held, external_id="n1", url="", now=now)
    assert delivery.take_due(now) == [second]


def test_a_sender_that_died_holds_up_nobody(owner: Member, conversation: Conversation) -> None:
    first, second = answer(owner, conversation), answer(owner, conversation)
    now = datetime.now(UTC)
    assert delivery.take_due(now) == [first]
    assert delivery.take_due(now + delivery.LEASE) == [second]


@pytest.mark.parametrize("removed", [False, True])
def test_what_waits_for_a_channel_that_is_off_is_given_back(
    owner: Member, conversation: Conversation, removed: bool
) -> None:
    message = answer(owner, conversation)
    close(by=owner, conversation=conversation)
    if removed:
        remove(by=owner, channel=conversation.channel)
    else:
        switch(by=owner, channel=conversation.channel, on=False)
    assert return_stranded() == 1
    assert delivery_of(message) == Delivery.FAILED
    assert message.error == (REMOVED if removed else OFF)
    assert Conversation.objects.get().state == State.OPEN
    remove(by=owner, channel=conversation.channel, removed=False)
    assert decide_unsure(by=owner, message=message, was_sent=False)
    assert send_due() == 1
    assert delivery_of(message) == Delivery.SENT
    assert len(Receiver.taken) == 1


def test_what_may_have_arrived_is_asked_about(owner: Member, conversation: Conversation) -> None:
    message = answer(owner, conversation)
    Channel.objects.update(kind="sample", enabled=False)
    Message.objects.update(attempts=1)
    assert return_stranded() == 1
    assert delivery_of(message) == Delivery.UNSURE


def test_only_what_is_queued_is_given_back(owner: Member, conversation: Conversation) -> None:
    message = answer(owner, conversation)
    Channel.objects.update(enabled=False)
    [found] = delivery.without_channel()
    assert take_back(by=owner, message=message)
    assert not delivery.give_up(found, Delivery.FAILED, fault=OFF)
    assert delivery_of(message) == Delivery.TAKEN_BACK
