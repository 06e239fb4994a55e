"""Writes to desks, rules and conversations: what people do. Checked, recorded, and undoable."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from ildsjel.dialogue import learning
from ildsjel.dialogue.clock import hold, hours_of, settle, touch
from ildsjel.dialogue.models import (
    ChoiceKind,
    Conversation,
    Delivery,
    Desk,
    Draft,
    DraftKind,
    Message,
    MessageKind,
    Promise,
    Rule,
    State,
)
from ildsjel.dialogue.queries import last_asked
from ildsjel.dialogue.taking_up import TAKEN_UP, put_back
from ildsjel.engine.business_time import due_at
from ildsjel.engine.matching import parse
from ildsjel.organisation.audit import changed, record, replan, require, require_own
from ildsjel.organisation.models import AuditEntry, Calendar, Member, NotAllowed, Right, utc_now
from ildsjel.strategy.models import Goal, StakeholderGroup, Topic

TAKE_BACK = timedelta(seconds=10)
UNDOABLE = (
    "state", "snoozed_until", "closed_at", "due_at",
    "assignee_id", "desk_id", "topic_id", "goal_id", "group_id",
)  # fmt: skip


class ThreadMoved(Exception):
    """Somebody has written since the answer was begun; nothing was sent and the draft is kept."""


@transaction.atomic
def save_desk(
    *,
    by: Member,
    name: str,
    calendar: Calendar,
    first_response_minutes: int,
    members: Iterable[Member] = (),
    default: bool = False,
    desk: Desk | None = None,
) -> Desk:
    """Write a desk. The first one, or one saved as `default`, takes what no rule sends
    elsewhere."""
    require(by, Right.DESKS)
    desk = desk or Desk(organisation=by.organisation)
    for row in (desk, calendar, *members):
        require_own(by, row)
    others = Desk.objects.filter(organisation=by.organisation).exclude(pk=desk.pk)
    default = default or desk.is_default or not others.filter(is_default=True).exists()
    if default:
        others.update(is_default=False)
    desk.name, desk.calendar, desk.is_default = name, calendar, default
    desk.first_response_minutes = first_response_minutes
    desk.archived_at = None
    desk.save()
    desk.members.set(members)
    details = {"name": name, "first_response_minutes": first_response_minutes}
    record(by.organisation, "desk.save", by=by, target=desk, details=details)
    replan(by.organisation_id)
    return desk


@transaction.atomic
def archive_desk(*, by: Member, desk: Desk, archived: bool = True) -> None:
    """Take a desk out of use, or back. The default desk stays: something must take the rest."""
    require(by, Right.DESKS)
    require_own(by, desk)
    if desk.is_default and archived:
        raise NotAllowed("the default desk stays in use")
    desk.archived_at = utc_now() if archived else None
    desk.save(update_fields=["archived_at"])
    name = "desk.archive" if archived else "desk.restore"
    record(by.organisation, name, by=by, target=desk)
    replan(by.organisation_id)


@transaction.atomic
def save_rule(
    *,
    by: Member,
    name: str,
    desk: Desk,
    conditions: Mapping[str, Any],
    topic: Topic | None = None,
    goal: Goal | None = None,
    enabled: bool = True,
    rule: Rule | None = None,
) -> Rule:
    """Write a routing rule; a new one is asked last. Raises `QueryError` for unreadable words."""
    require(by, Right.DESKS)
    if conditions.get("query"):
        parse(conditions["query"])
    last = Rule.objects.filter(organisation=by.organisation).order_by("position").last()
    rule = rule or Rule(organisation=by.organisation, position=last.position + 1 if last else 0)
    for row in (rule, desk, topic, goal):
        if row is not None:
            require_own(by, row)
    rule.name, rule.desk, rule.topic, rule.goal = name, desk, topic, goal
    rule.conditions, rule.enabled = dict(conditions), enabled
    rule.save()
    details = {"name": name, "conditions": dict(conditions), "desk": desk.pk}
    record(by.organisation, "rule.save", by=by, target=rule, details=details)
    replan(by.organisation_id)
    return rule


@transaction.atomic
def order_rules(*, by: Member, pks: list[int]) -> None:
    """Ask the rules in this order; those left out keep their order after the rest."""
    require(by, Right.DESKS)
    rows = list(Rule.objects.of(by).order_by("position", "pk"))
    place = {pk: number for number, pk in enumerate(pks)}
    rows.sort(key=lambda row: place.get(row.pk, len(place)))
    for number, row in enumerate(rows):
        row.position = number
    Rule.objects.bulk_update(rows, ["position"])
    record(by.organisation, "rule.order", by=by, details={"order": [row.pk for row in rows]})
    replan(by.organisation_id)


@transaction.atomic
def remove_rule(*, by: Member, rule: Rule) -> None:
    """Delete a rule; its words stay in the trail. Conversations that it routed stay where they
    are."""
    require(by, Right.DESKS)
    require_own(by, rule)
    details = {"name": rule.name, "conditions": rule.conditions, "desk": rule.desk_id}
    record(by.organisation, "rule.remove", by=by, target=rule, details=details)
    rule.delete()
    replan(by.organisation_id)


def assign(*, by: Member, conversation: Conversation, to: Member | None) -> AuditEntry:
    """Give a conversation to a colleague, or to nobody."""
    if to is not None:
        require_own(by, to)
    return _change(by, conversation, "assign", assignee_id=to.pk if to else None)


@transaction.atomic
def move(*, by: Member, conversation: Conversation, desk: Desk) -> AuditEntry:
    """Hand a conversation to another desk. A promise already given stays as it was given."""
    require_own(by, desk)
    _choose(by, conversation, ChoiceKind.DESK, desk.pk)
    return _change(by, conversation, "move", desk_id=desk.pk)


@transaction.atomic
def stay(*, by: Member, conversation: Conversation) -> None:
    """Say that the desk it stands at is the right one, whatever was suggested."""
    _choose(by, conversation, ChoiceKind.DESK, conversation.desk_id)
    record(by.organisation, "conversation.stay", by=by, target=conversation)
    changed(by.organisation_id)


@transaction.atomic
def set_topic(*, by: Member, conversation: Conversation, topic: Topic | None) -> AuditEntry:
    """Say what it is about, or that no topic fits; a suggestion is answered by that."""
    if topic is not None:
        require_own(by, topic)
    chosen = topic.pk if topic else None
    _choose(by, conversation, ChoiceKind.TOPIC, chosen)
    conversation.suggested_topic = None
    conversation.save(update_fields=["suggested_topic"])
    return _change(by, conversation, "topic", topic_id=chosen)


def _choose(by: Member, conversation: Conversation, kind: ChoiceKind, chosen: int | None) -> None:
    """Note what is learned from: after the conversation is held and before browsers are told, as
    everywhere, so that nobody waits in a circle."""
    require(by, Right.REPLY)
    require_own(by, conversation)
    hold([conversation])
    learning.note(by=by, conversation=conversation, kind=kind, chosen=chosen)


def set_goal(*, by: Member, conversation: Conversation, goal: Goal | None) -> AuditEntry:
    if goal is not None:
        require_own(by, goal)
    return _change(by, conversation, "goal", goal_id=goal.pk if goal else None)


def set_group(
    *, by: Member, conversation: Conversation, group: StakeholderGroup | None
) -> AuditEntry:
    """Say for whom a conversation is an example."""
    if group is not None:
        require_own(by, group)
    return _change(by, conversation, "group", group_id=group.pk if group else None)


def snooze(*, by: Member, conversation: Conversation, until: datetime) -> AuditEntry:
    """Put a conversation away until then; a new message brings it back earlier. The clock goes
    on."""
    return _change(
        by, conversation, "snooze", state=State.SNOOZED, snoozed_until=until, due_at=until
    )


@transaction.atomic
def close(*, by: Member, conversation: Conversation, seen: int | None = None) -> AuditEntry:
    """Close a conversation. A promise that was not kept is dropped, and counted as such.

    An answer on its way may still keep it; if that fails, the conversation comes back. `seen` is
    the newest message that the one who closes had before their eyes: where the citizen has written
    since, `ThreadMoved` is raised and nothing is closed.
    """
    hold([conversation])
    asked = last_asked(conversation) if seen is not None else None
    if asked is not None and asked.pk != seen:
        raise ThreadMoved
    now = utc_now()
    entry = _change(
        by,
        conversation,
        "close",
        state=State.CLOSED,
        closed_at=now,
        due_at=None,
        snoozed_until=None,
    )
    on_its_way = conversation.messages.filter(delivery__in=[Delivery.QUEUED, Delivery.SENDING])
    if not on_its_way.exists():
        open_promises = Promise.objects.filter(
            conversation=conversation, met_at=None, dropped_at=None
        )
        open_promises.update(dropped_at=now)
    settle([conversation])
    return entry


@transaction.atomic
def assign_all(
    *, by: Member, conversations: Iterable[Conversation], to: Member | None
) -> list[AuditEntry]:
    """Give several conversations to a colleague, or to nobody: all of them, or none."""
    return [assign(by=by, conversation=each, to=to) for each in _in_order(conversations)]


@transaction.atomic
def close_all(*, by: Member, conversations: Iterable[Conversation]) -> list[AuditEntry]:
    """Close several conversations: all of them, or none."""
    return [close(by=by, conversation=each) for each in _in_order(conversations)]


def _in_order(conversations: Iterable[Conversation]) -> list[Conversation]:
    """The order in which everybody locks them, so that nobody waits in a circle."""
    return sorted(conversations, key=lambda conversation: conversation.pk)


@transaction.atomic
def reopen(*, by: Member, conversation: Conversation) -> AuditEntry:
    entry = _change(
        by,
        conversation,
        "reopen",
        state=State.OPEN,
        closed_at=None,
        snoozed_until=None,
        due_at=None,
    )
    settle([conversation])
    return entry


@transaction.atomic
def _change(by: Member, conversation: Conversation, name: str, **fields: Any) -> AuditEntry:
    require(by, Right.REPLY)
    require_own(by, conversation)
    before = {field: getattr(conversation, field) for field in fields}
    for field, value in fields.items():
        setattr(conversation, field, value)
    conversation.updated_at = utc_now()
    conversation.save(update_fields=[*fields, "updated_at"])
    details = {"before": _plain(before), "after": _plain(fields)}
    entry = record(
        by.organisation, f"conversation.{name}", by=by, target=conversation, details=details
    )
    changed(by.organisation_id)
    return entry


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in fields.items()}


@transaction.atomic
def undo(*, by: Member, entry: AuditEntry) -> Conversation | None:
    """Put a conversation back as it was before one's own last action on it.

    Returns None, and changes nothing, where somebody has gone on since.
    """
    if entry.action == TAKEN_UP:
        return put_back(by=by, entry=entry)
    require(by, Right.REPLY)
    require_own(by, entry)
    if entry.member_id != by.pk or not entry.target.startswith("conversation:"):
        raise NotAllowed("only one's own actions on conversations are undone")
    conversation = Conversation.objects.select_for_update(no_key=True).get(
        pk=entry.target.partition(":")[2], organisation=by.organisation
    )
    now_is = _plain({field: getattr(conversation, field) for field in entry.details["after"]})
    if now_is != entry.details["after"]:
        return None
    for field, value in entry.details["before"].items():
        is_time = field in {"snoozed_until", "closed_at", "due_at"} and value
        setattr(conversation, field, datetime.fromisoformat(value) if is_time else value)
    conversation.save(update_fields=[f for f in UNDOABLE if f in entry.details["before"]])
    _unlearn(conversation, entry.details["before"])
    if closed := entry.details["after"].get("closed_at"):
        moment = datetime.fromisoformat(closed)
        conversation.promises.filter(dropped_at=moment).update(dropped_at=None)
    settle([conversation])
    record(by.organisation, "conversation.undo", by=by, target=conversation)
    changed(by.organisation_id)
    return conversation


def _unlearn(conversation: Conversation, before: Mapping[str, Any]) -> None:
    """A choice that was undone teaches nothing, and what was suggested is so again."""
    if "desk_id" in before:
        learning.take_back([conversation], [ChoiceKind.DESK])
    if "topic_id" in before:
        learning.take_back([conversation], [ChoiceKind.TOPIC])
        said = learning.reason_of(conversation, ChoiceKind.TOPIC)
        conversation.suggested_topic_id = said["id"] if said and not conversation.topic_id else None
        conversation.save(update_fields=["suggested_topic"])


@transaction.atomic
def note(*, by: Member, conversation: Conversation, text: str) -> Message:
    """Write for colleagues only; it never leaves the house."""
    require(by, Right.REPLY)
    require_own(by, conversation)
    touch(conversation.pk)
    message = Message.objects.create(
        organisation=by.organisation,
        conversation=conversation,
        kind=MessageKind.NOTE,
        author=by,
        text=text,
        at=utc_now(),
        counts=False,
    )
    Draft.objects.filter(conversation=conversation, member=by, kind=DraftKind.NOTE).delete()
    record(by.organisation, "conversation.note", by=by, target=conversation)
    changed(by.organisation_id)
    return message


@transaction.atomic
def reply(
    *,
    by: Member,
    conversation: Conversation,
    text: str,
    seen: int | None,
    take_back: timedelta = TAKE_BACK,
    key: UUID | None = None,
) -> Message:
    """Queue an answer; it leaves after `take_back`, and until then can be taken back.

    `seen` is the id of the newest message that the writer had before their eyes. Where the citizen
    has written since, `ThreadMoved` is raised and the text is kept as a draft by the caller. The
    same `key` again gives the answer that was queued under it, and queues no other.
    """
    require(by, Right.REPLY)
    require_own(by, conversation)
    Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
    if key and (queued := conversation.messages.filter(key=key).first()):
        return queued
    asked = last_asked(conversation)
    if asked is None:
        raise NotAllowed("there is nothing here to answer")
    if seen is not None and asked.pk != seen:
        raise ThreadMoved
    touch(conversation.pk)
    message = Message.objects.create(
        organisation=by.organisation,
        conversation=conversation,
        kind=MessageKind.REPLY,
        author=by,
        text=text,
        at=utc_now(),
        answers=asked,
        delivery=Delivery.QUEUED,
        visibility=asked.visibility,
        due_at=utc_now() + take_back,
        key=key or uuid4(),
    )
    Draft.objects.filter(conversation=conversation, member=by, kind=DraftKind.REPLY).delete()
    learning.note_answered(by=by, conversation=conversation)
    record(by.organisation, "conversation.reply", by=by, target=conversation)
    changed(by.organisation_id)
    return message


@transaction.atomic
def take_back(*, by: Member, message: Message) -> bool:
    """Stop an answer that has not left yet; its text becomes a draft again. False if it was too
    late. A conversation that was closed because the answer would go out comes back."""
    require(by, Right.REPLY)
    require_own(by, message)
    hold([message.conversation])
    waiting = Message.objects.filter(pk=message.pk, delivery=Delivery.QUEUED)
    if not waiting.update(delivery=Delivery.TAKEN_BACK, due_at=None, lease_token=None):
        return False
    owed = Conversation.objects.filter(pk=message.conversation_id, waiting_since__isnull=False)
    owed.filter(state=State.CLOSED).update(state=State.OPEN, closed_at=None)
    touch(message.conversation_id)
    save_draft(by=by, conversation=message.conversation, text=message.text)
    record(by.organisation, "conversation.take_back", by=by, target=message.conversation)
    changed(by.organisation_id)
    return True


@transaction.atomic
def rewrite(*, by: Member, message: Message) -> bool:
    """Put a refused answer aside, and its text back as a draft. False if it has gone on."""
    require(by, Right.REPLY)
    require_own(by, message)
    refused = Message.objects.filter(pk=message.pk, delivery=Delivery.FAILED)
    if not refused.update(delivery=Delivery.TAKEN_BACK, due_at=None, lease_token=None):
        return False
    touch(message.conversation_id)
    save_draft(by=by, conversation=message.conversation, text=message.text)
    record(by.organisation, "message.rewrite", by=by, target=message)
    changed(by.organisation_id)
    return True


@transaction.atomic
def put_aside(*, by: Member, message: Message) -> bool:
    """Leave a refused answer unsent for good, as where one has answered in another way. Its words
    stay in the conversation. False if it has gone on."""
    require(by, Right.REPLY)
    require_own(by, message)
    refused = Message.objects.filter(pk=message.pk, delivery=Delivery.FAILED)
    if not refused.update(delivery=Delivery.TAKEN_BACK, due_at=None, lease_token=None):
        return False
    touch(message.conversation_id)
    touch(message.conversation_id)
    record(by.organisation, "message.put_aside", by=by, target=message)
    changed(by.organisation_id)
    return True


@transaction.atomic
def decide_unsure(*, by: Member, message: Message, was_sent: bool, url: str = "") -> bool:
    """A person has looked at the network: it is there, or it is to be sent again."""
    require(by, Right.REPLY)
    require_own(by, message)
    if message.delivery not in {Delivery.UNSURE, Delivery.FAILED}:
        return False
    fields: dict[str, Any] = {"error": ""}
    if was_sent:
        fields |= {"delivery": Delivery.SENT, "url": url, "due_at": None}
    else:
        fields |= {"delivery": Delivery.QUEUED, "due_at": utc_now(), "attempts": 0}
    waiting = Message.objects.filter(pk=message.pk, delivery=message.delivery)
    if not waiting.update(**fields):
        return False
    settle([message.conversation])
    name = "message.was_sent" if was_sent else "message.send_again"
    record(by.organisation, name, by=by, target=message)
    changed(by.organisation_id)
    return True


def save_draft(
    *, by: Member, conversation: Conversation, text: str, kind: str = DraftKind.REPLY
) -> None:
    """Keep what somebody has begun to write; an empty text throws it away."""
    require(by, Right.REPLY)
    require_own(by, conversation)
    mine: dict[str, Any] = {"conversation": conversation, "member": by, "kind": kind}
    if text.strip():
        Draft.objects.update_or_create(**mine, defaults={"text": text})
    else:
        Draft.objects.filter(**mine).delete()


def preview_promise(desk: Desk, at: datetime) -> datetime | None:
    """When an enquiry that comes at that moment would have to be answered."""
    return due_at(hours_of(desk.calendar), at, desk.first_response_minutes * 60)
