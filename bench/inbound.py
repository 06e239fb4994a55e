"""Posts a second through the whole line in, beside bare inserts of the same posts.

The line is `ildsjel.flow.inbound.receive`: matching, routing, and the one transaction that stores
items, mentions, conversations, messages, promises and the cursor. Its peer writes every post of
the same batches as a row into a table of the same shape, with `executemany` and one transaction a
batch, and does nothing else.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from bench import common

if TYPE_CHECKING:
    from ildsjel.channels.models import Channel
    from ildsjel.engine.items import Item
    from ildsjel.organisation.models import Member

BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
US = "did:plc:bergvik"
NAME = "Bergvik"  # stands in no text of the simulator, so we choose how many posts match
WATCHED = (
    "bergvik", '"bergvik kommune"', "#bergvik", "bergvik AND (vei OR skole OR snø)",
    "bergvik NOT ferie", "bergviktunnelen", "bergvikdagene OR bergvikfestivalen",
    '"ordføreren i bergvik"',
)  # fmt: skip
POSTS = {1: 300, 20: 2000, 200: 4000, 500: 5000}  # posts of a run, by size of batch


@dataclass(frozen=True, slots=True)
class Mix:
    """A kind of traffic: how many posts for each one of `POSTS`, and of them how many are kept."""

    name: str
    posts: Callable[[int], "Iterator[Item]"]
    factor: int
    kept: Callable[[int], int]


def firehose(count: int) -> "Iterator[Item]":
    """Everything said on a network; one post in a hundred names us."""
    for number in range(count):
        post = _post(number, thread=number, author=number % 5000)
        yield _with_words(post, f" {NAME} kommune") if number % 100 == 50 else post


def addressed(count: int) -> "Iterator[Item]":
    """Each post names our account and opens a conversation."""
    from ildsjel.engine.items import Address

    for number in range(count):
        yield _post(number, thread=number, author=number % 2000, address=Address.MENTION)


def threads(count: int) -> "Iterator[Item]":
    """Threads of five, a hundred at a time side by side; half of the messages are our own."""
    from ildsjel.engine.items import Address

    for number in range(count):
        block, inside = divmod(number, 500)
        turn, thread = divmod(inside, 100)
        ours = turn in {1, 3} or (turn == 4 and thread % 2 == 1)
        yield _post(
            number,
            thread=block * 500 + thread,
            author=block * 100 + thread,
            parent=number - 100 if turn else None,
            address=Address.REPLY if turn else Address.MENTION,
            own=ours,
        )


MIXES = (
    Mix("firehose", firehose, 10, lambda posts: sum(n % 100 == 50 for n in range(posts))),
    Mix("addressed", addressed, 1, lambda posts: posts),
    Mix("threads", threads, 1, lambda posts: posts),
)


def _post(
    number: int, *, thread: int, author: int, parent: int | None = None, **more: Any
) -> "Item":
    from ildsjel.engine.items import Author, Item

    at = BEGIN + timedelta(seconds=number)
    who = Author(
        external_id=US if more.get("own") else f"did:plc:{author:024d}", handle=f"p{author}.example"
    )
    return Item(
        external_id=_id(number),
        text=common.texts()[number % len(common.texts())],
        author=who,
        published_at=at,
        revision=int(at.timestamp() * 1e6),
        thread_key=_id(thread),
        parent_id="" if parent is None else _id(parent),
        url=f"https://social.example/profile/{author}/post/{number}",
        languages=("nb",),
        reply_context={"root": _id(thread), "cid": f"bafyrei{number:050d}"},
        **more,
    )


def _id(number: int) -> str:
    scattered = Random(number).getrandbits(64)  # ids of a network don't come in order
    return f"at://did:plc:{scattered:020d}/app.bsky.feed.post/{number:013d}"


def _with_words(post: "Item", words: str) -> "Item":
    from dataclasses import replace

    return replace(post, text=post.text + words)


def batches(posts: "Sequence[Item]", size: int) -> "Iterator[list[Item]]":
    rest = iter(posts)
    while batch := list(islice(rest, size)):
        yield batch


def through_the_line(channel: "Channel", posts: "Sequence[Item]", size: int) -> tuple[float, int]:
    """Seconds, and how many posts were stored."""
    from ildsjel.channels.gateway import Batch
    from ildsjel.flow.inbound import receive

    stored = 0
    began = time.perf_counter()
    for number, batch in enumerate(batches(posts, size)):
        stored += receive(
            channel, Batch(items=batch, cursor=str(number)), cursor="stream_cursor"
        ).new
    return time.perf_counter() - began, stored


def into_stories() -> float:
    """Seconds that the loop takes, right after the line, to group what was stored."""
    from ildsjel.listening.story_grouping import group_due

    began = time.perf_counter()
    while group_due():
        pass
    return time.perf_counter() - began


def bare(channel: "Channel", posts: "Sequence[Item]", size: int) -> float:
    """Seconds that the inserts of all these posts take by themselves."""
    from django.db import connection, transaction

    statement, rows = _as_rows(channel, posts)
    began = time.perf_counter()
    for first in range(0, len(rows), size):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, rows[first : first + size])
    return time.perf_counter() - began


def _as_rows(channel: "Channel", posts: "Sequence[Item]") -> tuple[str, list[list[Any]]]:
    from django.db import connection

    from ildsjel.listening import intake
    from ildsjel.listening.models import Item as Row

    fields = [field for field in Row._meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    now = datetime.now(UTC)
    made = [intake._row(channel, post, now) for post in posts]
    rows = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        for row in made
    ]
    return f"INSERT INTO bench_bare ({names}) VALUES ({marks})", rows


def make_bare_table() -> None:
    """A table with the columns, the keys and the indexes of the items' table."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE TABLE bench_bare (LIKE listening_item INCLUDING ALL)")
            return
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'listening_item' AND sql <> ''"
        )
        for (made,) in cursor.fetchall():
            if made.startswith("CREATE TRIGGER"):
                continue
            cursor.execute(
                made.replace("listening_item", "bench_bare").replace('INDEX "', 'INDEX "bare_')
            )


def an_organisation() -> "Member":
    """One with a desk, watches and a rule, as after a set-up."""
    from ildsjel.dialogue.actions import save_desk, save_rule
    from ildsjel.listening.actions import save_watch
    from ildsjel.organisation.actions import create_organisation, create_user, save_calendar

    owner = create_user(email="owner@bergvik.example", password=None, name="Eva")
    member = create_organisation(
        name="Bergvik kommune", owner=owner, language="nb", timezone="Europe/Oslo", country="NO"
    )
    week = [[["08:00", "15:30"]]] * 5 + [[], []]
    calendar = save_calendar(
        by=member, name="Hours", timezone="Europe/Oslo", country="NO", weekly=week
    )
    save_desk(by=member, name="Service", calendar=calendar, first_response_minutes=120)
    roads = save_desk(by=member, name="Roads", calendar=calendar, first_response_minutes=60)
    for words in WATCHED:
        save_watch(by=member, name=words[:100], query=words)
    save_rule(by=member, name="Roads", desk=roads, conditions={"query": "vei OR brøyt* OR snø"})
    return member


def measure(member: "Member", mix: Mix, size: int, scale: float) -> list[object]:
    """One line of the table; RuntimeError when the line stored another number than it must."""
    from ildsjel.channels.models import Channel

    count = max(100, int(POSTS.get(size, 4000) * mix.factor * scale))
    posts = list(mix.posts(count))
    line, peer = (
        Channel.objects.create(
            organisation=member.organisation, kind="bluesky", name=f"{mix.name} {size}", identity=US
        )
        for _ in range(2)
    )
    seconds, stored = through_the_line(line, posts, size)
    if stored != mix.kept(count):
        raise RuntimeError(f"{mix.name}: stored {stored} of {mix.kept(count)} posts")
    grouping = into_stories()
    alone = bare(peer, posts, size)
    rate, peers = count / seconds, count / alone
    return [
        mix.name, size, f"{count:,}", common.figure(rate), common.figure(stored / seconds),
        common.figure(peers), f"{rate / peers:.3f}", f"{100 * grouping / seconds:.1f}",
    ]  # fmt: skip


HEADS = ("mix", "batch", "posts", "posts/s", "stored/s", "bare rows/s", "line / bare", "stories %")


def run(kind: str, options: argparse.Namespace) -> None:
    with common.temporary_database(kind, options.server) as url:
        common.use(url)
        make_bare_table()
        member = an_organisation()
        for mix in MIXES:  # so that no mix pays for what is compiled once
            measure(member, mix, 50, 0.02)
        rows = [
            measure(member, mix, size, options.scale)
            for mix in MIXES
            if mix.name in options.mixes
            for size in options.batches
        ]
        print(f"\n{common.database_version()}\n{common.table(HEADS, rows)}", flush=True)


def main() -> int:
    names = ",".join(mix.name for mix in MIXES)
    options = common.parser(
        "bench.inbound", "Posts a second through the line, beside bare inserts."
    )
    options.add_argument("--batches", type=common.numbers, default=list(POSTS), metavar="N,N")
    options.add_argument("--mixes", default=names, help=f"default: {names}")
    options.add_argument(
        "--scale", type=float, default=1.0, help="more or fewer posts (default: 1)"
    )
    chosen = options.parse_args()
    common.start()
    print(common.machine())
    for kind in common.kinds(chosen.database):
        try:
            run(kind, chosen)
        except common.Skipped as why:
            print(f"\n{kind}: skipped, {why}", file=sys.stderr)
            if chosen.database != "both":
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
