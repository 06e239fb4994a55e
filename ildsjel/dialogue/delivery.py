"""Answers on their way out: which is due, and what became of it. Called by the line out."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ildsjel.dialogue.clock import hold, settle, touch
from ildsjel.dialogue.models import Conversation, Delivery, Message, MessageKind, State
from ildsjel.listening.intake import stored_id
from ildsjel.listening.models import Item
from ildsjel.organisation.audit import changed
from ildsjel.work.models import claim, held
from ildsjel.work.texts import storable

LEASE = timedelta(minutes=5)  # longer than a mail server that takes its time over each step


def take_due(now: datetime, limit: int = 1) -> list[Message]:
    """Claim answers that are due and mark them `sending`: committed before anything is sent.

    Of each channel one at a time, in the order in which they fell due, so that a network that hangs
    holds up its own answers and one sender, and nobody else's.
    """
    waiting = Message.objects.filter(kind=MessageKind.REPLY, delivery=Delivery.QUEUED)
    waiting = waiting.filter(~Exists(_ahead(now)), conversation__channel__enabled=True)
    if not waiting.filter(due_at__lte=now).exists():  # on SQLite a transaction locks out writers
        return []
    with transaction.atomic():
        taken = claim(waiting, now=now, lease=LEASE, limit=limit)
        for message in taken:
            held(message).update(delivery=Delivery.SENDING)
            message.delivery = Delivery.SENDING
            changed(message.organisation_id)
    return taken


def _ahead(now: datetime) -> QuerySet[Message]:
    """What goes out through the same channel before an answer, or is on its way just now.

    Senders that look at the same moment want the same row, so that its lock keeps them apart.
    """
    same = Message.objects.filter(
        due_at__isnull=False,
        organisation=OuterRef("organisation"),
        conversation__channel=OuterRef("conversation__channel"),
    )
    earlier = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    on_its_way = Q(delivery=Delivery.SENDING, leased_until__gt=now)
    return same.filter(on_its_way | Q(earlier, delivery=Delivery.QUEUED))


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


def mark(message: Message, delivery: Delivery, *, error: str) -> bool:
    """It was refused, or we can't know: said to people, never sent again by itself.

    A conversation that was closed in the belief that it was answered comes back.
    """
    return _mark(message, held(message), delivery, error)


def give_up(message: Message, delivery: Delivery, *, error: str) -> bool:
    """The same for an answer that nobody has claimed; False where somebody has, meanwhile."""
    queued = Message.objects.filter(pk=message.pk, delivery=Delivery.QUEUED)
    return _mark(message, queued, delivery, error)


@transaction.atomic
def _mark(message: Message, rows: QuerySet[Message], delivery: Delivery, error: str) -> bool:
    fields = {
        "delivery": delivery,
        "error": storable(error)[:500],
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


@transaction.atomic
def try_later(message: Message, *, at: datetime, error: str) -> bool:
    """Nothing was sent: back in the queue."""
    fields = {
        "delivery": Delivery.QUEUED,
        "error": storable(error)[:500],
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
