"""Answers on their way out: which is due, and what became of it. Called by the line out."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ildsjel.channels.actions import said_by
from ildsjel.dialogue.clock import hold, settle, touch
from ildsjel.dialogue.models import Conversation, Delivery, Message, MessageKind, State
from ildsjel.listening.intake import stored_id
from ildsjel.listening.models import Item
from ildsjel.organisation.audit import changed
from ildsjel.work.models import claim, held
from ildsjel.work.texts import storable

LEASE = timedelta(minutes=5)  # longer than a mail server that takes its time over each step


def take_due(now: datetime) -> list[Message]:
    """Claim the answer that is due next and mark it `sending`: committed before anything is sent.

    Of each channel one at a time, in the order in which they fell due, so that a network that hangs
    holds up its own answers and one sender, and nobody else's. Empty where nothing is due, or
    another has just taken it.
    """
    found = _next_due(now)
    if found is None:  # on SQLite a transaction locks out writers
        return []
    with transaction.atomic():
        taken = claim(_queued().filter(pk=found), now=now, lease=LEASE, limit=1)
        for message in taken:
            held(message).update(delivery=Delivery.SENDING)
            message.delivery = Delivery.SENDING
            changed(message.organisation_id)
    return taken


def _queued() -> QuerySet[Message]:
    return Message.objects.filter(kind=MessageKind.REPLY, delivery=Delivery.QUEUED)


def _next_due(now: datetime) -> int | None:
    """The first of a channel through which nothing is on its way.

    One statement, so that it sees an answer either waiting or on its way: no two senders that look
    at the same moment find two answers of one channel.
    """
    due = _queued().filter(due_at__lte=now, conversation__channel__enabled=True)
    on_its_way = Message.objects.filter(
        delivery=Delivery.SENDING, leased_until__gt=now, due_at__lte=now
    )
    free = due.exclude(
        conversation__channel__in=on_its_way.values("conversation__channel"),
    )
    return free.order_by("due_at", "pk").values_list("pk", flat=True).first()


def without_channel() -> list[Message]:
    """Queued answers that can't leave: their channel was switched off or removed meanwhile."""
    rows = Message.objects.filter(delivery=Delivery.QUEUED, due_at__isnull=False)
    rows = rows.filter(conversation__channel__enabled=False)
    return list(rows.select_related("conversation__channel").order_by("pk")[:50])


def abandoned(now: datetime) -> list[Message]:
    """Answers whose sender died between `sending` and the network's word."""
    rows = Message.objects.filter(delivery=Delivery.SENDING, leased_until__lte=now)
    return list(rows.select_related("conversation__channel")[:50])


@transaction.atomic
def mark_sent(message: Message, *, external_id: str, url: str, now: datetime) -> bool:
    """The network has it. False where the loop has taken the message from us meanwhile."""
    hold([message.conversation])
    external_id = stored_id(external_id)
    fields = {
        "delivery": Delivery.SENT,
        "external_id": external_id,
        "url": storable(url)[:1000],
        "at": now,
        "error": "",
        "due_at": None,
        "leased_until": None,
        "lease_token": None,
    }
    if not held(message).update(**fields):
        return False
    _join_echo(message, external_id)
    conversation = message.conversation
    settle([conversation])
    changed(message.organisation_id)
    return True


def _join_echo(message: Message, external_id: str) -> None:
    """Where the network showed us our answer before it told us that it was sent, keep one of
    them."""
    item = Item.objects.filter(
        channel=message.conversation.channel_id, external_id=external_id
    ).first()
    if item is None:
        return
    Message.objects.filter(item=item, author=None).exclude(pk=message.pk).delete()
    if not Message.objects.filter(item=item).exists():
        Message.objects.filter(pk=message.pk).update(item=item)


def mark(message: Message, delivery: Delivery, *, fault: Exception | str) -> bool:
    """It was refused, or we can't know: said to people, never sent again by itself.

    A conversation that was closed in the belief that it was answered comes back.
    """
    return _mark(message, held(message), delivery, fault)


def give_up(message: Message, delivery: Delivery, *, fault: Exception | str) -> bool:
    """The same for an answer that nobody has claimed; False where somebody has, meanwhile."""
    queued = Message.objects.filter(pk=message.pk, delivery=Delivery.QUEUED)
    return _mark(message, queued, delivery, fault)


@transaction.atomic
def _mark(
    message: Message, rows: QuerySet[Message], delivery: Delivery, fault: Exception | str
) -> bool:
    fields = {
        "delivery": delivery,
        **_why(fault),
        "due_at": None,
        "leased_until": None,
        "lease_token": None,
    }
    hold([message.conversation])
    if rows.update(**fields) != 1:
        return False
    closed = Conversation.objects.filter(pk=message.conversation_id, state=State.CLOSED)
    closed.update(state=State.OPEN, closed_at=None)
    touch(message.conversation_id)
    changed(message.organisation_id)
    return True


def _why(fault: Exception | str) -> dict[str, Any]:
    return {"error": storable(str(fault))[:500], "error_said": said_by(fault)}


@transaction.atomic
def try_later(message: Message, *, at: datetime, fault: Exception | str) -> bool:
    """Nothing was sent: back in the queue."""
    fields = {
        "delivery": Delivery.QUEUED,
        **_why(fault),
        "due_at": at,
        "leased_until": None,
        "lease_token": None,
    }
    kept = held(message).update(**fields) == 1
    touch(message.conversation_id)
    changed(message.organisation_id)
    return kept


def wake_snoozed(now: datetime) -> int:
    """Bring back what was put away until now."""
    rows = Conversation.objects.filter(state=State.SNOOZED, due_at__lte=now)[:200]
    woken = list(rows)
    with transaction.atomic():
        for conversation in woken:
            still = Conversation.objects.filter(pk=conversation.pk, state=State.SNOOZED)
            fields = {"state": State.OPEN, "snoozed_until": None, "due_at": None}
            still.filter(due_at__lte=now).update(**fields, updated_at=now)
        for organisation in {conversation.organisation_id for conversation in woken}:
            changed(organisation)
    return len(woken)
