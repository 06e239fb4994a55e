"""A watch looks back: it is held against the archive, and what it finds is noted as mentions.

Nothing of it opens a conversation or starts a clock: it was said before anybody listened for it.
Asking is one pure function over the archive's pieces (`listening.archive.ask`); storing is the same
as for what comes in, so a backfill that is run twice changes nothing.
"""

import shutil
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path

import pyarrow as pa
from django.db import transaction

from ildsjel.channels.models import Channel
from ildsjel.engine.items import Item as Value
from ildsjel.engine.matching import Source, compile_watches
from ildsjel.engine.pipeline import Outcome, Plan, run
from ildsjel.flow.inbound import threads_of_parents
from ildsjel.flow.plans import earlier_languages
from ildsjel.listening import archive, intake, keeping
from ildsjel.listening.group_queries import source
from ildsjel.listening.models import Item, Watch
from ildsjel.listening.story_grouping import await_turn
from ildsjel.organisation.audit import changed, record, require, require_own
from ildsjel.organisation.models import Member, Organisation, Right, utc_now

BATCH = 200  # posts in a transaction, so that others write in between


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: pieces and posts asked, of how many, and mentions that are new."""

    pieces: int
    of_pieces: int
    posts: int
    mentions: int = 0


def backfill(
    *,
    by: Member,
    watch: Watch,
    first: date,
    last: date,
    processes: int | None = None,
    cluster: str = "",
) -> Generator[Progress, None, None]:
    """Look from the day `first` to the day `last` (UTC), both included; tells how far it has come.

    Ended early, it goes on from there the next time. See `archive.sweep` for the rest.
    """
    require(by, Right.LISTEN)
    require_own(by, watch)
    folder = keeping.folder_of(watch.organisation_id)
    query = source(watch)
    answers = folder / archive.ASKED / archive.question_of(query)
    with archive.reading(folder):
        pieces = archive.pieces(folder, max(first, _kept_since(watch)), last)
        yield from _ask(answers, pieces, query, processes, cluster)
        hits = [_hits_of_a_day(answers, day) for day in _by_day(pieces)]
        hits = [archive.without_deleted(folder, each) for each in hits]
    found = yield from _store_all(by, watch, query, pieces, hits)
    with transaction.atomic():
        record(by.organisation, "watch.backfill", by=by, target=watch, details={"found": found})
        changed(watch.organisation_id)
    shutil.rmtree(answers, ignore_errors=True)


def _kept_since(watch: Watch) -> date:
    """The first day that the organisation has said it keeps, whether older ones are gone or not."""
    days = Organisation.objects.values_list("archive_days", flat=True).get(pk=watch.organisation_id)
    return (utc_now() - timedelta(days=days)).date()


def _ask(
    folder: Path,
    pieces: Sequence[archive.Piece],
    query: Source,
    processes: int | None,
    cluster: str,
) -> Iterator[Progress]:
    ready = [piece for piece in pieces if archive.is_answered(folder, piece)]
    done, posts = len(ready), sum(piece.rows for piece in ready)
    yield Progress(done, len(pieces), posts)
    for piece in archive.sweep(folder, pieces, query, processes=processes, cluster=cluster):
        done, posts = done + 1, posts + piece.rows
        yield Progress(done, len(pieces), posts)


def _by_day(pieces: Iterable[archive.Piece]) -> list[list[archive.Piece]]:
    return [list(day) for _, day in groupby(pieces, lambda piece: piece.path.parent)]


def _hits_of_a_day(answers: Path, pieces: Sequence[archive.Piece]) -> pa.Table:
    found = pa.concat_tables([archive.answer(answers, piece) for piece in pieces])
    return archive.newest_of(found, pieces)


def _store_all(
    by: Member,
    watch: Watch,
    query: Source,
    pieces: Sequence[archive.Piece],
    hits: Sequence[pa.Table],
) -> Generator[Progress, None, int]:
    """Note what was found, a batch in each transaction; returns how many mentions are new."""
    posts = sum(piece.rows for piece in pieces)
    channels = {row.pk: row for row in Channel.objects.of(by)}
    new = 0
    for rows in hits:
        for at in range(0, len(rows), BATCH):
            by_channel: dict[int, list[Value]] = defaultdict(list)
            for channel, item in archive.items_of(rows.slice(at, BATCH)):
                by_channel[channel].append(item)
            for pk in by_channel.keys() & channels.keys():
                new += _store(channels[pk], watch, query, by_channel[pk])
            yield Progress(len(pieces), len(pieces), posts, new)
    return new


@transaction.atomic
def _store(channel: Channel, watch: Watch, query: Source, items: Sequence[Value]) -> int:
    """Store what is not stored yet, and mention all that is stored in the revision found."""
    Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    now = utc_now()
    by_id = {intake.stored_id(item.external_id): item for item in items}
    known = intake.known(channel, by_id)
    threads = threads_of_parents(channel, items)
    found = dict(zip(by_id, _outcomes(channel, watch, query, list(by_id.values())), strict=True))
    fresh = [intake.as_stored(each, threads) for key, each in found.items() if key not in known]
    new, _ = intake.store(channel, fresh, now=now)
    await_turn(new, {key: each.signature for key, each in found.items()})
    rows = Item.objects.filter(channel=channel, external_id__in=list(by_id), deleted_at=None)
    same = [row for row in rows if row.revision == by_id[row.external_id].revision]
    return intake.mention_more([(row, found[row.external_id].hits) for row in same])


def _outcomes(
    channel: Channel, watch: Watch, query: Source, items: Sequence[Value]
) -> list[Outcome]:
    """What the pipeline says of them for this watch alone."""
    plan = Plan(
        channel_id=channel.pk,
        matcher=compile_watches({watch.pk: query}),
        identity=channel.identity,
        keep_all=True,
        earlier=partial(earlier_languages, channel),
    )
    return run(plan, items)
