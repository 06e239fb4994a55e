"""What is promised, and whether it was kept: derived from the messages of a conversation.

`settle` may be called any number of times and gives the same result, in whatever order messages
came
in. What was promised when an enquiry came is fixed then; only its fulfilment is brought up to date.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Left

from ildsjel.dialogue.models import (
    Conversation,
    Delivery,
    Desk,
    Message,
    MessageKind,
    Promise,
    PromiseKind,
)
from ildsjel.engine.business_time import Calendar as OpeningHours
from ildsjel.engine.business_time import due_at, seconds_between
from ildsjel.engine.clock import Direction, Obligation, Turn, obligations
from ildsjel.organisation.models import Calendar, utc_now
from ildsjel.organisation.queries import opening_hours
from ildsjel.work.rows import update_rows

SETTLED = ["last_at", "preview", "waiting_since", "promised_at", "version", "updated_at"]
PREVIEW_LENGTH = 200


@dataclass(slots=True)
class _Changes:
    """What is to be written to the promises of a batch."""

    new: list[Promise] = field(default_factory=list)
    changed: list[Promise] = field(default_factory=list)
    void: list[int] = field(default_factory=list)


class Said(NamedTuple):
    """What the clock reads of a message; a thread may be long, so no more of it is fetched."""

    conversation_id: int
    pk: int
    at: datetime
    kind: str
    counts: bool
    delivery: str
    deleted_at: datetime | None


READ_OF_A_MESSAGE = (*Said._fields[:-1], "item__deleted_at")


def owed(messages: Sequence[Said], drops: Iterable[datetime] = ()) -> list[Obligation]:
    """What was owed over a conversation, in order; the keys are the messages' ids."""
    turns = [Turn(m.at, _direction(m), m.pk) for m in messages if _counts(m)]
    return obligations(turns, drops)


def _direction(message: Said) -> Direction:
    return Direction.OUTBOUND if message.kind == MessageKind.REPLY else Direction.INBOUND


def _counts(message: Said) -> bool:
    if message.kind == MessageKind.REPLY:
        return message.counts and message.delivery == Delivery.SENT
    return message.kind == MessageKind.INBOUND and message.counts and not message.deleted_at


def settle(conversations: Sequence[Conversation]) -> None:
    """Bring promises, waiting time and preview of these conversations up to date with their
    messages.

    Call inside the transaction that wrote the messages.
    """
    hold(conversations)
    messages = _said_in(conversations)
    words = _newest_words(messages)
    promises: dict[int, list[Promise]] = defaultdict(list)
    for promise in Promise.objects.filter(conversation__in=conversations):
        promises[promise.conversation_id].append(promise)
    desks = _desks(conversations)
    changes = _Changes()
    for conversation in conversations:
        said = messages.get(conversation.pk, [])
        _promises(conversation, said, promises[conversation.pk], desks, changes)
        _summarise(conversation, said, words.get(conversation.pk, ""))
    _write(changes, conversations)


def touch(conversation: int) -> None:
    """Note that something about a conversation has changed that `settle` does not see."""
    Conversation.objects.filter(pk=conversation).update(updated_at=utc_now())


def hold(conversations: Iterable[Conversation]) -> None:
    """Lock conversations until the transaction ends, before their messages are read or written.

    Always in the same order, so that nobody waits in a circle. What another has written to a row
    meanwhile is taken over. SQLite has one writer at a time anyway.
    """
    if not connection.features.has_select_for_update:
        return
    by_pk = {conversation.pk: conversation for conversation in conversations}
    rows = Conversation.objects.select_for_update(no_key=True).filter(pk__in=by_pk).order_by("pk")
    for pk, version, desk in rows.values_list("pk", "version", "desk_id"):
        by_pk[pk].version, by_pk[pk].desk_id = version, desk


def _said_in(conversations: Sequence[Conversation]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    rows = Message.objects.filter(conversation__in=conversations).exclude(
        Q(kind=MessageKind.NOTE) | Q(delivery=Delivery.TAKEN_BACK)
    )
    for row in rows.order_by("at", "pk").values_list(*READ_OF_A_MESSAGE):
        found[row[0]].append(Said(*row))
    return found


def _newest_words(said: Mapping[int, Sequence[Said]]) -> dict[int, str]:
    """By conversation the newest words in it; where those were emptied, the ones before."""
    words = _words_of(Message.objects.filter(pk__in=[rows[-1].pk for rows in said.values()]))
    blank = [conversation for conversation in said if conversation not in words]
    if blank:
        earlier = Message.objects.filter(conversation__in=blank).exclude(kind=MessageKind.NOTE)
        words |= _words_of(earlier)
    return words


def _words_of(rows: QuerySet[Message]) -> dict[int, str]:
    texts = Left(Coalesce("item__text", "text"), PREVIEW_LENGTH * 2)
    found = rows.order_by("at", "pk").values_list("conversation_id", texts)
    return {conversation: text for conversation, text in found if text.strip()}


def _desks(conversations: Sequence[Conversation]) -> dict[int, Desk]:
    wanted = {conversation.desk_id for conversation in conversations}
    return Desk.objects.select_related("calendar").in_bulk(wanted)


def _promises(
    conversation: Conversation,
    said: Sequence[Said],
    known: Sequence[Promise],
    desks: dict[int, Desk],
    changes: _Changes,
) -> None:
    """Work out what is new, what has changed, and what was never owed after all."""
    by_asked = {promise.started_by_id: promise for promise in known}
    drops = [promise.dropped_at for promise in known if promise.dropped_at]
    conversation.waiting_since = conversation.promised_at = None
    for wait in owed(said, drops):
        promise = by_asked.pop(wait.asked.key, None)
        if promise is None:
            promise = _promise(conversation, wait, desks[conversation.desk_id])
            changes.new.append(promise)
        if _fulfil(promise, wait, desks) and promise.pk:
            changes.changed.append(promise)
        if wait.is_open:
            conversation.waiting_since = wait.asked.at
            conversation.promised_at = promise.due_at
    changes.void += [p.pk for p in by_asked.values() if _never_owed(p, said)]


def _never_owed(promise: Promise, said: Sequence[Said]) -> bool:
    """An earlier enquiry that arrived later began the wait, or the citizen took the enquiry back.

    A promise that was kept before its enquiry was deleted stays kept.
    """
    if promise.dropped_at is not None:
        return False
    deleted = any(m.pk == promise.started_by_id and m.deleted_at for m in said)
    return not (deleted and promise.met_at)


def _promise(conversation: Conversation, wait: Obligation, desk: Desk) -> Promise:
    calendar = desk.calendar
    minutes = desk.first_response_minutes
    return Promise(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        kind=_kind(wait),
        started_at=wait.asked.at,
        started_by_id=wait.asked.key,
        minutes=minutes,
        desk=desk,
        calendar_version=calendar.version,
        due_at=due_at(hours_of(calendar), wait.asked.at, minutes * 60),
    )


def _kind(wait: Obligation) -> PromiseKind:
    return PromiseKind.FIRST if wait.first else PromiseKind.NEXT


def _fulfil(promise: Promise, wait: Obligation, desks: dict[int, Desk]) -> bool:
    """Write who kept the promise and how long it took; True when that changed."""
    answer = wait.answered
    if promise.met_by_id == (answer.key if answer else None) and promise.kind == _kind(wait):
        return False
    promise.kind = _kind(wait)
    promise.met_by_id = answer.key if answer else None
    promise.met_at = answer.at if answer else None
    promise.open_seconds = promise.wall_seconds = None
    if answer is not None:
        desk = desks.get(promise.desk_id) or Desk.objects.select_related("calendar").get(
            pk=promise.desk_id
        )
        hours = hours_of(desk.calendar)
        promise.open_seconds = int(seconds_between(hours, promise.started_at, answer.at))
        promise.wall_seconds = int((answer.at - promise.started_at).total_seconds())
    return True


def _summarise(conversation: Conversation, said: Sequence[Said], words: str) -> None:
    """The line that the list shows: the newest words, and when."""
    conversation.version += 1
    conversation.updated_at = utc_now()
    if said:
        conversation.last_at = said[-1].at
        conversation.preview = " ".join(words.split())[:PREVIEW_LENGTH]


def _write(changes: _Changes, conversations: Sequence[Conversation]) -> None:
    fields = ["kind", "met_by", "met_at", "open_seconds", "wall_seconds"]
    Promise.objects.filter(pk__in=changes.void).delete()
    update_rows(changes.changed, fields)
    Promise.objects.bulk_create(changes.new, batch_size=500)
    update_rows(conversations, SETTLED)


def hours_of(calendar: Calendar) -> OpeningHours:
    """A calendar's opening hours; read once for each of its versions."""
    return _hours_of(calendar.pk, calendar.version)


@lru_cache(maxsize=256)
def _hours_of(pk: int, version: int) -> OpeningHours:
    return opening_hours(Calendar.objects.get(pk=pk))
