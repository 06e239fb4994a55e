"""What its author deletes leaves neither its words nor a name behind, wherever they stood."""

from datetime import timedelta

import pytest
from django.test import Client

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue import actions
from ildsjel.dialogue.models import Conversation, Delivery, Identity, Person
from ildsjel.dialogue.search import find, find_people
from ildsjel.engine.items import Author, Deletion
from ildsjel.flow.inbound import receive
from ildsjel.flow.outbound import DELETED, send_due
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Member, utc_now
from tests.builders import make_channel, make_item, make_owner

pytestmark = pytest.mark.django_db
SIRI = Author(external_id="siri", handle="@siri.hemmelig", name="Siri Hemmelig", url="https://x.no")


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, settings={"reply_url": "http://127.0.0.1:9/answers"})


def say(channel: Channel, key: str, text: str, title: str = "", author: Author = SIRI) -> None:
    at = utc_now() - timedelta(minutes=50 - int(key))
    said = make_item(text, external_id=key, thread_key="t", title=title, author=author, at=at)
    receive(channel, Batch(items=[said], cursor=key))


def delete(channel: Channel, *keys: str) -> None:
    gone = [Deletion(external_id=key, at=utc_now()) for key in keys]
    receive(channel, Batch(deletions=gone, cursor="gone"))


def page(owner: Member) -> str:
    client = Client()
    client.force_login(owner.user)
    row = Conversation.objects.get()
    place = f"/o/{owner.organisation.slug}/dialogue/{row.pk}/?view=open"
    return client.get(place).content.decode()


def test_nothing_is_left_of_all_that_somebody_deleted(owner: Member, channel: Channel) -> None:
    say(channel, "1", "My diagnosis is sensitive", title="Diagnosis")
    delete(channel, "1")
    shown = page(owner)
    for word in ("Diagnosis", "sensitive", "Siri", "hemmelig", "https://x.no"):
        assert word not in shown
    assert "Deleted by its author" in shown and "Somebody unknown" in shown
    assert "There is no message here to answer." in shown
    assert Conversation.objects.get().title == ""
    assert Item.objects.get().author_handle == ""
    assert find(owner, "diagnosis").rows == []
    assert find_people(owner, "siri") == find_people(owner, "hemmelig") == []


def test_the_title_becomes_that_of_what_is_left(owner: Member, channel: Channel) -> None:
    say(channel, "1", "The first", title="Diagnosis")
    say(channel, "2", "The second", title="Opening hours")
    delete(channel, "1")
    row = Conversation.objects.get()
    assert (row.title, row.preview) == ("Opening hours", "The second")
    assert Person.objects.get().name == "Siri Hemmelig"
    assert "Diagnosis" not in page(owner)


def test_who_writes_again_is_known_and_named_again(owner: Member, channel: Channel) -> None:
    say(channel, "1", "The first")
    delete(channel, "1")
    assert Person.objects.get().name == Identity.objects.get().handle == ""
    say(channel, "2", "The second")
    assert Person.objects.get().name == "Siri Hemmelig"
    assert Identity.objects.get().handle == "@siri.hemmelig"
    assert Conversation.objects.get().waiting_since is not None


def test_others_keep_their_names(owner: Member, channel: Channel) -> None:
    say(channel, "1", "The first", title="Roads")
    say(channel, "2", "Me too", author=Author(external_id="ola", handle="@ola", name="Ola"))
    delete(channel, "2")
    assert Person.objects.get().name == "Siri Hemmelig"
    assert Conversation.objects.get().title == "Roads"


def test_an_answer_to_what_was_deleted_is_not_sent(owner: Member, channel: Channel) -> None:
    say(channel, "1", "The first")
    row = Conversation.objects.get()
    message = actions.reply(
        by=owner, conversation=row, text="Yes", seen=None, take_back=timedelta(0)
    )
    delete(channel, "1")
    assert send_due() == 1
    message.refresh_from_db()
    assert (message.delivery, message.error) == (Delivery.FAILED, DELETED)
