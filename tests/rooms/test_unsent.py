"""Answers that have not been sent: where they stand, who sees them, what can be done with them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ildsjel.channels.actions import switch
from ildsjel.channels.models import Channel
from ildsjel.dialogue import actions
from ildsjel.dialogue.models import Conversation, Delivery, Draft, Message
from ildsjel.flow.outbound import OFF, return_stranded
from ildsjel.organisation.models import Member, NotAllowed, Role
from tests.builders import make_channel, make_conversation, make_member, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, "sample", name="Bluesky", identity="us")


def client(member: Member) -> Client:
    made = Client()
    made.force_login(member.user)
    return made


def at(member: Member, name: str, *args: object) -> str:
    return reverse(name, args=[member.organisation.slug, *args])


def unsent(member: Member) -> str:
    return at(member, "dialogue:list") + "?view=unsent"


def answered(owner: Member, channel: Channel, delivery: str, text: str) -> Message:
    """A conversation with an answer that has come so far."""
    row = make_conversation(owner, channel=channel)
    message = actions.reply(by=owner, conversation=row, text=text, seen=None)
    Message.objects.filter(pk=message.pk).update(delivery=delivery, error="Reason.")
    return message


def test_what_is_not_sent_stands_in_a_list_of_its_own(owner: Member, channel: Channel) -> None:
    for delivery in Delivery:
        answered(owner, channel, delivery, f"It is {delivery.value}")
    closed = Conversation.objects.get(messages__delivery=Delivery.UNSURE)
    actions.close(by=owner, conversation=closed)
    found = client(owner).get(unsent(owner)).context
    rows = {row["state"]: row for row in found["rows"]}
    assert rows.keys() == {"queued", "sending", "unsure", "failed"}
    assert all(row["preview"] == f"It is {state}" for state, row in rows.items())
    assert all(row["due"] is None for row in rows.values())
    assert {row["assignee"] for row in rows.values()} == {str(owner)}
    [view] = [each for each in found["views"][0]["items"] if each["key"] == "view-unsent"]
    assert (view["count"], view["urgent"], view["current"]) == ("4", True, True)


def test_an_older_answer_in_trouble_is_not_hidden_by_a_newer_one(
    owner: Member, channel: Channel
) -> None:
    failed = answered(owner, channel, Delivery.FAILED, "The old one")
    actions.reply(by=owner, conversation=failed.conversation, text="The new one", seen=None)
    [row] = client(owner).get(unsent(owner)).context["rows"]
    assert (row["state"], row["preview"]) == ("failed", "The old one")


def test_pages_and_queries_of_the_list(owner: Member, channel: Channel) -> None:
    answered(owner, channel, Delivery.FAILED, "Number 0")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client(owner).get(unsent(owner))
        return len(seen)

    few = asked()
    for number in range(1, 32):
        answered(owner, channel, Delivery.FAILED, f"Number {number}")
    assert asked() == few
    first = client(owner).get(unsent(owner))
    assert len(first.context["rows"]) == 30
    second = client(owner).get(first.context["older_url"])
    assert [row["preview"] for row in second.context["rows"]] == ["Number 1", "Number 0"]


def test_today_shows_what_needs_a_decision(owner: Member, channel: Channel) -> None:
    place = at(owner, "web:today")
    answered(owner, channel, Delivery.QUEUED, "On its way")
    assert "Answers that were not sent" not in client(owner).get(place).content.decode()
    answered(owner, channel, Delivery.FAILED, "Refused words")
    answered(owner, channel, Delivery.UNSURE, "Unsure words")
    answer = client(owner).get(place)
    group = answer.context["needs"][0]
    assert (group["label"], group["count"]) == ("Answers that were not sent", "2")
    assert [row["preview"] for row in group["rows"]] == ["Unsure words", "Refused words"]
    assert client(owner).get(group["rows"][0]["url"]).context["place"].key == "unsent"


def test_the_lists_of_others_are_not_touched(owner: Member, channel: Channel) -> None:
    message = answered(owner, channel, Delivery.FAILED, "Ours alone")
    reader = make_member(owner.organisation, Role.READER)
    assert "Ours alone" in client(reader).get(unsent(reader)).content.decode()
    aside = at(owner, "dialogue:put-aside", message.pk)
    assert client(reader).post(aside).status_code == 403
    stranger = make_owner("Elsewhere")
    assert "Ours alone" not in client(stranger).get(unsent(stranger)).content.decode()
    elsewhere = at(stranger, "dialogue:put-aside", message.pk)
    assert client(stranger).post(elsewhere).status_code == 404
    for member in (reader, stranger):
        with pytest.raises(NotAllowed):
            actions.put_aside(by=member, message=message)


def test_a_channel_that_is_off_leaves_the_words_and_the_other_ways(
    owner: Member, channel: Channel
) -> None:
    row = make_conversation(owner, channel=channel)
    actions.reply(
        by=owner, conversation=row, text="At noon.", seen=None, take_back=timedelta(hours=1)
    )
    actions.save_draft(by=owner, conversation=row, text="And one thing more")
    switch(by=owner, channel=channel, on=False)
    assert return_stranded() == 1
    shown = client(owner).get(at(owner, "dialogue:thread", row.pk)).content.decode()
    for words in (OFF, "At noon.", "Copy text", "Put aside", "Your unsent reply is kept:"):
        assert words in shown
    assert "And one thing more" in shown
    assert "Send again" not in shown
    switch(by=owner, channel=channel, on=True)
    assert "Send again" in client(owner).get(at(owner, "dialogue:thread", row.pk)).content.decode()


def test_what_is_put_aside_leaves_the_list_and_keeps_its_words(
    owner: Member, channel: Channel
) -> None:
    message = answered(owner, channel, Delivery.FAILED, "Told on the phone")
    place = at(owner, "dialogue:put-aside", message.pk) + "?view=unsent"
    shown = client(owner).post(place, follow=True)
    assert "Told on the phone" in shown.content.decode()
    assert shown.context["rows"] == []
    assert "Every answer has been sent" in client(owner).get(unsent(owner)).content.decode()
    assert not Draft.objects.exists()
    assert not actions.put_aside(by=owner, message=message)
