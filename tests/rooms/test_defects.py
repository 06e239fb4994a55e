"""What once went wrong in the core, and must hold; each name says what."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from ildsjel.channels import imports as files
from ildsjel.channels.actions import connect
from ildsjel.channels.gateway import Batch, Refused
from ildsjel.channels.models import Channel, Credential, HealthKind, Import, ImportState
from ildsjel.dialogue import delivery
from ildsjel.dialogue.actions import close, reply, take_back
from ildsjel.dialogue.intake import default_desk
from ildsjel.dialogue.models import (
    Conversation,
    Delivery,
    Identity,
    Message,
    Person,
    Promise,
    State,
)
from ildsjel.engine.items import Address, Author, Deletion, Media
from ildsjel.flow.imports import Superseded, run_through, step, step_due
from ildsjel.flow.inbound import poll_due, receive
from ildsjel.flow.listener import streaming
from ildsjel.flow.outbound import recover
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item
from ildsjel.organisation.actions import override_day
from ildsjel.organisation.models import Calendar, Member
from ildsjel.work import loop
from tests.builders import make_channel, make_owner
from tests.rooms.test_line import US, item

pytestmark = pytest.mark.django_db
ROWS = 1200  # a batch of a file holds fewer


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, identity="us")


def bring(channel: Channel, *items: Any, **more: Any) -> None:
    receive(channel, Batch(items=items, cursor="c", **more))


def test_a_thread_is_followed_within_the_batch_that_opens_it(owner: Member) -> None:
    channel = make_channel(owner, kind="feeds")
    save_watch(by=owner, name="Roads", query="road")
    later = item("2", "no such word", address=Address.PUBLIC, parent_id="1", minute=3)
    bring(channel, later, item(address=Address.PUBLIC))
    assert Message.objects.count() == 2


def test_a_mail_finds_its_thread_through_another_of_the_same_batch(channel: Channel) -> None:
    bring(channel, item())
    answer = item("2", "And ours?", thread_key="1", parent_id="1", minute=1)
    again = item("3", "Hello?", thread_key="2", parent_id="2", minute=2)
    bring(channel, answer, again)
    assert Conversation.objects.get().messages.count() == 3


def test_nul_and_half_characters_are_stored_wherever_they_stand(channel: Channel) -> None:
    odd = "a\x00b\ud800"
    author = Author(external_id=odd, handle=odd, name=odd, url=odd)
    picture = Media(url=odd, alt=odd)
    said = item(
        odd, odd, author=author, thread_key=odd, parent_id=odd, url=odd, tags=(odd,),
        links=(odd,), media=(picture,), reply_context={odd: odd}, languages=(odd,),
    )  # fmt: skip
    bring(channel, said)
    assert Item.objects.get().text == "ab?"
    assert not channel.health.exists()
    bring(channel, deletions=[Deletion(at=datetime.now(UTC), author_id=odd)])
    assert Item.objects.get().text == ""


def test_somebody_known_only_by_a_long_id_can_write(channel: Channel) -> None:
    bring(channel, item(author=Author(external_id="x" * 290)))
    assert Person.objects.get().name == "x" * 200
    assert not channel.health.exists()


def test_an_item_that_cannot_be_stored_is_told_and_does_not_hold_up_the_others(
    channel: Channel,
) -> None:
    bad = item("2", "Bad", thread_key="2", revision=2**70)
    bring(channel, item(), bad, item("3", "And ours?", thread_key="3"))
    assert list(Item.objects.order_by("pk").values_list("external_id", flat=True)) == ["1", "3"]
    line = channel.health.get()
    assert (line.kind, line.where, line.sample) == (HealthKind.REJECTED, "2", "Bad")
    channel.refresh_from_db()
    assert channel.poll_cursor == "c"


def test_a_batch_of_which_nothing_can_be_stored_keeps_the_cursor(channel: Channel) -> None:
    with pytest.raises(Exception, match=r"."):
        bring(channel, item(revision=2**70), item("2", revision=2**70))
    channel.refresh_from_db()
    assert channel.poll_cursor == ""


def test_a_message_said_before_the_closing_that_comes_after_is_owed_an_answer(
    channel: Channel, owner: Member
) -> None:
    bring(channel, item())
    close(by=owner, conversation=Conversation.objects.get())
    bring(channel, item("2", "And one more thing", parent_id="1", minute=1))
    conversation = Conversation.objects.get()
    assert conversation.state == State.OPEN
    assert conversation.promised_at == Promise.objects.get().due_at
    assert Promise.objects.get().dropped_at is None


def test_a_conversation_closed_for_an_answer_that_is_taken_back_comes_back(
    channel: Channel, owner: Member
) -> None:
    bring(channel, item())
    message = reply(by=owner, conversation=Conversation.objects.get(), text="At noon.", seen=None)
    close(by=owner, conversation=Conversation.objects.get())
    assert take_back(by=owner, message=message)
    assert Conversation.objects.get().state == State.OPEN
    assert Conversation.objects.get().promised_at is not None


def test_a_very_long_id_of_an_answer_is_kept_and_joined(channel: Channel, owner: Member) -> None:
    bring(channel, item())
    message = reply(by=owner, conversation=Conversation.objects.get(), text="At noon.", seen=None)
    Message.objects.filter(pk=message.pk).update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    [taken] = delivery.take_due(datetime.now(UTC))
    long = "n" * 900
    assert delivery.mark_sent(taken, external_id=long, url=long * 2, now=datetime.now(UTC))
    bring(channel, item(long, "At  noon, says the network", author=US, own=True, parent_id="1"))
    assert Message.objects.filter(kind="reply").count() == 1


def test_one_channel_that_cannot_be_opened_does_not_keep_others_from_streaming(
    owner: Member,
) -> None:
    sealed = connect(by=owner, kind="bluesky", name="Sealed", settings={})
    Credential.objects.create(channel=sealed, sealed=b"sealed with another key")
    make_channel(owner, kind="a connector that was uninstalled")
    well = connect(by=owner, kind="bluesky", name="Well", settings={})
    assert well in streaming()
    sealed.refresh_from_db()
    assert sealed.error


def test_a_channel_whose_connector_is_gone_says_so(owner: Member) -> None:
    channel = make_channel(owner, kind="gone", due_at=datetime.now(UTC))
    poll_due()
    channel.refresh_from_db()
    assert channel.error
    assert channel.leased_until is None


def test_an_answer_of_a_connector_that_is_gone_does_not_keep_others_from_being_recovered(
    owner: Member,
) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    for kind in ("gone", "webhook"):
        channel = make_channel(owner, kind=kind)
        conversation = Conversation.objects.create(
            organisation=owner.organisation, channel=channel, key=kind, thread_key=kind,
            desk_id=default_desk(owner.organisation_id), opened_at=past, last_at=past,
        )  # fmt: skip
        Message.objects.create(
            organisation=owner.organisation, conversation=conversation, kind="reply", at=past,
            delivery=Delivery.SENDING, leased_until=past,
        )  # fmt: skip
    recover()
    assert set(Message.objects.values_list("delivery", flat=True)) == {Delivery.UNSURE}


def test_a_loop_outlives_a_database_that_is_away_for_a_moment() -> None:
    stop, ran = threading.Event(), []

    def work() -> int:
        ran.append(1)
        stop.set()
        return 0

    def away(*_: object) -> None:
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(away):
        loop.run([loop.Job("work", work, every=0)], stop, name="test")
    assert ran == [1]


def test_two_who_change_the_same_hours_make_two_versions(owner: Member) -> None:
    first = Calendar.objects.get()
    second = Calendar.objects.get()
    day = datetime.now(UTC).date()
    override_day(by=owner, calendar=first, day=day, intervals=[])
    override_day(by=owner, calendar=second, day=day, intervals=[["10:00", "12:00"]])
    assert second.version > first.version


@pytest.fixture
def source(owner: Member, tmp_path: Path) -> Import:
    path = tmp_path / "posts.csv"
    rows = [f"{n},Hello {n},2026-03-02T12:00:00Z,a{n}" for n in range(ROWS)]
    path.write_text("\n".join(["id,text,date,author", *rows]), encoding="utf-8")
    found = files.prepare(by=owner, path=path, name="posts.csv")
    mapping = found.inspection["mapping"]
    return files.start(by=owner, source=found, mapping=mapping)


def test_the_command_and_the_loop_never_read_the_same_rows_of_a_file(source: Import) -> None:
    for _ in run_through(source):
        step_due()
    source.refresh_from_db()
    assert (source.state, source.rows_read, source.rows_new) == (ImportState.DONE, ROWS, ROWS)


def test_an_import_that_the_command_leaves_is_stopped_and_can_go_on(
    source: Import, owner: Member
) -> None:
    reading = run_through(source)
    next(reading)
    reading.close()
    source.refresh_from_db()
    assert source.state == ImportState.STOPPED
    files.go_on(by=owner, source=source)
    while step_due():
        pass
    source.refresh_from_db()
    assert (source.state, source.rows_read) == (ImportState.DONE, ROWS)


def test_an_import_that_fails_under_the_command_says_so(source: Import) -> None:
    Path(source.channel.settings["path"]).unlink()
    states = [each.state for each in run_through(source)]
    assert states == [ImportState.FAILED]
    assert source.error


def test_a_file_of_the_same_name_does_not_replace_one_that_is_coming_in(
    source: Import, owner: Member
) -> None:
    path = Path(source.channel.settings["path"])
    with pytest.raises(Refused):
        files.prepare(by=owner, path=path, name="posts.csv")
    Import.objects.update(due_at=datetime.now(UTC) - timedelta(hours=1))  # nobody goes on with it
    assert files.prepare(by=owner, path=path, name="posts.csv").pk != source.pk


def test_a_step_that_lost_its_lease_stores_nothing(source: Import) -> None:
    held_by_us = Import.objects.get(pk=source.pk)
    Import.objects.update(lease_token="6dd1f1a8-57a5-4a34-8d0c-4f6f0f3b2f11")
    with pytest.raises(Superseded):
        step(held_by_us)
    assert not Item.objects.exists()
    assert Channel.objects.get(pk=source.channel_id).poll_cursor == ""


def in_threads(*tasks: Callable[[], None]) -> list[BaseException | None]:
    """What went wrong in each of them."""

    def run(task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        return [future.exception(30) for future in [pool.submit(run, task) for task in tasks]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_two_channels_of_a_network_may_bring_the_same_new_person_at_once() -> None:
    owner = make_owner()
    one, two = (make_channel(owner, kind="mastodon", name=name) for name in "ab")
    in_first, first_may_end = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            bring(one, item())
            in_first.set()
            first_may_end.wait(1)

    def second() -> None:
        in_first.wait(5)
        bring(two, item())

    assert in_threads(first, second) == [None, None]
    assert Conversation.objects.count() == 2
    assert Person.objects.count() == Identity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_a_message_that_comes_while_somebody_closes_is_not_hidden() -> None:
    owner = make_owner()
    channel = make_channel(owner, identity="us")
    bring(channel, item())
    closing = threading.Event()

    def closes() -> None:
        with transaction.atomic():
            close(by=owner, conversation=Conversation.objects.get())
            closing.set()
            threading.Event().wait(0.7)

    def writes() -> None:
        closing.wait(5)
        bring(channel, item("2", "And one more thing", parent_id="1", minute=1))

    assert in_threads(closes, writes) == [None, None]
    conversation = Conversation.objects.get()
    assert conversation.state == State.OPEN
    assert conversation.promised_at is not None
