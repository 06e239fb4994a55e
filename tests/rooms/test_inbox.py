"""The inbox: what its pages show, to whom, and what each act leaves behind."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ildsjel.channels.actions import connect
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue import actions, delivery
from ildsjel.dialogue.models import (
    Conversation,
    Delivery,
    Desk,
    Draft,
    Message,
    MessageKind,
    Promise,
    State,
)
from ildsjel.engine.items import Address, Author, Deletion, Item, Visibility
from ildsjel.flow.inbound import receive
from ildsjel.listening.actions import save_watch
from ildsjel.organisation.models import AuditEntry, Member, Role
from ildsjel.strategy.actions import save_goal, save_topic
from tests.builders import make_calendar, make_channel, make_desk, make_member, make_owner

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday, 13:00 in Oslo
HTMX = {"HX-Request": "true", "HX-Target": "thread-place"}
Given = tuple[Member, Channel]


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, "sample", name="Bluesky", identity="us")


def item(key: str, text: str = "When is the road cleared?", **fields: object) -> Item:
    minutes = float(str(fields.pop("ago", 10)))
    who = str(fields.pop("who", "Kari"))
    values: dict[str, object] = {
        "external_id": key,
        "text": text,
        "author": Author(external_id=who, handle=f"@{who.lower()}", name=who),
        "published_at": NOON - timedelta(minutes=minutes),
        "revision": 1,
        "thread_key": key,
        "address": Address.DIRECT,
    }
    return Item(**(values | fields))  # type: ignore[arg-type]


def bring(channel: Channel, *items: Item, deletions: tuple[Deletion, ...] = ()) -> Conversation:
    """Let items in; returns the conversation that changed last."""
    receive(channel, Batch(items=items, deletions=deletions, cursor="c"))
    return Conversation.objects.order_by("-pk")[0]


def browser(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object, **query: object) -> str:
    url = reverse(f"dialogue:{name}", args=[member.organisation.slug, *args])
    said = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{url}?{said}" if said else url


def page(member: Member, name: str = "list", *args: object, **query: object) -> str:
    answer = browser(member).get(at(member, name, *args, **query))
    assert answer.status_code == 200
    return answer.content.decode()


def today(member: Member) -> str:
    answer = browser(member).get(reverse("web:today", args=[member.organisation.slug]))
    return answer.content.decode()


def press(member: Member, name: str, *args: object, **sent: object) -> str:
    """Post a plain form and follow to the page that comes after."""
    answer = browser(member).post(at(member, name, *args), sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def fresh(row: Conversation) -> Conversation:
    return Conversation.objects.get(pk=row.pk)


def test_views_show_what_they_say(owner: Member, channel: Channel) -> None:
    bring(channel, item("late", who="Late", ago=90), item("soon", who="Soon", ago=5))
    mine = bring(channel, item("mine", who="Mine"))
    away = bring(channel, item("away", who="Away"))
    done = bring(channel, item("done", who="Done"))
    actions.assign(by=owner, conversation=mine, to=owner)
    actions.snooze(by=owner, conversation=away, until=NOON + timedelta(hours=1))
    actions.close(by=owner, conversation=done)
    shown = {
        key: [
            row["name"] for row in browser(owner).get(at(owner, "list", view=key)).context["rows"]
        ]
        for key in ["needs", "open", "mine", "unassigned", "snoozed", "closed"]
    }
    assert shown == {
        "needs": ["Late", "Mine", "Soon"],
        "open": ["Soon", "Mine", "Late"],
        "mine": ["Mine"],
        "unassigned": ["Soon", "Late"],
        "snoozed": ["Away"],
        "closed": ["Done"],
    }


def test_a_desk_shows_its_own(owner: Member, channel: Channel) -> None:
    other = make_desk(owner, "School")
    bring(channel, item("road", who="Road"))
    moved = bring(channel, item("class", who="Pupil"))
    actions.move(by=owner, conversation=moved, desk=other)
    rows = browser(owner).get(at(owner, "list", view="open", desk=other.pk)).context["rows"]
    assert [row["name"] for row in rows] == ["Pupil"]


def test_a_row_says_who_where_what_and_when(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1", "Is the pool open?", visibility=Visibility.PRIVATE, ago=50))
    topic = save_topic(by=owner, name="Sports")
    actions.set_topic(by=owner, conversation=row, topic=topic)
    shown = page(owner)
    for words in ["Kari", "Bluesky", "Is the pool open?", "Sports", "Service desk", "10 min left"]:
        assert words in shown
    assert 'aria-label="Private"' in shown


def test_pages_of_the_list_lead_on_and_back(owner: Member, channel: Channel) -> None:
    bring(channel, *[item(f"{n}", who=f"Citizen {n:03}", ago=n) for n in range(1, 41)])
    client = browser(owner)
    first = client.get(at(owner, "list", view="open"))
    assert len(first.context["rows"]) == 30
    assert first.context["newer_url"] == ""
    second = client.get(first.context["older_url"])
    assert second.context["rows"][0]["name"] == "Citizen 031"
    assert second.context["older_url"] == ""
    again = client.get(second.context["newer_url"])
    assert [row["id"] for row in again.context["rows"]] == [r["id"] for r in first.context["rows"]]


def test_enquiries_without_a_promise_wait_after_the_others(owner: Member, channel: Channel) -> None:
    never = make_calendar(owner, weekly=[[]] * 7)
    desk = Desk.objects.get(is_default=True)
    make_desk(owner, "Volunteers", calendar=never, default=True)
    bring(channel, item("w1", who="Waits long", ago=50), item("w2", who="Waits", ago=40))
    bring(channel, *[item(f"w{n}", who=f"W{n:02}", ago=39 - n / 10) for n in range(3, 40)])
    make_desk(owner, desk=desk, calendar=desk.calendar, default=True)
    bring(channel, item("due", who="Due", ago=5))
    client = browser(owner)
    first = client.get(at(owner, "list"))
    names = [row["name"] for row in first.context["rows"]]
    assert names[:4] == ["Due", "Waits long", "Waits", "W03"]
    assert first.context["rows"][0]["due"] and first.context["rows"][1]["state"] == "waiting"
    assert first.context["views"][0]["items"][0]["count"] == "40"
    second = client.get(first.context["older_url"])
    assert [row["name"] for row in second.context["rows"]] == [f"W{n}" for n in range(30, 40)]
    again = client.get(second.context["newer_url"])
    assert [row["name"] for row in again.context["rows"]] == names
    assert again.context["newer_url"] == ""
    row = Conversation.objects.get(promised_at__isnull=False)
    shown = client.post(at(owner, "close", row.pk), follow=True).context["conversation"]
    assert str(shown.person) == "Waits long"
    assert "Nobody waits for an answer" not in today(owner)


def test_counts_stop_at_the_limit(
    owner: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ildsjel.dialogue.queries.COUNTED_UP_TO", 3)
    bring(channel, *[item(f"{n}") for n in range(5)])
    views = browser(owner).get(at(owner, "list")).context["views"]
    counts = {each["label"]: each["count"] for each in views[0]["items"]}
    assert counts["Open"] == "3+"
    assert counts["Mine"] == ""


def test_queries_do_not_grow_with_the_table(owner: Member, channel: Channel) -> None:
    def asked(name: str, *args: object) -> int:
        with CaptureQueriesContext(connection) as seen:
            browser(owner).get(at(owner, name, *args))
        return len(seen)

    first = bring(channel, item("0"))
    few = asked("list"), asked("thread", first.pk)
    bring(channel, *[item(f"{n}", who=f"W{n}") for n in range(1, 70)])
    bring(channel, *[item(f"a{n}", thread_key="0", ago=5) for n in range(60)])
    one_more = 1  # whether a long thread hangs below a post that is not among those shown
    one_less = 1  # a short list asks too for what waits without a promise
    many = asked("list"), asked("thread", first.pk)
    assert many == (few[0] - one_less, few[1] - one_less + one_more)
    assert max(few) < 45


def test_new_ones_are_counted_from_when_the_list_was_shown(owner: Member, channel: Channel) -> None:
    bring(channel, item("old"))
    client = browser(owner)
    url = client.get(at(owner, "list", view="open")).context["live_count_url"]
    assert client.get(url).json()["count"] == 0
    bring(channel, item("new", ago=60 * 24))  # written yesterday, fetched now
    found = client.get(url).json()
    assert found["count"] == 1
    assert found["counts"]["view-open"] == "2"


def test_a_thread_shows_edits_deletions_notes_and_the_post_above(
    owner: Member, channel: Channel
) -> None:
    us = Author(external_id="us", handle="town", name="The town")
    root = item("root", "The pool opens.", author=us, own=True, ago=90)
    receive(channel, Batch(items=[root], cursor="c"))
    answer = {"thread_key": "root", "parent_id": "root", "address": Address.REPLY}
    bring(channel, item("c", "And the saunaa?", **answer), item("d", "Never mind me", **answer))
    row = bring(channel, item("c", "And the sauna?", revision=2, **answer))
    bring(channel, deletions=(Deletion(at=NOON, external_id="d"),))
    actions.note(by=owner, conversation=row, text="Ask the pool keeper.")
    shown = page(owner, "thread", row.pk)
    for words in ["The pool opens.", "And the sauna?", "And the saunaa?", "Ask the pool keeper."]:
        assert words in shown
    assert "Never mind me" not in shown
    assert "Deleted by its author" in shown
    thread = shown[shown.index('id="messages"') :]
    assert thread.index("The pool opens.") < thread.index("And the sauna?")


def test_hostile_text_is_only_text_and_addresses_are_links(owner: Member, channel: Channel) -> None:
    words = "<script>alert(1)</script> <img src=x onerror=alert(2)> https://example.org/a?b=1&c=2. "
    bad = item("1", words + "javascript:alert(3)", title="<b>T</b>", url="javascript:alert(4)")
    row = bring(channel, bad)
    shown = page(owner, "thread", row.pk)
    assert "<script>alert" not in shown and "<img src=x" not in shown and "<b>T</b>" not in shown
    assert 'href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer"' in shown
    assert 'href="javascript' not in shown


def test_long_threads_open_at_the_newest(owner: Member, channel: Channel) -> None:
    said = [item(f"m{n}", f"word{n:03}", thread_key="t", ago=200 - n) for n in range(80)]
    row = bring(channel, *said)
    client = browser(owner)
    newest = client.get(at(owner, "thread", row.pk))
    assert [m["text"] for m in newest.context["thread_messages"]] == [
        f"word{n:03}" for n in range(60, 80)
    ]
    before = client.get(newest.context["earlier_url"])
    assert [m["text"] for m in before.context["thread_messages"]][-1] == "word059"
    assert before.context["composer"] is None
    third = client.get(before.context["earlier_url"])
    first = client.get(third.context["earlier_url"])
    assert first.context["thread_messages"][0]["text"] == "word000"
    assert first.context["earlier_url"] == ""


def test_times_stand_on_the_organisations_clock(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1", ago=180))
    assert ">10:00</time>" in page(owner, "thread", row.pk)  # 09:00 in UTC


def test_why_here_names_the_watch_and_the_rule(owner: Member, channel: Channel) -> None:
    desk = make_desk(owner, "Roads")
    watch = save_watch(by=owner, name="Snow", query="snow")
    actions.save_rule(by=owner, name="Snow goes out", desk=desk, conditions={"watches": [watch.pk]})
    shown = page(owner, "thread", bring(channel, item("1", "So much snow!")).pk)
    assert "Snow goes out" in shown and "It matched “Snow”." in shown
    plain = page(owner, "thread", bring(channel, item("2", "Nothing white")).pk)
    assert "No rule fitted" in plain


def test_a_reply_is_queued_and_can_be_taken_back(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    asked = row.messages.get()
    shown = press(owner, "write", row.pk, kind="reply", text="At noon.", seen=asked.pk)
    reply = row.messages.get(kind=MessageKind.REPLY)
    assert (reply.delivery, reply.text) == (Delivery.QUEUED, "At noon.")
    assert "Your reply is on its way." in shown and "Waiting to be sent" in shown
    shown = press(owner, "take-back", reply.pk)
    assert ">At noon.</textarea>" in shown
    reply.refresh_from_db()
    assert reply.delivery == Delivery.TAKEN_BACK
    assert "Taken back" in shown


def test_a_reply_that_has_left_is_not_taken_back(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    reply = actions.reply(by=owner, conversation=row, text="Yes", seen=None)
    [taken] = delivery.take_due(NOON + timedelta(seconds=11))
    assert taken.pk == reply.pk
    assert "too late" in press(owner, "take-back", reply.pk)
    assert not Draft.objects.exists()


def test_nothing_is_sent_into_a_thread_that_has_moved(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    seen = row.messages.get().pk
    bring(channel, item("2", "Forget it, solved!", thread_key="1", ago=1))
    url = at(owner, "write", row.pk)
    sent = {"kind": "reply", "text": "We look into it.", "seen": seen}
    answer = browser(owner).post(url, sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "nothing was sent" in shown and "Forget it, solved!" in shown
    assert ">We look into it.</textarea>" in shown
    assert not row.messages.filter(kind=MessageKind.REPLY).exists()
    assert Draft.objects.get().text == "We look into it."
    assert ("seen", row.messages.latest("at").pk) in answer.context["composer"]["hidden"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "reply", "text": "   "}, "nothing to send yet"),
        ({"kind": "reply", "text": "x" * 501}, "1 characters too many"),
        ({"kind": "shout", "text": "Hello"}, "Hello"),
    ],
)
def test_bad_replies_say_why_and_keep_the_words(
    owner: Member, channel: Channel, sent: dict[str, str], words: str
) -> None:
    row = bring(channel, item("1"))
    answer = browser(owner).post(at(owner, "write", row.pk), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert answer.context["composer"]["error"]
    assert answer.context["composer"]["value"] == sent["text"]
    assert not row.messages.filter(kind=MessageKind.REPLY).exists()


def test_graphemes_are_counted_as_the_network_counts(owner: Member) -> None:
    bluesky = connect(
        by=owner,
        kind="bluesky",
        name="Bluesky",
        settings={"handle": "town.example"},
        secrets={"app_password": "a password"},
        identity="did:us",
    )
    row = bring(bluesky, item("1"))
    families = "👩‍👩‍👧‍👦" * 300
    browser(owner).post(at(owner, "write", row.pk), {"kind": "reply", "text": families})
    assert row.messages.filter(kind=MessageKind.REPLY).count() == 1
    answer = browser(owner).post(
        at(owner, "write", row.pk), {"kind": "reply", "text": families + "a"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("feeds", {}, "can only be read"),
        ("webhook", {}, "connected for reading only"),
        ("sample", {"enabled": False}, "is switched off"),
    ],
)
def test_the_composer_says_why_one_cannot_answer(
    owner: Member, kind: str, fields: dict[str, object], words: str
) -> None:
    row = bring(make_channel(owner, kind, **fields), item("1"))
    assert words in page(owner, "thread", row.pk)
    answer = browser(owner).post(at(owner, "write", row.pk), {"kind": "reply", "text": "Hi"})
    assert answer.status_code == 422
    assert not row.messages.filter(kind=MessageKind.REPLY).exists()


def test_a_note_stays_in_the_house(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    press(owner, "write", row.pk, kind="note", text="x" * 900)
    note = row.messages.get(kind=MessageKind.NOTE)
    assert (note.delivery, len(note.text)) == ("", 900)


def test_drafts_are_kept_for_each_writer_and_each_kind(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    colleague = make_member(owner.organisation)
    client, url = browser(owner), at(owner, "draft", row.pk)
    assert client.post(url, {"kind": "note", "text": "Secret"}).status_code == 204
    composer = client.get(at(owner, "thread", row.pk)).context["composer"]
    assert (composer["kind"], composer["value"]) == ("note", "Secret")
    assert client.post(url, {"kind": "reply", "text": "Half a"}).status_code == 204
    composer = client.get(at(owner, "thread", row.pk)).context["composer"]
    assert (composer["kind"], composer["value"]) == ("reply", "Half a")
    assert composer["other"] == "Secret"
    shown = page(colleague, "thread", row.pk)
    assert "Half a" not in shown and "Secret" not in shown


def test_what_is_put_aside_while_one_writes_the_other_kind_is_kept(
    owner: Member, channel: Channel
) -> None:
    row = bring(channel, item("1"))
    sent = {"kind": "reply", "text": "Yes", "other": "Ask Ola first", "seen": ""}
    press(owner, "write", row.pk, **sent)
    [kept] = Draft.objects.all()
    assert (kept.kind, kept.text) == ("note", "Ask Ola first")
    press(owner, "write", row.pk, kind="note", text="Ola says yes", other="Dear Kari")
    [kept] = Draft.objects.all()
    assert (kept.kind, kept.text) == ("reply", "Dear Kari")
    browser(owner).post(at(owner, "draft", row.pk), {"kind": "note", "text": "", "other": ""})
    assert not Draft.objects.exists()


def test_a_note_that_is_too_long_is_kept_as_a_note(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    actions.save_draft(by=owner, conversation=row, text="Half a reply")
    sent = {"kind": "note", "text": "x" * 60_000}
    answer = browser(owner).post(at(owner, "write", row.pk), sent)
    composer = answer.context["composer"]
    assert answer.status_code == 422
    assert (composer["kind"], composer["other"]) == ("note", "Half a reply")
    assert composer["value"] == "x" * 50_000


def test_unsure_and_failed_replies_are_decided_by_people(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    reply = actions.reply(by=owner, conversation=row, text="Yes", seen=None)
    Message.objects.filter(pk=reply.pk).update(delivery=Delivery.UNSURE, error="Cut off.")
    shown = page(owner, "thread", row.pk)
    assert "It is there" in shown and "Send again" in shown and "Cut off." in shown
    assert "Unsure if sent" in page(owner)
    press(owner, "decide", reply.pk, sent="yes")
    assert Message.objects.get(pk=reply.pk).delivery == Delivery.SENT
    assert Promise.objects.get().met_by_id == reply.pk
    Message.objects.filter(pk=reply.pk).update(delivery=Delivery.FAILED, error="Too long.")
    assert "Too long." in page(owner, "thread", row.pk)
    press(owner, "send-again", reply.pk)
    assert Message.objects.get(pk=reply.pk).delivery == Delivery.QUEUED
    Message.objects.filter(pk=reply.pk).update(delivery=Delivery.FAILED)
    assert ">Yes</textarea>" in press(owner, "rewrite", reply.pk)
    assert Message.objects.get(pk=reply.pk).delivery == Delivery.TAKEN_BACK


def test_send_and_close_keeps_the_promise_and_goes_on(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1", who="First", ago=30))
    following = bring(channel, item("2", who="Second", ago=20))
    sent = {"kind": "reply", "text": "Yes", "close": "yes", "seen": row.messages.get().pk}
    answer = browser(owner).post(at(owner, "write", row.pk), sent, follow=True)
    assert answer.context["conversation"] == following
    assert "Your reply is on its way. Closed." in answer.content.decode()
    assert fresh(row).state == State.CLOSED
    assert Promise.objects.get(conversation=row).dropped_at is None
    [message] = delivery.take_due(NOON + timedelta(seconds=11))
    delivery.mark_sent(message, external_id="x", url="", now=NOON + timedelta(seconds=12))
    assert Promise.objects.get(conversation=row).met_by_id == message.pk
    assert fresh(row).state == State.CLOSED


def test_a_closed_conversation_comes_back_when_its_reply_fails(
    owner: Member, channel: Channel
) -> None:
    row = bring(channel, item("1"))
    press(owner, "write", row.pk, kind="reply", text="Yes", close="yes")
    [message] = delivery.take_due(NOON + timedelta(seconds=11))
    delivery.mark(message, Delivery.FAILED, fault="Refused.")
    assert fresh(row).state == State.OPEN
    assert "Not sent" in page(owner, view="open")


def test_send_and_close_is_undone_as_one(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    client = browser(owner)
    sent = {"kind": "reply", "text": "Yes", "close": "yes"}
    answer = client.post(at(owner, "write", row.pk), sent, follow=True)
    shown = client.post(answer.context["undo"]["url"], follow=True)
    assert fresh(row).state == State.OPEN
    assert row.messages.get(kind=MessageKind.REPLY).delivery == Delivery.TAKEN_BACK
    assert ">Yes</textarea>" in shown.content.decode()


@pytest.mark.parametrize("name", ["close", "snooze"])
def test_after_closing_or_snoozing_comes_the_next(
    owner: Member, channel: Channel, name: str
) -> None:
    first = bring(channel, item("1", ago=30))
    second = bring(channel, item("2", ago=20))
    third = bring(channel, item("3", ago=10))
    client = browser(owner)
    shown = [
        client.post(at(owner, name, row.pk), {"until": "tomorrow"}, follow=True).context[
            "conversation"
        ]
        for row in (second, third, first)
    ]
    assert shown == [third, first, None]


def test_the_next_follows_the_order_of_the_view(owner: Member, channel: Channel) -> None:
    rows = [bring(channel, item(f"{n}", ago=n)) for n in (30, 20, 10)]
    answer = browser(owner).post(at(owner, "close", rows[1].pk, view="open"), follow=True)
    assert answer.context["conversation"] == rows[0]
    assert answer.context["place"].key == "open"


@pytest.mark.parametrize(
    ("chosen", "local"),
    [
        ("hour", datetime(2026, 3, 2, 14, 0)),  # noqa: DTZ001 - Oslo's zone is added below
        ("tomorrow", datetime(2026, 3, 3, 8, 0)),  # noqa: DTZ001
        ("monday", datetime(2026, 3, 9, 8, 0)),  # noqa: DTZ001
    ],
)
def test_snoozing_counts_on_the_organisations_clock(
    owner: Member, channel: Channel, chosen: str, local: datetime
) -> None:
    row = bring(channel, item("1"))
    press(owner, "snooze", row.pk, until=chosen)
    assert fresh(row).snoozed_until == local.replace(tzinfo=ZoneInfo("Europe/Oslo"))


def test_a_time_of_ones_own(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    assert 'type="datetime-local"' in press(owner, "snooze", row.pk, until="own")
    for bad, words in [("2026-03-01T08:00", "has passed"), ("later", "no date and time")]:
        answer = browser(owner).post(at(owner, "snooze", row.pk), {"until_at": bad})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'value="{bad}"' in answer.content.decode()
    assert fresh(row).state == State.OPEN
    press(owner, "snooze", row.pk, until_at="2026-03-04T09:30")
    assert fresh(row).snoozed_until == datetime(2026, 3, 4, 8, 30, tzinfo=UTC)


def test_sorting_and_giving_and_undoing(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    colleague = make_member(owner.organisation, name="Per Hansen")
    desk = make_desk(owner, "School")
    topic, goal = save_topic(by=owner, name="Class"), save_goal(by=owner, statement="Calm")
    acts = [
        ("assign", {"to": colleague.pk}, "assignee_id", colleague.pk),
        ("move", {"desk": desk.pk}, "desk_id", desk.pk),
        ("topic", {"topic": topic.pk}, "topic_id", topic.pk),
        ("goal", {"goal": goal.pk}, "goal_id", goal.pk),
    ]
    client = browser(owner)
    for name, sent, column, value in acts:
        before = getattr(fresh(row), column)
        answer = client.post(at(owner, name, row.pk), sent, follow=True)
        assert getattr(fresh(row), column) == value
        client.post(answer.context["undo"]["url"])
        assert getattr(fresh(row), column) == before


def test_take_it_with_one_press_and_give_it_up(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    client = browser(owner)
    acts = client.get(at(owner, "thread", row.pk)).context["thread_actions"]
    client.post(next(act["post"] for act in acts if act["key"] == "a"))
    assert fresh(row).assignee == owner
    client.post(at(owner, "assign", row.pk), {"to": ""})
    assert fresh(row).assignee is None


def test_undo_leaves_alone_what_somebody_went_on_with(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    colleague = make_member(owner.organisation)
    entry = actions.assign(by=owner, conversation=row, to=owner)
    actions.assign(by=colleague, conversation=fresh(row), to=colleague)
    assert "Too late to undo" in press_url(owner, f"{at(owner, 'undo')}?entries={entry.pk}")
    assert fresh(row).assignee == colleague
    other = AuditEntry.objects.latest("pk")
    press_url(owner, f"{at(owner, 'undo')}?entries={other.pk}")
    assert fresh(row).assignee == colleague


def press_url(member: Member, url: str) -> str:
    return browser(member).post(url, follow=True).content.decode()


def test_several_together(owner: Member, channel: Channel) -> None:
    rows = [bring(channel, item(f"{n}", who=f"W{n}")) for n in range(3)]
    colleague = make_member(owner.organisation)
    chosen = [row.pk for row in rows[:2]]
    client = browser(owner)
    url = at(owner, "together", view="open")
    client.post(url, {"chosen": chosen, "do": "assign", "to": colleague.pk})
    assert {fresh(row).assignee for row in rows[:2]} == {colleague}
    answer = client.post(url, {"chosen": chosen, "do": "close"}, follow=True)
    assert "2 closed." in answer.content.decode()
    assert [fresh(row).state for row in rows] == ["closed", "closed", "open"]
    client.post(answer.context["undo"]["url"])
    assert {fresh(row).state for row in rows} == {"open"}
    assert "Nothing was chosen" in client.post(url, {"do": "close"}, follow=True).content.decode()
    answer = client.post(url, {"chosen": chosen, "do": "assign", "to": ""}, follow=True)
    assert "with whom" in answer.content.decode()


def test_htmx_gets_panes_and_a_plain_request_the_page(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    client = browser(owner)
    whole = client.get(at(owner, "thread", row.pk)).content.decode()
    part = client.get(at(owner, "thread", row.pk), headers=HTMX)
    assert "<html" in whole and "<html" not in part.content.decode()
    assert part.headers["HX-Push-Url"] == at(owner, "thread", row.pk)
    restored = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(at(owner, "thread", row.pk), headers=restored).content.decode()
    closed = client.post(at(owner, "close", row.pk), headers=HTMX)
    shown = closed.content.decode()
    assert closed.status_code == 200 and closed.headers["HX-Push-Url"] == at(owner, "list")
    assert "innerHTML:#rows-place" in shown and "data-undo" in shown


def test_an_open_thread_tells_of_what_changes(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    client = browser(owner)
    client.post(at(owner, "write", row.pk), {"kind": "reply", "text": "Yes"})
    live = client.get(at(owner, "thread", row.pk)).context["live"]
    assert live["pending"]
    assert client.get(live["url"]).status_code == 204
    bring(channel, item("2", "One thing more", thread_key="1", ago=1))
    [message] = delivery.take_due(NOON + timedelta(seconds=11))
    delivery.mark_sent(message, external_id="x", url="https://example.org/x", now=NOON)
    answer = client.get(live["url"])
    shown = answer.content.decode()
    assert "1 new message has come." in shown and "One thing more" not in shown
    assert f'id="message-{message.pk}" hx-swap-oob="true"' in shown and "Sent" in shown
    assert client.get(answer.context["live"]["url"]).status_code == 204


ACTS: list[tuple[str, dict[str, object]]] = [
    ("write", {"kind": "reply", "text": "Hello"}),
    ("draft", {"kind": "reply", "text": "Hello"}),
    ("assign", {"to": ""}),
    ("move", {"desk": 1}),
    ("topic", {"topic": ""}),
    ("goal", {"goal": ""}),
    ("snooze", {"until": "hour"}),
    ("close", {}),
    ("reopen", {}),
]


@pytest.mark.parametrize("role", [Role.READER, Role.AUDITOR])
def test_readers_see_but_have_no_controls(owner: Member, channel: Channel, role: str) -> None:
    row = bring(channel, item("1", "Is it open?"))
    reader = make_member(owner.organisation, role)
    assert "Is it open?" in page(reader)
    shown = page(reader, "thread", row.pk)
    assert "Is it open?" in shown
    assert 'id="composer"' not in shown and "thread-actions" in shown
    assert browser(reader).get(at(owner, "thread", row.pk)).context["thread_actions"] == []
    assert 'name="chosen"' not in page(reader)
    for name, sent in ACTS:
        assert browser(reader).post(at(owner, name, row.pk), sent).status_code == 403
    for name in ("together", "undo"):
        assert browser(reader).post(at(owner, name)).status_code == 403
    assert fresh(row).state == State.OPEN


def test_strangers_find_nothing(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    stranger = make_owner("Another town")
    client = browser(stranger)
    for name in ("list", "count-new"):
        assert client.get(at(owner, name)).status_code == 404
    assert client.get(at(owner, "thread", row.pk)).status_code == 404
    assert client.get(at(stranger, "thread", row.pk)).status_code == 404
    for name, sent in ACTS:
        assert client.post(at(stranger, name, row.pk), sent).status_code == 404
    reply = actions.reply(by=owner, conversation=row, text="Yes", seen=None)
    for name in ("take-back", "send-again", "decide", "rewrite"):
        assert client.post(at(stranger, name, reply.pk), {"sent": "no"}).status_code == 404
    client.post(at(stranger, "together"), {"chosen": [row.pk], "do": "close"})
    assert fresh(row).state == State.OPEN
    assert Client().get(at(owner, "list")).status_code == 302


def test_rows_of_others_are_not_taken_as_choices(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    stranger = make_owner("Another town")
    topic = save_topic(by=stranger, name="Theirs")
    desk = Desk.objects.get(organisation=stranger.organisation)
    client = browser(owner)
    assert client.post(at(owner, "topic", row.pk), {"topic": topic.pk}).status_code == 404
    assert client.post(at(owner, "move", row.pk), {"desk": desk.pk}).status_code == 404
    shown = client.post(at(owner, "assign", row.pk), {"to": stranger.pk}, follow=True)
    assert "answer here" in shown.content.decode()
    assert fresh(row).assignee is None


@pytest.mark.parametrize(
    "query",
    ["view=nothing", "desk=x", "desk=9999999999999999999999", "after=1-2-3", "until=zz", "view=all",
     "done=x-1", "sent=0", "goal=-1", "before=99999999999999999-1"],
)  # fmt: skip
def test_unreadable_addresses_are_read_as_far_as_they_go(
    owner: Member, channel: Channel, query: str
) -> None:
    row = bring(channel, item("1"))
    for url in (at(owner, "list"), at(owner, "thread", row.pk), at(owner, "count-new")):
        assert browser(owner).get(f"{url}?{query}").status_code == 200


def test_what_nobody_has_read_is_not_closed(owner: Member, channel: Channel) -> None:
    row = bring(channel, item("1"))
    client = browser(owner)
    shown = client.get(at(owner, "thread", row.pk))
    [button] = [each for each in shown.context["thread_actions"] if each["key"] == "e"]
    bring(channel, item("2", "One more thing", thread_key="1", parent_id="1"))
    told = client.post(button["post"], follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == State.OPEN
    assert "A new message has come, so it was not closed." in told
    again = client.get(at(owner, "thread", row.pk))
    [button] = [each for each in again.context["thread_actions"] if each["key"] == "e"]
    client.post(button["post"])
    row.refresh_from_db()
    assert row.state == State.CLOSED
