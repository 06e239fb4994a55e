"""A post that was heard is taken up: somebody here wants it answered, though it was not to us.

It passes through the same hands as what comes in, so that it lands where the rules would have it,
and what the inbox has already is not doubled. The promise counts from the moment it is taken up:
before, nobody had said that it was ours to answer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ildsjel.channels.models import Channel
from ildsjel.dialogue.clock import hold, hours_of, settle
from ildsjel.dialogue.intake import Arrival, network_of, take
from ildsjel.dialogue.models import Conversation, Draft, Identity, Message, Person, Promise
from ildsjel.engine.business_time import due_at
from ildsjel.engine.routing import Route
from ildsjel.listening.models import Item
from ildsjel.organisation.audit import changed, record, require, require_own
from ildsjel.organisation.models import AuditEntry, Member, NotAllowed, Right, utc_now

TAKEN_UP = "conversation.take_up"


@dataclass(frozen=True, slots=True)
class TakenUp:
    """The conversation in which a post stands; `entry` undoes it. None: it stood there already."""

    conversation: Conversation
    entry: AuditEntry | None


class NothingToAnswer(Exception):
    """The post is our own, or its author has deleted it."""


def conversations_with(member: Member, items: Collection[int]) -> dict[int, Conversation]:
    """By item, the conversation in which it stands."""
    rows = Message.objects.of(member).filter(item__in=items)
    found = rows.select_related("conversation__desk", "conversation__assignee__user")
    return {row.item_id: row.conversation for row in found if row.item_id is not None}


@transaction.atomic
def take_up(*, by: Member, item: Item, route: Route | None) -> TakenUp:
    """Bring a post into the inbox, at the desk of its route; or find it where it stands already.

    Raises `NothingToAnswer` for our own posts and deleted ones.
    """
    require(by, Right.REPLY)
    require_own(by, item)
    # Posts of a channel are taken in with its row locked, so nobody takes this one in beside us.
    channel = Channel.objects.select_for_update(no_key=True).get(pk=item.channel_id)
    standing = conversations_with(by, [item.pk]).get(item.pk)
    if standing is not None:
        return TakenUp(standing, None)
    item = Item.objects.get(pk=item.pk)
    if item.own or item.deleted_at:
        raise NothingToAnswer
    return _take_up(by, channel, item, route)


def _take_up(by: Member, channel: Channel, item: Item, route: Route | None) -> TakenUp:
    now, there = utc_now(), Conversation.objects.filter(channel=channel, thread_key=item.thread_key)
    before, person = set(there.values_list("pk", flat=True)), _person_of(channel, item)
    promised = set(Promise.objects.filter(conversation__in=before).values_list("pk", flat=True))
    said = set(Message.objects.filter(conversation__in=before).values_list("pk", flat=True))
    take(channel, [Arrival(item, opens=True, route=route, at=item.published_at)])
    conversation = Message.objects.select_related("conversation").get(item=item).conversation
    made = conversation.pk not in before
    _promise_from(now, conversation, promised)
    conversation.refresh_from_db()
    if made:
        conversation.opened_at = now
        conversation.why = [["taken_up", str(by)], *conversation.why]
    conversation.updated_at = now
    conversation.save(update_fields=["opened_at", "why", "updated_at"])
    fresh = conversation.messages.exclude(pk__in=said).values_list("pk", flat=True)
    details = {
        "made": made,
        "messages": list(fresh),
        "person": None if person else conversation.person_id,
        "updated_at": now.isoformat(),
    }
    entry = record(by.organisation, TAKEN_UP, by=by, target=conversation, details=details)
    changed(by.organisation_id)
    return TakenUp(conversation, entry)


def _person_of(channel: Channel, item: Item) -> Identity | None:
    known = Identity.objects.filter(organisation=channel.organisation_id)
    return known.filter(network=network_of(channel), external_id=item.author_id).first()


def _promise_from(now: datetime, conversation: Conversation, earlier: Collection[int]) -> None:
    """Let what is promised with this conversation, and was not before, count from now."""
    fresh = conversation.promises.filter(met_at=None, dropped_at=None).exclude(pk__in=earlier)
    for promise in fresh.select_related("desk__calendar"):
        promise.started_at = now
        promise.due_at = due_at(hours_of(promise.desk.calendar), now, promise.minutes * 60)
        promise.save(update_fields=["started_at", "due_at"])
        Conversation.objects.filter(pk=conversation.pk).update(promised_at=promise.due_at)


@transaction.atomic
def put_back(*, by: Member, entry: AuditEntry) -> Conversation | None:
    """Undo one's own taking up: the post is heard, and no more. What was made with it goes.

    Returns None, and changes nothing, where somebody has gone on since.
    """
    require(by, Right.REPLY)
    require_own(by, entry)
    if entry.member_id != by.pk or entry.action != TAKEN_UP:
        raise NotAllowed("only one's own taking up is undone")
    pk = entry.target.partition(":")[2]
    conversation = Conversation.objects.of(by).filter(pk=pk).first()
    if conversation is None:
        return None
    hold([conversation])
    conversation.refresh_from_db()
    if _has_gone_on(conversation, entry):
        return None
    conversation.messages.filter(pk__in=entry.details["messages"]).delete()
    record(by.organisation, "conversation.put_back", by=by, target=conversation)
    changed(by.organisation_id)
    if not entry.details["made"]:
        settle([conversation])
        return conversation
    Promise.objects.filter(conversation=conversation).delete()
    Conversation.objects.filter(pk=conversation.pk).delete()
    strangers = Person.objects.filter(pk=entry.details["person"], conversations=None)
    strangers.delete()
    return conversation


def _has_gone_on(conversation: Conversation, entry: AuditEntry) -> bool:
    """Whether anything was done or written here since, be it a draft."""
    moved = conversation.updated_at.isoformat() != entry.details["updated_at"]
    return moved or Draft.objects.filter(conversation=conversation).exists()
