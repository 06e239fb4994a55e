"""Reads of desks, rules, conversations and messages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
)

from ildsjel.dialogue import paging
from ildsjel.dialogue.models import (
    IN_TROUBLE,
    UNSENT,
    Conversation,
    Desk,
    Draft,
    Identity,
    Message,
    MessageKind,
    Promise,
    Rule,
    State,
)
from ildsjel.engine import routing
from ildsjel.listening.models import Item, ItemRevision
from ildsjel.organisation.models import AuditEntry, Member, Organisation, utc_now

PAGE = 30
SAID = 20  # messages of a thread that are shown at once
RELATED = (
    "channel",
    "person",
    "desk",
    "assignee__user",
    "topic",
    "suggested_topic",
    "goal",
    "group",
)
# What one line of a list shows; the rows behind it hold several times as much.
LISTED = (
    "title", "preview", "last_at", "opened_at", "state", "waiting_since", "promised_at",
    "channel__name", "person__name", "desk__name", "topic__name", "suggested_topic__name",
    "assignee__user__name", "assignee__user__email",
)  # fmt: skip
COUNTED_UP_TO = 1000


def desks(member: Member) -> QuerySet[Desk]:
    """The desks in use, the default one first."""
    rows = Desk.objects.of(member).filter(archived_at=None).select_related("calendar")
    return rows.order_by("-is_default", "name")


def rules(member: Member) -> QuerySet[Rule]:
    """The routing rules in the order in which they are asked."""
    return (
        Rule.objects.of(member).select_related("desk", "topic", "goal").order_by("position", "pk")
    )


def rules_in_force(organisation_id: int) -> list[routing.Rule]:
    """The rules as the engine's values; for the loop, never for a page."""
    rows = Rule.objects.filter(
        organisation_id=organisation_id, enabled=True, desk__archived_at=None
    )
    return [rule_value(row) for row in rows.order_by("position", "pk")]


def rule_value(row: Rule) -> routing.Rule:
    held = row.conditions
    return routing.Rule(
        id=row.pk,
        name=row.name,
        desk_id=row.desk_id,
        topic_id=row.topic_id,
        goal_id=row.goal_id,
        channels=frozenset(held.get("channels", ())),
        watches=frozenset(held.get("watches", ())),
        addresses=frozenset(held.get("addresses", ())),
        languages=frozenset(held.get("languages", ())),
        query=held.get("query", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which conversations a list shows. `order` is latest or promised."""

    state: str = State.OPEN
    desk: int | None = None
    mine: bool = False
    unassigned: bool = False
    waiting: bool = False
    unsent: bool = False  # an answer of ours has not left
    goal: int | None = None
    story: int | None = None  # a post of theirs is part of it
    assignee: int | None = None
    since: datetime | None = None  # changed then or later: latest changed first, then
    order: str = "latest"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and where the next and the previous begin ("" where there is none)."""

    rows: list[Conversation]
    newer: str
    older: str


def conversations(member: Member, view: View) -> QuerySet[Conversation]:
    """The conversations that a view shows, in no order yet."""
    rows = _with_answers(_unsent(member)) if view.unsent else Conversation.objects.of(member)
    if view.state:
        rows = rows.filter(state=view.state)
    if view.desk:
        rows = rows.filter(desk_id=view.desk)
    if view.mine:
        rows = rows.filter(assignee=member)
    if view.unassigned:
        rows = rows.filter(assignee=None)
    if view.goal:
        rows = rows.filter(goal_id=view.goal)
    if view.story:
        said = Message.objects.of(member).filter(item__telling__story=view.story)
        rows = rows.filter(pk__in=said.values("conversation_id"))
    if view.assignee:
        rows = rows.filter(assignee_id=view.assignee)
    if view.since:
        rows = rows.filter(updated_at__gte=view.since)
    if view.waiting or view.order == "promised":
        rows = rows.filter(waiting_since__isnull=False)
    return rows


def _unsent(member: Member) -> QuerySet[Message]:
    """Answers that have not left."""
    return Message.objects.of(member).filter(delivery__in=UNSENT)


def stuck(member: Member) -> QuerySet[Conversation]:
    """Conversations with an answer that goes nowhere before a person has decided about it."""
    return _with_answers(Message.objects.of(member).filter(delivery__in=IN_TROUBLE))


def _with_answers(answers: QuerySet[Message]) -> QuerySet[Conversation]:
    """The conversations of these few answers. The organisation is that of the answers: asked for
    again here, SQLite would walk through all its conversations instead."""
    return Conversation.objects.filter(pk__in=answers.values("conversation_id"))


def stuck_first(member: Member, limit: int) -> tuple[list[Conversation], int]:
    """The newest of those, and how many there are."""
    rows = stuck(member)
    number = rows.order_by().values("pk")[: COUNTED_UP_TO + 1].count()
    return list(listed(rows).order_by("-last_at", "-pk")[:limit]) if number else [], number


def unsent_in(member: Member, rows: Collection[Conversation]) -> dict[int, Message]:
    """By conversation the answer that has not left: the newest of those that need a decision, or
    of all."""
    found = _unsent(member).filter(conversation__in=rows).select_related("author__user")
    in_order = sorted(found, key=lambda each: (each.delivery in IN_TROUBLE, each.at, each.pk))
    return {each.conversation_id: each for each in in_order}


def listed(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """The rows with what a list shows of each, and no more."""
    related = ("channel", "person", "desk", "assignee__user", "topic", "suggested_topic")
    return rows.select_related(*related).only(*LISTED)


def page_of(
    member: Member,
    view: View,
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE,
    whole: bool = False,
) -> Page:
    """One page by key, so that a long list costs what a short one does.

    `after` and `before` are the marks that an earlier page gave; an unreadable one is ignored.
    `whole` rows have all their columns, others what a list shows.
    """
    rows, lines = _in_lines(member, view)
    rows = rows.select_related(*RELATED) if whole else listed(rows)
    forward = paging.read(after, lines)
    mark = forward or paging.read(before, lines)
    backwards = mark is not None and forward is None
    found = paging.follow(rows, lines, mark, size + 1, backwards=backwards)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_newer, has_older = (more, True) if backwards else (mark is not None, more)
    ends = [paging.written(paging.place_of(row, lines)) for row in (*found[:1], *found[-1:])]
    first, last = ends or ("", "")
    return Page(found, first if has_newer else "", last if has_older else "")


def _in_lines(member: Member, view: View) -> tuple[QuerySet[Conversation], tuple[paging.Line, ...]]:
    """A view's rows, and the lines in which they stand. What is due is told apart by its lines
    alone: said twice, PostgreSQL would take it for rarer than it is, and sort all of it."""
    if view.since is not None:
        return conversations(member, view), paging.CHANGED
    if view.order == "promised":
        rest = replace(view, order="latest", waiting=False)
        return conversations(member, rest), paging.TO_ANSWER
    return conversations(member, view), paging.LATEST


def count_of(member: Member, view: View) -> int:
    """How many there are, counted no further than `COUNTED_UP_TO`."""
    return conversations(member, view).order_by().values("pk")[: COUNTED_UP_TO + 1].count()


class _Capped(Subquery):
    """How many rows a subquery has; put a limit on it, and the database stops counting there."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


def counts(views: Mapping[str, QuerySet[Conversation]], member: Member) -> dict[str, int]:
    """How many rows each of these has, no further than `COUNTED_UP_TO` + 1, in one query."""
    if not views:
        return {}
    capped: dict[str, Any] = {
        f"n{number}": _Capped(rows.order_by().values("pk")[: COUNTED_UP_TO + 1])
        for number, rows in enumerate(views.values())
    }
    found = Organisation.objects.filter(pk=member.organisation_id).values_list(*capped.values())
    return dict(zip(views, found.get(), strict=True))


def newest_message() -> int:
    """Where "new since now" begins: messages are numbered in the order in which they are stored."""
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def new_in(member: Member, view: View, since: int) -> QuerySet[Conversation]:
    """Conversations of a view in which a citizen has written since `newest_message` was asked."""
    asked = Message.objects.of(member).filter(pk__gt=since, kind=MessageKind.INBOUND, counts=True)
    return conversations(member, view).filter(pk__in=asked.values("conversation_id"))


def next_in(member: Member, view: View, conversation: Conversation) -> int | None:
    """The conversation that follows this one in a view; after the last, the first of the others."""
    rows, lines = _in_lines(member, view)
    rows = rows.exclude(pk=conversation.pk).only("pk")
    here = paging.place_of(conversation, lines)
    following = paging.follow(rows, lines, here, 1) if here else []
    found = following or paging.follow(rows, lines, None, 1)
    return found[0].pk if found else None


@dataclass(frozen=True, slots=True)
class Newest:
    """Who can see a conversation's newest message, and how far our newest reply came."""

    visibility: str
    delivery: str


def newest_of(rows: Collection[Conversation]) -> dict[int, Newest]:
    """What the list says of the newest messages; each costs one step into an index."""
    said = Message.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    asked = said.filter(kind=MessageKind.INBOUND).values("visibility")[:1]
    answered = said.filter(kind=MessageKind.REPLY).values("delivery")[:1]
    found = Conversation.objects.filter(pk__in=[row.pk for row in rows])
    columns = found.values_list("pk", Subquery(asked), Subquery(answered))
    return {pk: Newest(visibility or "", delivery or "") for pk, visibility, delivery in columns}


def conversation(member: Member, pk: int) -> Conversation | None:
    """One conversation with what its page shows beside the messages."""
    rows = Conversation.objects.of(member).select_related(
        "channel",
        "person",
        "desk__calendar",
        "assignee__user",
        "topic",
        "suggested_topic",
        "goal",
        "group",
        "rule",
    )
    return rows.filter(pk=pk).first()


def messages(conversation: Conversation) -> QuerySet[Message]:
    """What was said, oldest first, with what the network says of it now."""
    revisions = Prefetch("item__revisions", ItemRevision.objects.order_by("revision"))
    rows = conversation.messages.select_related("item", "author__user")
    return rows.prefetch_related(revisions).order_by("at", "pk")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages in a row, oldest first, and the mark at which those before them end ("": none)."""

    messages: list[Message]
    earlier: str


def stretch(conversation: Conversation, *, before: str = "", size: int = SAID) -> Stretch:
    """The newest messages, or those before a mark, so that a long thread opens like a short one."""
    rows = messages(conversation).order_by("-at", "-pk")
    mark = paging.read(before)
    if mark is not None:
        rows = rows.filter(paging.beyond("at", mark, ascending=False))
    found = list(rows[: size + 1])
    shown = found[:size][::-1]
    return Stretch(shown, paging.mark_of(shown[0]) if len(found) > size else "")


def messages_among(conversation: Conversation, pks: Sequence[int]) -> list[Message]:
    """Certain messages of a conversation, as they are now."""
    return list(messages(conversation).filter(pk__in=pks))


def message(member: Member, pk: int) -> Message | None:
    """One message with its conversation."""
    rows = Message.objects.of(member).select_related("conversation__channel")
    return rows.filter(pk=pk).first()


def asked_since(conversation: Conversation, seen: int) -> int:
    """How many messages have come into a thread since one was the newest, at most 100."""
    rows = conversation.messages.filter(kind=MessageKind.INBOUND, pk__gt=seen)
    return rows.values("pk")[:100].count()


def newest_promise(conversation: Conversation) -> Promise | None:
    """The promise that is open, or the one that was given last."""
    rows = conversation.promises.select_related("desk__calendar", "met_by__author__user")
    return rows.order_by("-started_at", "-pk").first()


def identity_in(conversation: Conversation) -> Identity | None:
    """The conversation's person as its network knows them; any of their networks otherwise."""
    if conversation.person_id is None:
        return None
    rows = list(Identity.objects.filter(person_id=conversation.person_id)[:20])
    same = [row for row in rows if row.network.partition(":")[0] == conversation.channel.kind]
    return next(iter(same or rows), None)


def undoable(member: Member, pks: Sequence[int], within: timedelta) -> list[AuditEntry]:
    """One's own actions on conversations among these entries, if they are as fresh as that."""
    rows = AuditEntry.objects.of(member).filter(pk__in=pks, member=member)
    fresh = rows.filter(at__gte=utc_now() - within, target__startswith="conversation:")
    return list(fresh.order_by("pk"))


def original_post(conversation: Conversation, shown: Collection[Message]) -> Item | None:
    """The post of ours, or of somebody else, that the conversation hangs below.

    None where it is one of the conversation's messages; those that are `shown` need no asking.
    """
    if any(each.item and each.item.external_id == conversation.thread_key for each in shown):
        return None
    among_messages = Message.objects.filter(conversation=conversation, item=OuterRef("pk"))
    rows = Item.objects.filter(channel=conversation.channel, external_id=conversation.thread_key)
    return rows.exclude(Exists(among_messages)).first()


def earlier(conversation: Conversation, limit: int = 5) -> list[Conversation]:
    """Other conversations with the same person, newest first."""
    if conversation.person_id is None:
        return []
    rows = Conversation.objects.filter(person_id=conversation.person_id)
    others = rows.exclude(pk=conversation.pk).only("title", "preview", "last_at", "state")
    return list(others.order_by("-last_at", "-pk")[:limit])


def acquaintance(conversation: Conversation) -> tuple[int, datetime | None]:
    """How many conversations we have had with the same person, and since when."""
    if conversation.person_id is None:
        return 0, None
    rows = Conversation.objects.filter(person_id=conversation.person_id)
    found = rows.aggregate(number=Count("pk"), since=Min("opened_at"))
    return found["number"], found["since"]


def items_in(conversation: Conversation) -> list[int]:
    """The posts behind what citizens have said in it: the newest, so that a long thread opens like
    a short one."""
    rows = conversation.messages.filter(kind=MessageKind.INBOUND, item__isnull=False)
    return list(rows.order_by("-at", "-pk").values_list("item_id", flat=True)[:SAID])


def drafts_of(member: Member, conversation: Conversation) -> dict[str, str]:
    """What the member has begun to write here: text by `DraftKind`."""
    rows = Draft.objects.filter(conversation=conversation, member=member)
    return dict(rows.values_list("kind", "text"))


def last_asked(conversation: Conversation) -> Message | None:
    """The newest message that an answer would go to; what its author has deleted is none."""
    rows = conversation.messages.filter(kind=MessageKind.INBOUND, item__deleted_at=None)
    rows = rows.select_related("item")
    return rows.order_by("-at", "-pk").first()


@dataclass(frozen=True, slots=True)
class Needs:
    """What needs somebody now, for the Today page."""

    overdue: list[Conversation]
    due_soon: list[Conversation]
    overdue_count: int
    due_soon_count: int


def needs(member: Member, *, soon: timedelta = timedelta(hours=2), limit: int = 8) -> Needs:
    """Open promises that are late, and those that fall due within `soon`; soonest first."""
    now = utc_now()
    rows = listed(conversations(member, View())).order_by("promised_at", "pk")
    late = rows.filter(promised_at__lte=now)
    near = rows.filter(promised_at__gt=now, promised_at__lte=now + soon)
    return Needs(
        overdue=list(late[:limit]),
        due_soon=list(near[:limit]),
        overdue_count=late.order_by().values("pk")[: COUNTED_UP_TO + 1].count(),
        due_soon_count=near.order_by().values("pk")[: COUNTED_UP_TO + 1].count(),
    )


def following(member: Member, limit: int) -> list[Conversation]:
    """What falls due next, and after it what waits without a promise."""
    rows, lines = _in_lines(member, View(order="promised"))
    return paging.follow(listed(rows), lines, paging.Mark("", utc_now(), 0), limit)


def new_since(member: Member, moment: datetime, limit: int = 8) -> tuple[list[Conversation], int]:
    """Conversations opened since then, newest first, and how many there are."""
    rows = Conversation.objects.of(member).filter(opened_at__gt=moment)
    total = rows.order_by().values("pk")[: COUNTED_UP_TO + 1].count()
    return list(listed(rows).order_by("-opened_at", "-pk")[:limit]), total


def touching(member: Member, goal_id: int, limit: int = 5) -> list[Conversation]:
    """The newest conversations that touched a goal."""
    rows = Conversation.objects.of(member).filter(goal_id=goal_id)
    return list(listed(rows).order_by("-last_at", "-pk")[:limit])


def all_messages(member: Member) -> QuerySet[Message]:
    """Everything that was said in all conversations, in the order of conversations; for exports."""
    rows = Message.objects.of(member).select_related(
        "item",
        "author__user",
        "conversation__channel",
        "conversation__desk",
        "conversation__topic",
        "conversation__goal",
    )
    return rows.order_by("conversation_id", "at", "pk")
