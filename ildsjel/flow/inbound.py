"""A post comes in, from the network to the desk.

A due channel is leased; its connector fetches or streams a batch while no transaction is open; its
public posts go into the archive, where the organisation keeps one; the engine says what each item
is; one transaction stores items, mentions, conversations, promises and the cursor together. A crash
before the commit means that the batch is read again, and what is stored or kept already is
recognised. After the commit browsers learn that something has changed.
"""

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event

from django.db import DataError, IntegrityError, transaction

from ildsjel.channels import gateway
from ildsjel.channels.actions import add_line, note_alive, note_fault, note_rejected
from ildsjel.channels.models import Channel, HealthKind
from ildsjel.channels.sealing import SealBroken
from ildsjel.dialogue.intake import Arrival, after_change, take, threads_in_dialogue, threads_of
from ildsjel.engine import pipeline
from ildsjel.engine.items import Item as Value
from ildsjel.engine.items import Rejected
from ildsjel.engine.pipeline import Outcome
from ildsjel.flow.plans import plan_for
from ildsjel.listening import intake, keeping
from ildsjel.listening.models import Item
from ildsjel.listening.story_grouping import await_turn
from ildsjel.organisation.audit import changed
from ildsjel.organisation.models import utc_now
from ildsjel.work.models import claim, let_go

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(minutes=15)
STANDS_STILL = "There is said to be more to read, but reading does not get any further."
# What is wrong with the words, not with the house: trying again would fail for ever.
UNFIT = (DataError, IntegrityError, ValueError, TypeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Received:
    """What a batch came to."""

    new: int
    edited: int
    deleted: int
    conversations: int
    opened: frozenset[int] = frozenset()  # ids of conversations that were not open before
    left_out: tuple[Rejected, ...] = ()


def receive(channel: Channel, batch: gateway.Batch, *, cursor: str = "poll_cursor") -> Received:
    """Take a batch in. `cursor` names the channel's field in which the batch's cursor is saved.

    An item that can't be taken in is left out and told in the channel's health: it must not hold up
    the others, now or for ever.
    """
    keeping.keep(channel, batch.items, batch.deletions, now=utc_now())
    plan = plan_for(channel)
    try:
        return _receive(channel, plan, batch, cursor)
    except UNFIT:
        log.exception("A batch of channel %s is taken in piece by piece.", channel.pk)
        return _piece_by_piece(channel, plan, batch, cursor)


def _piece_by_piece(
    channel: Channel, plan: pipeline.Plan, batch: gateway.Batch, cursor: str
) -> Received:
    """Each item by itself, then the cursor. Raises where nothing at all can be taken in."""
    channel.refresh_from_db(fields=["error", "error_since", "last_ok_at"])
    pieces, done, left_out = list(_pieces(batch)), [], []
    for piece, rejected in pieces:
        try:
            done.append(_receive(channel, plan, piece, cursor))
        except UNFIT:
            log.exception("Left out of channel %s: %s", channel.pk, rejected.where)
            left_out.append(rejected)
            if len(left_out) == len(pieces) > 1:
                raise
    rest = replace(batch, items=(), deletions=(), rejected=[*batch.rejected, *left_out])
    done.append(_receive(channel, plan, rest, cursor))
    return Received(
        new=sum(each.new for each in done),
        edited=sum(each.edited for each in done),
        deleted=sum(each.deleted for each in done),
        conversations=sum(each.conversations for each in done),
        opened=frozenset[int]().union(*(each.opened for each in done)),
        left_out=tuple(left_out),
    )


def _pieces(batch: gateway.Batch) -> Iterator[tuple[gateway.Batch, Rejected]]:
    """The batch's parts without its cursor, and what is said of each should it be left out."""
    reason = "Ildsjel could not store this; it was left out. See the log."
    for item in batch.items:
        said = Rejected(where=item.external_id, reason=reason, sample=item.text)
        yield gateway.Batch(items=[item]), said
    for deletion in batch.deletions:
        said = Rejected(where=deletion.external_id or deletion.author_id, reason=reason)
        yield gateway.Batch(deletions=[deletion]), said


def _receive(channel: Channel, plan: pipeline.Plan, batch: gateway.Batch, cursor: str) -> Received:
    outcomes = _newest(pipeline.run(plan, batch.items))
    now = utc_now()
    with transaction.atomic():
        # Not its key: rows that others write meanwhile may refer to the channel.
        stored = Channel.objects.select_for_update(no_key=True).only("kind", "settings")
        reads_on = _reads_on(channel, stored.get(pk=channel.pk), cursor)
        wanted = pipeline.completed(plan, _wanted(channel, outcomes))
        result = _store(channel, batch, wanted, now)
        if reads_on and batch.cursor and batch.cursor != getattr(channel, cursor):
            Channel.objects.filter(pk=channel.pk).update(**{cursor: batch.cursor})
        if any((result.new, result.edited, result.deleted)):
            changed(channel.organisation_id)
        if batch.asked:
            note_alive(channel, events=result.new + result.edited + result.deleted, at=now)
        note_rejected(channel, batch.rejected, at=now)
    setattr(channel, cursor, batch.cursor or getattr(channel, cursor))
    return result


def _reads_on(channel: Channel, stored: Channel, cursor: str) -> bool:
    """Whether the channel still reads from where this batch came; its settings may have changed
    meanwhile, and then the cursor means nothing there."""
    kind = gateway.POLL if cursor == "poll_cursor" else gateway.STREAM
    return gateway.place_of(channel, kind) == gateway.place_of(stored, kind)


def _newest(outcomes: list[Outcome]) -> list[Outcome]:
    """One outcome for each item, that of its newest revision: what it said before is not asked."""
    newest: dict[str, Outcome] = {}
    for outcome in outcomes:
        seen = newest.get(outcome.item.external_id)
        if seen is None or outcome.item.revision > seen.item.revision:
            newest[outcome.item.external_id] = outcome
    return list(newest.values())


def _wanted(channel: Channel, outcomes: list[Outcome]) -> list[Outcome]:
    """What is kept: what concerns us by itself, what goes on in a thread that we are in, and newer
    words of what is stored already."""
    passing = [o.item for o in outcomes if not o.keep]
    if not passing:
        return outcomes
    ours = threads_in_dialogue(channel, {intake.stored_id(item.thread_key) for item in passing})
    ours |= {intake.stored_id(o.item.thread_key) for o in outcomes if o.opens}
    known = intake.known(channel, {intake.stored_id(item.external_id) for item in passing})
    return [
        o if o.keep else replace(o, keep=True)
        for o in outcomes
        if o.keep
        or intake.stored_id(o.item.thread_key) in ours
        or intake.stored_id(o.item.external_id) in known
    ]


def _store(
    channel: Channel, batch: gateway.Batch, wanted: list[Outcome], now: datetime
) -> Received:
    threads = threads_of_parents(channel, [o.item for o in wanted])
    new, edited = intake.store(channel, [intake.as_stored(o, threads) for o in wanted], now=now)
    by_id = {intake.stored_id(o.item.external_id): o for o in wanted}
    intake.mention(
        *([(row, by_id[row.external_id].hits) for row in rows] for rows in (new, edited))
    )
    arrivals = [_arrival(row, by_id[row.external_id], row.published_at) for row in new]
    called = [_arrival(row, by_id[row.external_id], now) for row in edited]
    taken = take(channel, [*arrivals, *(each for each in called if each.opens)])
    unordered = not gateway.capabilities(channel).ordered
    deleted = intake.forget(channel, batch.deletions, now=now, leave_unknown=unordered)
    reworded = [row for row in edited if row.edited_at == now]
    signatures = {key: o.signature for key, o in by_id.items() if o.language is not None}
    await_turn([*new, *reworded, *deleted], signatures)
    after = after_change([*edited, *deleted]) if edited or deleted else []
    conversations = {conversation.pk for conversation in (*taken.changed, *after)}
    return Received(len(new), len(edited), len(deleted), len(conversations), taken.opened)


def threads_of_parents(channel: Channel, items: Sequence[Value]) -> dict[str, str]:
    """The thread in which each parent stands, whether it was stored before or comes beside it."""
    beside = {
        intake.stored_id(each.external_id): intake.stored_id(each.thread_key) for each in items
    }
    named = {intake.stored_id(each.thread_key) for each in items if _answers(each)}
    stored = threads_of(channel, named | set(beside.values())) if named else {}
    return {key: _root(key, stored, beside) for key in named}


def _root(key: str, stored: Mapping[str, str], beside: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while key not in stored and key not in seen:
        seen.add(key)
        key = beside.get(key, key)
    return stored.get(key, key)


def _answers(item: Value) -> bool:
    return bool(item.parent_id) and item.thread_key != item.external_id


def _arrival(row: Item, outcome: Outcome, at: datetime) -> Arrival:
    return Arrival(row, outcome.opens, outcome.route, at, outcome.topic, outcome.desk)


def poll_due() -> int:
    """Look at one channel that is due; says how many it looked at."""
    rows = Channel.objects.filter(enabled=True, removed_at=None)
    claimed = claim(rows, now=utc_now(), lease=LEASE, limit=1)
    for channel in claimed:
        poll(channel)
    return len(claimed)


def poll(channel: Channel) -> None:
    """Fetch once from a leased channel, store it, and give the lease back."""
    try:
        before = channel.poll_cursor
        batch = gateway.fetch(channel)
        receive(channel, batch)
        at_once = batch.more and not _stands_still(channel, batch, before)
        pause = timedelta(0) if at_once else gateway.capabilities(channel).poll_every
    except gateway.RateLimited as wait:
        note_fault(channel, wait, at=utc_now())
        pause = min(timedelta(seconds=max(wait.retry_after, 1)), timedelta(hours=2))
    except (gateway.ConnectorError, SealBroken) as fault:
        note_fault(channel, fault, at=utc_now())
        pause = backoff(channel.attempts)
    except Exception:
        log.exception("Channel %s could not be read.", channel.pk)
        note_fault(channel, "An unexpected fault in Ildsjel; see the log.", at=utc_now())
        pause = backoff(channel.attempts)
    let_go(channel, due_at=utc_now() + pause, succeeded=not channel.error)


def _stands_still(channel: Channel, batch: gateway.Batch, before: str) -> bool:
    """Whether there is said to be more, but the next look would give the same again; told in the
    channel's health."""
    if not batch.more or batch.cursor not in {"", before}:
        return False
    add_line(channel, HealthKind.FAILED, STANDS_STILL, at=utc_now())
    return True


def backoff(attempts: int) -> timedelta:
    """A longer pause after each failure, with some chance in it, at most a quarter of an hour."""
    seconds = 2.0 ** min(attempts, 10)
    return min(timedelta(seconds=seconds * random.uniform(0.7, 1.3)), LONGEST_PAUSE)  # noqa: S311


def follow(channel: Channel, stop: Event) -> None:
    """Take in a channel's stream until `stop` is set. Raises `ConnectorError` when it is lost."""
    pause = gateway.capabilities(channel).poll_every.total_seconds()
    before = channel.stream_cursor
    for batch in gateway.stream(channel, stop):
        receive(channel, batch, cursor="stream_cursor")
        if stop.is_set() or (_stands_still(channel, batch, before) and stop.wait(pause)):
            return
        before = channel.stream_cursor
