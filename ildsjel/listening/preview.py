"""What a query would find, before it is saved: held against the archive, or where there is none
against the posts stored last, for as long as somebody can be let wait."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ildsjel.engine.language import identify
from ildsjel.engine.matching import Query, explain, source_of
from ildsjel.engine.matching.dissecting import Alternative, Nearly
from ildsjel.engine.matching.exclusions import Exclusion, exclusions
from ildsjel.listening import archive, keeping
from ildsjel.listening.group_queries import saved_groups
from ildsjel.listening.highlight import Piece, as_value, joined, pieces_of
from ildsjel.listening.models import Item
from ildsjel.listening.preview_tally import Day, Kept, Probing, Tally
from ildsjel.organisation.models import Member

DAYS = 30
SECONDS = 0.7  # that the archive is read for one answer
HITS = 8  # shown
NEAR = 5  # shown
SHARES = 12  # alternatives shown
_PIECES = 4  # parts of the archive whose hits are read whole
_STORED = 500  # posts, where there is no archive
_LONGEST_STORED = 20_000  # characters of one of them
_EXCERPT = 240
ROW_BYTES = 1_700  # of a stored post and its mention with their indexes, beside its text

_latest: dict[int, int] = {}
_numbers = itertools.count(1)
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Marks:
    """Texts of hits that the person calls noise, and right."""

    noise: tuple[str, ...] = ()
    right: tuple[str, ...] = ()


UNMARKED = Marks()


@dataclass(frozen=True, slots=True)
class Sample:
    """A post as it is shown: an excerpt, what of the query stands in it, and what it lacks. Of one
    that was marked earlier only the text is known."""

    text: str
    title: str
    pieces: Sequence[Piece]
    terms: Sequence[str]
    author: str = ""
    published_at: datetime | None = None
    lacks: Nearly | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """An alternative: in how many of the hits it stands, and how many it alone brings."""

    part: Alternative
    held: int
    alone: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a day brings, as far as the sample tells: posts that match, bytes to store them,
    conversations to answer, and seconds of one processor to look for them."""

    hits: float
    stored: float
    conversations: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What the posts that were looked at say of a query. `from_archive`: else they are those that
    were stored last. `days` holds each day by its date; one with nothing looked at is unknown."""

    from_archive: bool
    looked_at: int
    hits: int
    days: dict[date, Day]
    shares: Sequence[Share] = ()
    more_alternatives: bool = False
    samples: Sequence[Sample] = ()
    marked: Sequence[Sample] = ()
    near: Sequence[Sample] = ()
    near_posts: int = 0
    languages: Sequence[tuple[str, float]] = ()
    exclusions: Sequence[Exclusion] = ()
    cost: Cost | None = None

    @property
    def days_seen(self) -> int:
        return sum(1 for day in self.days.values() if day.looked_at)

    @property
    def is_whole(self) -> bool:
        """Whether every post of these days was looked at."""
        return all(day.looked_at >= day.posts > 0 for day in self.days.values())


def preview(member: Member, text: str, marks: Marks = UNMARKED) -> Preview:
    """Hold a query against the archive. A later call for the same member ends an earlier one early.
    Raises `QueryError`."""
    query = source_of(text, saved_groups(member.organisation_id)).read()
    stop = _later_one(member)
    folder = keeping.folder_of(member.organisation_id)
    days = archive.latest_days(folder, DAYS)
    tally = Tally(Probing(query))
    if not days:
        for part in _stored_parts(member):
            tally.add(part)
        return _told(tally, dict(sorted(tally.days.items())), marks, archived=False)
    columns = list(dict.fromkeys([*archive.columns_for(whole=tally.probing.whole), "title"]))
    with archive.reading(folder):
        for part in archive.spread(folder, days, columns, seconds=SECONDS, stop=stop):
            archive.prepare(part.posts * len(days))
            tally.add(part)
        return _told(tally, {day: tally.days[day] for day in days}, marks, archived=True)


def _later_one(member: Member) -> Callable[[], bool]:
    """Tells whether this member has asked anew since, in this process."""
    with _lock:
        number = _latest[member.pk] = next(_numbers)
    return lambda: _latest.get(member.pk) != number


def _stored_parts(member: Member) -> Iterator[archive.Part]:
    """The posts stored last, by day."""
    rows = _stored_rows(member)
    said_on = pc.cast(rows["published_at"], pa.date32())
    for day in pc.unique(said_on).to_pylist():
        part = rows.filter(pc.equal(said_on, day))
        yield archive.Part(day, len(part), part, partial(_rows, part))


def _rows(part: pa.Table, numbers: Sequence[int]) -> list[dict[str, Any] | None]:
    rows: list[dict[str, Any] | None] = part.take(pa.array(numbers, pa.int64())).to_pylist()
    return rows


def _stored_rows(member: Member) -> pa.Table:
    rows = Item.objects.filter(organisation_id=member.organisation_id, deleted_at=None, own=False)
    items = list(rows.select_related("channel").order_by("-pk")[:_STORED])
    by_channel: dict[int, list[Item]] = {}
    for item in items:
        item.text = item.text[:_LONGEST_STORED]
        by_channel.setdefault(item.channel_id, []).append(item)
    tables = [
        archive.table_of(
            [as_value(item) for item in each],
            channel=channel,
            network=each[0].channel.kind,
            received_at=each[0].received_at,
        )
        for channel, each in by_channel.items()
    ]
    return pa.concat_tables(tables) if tables else archive.SCHEMA.empty_table()


def _told(tally: Tally, days: dict[date, Day], marks: Marks, *, archived: bool) -> Preview:
    query, parts = tally.probing.query, tally.probing.parts
    found, near = _read_whole(tally)
    shares = [
        Share(part, tally.held[number], tally.alone[number])
        for number, part in enumerate(parts.alternatives)
    ]
    return Preview(
        from_archive=archived,
        looked_at=tally.looked_at,
        hits=tally.hits,
        days=days,
        shares=sorted(shares, key=lambda share: (share.part.among, -share.alone, -share.held)),
        more_alternatives=not parts.whole,
        samples=[_sample(query, row) for row in _newest_first(_far_apart(_unlike(found), HITS))],
        marked=[_sample(query, _bare(text)) for text in (*marks.noise, *marks.right)],
        near=[
            _sample(Query(query.source, parts.nearly[number].node), row, parts.nearly[number])
            for number, row in near
        ],
        near_posts=tally.near.total(),
        languages=_languages(found),
        exclusions=_exclusions(tally, marks),
        cost=_cost(tally, days, found) if tally.looked_at else None,
    )


def _read_whole(tally: Tally) -> tuple[list[dict[str, Any]], list[tuple[int, dict[str, Any]]]]:
    """Hits of a few parts that lie far apart, and posts that nearly match with the number of what
    they lack; each part is read once."""
    with_hits = _far_apart([each for each in tally.kept if each.hits], _PIECES)
    wanted = {id(each): (each, list(each.hits), list[int]()) for each in with_hits}
    near: list[tuple[int, int, int]] = []  # number, part, place among its rows
    for number, kept, row in _near_places(tally, with_hits):
        _, hits, rows = wanted.setdefault(id(kept), (kept, [], []))
        near.append((number, id(kept), len(hits) + len(rows)))
        rows.append(row)
    read = {key: kept.details([*hits, *rows]) for key, (kept, hits, rows) in wanted.items()}
    found = [row for key, (_, hits, _n) in wanted.items() for row in read[key][: len(hits)] if row]
    told = [(number, row) for number, key, at in near if (row := read[key][at])]
    return found, told


def _near_places(tally: Tally, first: Sequence[Kept]) -> Iterator[tuple[int, Kept, int]]:
    """A post for each way to miss, the commonest first; then second ones. Parts that are read
    anyway come first."""
    ways = []
    for number, _ in tally.near.most_common(NEAR):
        anyway = [each for each in first if number in each.near]
        kept = [*anyway, *(each for each in tally.kept if number in each.near)][:2]
        ways.append([(number, each, row) for each in kept for row in each.near[number]][:NEAR])
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*ways))
    yield from itertools.islice((place for place in rounds if place), NEAR)


def _far_apart(rows: list[Any], most: int) -> list[Any]:
    return [rows[number] for number in archive.far_apart(len(rows))[:most]]


def _unlike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One of those that say the same."""
    return list({row["text"]: row for row in rows}.values())


def _newest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["published_at"], reverse=True)


def _sample(query: Query, row: dict[str, Any], lacks: Nearly | None = None) -> Sample:
    because = explain(query, archive.post_of(row)) or []
    spans = joined((s.start, s.end) for each in because for s in each.spans if s.part == "text")
    return Sample(
        text=row["text"],
        title=row["title"],
        pieces=pieces_of(row["text"], spans, length=_EXCERPT),
        terms=tuple(dict.fromkeys(each.term for each in because)),
        author=row["author_name"] or row.get("author_handle", ""),
        published_at=row["published_at"],
        lacks=lacks,
    )


def _bare(text: str) -> dict[str, Any]:
    return {"text": text, "title": "", "tags": (), "author_name": "", "published_at": None}


def _languages(rows: Sequence[dict[str, Any]]) -> list[tuple[str, float]]:
    """The shares of these posts in each language: as the network says, else as they read."""
    silent = [row["text"] for row in rows if not row["languages"]]
    read = [each.codes[0] if each.codes else "" for each in identify(silent)] if silent else []
    said = [row["languages"][0].lower().split("-")[0] for row in rows if row["languages"]]
    counts = Counter([*said, *read])
    return [(code, count / len(rows)) for code, count in counts.most_common()]


def _exclusions(tally: Tally, marks: Marks) -> list[Exclusion]:
    if not marks.noise:
        return []
    marked = {*marks.noise, *marks.right}
    return exclusions(
        tally.probing.query,
        noise=marks.noise,
        right=marks.right,
        others=[text for text in tally.found_texts if text not in marked],
        usual=tally.other_texts,
    )


def _cost(tally: Tally, days: dict[date, Day], found: Sequence[dict[str, Any]]) -> Cost:
    """By the days that were looked at, without the last of several: it is not over."""
    seen = [day for day in days.values() if day.looked_at]
    full = seen[:-1] if len(seen) > 1 else seen
    hits = sum(day.hits / day.share for day in full) / len(full)
    posts = sum(day.posts for day in full) / len(full)
    size = sum(len(row["text"].encode()) + len(row["title"].encode()) for row in found)
    opening = [row for row in found if not (row["own"] or row["automatic"] or row["repost"])]
    threads = {(row["channel"], row["thread_key"]) for row in opening}
    each = len(found) or 1
    return Cost(
        hits=hits,
        stored=hits * (ROW_BYTES + size / each),
        conversations=hits * len(threads) / each,
        seconds=posts * tally.seconds_a_post,
    )
