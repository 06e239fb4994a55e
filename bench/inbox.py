"""Server time of the inbox's pages at several sizes, beside the bare SQL of the same rows.

Pages are asked for through the whole of Django (middleware, session, queries, templates), each with
a connection of its own to the database, as the server does it. The peer is what the page read: its
SELECTs, carried out once more through an open connection, and nothing made of them. The sizes take
turns, so that whatever else the machine does slows all of them alike.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from bench import common

if TYPE_CHECKING:
    from django.test import Client

    from ildsjel.organisation.models import Member

SIZES = [1_000, 100_000, 1_000_000]
LONGEST = 100.0  # milliseconds of server time, for 95 of 100
GROWTH = 2.0  # of that time from the smallest to the largest size
Statement = tuple[str, Any]


@dataclass(slots=True)
class Inbox:
    """A database of one size, and what the addresses of its pages are made from."""

    size: int
    wrapper: Any
    client: "Client"
    member: "Member"
    threads: list[int]
    waiting: list[int]
    long_threads: list[int]
    desks: list[int]
    marks: dict[str, list[str]]
    chance: Random = field(default_factory=lambda: Random(4))


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its name, and the address to ask for this time.

    A search may take longer where there is more to search; lists and threads may not.
    """

    name: str
    address: Callable[[Inbox], str]
    may_grow: bool = False


@dataclass(slots=True)
class Times:
    """Milliseconds of each request, of our processor's work in it, and of its SELECTs alone."""

    page: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)
    selects: int = 0
    rows: int = 0  # that they gave


def _at(inbox: Inbox, name: str, *values: object, query: str = "") -> str:
    from ildsjel.organisation.pages import address

    return address(inbox.member, name, *values) + query


def _list(query: str) -> Callable[[Inbox], str]:
    return lambda inbox: _at(inbox, "dialogue:list", query=query)


def _deep(state: str) -> Callable[[Inbox], str]:
    def address(inbox: Inbox) -> str:
        mark = inbox.chance.choice(inbox.marks[state])
        return _at(inbox, "dialogue:list", query=f"?view={state}&after={mark}")

    return address


def _thread(held: str) -> Callable[[Inbox], str]:
    return lambda inbox: _at(inbox, "dialogue:thread", inbox.chance.choice(getattr(inbox, held)))


def _desk(inbox: Inbox) -> str:
    desk = inbox.chance.choice(inbox.desks)
    return _at(inbox, "dialogue:list", query=f"?view=open&desk={desk}")


def _search(words: Sequence[str]) -> Callable[[Inbox], str]:
    def address(inbox: Inbox) -> str:
        asked = inbox.chance.choice(words).format(number=inbox.chance.choice(inbox.threads))
        return _at(inbox, "web:search", query=f"?q={asked.replace(' ', '+')}")

    return address


PAGES = (
    Page("today", lambda inbox: _at(inbox, "web:today")),
    Page("needs an answer", _list("")),
    Page("open", _list("?view=open")),
    Page("open, deep", _deep("open")),
    Page("mine", _list("?view=mine")),
    Page("unassigned", _list("?view=unassigned")),
    Page("a desk", _desk),
    Page("closed", _list("?view=closed")),
    Page("closed, deep", _deep("closed")),
    Page("a thread", _thread("threads")),
    Page("a thread to answer", _thread("waiting")),
    Page("a thread of 500", _thread("long_threads")),
    Page("search, common word", _search(["barnehage", "vann", "skole", "buss"]), True),
    Page("search, one message", _search(["sak {number}"]), True),
    Page("search, start of word", _search(["brøy", "kom", "ve", "i"]), True),
    Page("mentions", lambda inbox: _at(inbox, "listening:mentions")),
)
MAY_GROW = {page.name for page in PAGES if page.may_grow}


def open_inbox(size: int, url: str) -> Inbox:
    """Turn to a filled database and sign a member in."""
    from django.db import connections
    from django.test import Client

    from bench.inbox_data import EMAIL, LONG_THREAD, freshen
    from ildsjel.dialogue.models import Conversation, Desk
    from ildsjel.organisation.models import Member

    common.use(url)
    freshen(datetime.now(UTC))
    member = Member.objects.select_related("organisation", "user").get(user__email=EMAIL)
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    client.force_login(member.user)
    chance = Random(3)
    rows = Conversation.objects.values_list("pk", flat=True)
    long_threads = list(rows.filter(pk__in=range(LONG_THREAD, size + 1, 10_000)))
    return Inbox(
        size=size,
        wrapper=connections["default"],
        client=client,
        member=member,
        threads=[chance.randrange(1, size + 1) for _ in range(1000)],
        waiting=list(rows.exclude(promised_at=None).order_by("promised_at")[:500]),
        long_threads=long_threads,
        desks=list(Desk.objects.values_list("pk", flat=True)),
        marks={state: _marks(state, size, chance) for state in ("open", "closed")},
    )


def _marks(state: str, size: int, chance: Random) -> list[str]:
    """Where pages may begin, spread over the whole of a list."""
    from ildsjel.dialogue.models import Conversation
    from ildsjel.dialogue.paging import LATEST, place_of, written

    drawn = [chance.randrange(1, size + 1) for _ in range(5000)]
    rows = Conversation.objects.filter(state=state, pk__in=drawn)[:200]
    return [written(place_of(row, LATEST)) for row in rows]


def ask(inbox: Inbox, address: str, times: Times | None) -> int:
    """Ask for a page once; note its time and that of its SELECTs. Returns the status."""
    from django.db import connection

    connection.close()  # each request opens its own, as on the server
    seen: list[Statement] = []
    began, worked = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(_noting(seen)):
        answer = inbox.client.get(address)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    if times is not None and answer.status_code == 200:
        times.page.append(took * 1000)
        times.work.append(worked * 1000)
        seconds, times.rows = _again(seen)
        times.sql.append(seconds * 1000)
        times.selects = len(seen)
    return answer.status_code


def _noting(seen: list[Statement]) -> Callable[..., Any]:
    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT"):
            seen.append((sql, params))
        return execute(sql, params, many, context)

    return note


def _again(seen: Sequence[Statement]) -> tuple[float, int]:
    """Seconds for the same statements by themselves with all their rows fetched, and how many."""
    from django.db import connection

    with connection.cursor() as cursor:
        rows, began = 0, time.perf_counter()
        for sql, params in seen:
            cursor.execute(sql, params)
            rows += len(cursor.fetchall())
        return time.perf_counter() - began, rows


def turn_to(inbox: Inbox) -> None:
    from django.db import connections

    connections["default"] = inbox.wrapper


def measure(inboxes: Sequence[Inbox], rounds: int) -> dict[tuple[str, int], Times]:
    """By page and size; pages that do not answer are left out, and said."""
    there = [page for page in PAGES if _is_there(inboxes, page)]
    found: dict[tuple[str, int], Times] = defaultdict(Times)
    for number in range(rounds):
        for page in there:
            for place in range(len(inboxes)):
                inbox = inboxes[(place + number) % len(inboxes)]
                turn_to(inbox)
                status = ask(inbox, page.address(inbox), found[page.name, inbox.size])
                if status != 200:
                    raise RuntimeError(f"{page.name} at {inbox.size:,}: answered {status}")
    return found


def _is_there(inboxes: Sequence[Inbox], page: Page) -> bool:
    """Whether there is such a page; asking also warms up templates and the disk's cache."""
    for inbox in inboxes:
        turn_to(inbox)
        for _ in range(3):
            status = ask(inbox, page.address(inbox), None)
        if status != 200:
            _say(f"left out: {page.name} ({page.address(inbox)}) answers {status}")
            return False
    return True


HEADS = (
    "page", "conversations", "selects", "rows", "p50 ms", "p95 ms", "CPU p95", "SQL p50", "SQL p95",
    "page/SQL", "growth", "CPU growth",
)  # fmt: skip


def report(found: dict[tuple[str, int], Times], sizes: Sequence[int]) -> str:
    """One line for each page and size; growth is p95 beside that at the smallest size."""
    names = dict.fromkeys(name for name, _ in found)
    lines = [
        [name, f"{size:,}", *_figures(name, found[name, size], found[name, sizes[0]])]
        for name in names
        for size in sizes
    ]
    return common.table(HEADS, lines)


def _figures(name: str, times: Times, smallest: Times) -> list[object]:
    half, sql = common.median(times.page), common.median(times.sql)
    most = [p95(values) for values in (times.page, times.work, times.sql)]
    growth, work_growth = most[0] / p95(smallest.page), most[1] / p95(smallest.work)
    missed = "" if keeps(name, times, smallest) else " !"
    return [
        times.selects, times.rows, common.figure(half), common.figure(most[0]),
        common.figure(most[1]), common.figure(sql), common.figure(most[2]), f"{half / sql:.1f}",
        f"{growth:.2f}{missed}", f"{work_growth:.2f}",
    ]  # fmt: skip


def p95(values: Sequence[float]) -> float:
    return common.percentile(values, 0.95)


def keeps(name: str, times: Times, smallest: Times) -> bool:
    """Whether a page is fast enough, and not much slower than at the smallest size."""
    bound = LONGEST if name in MAY_GROW else min(LONGEST, p95(smallest.page) * GROWTH)
    return p95(times.page) <= bound


@contextlib.contextmanager
def filled(kind: str, size: int, options: argparse.Namespace) -> Iterator[str]:
    """The address of a database of this size, made where it is not kept already."""
    from bench import inbox_data

    name = f"ildsjel_bench_inbox_{size}_{inbox_data.fingerprint()}"
    if kind == "sqlite":
        options.cache.mkdir(parents=True, exist_ok=True)
        file = options.cache / f"{name}.sqlite3"
        if not file.exists():
            _fill_file(file, size)
        _say(f"sqlite {size:,}: {common.size_on_disk(file) / 1e6:,.0f} MB in {file}")
        yield f"sqlite:///{file}"
        return
    if not common.has_postgres(options.server, name):
        _fill_postgres(options.server, name, size)
    try:
        yield common.postgres_url(options.server, name)
    finally:
        if not options.keep:
            common.close()
            common.drop_postgres(options.server, name)


def _fill_file(file: Path, size: int) -> None:
    """Under another name until it is whole, so that a stop leaves no half database to be used."""
    building = file.with_suffix(".building")
    for rest in file.parent.glob(f"{building.name}*"):
        rest.unlink()
    _fill(f"sqlite:///{building}", size)
    common.close()
    building.rename(file)


def _fill_postgres(server: str, name: str, size: int) -> None:
    building = f"{name}_building"
    common.drop_postgres(server, building)
    common.create_postgres(server, building)
    _fill(common.postgres_url(server, building), size)
    common.close()
    common.rename_postgres(server, building, name)


FILLING = {  # nothing to lose: it is begun again if it is stopped
    "sqlite": ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000"),
    "postgresql": ("synchronous_commit=off", "maintenance_work_mem='512MB'"),
}
FILLED = {  # on PostgreSQL what its autovacuum does by itself within minutes of such a load
    "sqlite": ("PRAGMA journal_mode=WAL",),
    "postgresql": ("VACUUM ANALYZE", "RESET ALL"),
}


def _fill(url: str, size: int) -> None:
    from django.db import connection

    from bench import inbox_data
    from bench.inbox_tables import execute

    common.use(url)
    for setting in FILLING[connection.vendor]:
        execute(f"{'PRAGMA' if connection.vendor == 'sqlite' else 'SET'} {setting}")
    began = time.perf_counter()
    inbox_data.build(size, datetime.now(UTC), _say)
    _say(f"{connection.vendor} {size:,}: filled in {time.perf_counter() - began:.0f} s")
    for statement in FILLED[connection.vendor]:
        execute(statement)


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def run(kind: str, options: argparse.Namespace) -> bool:
    """Print the table; whether all pages kept to the bounds."""
    from bench.inbox_tables import execute

    with contextlib.ExitStack() as held:
        urls = {size: held.enter_context(filled(kind, size, options)) for size in options.sizes}
        inboxes = []
        for size, url in urls.items():
            inbox = open_inbox(size, url)
            if options.analyze:
                execute("ANALYZE")
            inboxes.append(inbox)
        found = measure(inboxes, options.rounds)
        print(f"\n{common.database_version()}\n{report(found, options.sizes)}", flush=True)
    kept = [keeps(name, times, found[name, options.sizes[0]]) for (name, _), times in found.items()]
    if not kept:
        print("No page could be measured.", flush=True)
    return bool(kept) and all(kept)


def options() -> argparse.ArgumentParser:
    found = common.parser("bench.inbox", "Server time of the inbox's pages at several sizes.")
    found.add_argument("--sizes", type=common.numbers, default=SIZES, metavar="N,N")
    found.add_argument("--rounds", type=int, default=60, help="requests a page and size (60)")
    found.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "ildsjel-bench",
        help="folder in which filled SQLite databases are kept (a million take about 5 GB)",
    )
    found.add_argument("--keep", action="store_true", help="keep filled PostgreSQL databases")
    found.add_argument(
        "--analyze",
        action="store_true",
        help="ANALYZE before measuring, which nobody does on SQLite",
    )
    return found


def main() -> int:
    chosen = options().parse_args()
    chosen.sizes.sort()
    common.start()
    print(common.machine())
    kept = True
    for kind in common.kinds(chosen.database):
        try:
            kept &= run(kind, chosen)
        except common.Skipped as why:
            print(f"\n{kind}: skipped, {why}", file=sys.stderr)
    bounds = (
        f"p95 under {LONGEST:.0f} ms and, but for searches, at most {GROWTH:.0f} times that of "
        "the smallest size"
    )
    print(
        f"\n{'All pages kept' if kept else 'Marked with !: did not keep'} to the bounds: {bounds}."
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
