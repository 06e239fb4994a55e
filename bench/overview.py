"""Server time of listening's pages at several sizes, beside the bare SQL of the same rows.

As `bench.inbox`: pages are asked for through the whole of Django, each with a connection of its
own; the peer is the page's own SELECTs, carried out once more, and nothing made of them. `counting`
is what the overview would ask without tallies: its mentions by watch, hour, channel and language.
"""

import argparse
import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench import common, inbox
from bench.inbox import Inbox, Times, p95

SIZES = [1_000, 100_000, 1_000_000]
LONGEST = 200.0  # milliseconds of server time, for 95 of 100
GROWTH = 2.0
PAGES = {
    "overview, 24 hours": "overview/?period=24h",
    "overview, 7 days": "overview/?period=7d",
    "overview, 28 days": "overview/?period=28d",
    "overview, two watches": "overview/?period=28d&watch=1&watch=3",
    "stream": "",
    "stream, a language": "?language=sv",
}


def open_house(size: int, url: str) -> Inbox:
    """Turn to a filled database and sign a member in."""
    from django.db import connections
    from django.test import Client

    from bench.overview_data import EMAIL
    from ildsjel.organisation.models import Member

    common.use(url)
    member = Member.objects.select_related("organisation", "user").get(user__email=EMAIL)
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    client.force_login(member.user)
    return Inbox(
        size=size,
        wrapper=connections["default"],
        client=client,
        member=member,
        threads=[],
        waiting=[],
        long_threads=[],
        desks=[],
        marks={},
    )


def fill(url: str, size: int) -> None:
    """Fill an empty database, and let it look at what its tables hold, as the loop does."""
    from bench.overview_data import build
    from ildsjel.flow.daily import keep_statistics

    common.use(url)
    began = time.perf_counter()
    build(size, datetime.now(UTC))
    keep_statistics()
    print(f"{size:,}: filled in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def measure(houses: Sequence[Inbox], rounds: int) -> dict[tuple[str, int], Times]:
    """By page and size; the sizes take turns."""
    found: dict[tuple[str, int], Times] = defaultdict(Times)
    for number in range(-2, rounds):  # the first two warm up
        for name, path in PAGES.items():
            for house in houses:
                inbox.turn_to(house)
                address = f"/o/{house.member.organisation.slug}/listen/{path}"
                times = found[name, house.size] if number >= 0 else None
                if (status := inbox.ask(house, address, times)) != 200:
                    raise RuntimeError(f"{name} at {house.size:,}: answered {status}")
    return found


def counting(house: Inbox) -> float:
    """Milliseconds for the counts of 28 days from the mentions themselves."""
    from django.db import connection

    inbox.turn_to(house)
    since = datetime.now(UTC) - timedelta(days=28)
    hour = {"sqlite": "substr(m.published_at, 1, 13)"}.get(
        connection.vendor, "date_trunc('hour', m.published_at)"
    )
    statement = (
        f"SELECT m.watch_id, i.channel_id, m.language, {hour}, count(*) FROM listening_mention m "
        "JOIN listening_item i ON i.id = m.item_id "
        "WHERE m.published_at >= %s AND i.deleted_at IS NULL GROUP BY 1, 2, 3, 4"
    )
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(statement, [since])
        cursor.fetchall()
        return (time.perf_counter() - began) * 1000


HEADS = (
    "page", "mentions", "selects", "rows", "p50 ms", "p95 ms", "CPU p95", "SQL p50", "page/SQL",
    "growth",
)  # fmt: skip


def report(found: dict[tuple[str, int], Times], sizes: Sequence[int]) -> str:
    """One line for each page and size; growth is p95 beside that at the smallest size."""
    lines = [
        [name, f"{size:,}", *_figures(found[name, size], found[name, sizes[0]])]
        for name in PAGES
        for size in sizes
    ]
    return common.table(HEADS, lines)


def _figures(times: Times, smallest: Times) -> list[object]:
    half, sql = common.median(times.page), common.median(times.sql)
    missed = "" if keeps(times, smallest) else " !"
    return [
        times.selects, times.rows, common.figure(half), common.figure(p95(times.page)),
        common.figure(p95(times.work)), common.figure(sql), f"{half / sql:.1f}",
        f"{p95(times.page) / p95(smallest.page):.2f}{missed}",
    ]  # fmt: skip


def keeps(times: Times, smallest: Times) -> bool:
    return p95(times.page) <= min(LONGEST, p95(smallest.page) * GROWTH)


def run(kind: str, options: argparse.Namespace) -> bool:
    """Print the table; whether all pages kept to the bounds."""
    with contextlib.ExitStack() as held:
        houses = []
        for size in options.sizes:
            url = held.enter_context(common.temporary_database(kind, options.server))
            fill(url, size)
            houses.append(open_house(size, url))
        found = measure(houses, options.rounds)
        print(f"\n{common.database_version()}\n{report(found, options.sizes)}", flush=True)
        for house in houses:
            print(f"counting, {house.size:,} mentions: {common.figure(counting(house))} ms")
    return all(keeps(times, found[name, options.sizes[0]]) for (name, _), times in found.items())


def main() -> int:
    options = common.parser("bench.overview", "Server time of listening's pages at several sizes.")
    options.add_argument("--sizes", type=common.numbers, default=SIZES, metavar="N,N")
    options.add_argument("--rounds", type=int, default=20, help="requests a page and size (20)")
    chosen = options.parse_args()
    chosen.sizes.sort()
    common.start()
    print(common.machine())
    kept = True
    for kind in common.kinds(chosen.database):
        try:
            kept &= run(kind, chosen)
        except common.Skipped as why:
            print(f"\n{kind}: skipped, {why}", file=sys.stderr)
    print(f"\nBounds: p95 under {LONGEST:.0f} ms, growth at most {GROWTH:.0f}.")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
