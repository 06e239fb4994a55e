"""Storing what a batch brought: idempotent, newest revision wins, deletions leave an empty row.

Called by the line in, inside its one transaction, with the channel's row locked.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ildsjel.channels.models import Channel
from ildsjel.engine.items import Address, Deletion
from ildsjel.engine.matching import Hit, compile_watches
from ildsjel.engine.pipeline import Identified, Outcome
from ildsjel.listening import tallies
from ildsjel.listening.group_queries import sources
from ildsjel.listening.highlight import as_value
from ildsjel.listening.models import Item, ItemRevision, Mention, Watch
from ildsjel.work.rows import update_rows
from ildsjel.work.texts import storable, storable_value

ID_LENGTH = 500
ALSO = 0.05  # another language is stored beside from this probability on
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHANGING = [
    "revision", "text", "title", "url", "edited_at", "languages", "identified", "language",
    "tags", "links", "media", "author_handle", "author_name", "author_url", "reply_context",
    "address",
]  # fmt: skip


def store(
    channel: Channel, outcomes: Sequence[Outcome], *, now: datetime
) -> tuple[list[Item], list[Item]]:
    """Insert what is new and bring up to date what is newer than stored; returns (new, edited)."""
    newest = _newest(outcomes)
    known = {row.external_id: row for row in _stored(channel, newest)}
    fresh = [_row(channel, each, now) for key, each in newest.items() if key not in known]
    Item.objects.bulk_create(fresh, batch_size=500)
    newer = [
        (known[key], each)
        for key, each in newest.items()
        if key in known
        and known[key].deleted_at is None
        and each.item.revision > known[key].revision
    ]
    return fresh, _revise(newer, now)


def as_stored(outcome: Outcome, threads: Mapping[str, str]) -> Outcome:
    """The outcome of the item with what we know better: that it is ours, and the thread that its
    parent stands in."""
    item = outcome.item
    thread_key = threads.get(stored_id(item.thread_key), item.thread_key)
    if outcome.own == item.own and thread_key == item.thread_key:
        return outcome
    return replace(outcome, item=replace(item, own=outcome.own, thread_key=thread_key))


def _newest(outcomes: Sequence[Outcome]) -> dict[str, Outcome]:
    """The newest revision of each item in the batch, in order of first sight."""
    newest: dict[str, Outcome] = {}
    for each in outcomes:
        seen = newest.get(each.item.external_id)
        if seen is None or each.item.revision > seen.item.revision:
            newest[each.item.external_id] = each
    return {stored_id(key): each for key, each in newest.items()}


def stored_id(external_id: str) -> str:
    """An id as it is stored: over 500 characters, its beginning and a hash of the whole."""
    external_id = storable(external_id)
    if len(external_id) <= ID_LENGTH:
        return external_id
    digest = hashlib.sha256(external_id.encode("utf-8", "replace")).hexdigest()
    return f"{external_id[: ID_LENGTH - 65]}#{digest}"


def known(channel: Channel, external_ids: Iterable[str]) -> set[str]:
    """Which of these we have stored. The ids are as `stored_id` gives them."""
    return set(_stored(channel, external_ids).values_list("external_id", flat=True))


def _stored(channel: Channel, external_ids: Iterable[str]) -> QuerySet[Item]:
    return Item.objects.filter(channel=channel, external_id__in=list(external_ids))


def _row(channel: Channel, outcome: Outcome, now: datetime) -> Item:
    value = outcome.item
    return Item(
        organisation_id=channel.organisation_id,
        channel=channel,
        external_id=stored_id(value.external_id),
        thread_key=stored_id(value.thread_key),
        parent_id=stored_id(value.parent_id),
        author_id=stored_author(value.author.external_id),
        published_at=min(value.published_at, now),  # a clock that runs ahead must not lead a list
        received_at=now,
        address=value.address,
        visibility=value.visibility,
        own=value.own,
        automatic=value.automatic,
        repost=value.repost,
        **_changing(outcome),
    )


def _changing(outcome: Outcome) -> dict[str, Any]:
    value = outcome.item
    return {
        "revision": value.revision,
        "text": storable(value.text),
        "title": storable(value.title)[:500],
        "url": storable(value.url)[:1000],
        "author_handle": storable(value.author.handle)[:200],
        "author_name": storable(value.author.name)[:200],
        "author_url": storable(value.author.url)[:500],
        "languages": storable_value(value.languages),
        "identified": _identified(outcome.language) if outcome.language else None,
        "language": storable(next(iter(outcome.languages), ""))[:35] if outcome.language else None,
        "tags": storable_value(value.tags),
        "links": storable_value(value.links),
        "media": [storable_value(asdict(media)) for media in value.media],
        "reply_context": storable_value(value.reply_context),
    }


def _identified(told: Identified) -> dict[str, Any]:
    return {
        "codes": list(told.codes),
        "probability": round(told.probability, 3),
        "also": [[code, round(chance, 3)] for code, chance in told.alternatives if chance > ALSO],
    }


def stored_author(external_id: str) -> str:
    """An author's id as it is stored."""
    return storable(external_id)[:300]


def _revise(pairs: Sequence[tuple[Item, Outcome]], now: datetime) -> list[Item]:
    """Write newer revisions; an earlier text is kept beside where the words changed."""
    kept, edited = [], []
    for row, outcome in pairs:
        fields = _changing(outcome)
        if (row.text, row.title) != (fields["text"], fields["title"]):
            kept.append(_earlier(row, now))
            row.edited_at = now
        for name, content in fields.items():
            setattr(row, name, content)
        if row.address == Address.PUBLIC:  # the new words may name us; what was to us stays so
            row.address = outcome.item.address
        edited.append(row)
    ItemRevision.objects.bulk_create(kept, ignore_conflicts=True)
    update_rows(edited, CHANGING)
    return edited


def _earlier(row: Item, now: datetime) -> ItemRevision:
    return ItemRevision(
        item=row, revision=row.revision, text=row.text, title=row.title, replaced_at=now
    )


def forget(
    channel: Channel, deletions: Sequence[Deletion], *, now: datetime, leave_unknown: bool
) -> list[Item]:
    """Empty what its author or the network has deleted; returns the rows that were emptied.

    A deletion is final, whatever comes later or out of order under the same id. An unknown id
    leaves an empty row, so that a late arrival does not bring the post back;
    `leave_unknown=False` is for networks whose stream comes in order and is too wide for that.
    """
    if not deletions:
        return []
    at = {stored_id(d.external_id): d.at for d in deletions if d.external_id}
    authors = {stored_author(d.author_id) for d in deletions if d.author_id}
    wanted = Q(external_id__in=list(at)) | Q(author_id__in=authors)
    rows = list(Item.objects.filter(wanted, channel=channel))
    gone = [row for row in rows if row.deleted_at is None]
    went = list(Mention.objects.filter(item__in=gone)) if gone else []
    tallies.note(channel.organisation_id, channel.pk, [], went)
    _empty(gone, now)
    if leave_unknown:
        _tombstones(channel, set(at) - {row.external_id for row in rows}, at, now)
    return gone


def _empty(rows: Sequence[Item], now: datetime) -> None:
    for row in rows:
        row.deleted_at = now
        row.text = row.title = row.url = ""
        row.author_name = row.author_handle = row.author_url = ""
        row.links, row.media, row.tags, row.reply_context = [], [], [], {}
        row.identified = None
    fields = [
        "deleted_at", "text", "title", "url", "author_name", "author_handle", "author_url",
        "links", "media", "tags", "reply_context", "identified",
    ]  # fmt: skip
    update_rows(rows, fields)
    ItemRevision.objects.filter(item__in=rows).delete()


def _tombstones(
    channel: Channel, keys: Iterable[str], at: Mapping[str, datetime], now: datetime
) -> None:
    rows = [
        Item(
            organisation_id=channel.organisation_id,
            channel=channel,
            external_id=key,
            thread_key=key,
            revision=(at[key] - EPOCH) // timedelta(microseconds=1),
            published_at=at[key],
            received_at=now,
            address="public",
            visibility="public",
            deleted_at=now,
        )
        for key in keys
    ]
    Item.objects.bulk_create(rows, ignore_conflicts=True)


def mention(
    new: Sequence[tuple[Item, Sequence[Hit]]], edited: Sequence[tuple[Item, Sequence[Hit]]]
) -> None:
    """Note which items of one channel matched which watches, and count them.

    After an edit the mentions are those of the new text: those that it no longer gives are taken
    away.
    """
    wanted = {
        (item.pk, hit.watch_id): _mention(item, hit)
        for item, hits in (*new, *edited)
        for hit in hits
    }
    items = [item for item, _ in edited]
    noted = list(Mention.objects.filter(item__in=items)) if items else []
    wanted |= _of_resting_watches(items, noted, wanted)
    if channel := next((item for item, _ in (*new, *edited)), None):
        tallies.note(channel.organisation_id, channel.channel_id, wanted.values(), noted)
    gone = [row.pk for row in noted if (row.item_id, row.watch_id) not in wanted]
    moved = [row for row in noted if _takes_over(row, wanted.get((row.item_id, row.watch_id)))]
    Mention.objects.filter(pk__in=gone).delete()
    update_rows(moved, ["spans", "language"])
    Mention.objects.bulk_create(wanted.values(), ignore_conflicts=True, batch_size=500)


def mention_more(found: Sequence[tuple[Item, Sequence[Hit]]]) -> int:
    """Note and count what a look back found in stored items of one channel, beside what is noted of
    them already; returns how many mentions are new."""
    wanted = {(item.pk, hit.watch_id): _mention(item, hit) for item, hits in found for hit in hits}
    rows = Mention.objects.filter(item__in={pk for pk, _ in wanted})
    known = set(rows.values_list("item", "watch"))
    fresh = [row for key, row in wanted.items() if key not in known]
    if fresh:
        item = fresh[0].item
        tallies.note(item.organisation_id, item.channel_id, fresh, [])
        Mention.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def _mention(item: Item, hit: Hit) -> Mention:
    return Mention(
        organisation_id=item.organisation_id,
        watch_id=hit.watch_id,
        item=item,
        spans=[list(span) for span in hit.spans],
        published_at=item.published_at,
        language=tallies.code_of(item.spoken),
    )


def _takes_over(noted: Mention, fresh: Mention | None) -> bool:
    """Take over where the words stand now, and in which language; True where that has changed."""
    if fresh is None or (noted.spans, noted.language) == (fresh.spans, fresh.language):
        return False
    noted.spans, noted.language = fresh.spans, fresh.language
    return True


def _of_resting_watches(
    items: Sequence[Item], noted: Sequence[Mention], found: Mapping[tuple[int, int], Mention]
) -> dict[tuple[int, int], Mention]:
    """What watches out of use have found stays, as long as the new text still holds it."""
    missing = {row.watch_id for row in noted if (row.item_id, row.watch_id) not in found}
    resting = Watch.objects.filter(Q(enabled=False) | ~Q(removed_at=None), pk__in=missing)
    queries = sources(resting)
    if not queries:
        return {}
    before = {(row.item_id, row.watch_id) for row in noted}
    hits = compile_watches(queries).match([as_value(item) for item in items])
    return {
        (item.pk, hit.watch_id): _mention(item, hit)
        for item, each in zip(items, hits, strict=True)
        for hit in each
        if (item.pk, hit.watch_id) in before
    }
