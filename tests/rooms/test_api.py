"""The REST API: what it shows, what it changes, and how it says no."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ildsjel.api import watches as api_watches
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue import actions as dialogue
from ildsjel.dialogue.actions import archive_desk
from ildsjel.dialogue.delivery import mark, try_later, wake_snoozed
from ildsjel.dialogue.intake import file_away
from ildsjel.dialogue.models import Conversation, Delivery, Desk, Message, MessageKind, State
from ildsjel.dialogue.queries import View, conversations
from ildsjel.engine.items import Deletion
from ildsjel.flow.inbound import receive
from ildsjel.listening.actions import remove_watch, save_watch
from ildsjel.listening.group_actions import save_watch_group
from ildsjel.listening.models import Watch
from ildsjel.organisation.actions import change_member, create_token, revoke_token, switch_user
from ildsjel.organisation.models import ApiToken, AuditEntry, Member, Role, utc_now
from ildsjel.strategy.actions import archive, save_goal, save_group, save_topic
from ildsjel.strategy.models import Goal, StakeholderGroup, Topic
from tests.builders import (
    make_channel,
    make_conversation,
    make_desk,
    make_item,
    make_member,
    make_owner,
)
from tools.openapi import SNAPSHOT, current

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Caller:
    """A member with a token; answers are read as JSON."""

    def __init__(self, member: Member) -> None:
        self.client = Client(HTTP_AUTHORIZATION=f"Bearer {create_token(by=member, name='test')}")

    def __call__(self, method: str, path: str, status: int, body: Any = None) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        data = "" if body is None else data
        response = self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json"
        )
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    def get(self, path: str, status: int = 200) -> Any:
        return self("GET", path, status)


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def call(owner: Member) -> Caller:
    return Caller(owner)


def problem(said: Any) -> tuple[str, str]:
    [fault] = said["detail"]
    return fault["where"], fault["problem"]


# Who calls


def test_me_says_whose_token_it_is(owner: Member, call: Caller) -> None:
    said = call.get("/me")
    assert (said["id"], said["role"], said["email"]) == (owner.pk, "owner", owner.user.email)
    assert said["organisation"]["slug"] == owner.organisation.slug
    assert "reply" in said["rights"]


def test_without_a_valid_token_nobody_is_let_in(owner: Member) -> None:
    for header in ["", "Bearer ", "Bearer ild_wrong", "Basic abc", "ild_x", "Bearer a\x00b"]:
        response = Client(HTTP_AUTHORIZATION=header).get("/api/v1/me")
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert response.json()["error"].startswith("Send a valid token")


def test_a_session_is_no_token(owner: Member, client: Client) -> None:
    client.force_login(owner.user)
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_ends_with_its_revocation_its_member_and_its_person(owner: Member) -> None:
    agents = [make_member(owner.organisation) for _ in range(3)]
    callers = [Caller(agent) for agent in agents]
    revoke_token(by=owner, token=ApiToken.objects.get(member=agents[0]))
    change_member(by=owner, member=agents[1], role=Role.AGENT, active=False)
    switch_user(user=agents[2].user, on=False)
    for caller in callers:
        caller.get("/me", 401)


# Conversations


def test_a_conversation_as_it_is_shown(owner: Member, call: Caller) -> None:
    row = make_conversation(owner, at=NOON)
    [shown] = call.get("/conversations")["items"]
    assert shown["id"] == row.pk
    assert shown["state"] == "open"
    assert shown["preview"] == "When is the road cleared?"
    assert shown["person"]["name"] == "Ola Normann"
    assert shown["desk"] == {"id": row.desk_id, "name": "Service desk"}
    assert shown["channel"]["kind"] == "webhook"
    assert shown["opened_at"] == "2026-03-02T12:00:00Z"
    assert shown["promised_at"] == "2026-03-02T13:00:00Z"
    assert shown["assignee"] is shown["closed_at"] is None
    detail = call.get(f"/conversations/{row.pk}")
    assert detail["newest_message_id"] == row.messages.get().pk
    assert detail["why"] == [{"reason": "fallback", "details": []}]


def test_lists_page_through_everything_once(owner: Member, call: Caller) -> None:
    channel = make_channel(owner)
    for number in range(7):
        make_conversation(owner, channel=channel, at=NOON + timedelta(minutes=number // 2))
    pages = list(every_page(call, "/conversations?limit=3"))
    assert [len(page) for page in pages] == [3, 3, 1]
    keys = [(row["last_at"], row["id"]) for page in pages for row in page]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) == 7


def every_page(call: Caller, path: str) -> Iterator[list[Any]]:
    cursor: str | None = ""
    while cursor is not None:
        page = call.get(f"{path}&cursor={cursor}")
        yield page["items"]
        cursor = page["next"]


def test_filters(owner: Member, call: Caller) -> None:
    colleague = make_member(owner.organisation)
    desk = make_desk(owner, name="Roads")
    goal = save_goal(by=owner, statement="Answer within the hour")
    rows = [make_conversation(owner, at=NOON + timedelta(hours=n)) for n in range(3)]
    first, second, third = (row.pk for row in rows)
    call("PATCH", f"/conversations/{first}", 200, {"state": "closed", "assignee_id": owner.pk})
    call(
        "PATCH", f"/conversations/{second}", 200, {"assignee_id": colleague.pk, "goal_id": goal.pk}
    )
    call("PATCH", f"/conversations/{third}", 200, {"desk_id": desk.pk})

    def found(query: str) -> set[int]:
        return {row["id"] for row in call.get(f"/conversations?{query}")["items"]}

    assert found("") == {first, second, third}
    assert found("state=open") == {second, third}
    assert found("state=closed") == found("assignee=me") == {first}
    assert found("assignee=none") == found(f"desk={desk.pk}") == {third}
    assert found(f"assignee={colleague.pk}") == found(f"goal={goal.pk}") == {second}


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("state=gone", "query.state"),
        ("limit=0", "query.limit"),
        ("limit=201", "query.limit"),
        ("desk=x", "query.desk"),
        ("desk=99999999999999999999", "query.desk"),
        ("updated_since=yesterday", "query.updated_since"),
        ("updated_since=2026-03-02T13:00:00", "query.updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "query.updated_since"),
        ("cursor=abc", "query.cursor"),
        ("cursor=%00", "query.cursor"),
        ("cursor=d2F0Y2hlczoxMg", "query.cursor"),
        ("colour=red", "query.colour"),
    ],
)
def test_a_filter_that_is_off_is_named(call: Caller, query: str, where: str) -> None:
    assert problem(call.get(f"/conversations?{query}", 422))[0] == where


def test_lists_cost_the_same_whatever_their_length(
    owner: Member, call: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save_watch(by=owner, name="Road", query="road")
    channel = make_channel(owner)
    rows = [make_conversation(owner, channel=channel) for _ in range(5)]
    follow = [
        make_item(thread_key=rows[0].thread_key, parent_id=rows[0].thread_key) for _ in range(5)
    ]
    receive(channel, Batch(items=follow))
    call.get("/me")
    listed = [
        ("/conversations", 5, 2),
        ("/watches", 1, 2),
        ("/mentions", 10, 2),
        (f"/conversations/{rows[0].pk}/messages", 6, 4),
    ]
    for path, length, queries in listed:
        with django_assert_num_queries(queries):
            assert len(call.get(path)["items"]) == length


# Changes


def test_a_change_is_made_whole_and_recorded(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    topic = save_topic(by=owner, name="Snow")
    goal = save_goal(by=owner, statement="Answer within the hour")
    desk = make_desk(owner, name="Roads")
    until = (utc_now() + timedelta(hours=2)).isoformat()
    sent = {"topic_id": topic.pk, "goal_id": goal.pk, "desk_id": desk.pk, "snoozed_until": until}
    said = call("PATCH", f"/conversations/{row.pk}", 200, sent)
    assert said["topic"]["name"] == "Snow"
    assert said["goal"]["name"] == "Answer within the hour"
    assert said["desk"]["name"] == "Roads"
    assert said["state"] == "snoozed"
    assert datetime.fromisoformat(said["snoozed_until"]) == datetime.fromisoformat(until)
    done = set(AuditEntry.objects.values_list("action", flat=True))
    assert {f"conversation.{name}" for name in ("topic", "goal", "move", "snooze")} <= done
    said = call("PATCH", f"/conversations/{row.pk}", 200, {"topic_id": None, "state": "open"})
    assert said["topic"] is None and said["state"] == "open" and said["goal"] is not None


def test_closing_twice_is_closing_once(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    first = call("PATCH", f"/conversations/{row.pk}", 200, {"state": "closed"})
    assert call("PATCH", f"/conversations/{row.pk}", 200, {"state": "closed"}) == first
    assert AuditEntry.objects.filter(action="conversation.close").count() == 1


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"state": "gone"}, "body.state"),
        ({"state": None}, "body.state"),
        ({"state": "snoozed"}, "body.snoozed_until"),
        ({"state": "closed", "snoozed_until": "2030-01-01T00:00:00Z"}, "body.snoozed_until"),
        ({"snoozed_until": "2020-01-01T00:00:00Z"}, "body.snoozed_until"),
        ({"snoozed_until": 12}, "body.snoozed_until"),
        ({"desk_id": None}, "body.desk_id"),
        ({"desk_id": "1"}, "body.desk_id"),
        ({"desk_id": 2**63 - 1}, "body.desk_id"),
        ({"topic_id": 2**70}, "body.topic_id"),
        ({"goal_id": 4711}, "body.goal_id"),
        ({"assignee_id": True}, "body.assignee_id"),
        ({"colour": "red"}, "body.colour"),
        ([], "body"),
        ("{", "body"),
        (b"\xff\xfe", "body"),
    ],
)
def test_a_change_that_is_off_changes_nothing(
    owner: Member, call: Caller, sent: Any, where: str
) -> None:
    row = make_conversation(owner)
    said = call("PATCH", f"/conversations/{row.pk}", 422, sent)
    assert problem(said)[0] == where
    assert said["error"] == "The request could not be understood. Nothing was changed."
    assert not AuditEntry.objects.filter(target=f"conversation:{row.pk}").exists()


def test_one_bad_field_undoes_the_good_ones(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    call("PATCH", f"/conversations/{row.pk}", 422, {"assignee_id": owner.pk, "goal_id": 4711})
    row.refresh_from_db()
    assert row.assignee is None


def test_what_is_not_in_use_cannot_be_chosen(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    desk = make_desk(owner, name="Old")
    archive_desk(by=owner, desk=desk)
    gone = make_member(owner.organisation)
    change_member(by=owner, member=gone, role=Role.AGENT, active=False)
    call("PATCH", f"/conversations/{row.pk}", 422, {"desk_id": desk.pk})
    call("PATCH", f"/conversations/{row.pk}", 422, {"assignee_id": gone.pk})


# Messages


def test_messages_newest_first_and_in_pages(owner: Member, call: Caller) -> None:
    row = make_conversation(owner, at=NOON)
    for number in range(1, 5):
        later = make_item(
            f"Line {number}", thread_key=row.thread_key, at=NOON + timedelta(minutes=number)
        )
        receive(row.channel, Batch(items=[later]))
    call("POST", f"/conversations/{row.pk}/messages", 201, {"kind": "note", "text": "Who knows?"})
    pages = list(every_page(call, f"/conversations/{row.pk}/messages?limit=4"))
    said = [each["text"] for page in pages for each in page]
    assert said == [
        "Who knows?",
        "Line 4",
        "Line 3",
        "Line 2",
        "Line 1",
        "When is the road cleared?",
    ]
    newest = pages[0][1]
    assert newest["author"]["handle"] == "ola@example.net" and newest["delivery"] is None
    assert call.get(f"/conversations/{row.pk}/messages/{newest['id']}") == newest
    assert pages[0][0]["author"]["member_id"] == owner.pk


def test_a_deleted_message_is_shown_as_such(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    gone = Deletion(at=utc_now(), external_id=row.thread_key)
    receive(row.channel, Batch(deletions=[gone]))
    [shown] = call.get(f"/conversations/{row.pk}/messages")["items"]
    assert shown["text"] == "" and shown["deleted_at"] is not None


def test_a_reply_is_queued_at_once(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    seen = call.get(f"/conversations/{row.pk}")["newest_message_id"]
    sent = {"kind": "reply", "text": "  At noon.\n", "seen": seen}
    said = call("POST", f"/conversations/{row.pk}/messages", 202, sent)
    assert (said["delivery"], said["text"], said["answers_id"]) == ("queued", "At noon.", seen)
    message = Message.objects.get(pk=said["id"])
    assert message.due_at is not None and message.due_at <= utc_now()
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.FAILED, error="Too long.")
    told = call.get(f"/conversations/{row.pk}/messages/{message.pk}")
    assert (told["delivery"], told["delivery_error"]) == ("failed", "Too long.")


def test_a_thread_that_moved_stops_the_reply(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    seen = call.get(f"/conversations/{row.pk}")["newest_message_id"]
    receive(row.channel, Batch(items=[make_item("And ours?", thread_key=row.thread_key)]))
    sent = {"kind": "reply", "text": "At noon.", "seen": seen}
    said = call("POST", f"/conversations/{row.pk}/messages", 409, sent)
    newest = Message.objects.filter(conversation=row).order_by("-pk")[0]
    assert said["detail"] == {"newest_message_id": newest.pk}
    assert not Message.objects.filter(kind=MessageKind.REPLY).exists()
    call("POST", f"/conversations/{row.pk}/messages", 202, sent | {"seen": newest.pk})


def test_a_repeated_call_is_one_reply(owner: Member, call: Caller) -> None:
    row, other = make_conversation(owner), make_conversation(owner)
    sent = {"kind": "reply", "text": "At noon.", "seen": None, "key": str(uuid4())}
    first = call("POST", f"/conversations/{row.pk}/messages", 202, sent)
    receive(row.channel, Batch(items=[make_item("And ours?", thread_key=row.thread_key)]))
    assert call("POST", f"/conversations/{row.pk}/messages", 202, sent)["id"] == first["id"]
    assert Message.objects.filter(kind=MessageKind.REPLY).count() == 1
    call("POST", f"/conversations/{other.pk}/messages", 409, sent)


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"kind": "reply", "text": "x"}, "body.reply.seen"),
        ({"kind": "reply", "text": " ", "seen": None}, "body.reply.text"),
        ({"kind": "note", "text": ""}, "body.note.text"),
        ({"kind": "note", "text": "a\x00b"}, "body.note.text"),
        ('{"kind": "note", "text": "\\ud800"}', "body.note.text"),
        ({"kind": "note", "text": "x" * 50_001}, "body.note.text"),
        ({"kind": "note", "text": 5}, "body.note.text"),
        ({"kind": "shout", "text": "x"}, "body"),
        ({"text": "x"}, "body"),
    ],
)
def test_a_message_that_is_off_is_refused(
    owner: Member, call: Caller, sent: Any, where: str
) -> None:
    row = make_conversation(owner)
    assert problem(call("POST", f"/conversations/{row.pk}/messages", 422, sent))[0] == where
    assert Message.objects.count() == 1


def test_a_reply_longer_than_the_network_takes_is_refused(owner: Member, call: Caller) -> None:
    row = make_conversation(owner, channel=make_channel(owner, kind="sample"))
    sent = {"kind": "reply", "text": "x" * 501, "seen": None}
    said = call("POST", f"/conversations/{row.pk}/messages", 422, sent)
    assert problem(said) == (
        "body.text",
        "The network takes 500 characters: this is 1 too many.",
    )


def test_a_channel_that_only_reads_takes_no_reply(owner: Member, call: Caller) -> None:
    row = make_conversation(owner, channel=make_channel(owner, kind="feeds"))
    sent = {"kind": "reply", "text": "At noon.", "seen": None}
    assert "read" in call("POST", f"/conversations/{row.pk}/messages", 409, sent)["error"]
    assert Message.objects.count() == 1


# Watches and mentions


def test_a_watch_from_its_beginning_to_its_end(owner: Member, call: Caller) -> None:
    goal = save_goal(by=owner, statement="Be where it is said")
    sent = {"name": "Snow", "query": "snow OR ice", "goal_id": goal.pk}
    made = call("POST", "/watches", 201, sent)
    path = f"/watches/{made['id']}"
    assert made["goal"]["id"] == goal.pk and made["opens_conversations"] and made["enabled"]
    assert call.get(path) == made
    changed = call("PATCH", path, 200, {"enabled": False, "goal_id": None})
    assert changed == made | {"enabled": False, "goal": None}
    assert call.get("/watches")["items"] == [changed]
    assert call("DELETE", path, 204) is None
    call.get(path, 404)
    assert Watch.objects.get().removed_at is not None


def test_a_query_that_cannot_be_read_is_explained(owner: Member, call: Caller) -> None:
    said = call("POST", "/watches", 422, {"name": "Snow", "query": 'snow OR "ice'})
    assert said["error"] == "This quotation mark is never closed."
    assert said["detail"]["position"] == 8 and said["detail"]["hint"]
    watch = save_watch(by=owner, name="Snow", query="snow")
    call("PATCH", f"/watches/{watch.pk}", 422, {"query": "NOT snow"})
    watch.refresh_from_db()
    assert watch.query == "snow"


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"query": "snow"}, "body.name"),
        ({"name": "x" * 121, "query": "snow"}, "body.name"),
        ({"name": "Snow", "query": "snow", "goal_id": 4711}, "body.goal_id"),
        ({"name": "Snow", "query": "snow", "enabled": None}, "body.enabled"),
        ({"name": "Snow\x00", "query": "snow"}, "body.name"),
    ],
)
def test_a_watch_that_is_off_is_refused(call: Caller, sent: Any, where: str) -> None:
    assert problem(call("POST", "/watches", 422, sent))[0] == where
    assert not Watch.objects.exists()


def test_watches_in_pages(owner: Member, call: Caller) -> None:
    made = [save_watch(by=owner, name=f"W{n}", query="snow").pk for n in range(5)]
    remove_watch(by=owner, watch=Watch.objects.get(pk=made[0]))
    pages = list(every_page(call, "/watches?limit=2"))
    assert [[row["id"] for row in page] for page in pages] == [
        [made[4], made[3]],
        [made[2], made[1]],
    ]


def test_mentions_by_watch_and_time(owner: Member, call: Caller) -> None:
    snow = save_watch(by=owner, name="Snow", query="snow")
    save_watch(by=owner, name="Ice", query="ice")
    channel = make_channel(owner)
    texts = ["Snow again", "Ice too", "Snow and ice", "Nothing"]
    said = [make_item(text, at=NOON + timedelta(hours=n)) for n, text in enumerate(texts)]
    receive(channel, Batch(items=said))
    everything = [row for page in every_page(call, "/mentions?limit=3") for row in page]
    assert len(everything) == 4
    found = call.get(f"/mentions?watch={snow.pk}")["items"]
    assert [row["post"]["text"] for row in found] == ["Snow and ice", "Snow again"]
    assert found[0]["spans"] == [[0, 4]]
    assert found[0]["post"]["published_at"] == found[0]["published_at"] == "2026-03-02T14:00:00Z"
    assert len(call.get(f"/mentions?watch={snow.pk}&since=2026-03-02T12:30:00Z")["items"]) == 1
    receive(channel, Batch(deletions=[Deletion(at=utc_now(), external_id=said[0].external_id)]))
    assert len(call.get("/mentions")["items"]) == 3


# Lists


def house(owner: Member) -> dict[str, int]:
    """By list, the number of its one row (of the desks, the default one)."""
    save_group(by=owner, name="Parents", need="Places in day care")
    save_goal(by=owner, statement="Answer within the hour", owner=owner)
    save_topic(by=owner, name="Roads")
    words = save_watch_group(by=owner, name="snow", query="snø OR is")
    make_channel(owner, name="Post", settings={"reply_url": "https://secret.example"})
    return {
        "/desks": Desk.objects.of(owner).get(is_default=True).pk,
        "/topics": Topic.objects.of(owner).get().pk,
        "/goals": Goal.objects.of(owner).get().pk,
        "/groups": StakeholderGroup.objects.of(owner).get().pk,
        "/watch-groups": words.pk,
        "/members": owner.pk,
        "/channels": Channel.objects.of(owner).get().pk,
    }


def test_the_lists_hold_what_is_in_use(owner: Member, call: Caller) -> None:
    ours = house(owner)
    shown = {path: call.get(path)["items"] for path in ours}
    assert {path: rows[0]["id"] for path, rows in shown.items()} == ours
    [desk] = shown["/desks"]
    assert (desk["name"], desk["is_default"], desk["first_response_minutes"]) == (
        "Service desk", True, 60,
    )  # fmt: skip
    assert desk["opening_hours"]["name"] == "Hours"
    [goal] = shown["/goals"]
    assert (goal["kind"], goal["owner"]) == ("service", {"id": owner.pk, "name": str(owner)})
    assert shown["/watch-groups"][0]["query"] == "snø OR is"
    assert shown["/groups"][0]["need"] == "Places in day care"
    [channel] = shown["/channels"]
    assert (channel["condition"], channel["error"]) == ("waiting", "")
    assert "secret" not in json.dumps(channel)
    archive(by=owner, row=Topic.objects.get())
    assert call.get("/topics")["items"] == []


def test_the_lists_page_through_everything_once(owner: Member, call: Caller) -> None:
    for number in range(5):
        save_topic(by=owner, name=f"Topic {number}")
    pages = list(every_page(call, "/topics?limit=2"))
    assert [[row["name"][-1] for row in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    cursor = call.get("/topics?limit=2")["next"]
    assert problem(call.get(f"/goals?cursor={cursor}", 422))[0] == "query.cursor"
    assert problem(call.get("/goals?colour=red", 422))[0] == "query.colour"


def test_the_lists_cost_the_same_whatever_their_length(
    owner: Member, call: Caller, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    paths = list(house(owner))
    for number in range(3):
        make_desk(owner, name=f"Desk {number}", members=[owner])
        save_goal(by=owner, statement=f"Goal {number}", owner=owner)
        make_member(owner.organisation)
    call.get("/me")
    for path in paths:
        with django_assert_max_num_queries(3):
            assert call.get(path)["items"]


def test_who_sees_what_in_the_lists(owner: Member, call: Caller) -> None:
    """The owner all of it, a colleague without addresses and former members, a stranger nothing."""
    ours = house(owner)
    gone = make_member(owner.organisation, email="gone@example.org")
    colleague = make_member(owner.organisation, Role.READER)
    change_member(by=owner, member=gone, role=Role.AGENT, active=False)
    assert {row["email"] for row in call.get("/members")["items"]} >= {"gone@example.org"}
    theirs = Caller(colleague).get("/members")["items"]
    assert {row["id"]: row["email"] for row in theirs} == {owner.pk: None, colleague.pk: None}
    stranger = Caller(make_owner("Fjordby kommune"))
    for path, pk in ours.items():
        assert pk in {row["id"] for row in Caller(colleague).get(path)["items"]}
        assert pk not in {row["id"] for row in stranger.get(path)["items"]}
        assert Client().get(f"/api/v1{path}").status_code == 401
        assert call("POST", path, 405, {})["error"]


# What has changed


def changes(owner: Member) -> dict[str, Callable[[Conversation], object]]:
    """Everything that changes a conversation, by what it is called."""
    colleague = make_member(owner.organisation)
    desk, topic = make_desk(owner, name="Roads"), save_topic(by=owner, name="Roads")
    goal = save_goal(by=owner, statement="Answer within the hour")
    later = utc_now() + timedelta(hours=1)

    def queued(row: Conversation) -> Message:
        return row.messages.get(kind=MessageKind.REPLY)

    return {
        "assigned": lambda row: dialogue.assign(by=owner, conversation=row, to=colleague),
        "moved": lambda row: dialogue.move(by=owner, conversation=row, desk=desk),
        "sorted": lambda row: dialogue.set_topic(by=owner, conversation=row, topic=topic),
        "aimed": lambda row: dialogue.set_goal(by=owner, conversation=row, goal=goal),
        "noted": lambda row: dialogue.note(by=owner, conversation=row, text="Ask Ola"),
        "put away": lambda row: dialogue.snooze(by=owner, conversation=row, until=later),
        "woken": lambda row: wake_snoozed(later),
        "closed": lambda row: dialogue.close(by=owner, conversation=row),
        "undone": lambda row: dialogue.undo(by=owner, entry=AuditEntry.objects.latest("pk")),
        "answered": lambda row: dialogue.reply(by=owner, conversation=row, text="At 9", seen=None),
        "taken back": lambda row: dialogue.take_back(by=owner, message=queued(row)),
        "written on": lambda row: receive(
            row.channel,
            Batch(items=[make_item(thread_key=row.thread_key, parent_id=row.thread_key)]),
        ),
        "edited": lambda row: receive(
            row.channel,
            Batch(items=[make_item("New", external_id=row.thread_key, revision=2**40)]),
        ),
        "deleted": lambda row: receive(
            row.channel, Batch(deletions=[Deletion(at=utc_now(), external_id=row.thread_key)])
        ),
        "filed away": lambda row: file_away([row.pk]),
    }


def test_any_change_counts_as_an_update(owner: Member, call: Caller) -> None:
    row, long_ago = make_conversation(owner), utc_now() - timedelta(days=1)
    make_conversation(owner)
    Conversation.objects.update(updated_at=long_ago)
    for name, change in changes(owner).items():
        since = utc_now()
        change(Conversation.objects.select_related("channel").get(pk=row.pk))
        changed = call.get(f"/conversations?updated_since={since:%Y-%m-%dT%H:%M:%S.%fZ}")["items"]
        assert [each["id"] for each in changed] == [row.pk], name


def test_how_far_an_answer_came_is_an_update_too(owner: Member, call: Caller) -> None:
    row = make_conversation(owner)
    dialogue.reply(by=owner, conversation=row, text="At 9", seen=None, take_back=timedelta(0))
    outcomes = [
        lambda message: try_later(message, at=utc_now(), fault="down"),
        lambda message: mark(message, Delivery.UNSURE, fault="?"),
        lambda message: dialogue.decide_unsure(by=owner, message=message, was_sent=False),
        lambda message: mark(message, Delivery.FAILED, fault="no"),
        lambda message: dialogue.rewrite(by=owner, message=message),
    ]
    for number, outcome in enumerate(outcomes):
        message = row.messages.select_related("conversation").get(kind=MessageKind.REPLY)
        Conversation.objects.update(updated_at=NOON)
        assert outcome(message)
        assert Conversation.objects.get().updated_at > NOON, number


def test_changes_are_paged_by_when_they_were_made(owner: Member, call: Caller) -> None:
    rows = [make_conversation(owner, at=NOON + timedelta(hours=n)) for n in range(5)]
    order = [rows[number] for number in (3, 0, 4, 1, 2)]
    for row in order:
        dialogue.note(by=owner, conversation=row, text="seen")
    path = "/conversations?updated_since=2026-01-01T00:00:00Z&limit=2"
    found = [row["id"] for page in every_page(call, path) for row in page]
    assert found == [row.pk for row in reversed(order)]
    cursor = call.get(path)["next"]
    assert problem(call.get(f"/conversations?cursor={cursor}", 422))[0] == "query.cursor"


def test_changes_are_found_by_an_index(owner: Member) -> None:
    rows = conversations(owner, View(state="", since=utc_now()))
    plan = rows.order_by("-updated_at", "-pk").explain()
    assert connection.vendor != "sqlite" or "conv_updated" in plan


# Rights, strangers, and refusals


def test_a_reader_reads_and_changes_nothing(owner: Member) -> None:
    row = make_conversation(owner)
    watch = save_watch(by=owner, name="Snow", query="snow")
    reader = Caller(make_member(owner.organisation, Role.READER))
    assert reader.get("/conversations")["items"] and reader.get("/watches")["items"]
    attempts: list[tuple[str, str, Any]] = [
        ("PATCH", f"/conversations/{row.pk}", {"state": "closed"}),
        ("POST", f"/conversations/{row.pk}/messages", {"kind": "note", "text": "x"}),
        ("POST", f"/conversations/{row.pk}/messages", {"kind": "reply", "text": "x", "seen": None}),
        ("POST", "/watches", {"name": "x", "query": "x"}),
        ("PATCH", f"/watches/{watch.pk}", {"name": "x"}),
        ("DELETE", f"/watches/{watch.pk}", None),
    ]
    before = AuditEntry.objects.count()
    for method, path, body in attempts:
        said = reader(method, path, 403, body)
        assert said["error"] == "You are not allowed to do this."
        assert "Reader" in said["detail"]
    assert AuditEntry.objects.count() == before
    assert Conversation.objects.get().state == State.OPEN


def test_a_stranger_finds_nothing_of_ours(owner: Member) -> None:
    row = make_conversation(owner)
    watch = save_watch(by=owner, name="Road", query="road")
    goal = save_goal(by=owner, statement="Ours")
    stranger = make_owner("Fjordby kommune")
    theirs = make_conversation(stranger)
    call = Caller(stranger)
    message = row.messages.get().pk
    for path in ["/conversations", "/watches", "/mentions", f"/mentions?watch={watch.pk}"]:
        assert [r for r in call.get(path)["items"] if r["id"] != theirs.pk] == []
    for method, path, body in [
        ("GET", f"/conversations/{row.pk}", None),
        ("PATCH", f"/conversations/{row.pk}", {"state": "closed"}),
        ("GET", f"/conversations/{row.pk}/messages", None),
        ("GET", f"/conversations/{row.pk}/messages/{message}", None),
        ("GET", f"/conversations/{theirs.pk}/messages/{message}", None),
        ("POST", f"/conversations/{row.pk}/messages", {"kind": "note", "text": "x"}),
        ("GET", f"/watches/{watch.pk}", None),
        ("PATCH", f"/watches/{watch.pk}", {"name": "x"}),
        ("DELETE", f"/watches/{watch.pk}", None),
    ]:
        call(method, path, 404, body)
    ours = {"desk_id": row.desk_id, "goal_id": goal.pk, "assignee_id": owner.pk}
    for field, pk in ours.items():
        call("PATCH", f"/conversations/{theirs.pk}", 422, {field: pk})


def test_refusals_have_one_shape(call: Caller) -> None:
    wrong_method = call("DELETE", "/conversations", 405)
    assert wrong_method["detail"] == {"allowed": "GET"}
    refused = [
        wrong_method,
        call.get("/", 404),
        call.get("/nothing/here", 404),
        call.get("/conversations/", 404),
        call.get("/conversations/4711", 404),
        call.get(f"/conversations/{10**30}", 404),
        call("POST", "/watches", 413, b" " * (13 * 1024 * 1024)),
    ]
    assert {frozenset(said) for said in refused} == {frozenset({"error", "detail"})}


def test_an_unexpected_fault_is_logged_and_told(
    call: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(api_watches.queries, "watch_page", broken)
    said = call.get("/watches", 500)
    assert said["error"] == "An unexpected fault in Ildsjel; its log says more."
    assert "by chance" in caplog.text


def test_the_snapshot_of_the_description_is_current(client: Client) -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == current(), "run: python -m tools.openapi"
    assert client.get("/api/v1/openapi.json").json() == json.loads(current())


def test_every_error_in_the_description_has_the_one_shape() -> None:
    for path in json.loads(current())["paths"].values():
        for operation in path.values():
            assert "401" in operation["responses"]
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    schema = response["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Fault"}


def test_the_server_said_what_it_keeps(owner: Member, call: Caller) -> None:
    """Times come back as they were, to the microsecond."""
    at = NOON + timedelta(microseconds=123_456)
    make_conversation(owner, at=at)
    [shown] = call.get("/conversations")["items"]
    assert datetime.fromisoformat(shown["opened_at"]) == at
    Conversation.objects.update(updated_at=at)
    assert call.get("/conversations?updated_since=2026-03-02T12:00:00.123456Z")["items"]
    assert not call.get("/conversations?updated_since=2026-03-02T12:00:00.123457Z")["items"]
