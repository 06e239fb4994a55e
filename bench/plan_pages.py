"""The plan's pages with a large plan, cold and warm, beside the bare SQL of the same rows.

    python -m bench.plan_pages

Cold: nothing of the plan is in memory, as after each change of it. The peer is what the page's own
rows cost: every column of every table of the plan, fetched through an open connection.
"""

import random
import sys
from collections.abc import Callable
from time import perf_counter

from bench.common import (
    Skipped,
    database_version,
    figure,
    kinds,
    machine,
    median,
    parser,
    start,
    table,
    temporary_database,
    use,
)

GOALS, GROUPS, TACTICS, CHANNELS, PEOPLE = 200, 100, 1000, 60, 40
ROUNDS = 7
BOUND = 1.0  # seconds of server time, cold
PAGES = {
    "picture": "",
    "picture, last page": "?page=17",
    "matrix": "matrix/",
    "findings": "findings/",
    "everything": "everything/",
    "management": "management/",
}


def main() -> int:
    options = parser("bench.plan_pages", __doc__ or "").parse_args()
    start()
    print(f"{machine()}\n{GOALS} goals, {GROUPS} groups, {TACTICS} tactics, {CHANNELS} channels")
    worst = 0.0
    for kind in kinds(options.database):
        try:
            with temporary_database(kind, options.server) as url:
                use(url)
                worst = max(worst, measure())
        except Skipped as reason:
            print(f"{kind} is left out: {reason}")
    print(f"The slowest took {worst:.3f} s; the bound is {BOUND:.0f} s.")
    return 0 if worst < BOUND else 1


def measure() -> float:
    """Print the figures for the database in use; returns the slowest median, in seconds."""
    from django.test import Client

    from ildsjel.organisation.actions import create_organisation, create_user
    from ildsjel.strategy.actions import apply

    user = create_user(email="bench@example.org", password=None, name="Bench")
    owner = create_organisation(
        name="Bench", owner=user, language="en", timezone="Europe/Oslo", country="NO"
    )
    began = perf_counter()
    apply(by=owner, plan=large_plan(), why="bench")
    stored = perf_counter() - began
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    base = f"/o/{owner.organisation.slug}/plan/"
    bare = median([timed(bare_sql) for _ in range(ROUNDS)])
    rows, worst = [], 0.0
    for name, path in PAGES.items():
        client.get(base + path)
        cold = median(
            [timed(lambda p=path: ask(client, base + p, cold=True)) for _ in range(ROUNDS)]
        )
        warm = asked(client, base + path)
        rows.append([name, *(figure(1000 * each) for each in (cold, warm)), figure(cold / bare)])
        worst = max(worst, cold)
    cold = median([timed(lambda: check_alone(owner)) for _ in range(ROUNDS)])
    rows.append(["the check alone", figure(1000 * cold), "-", figure(cold / bare)])
    print(f"\n{database_version()}; stored as one version in {stored:.2f} s")
    print(f"bare SQL of all its rows: {1000 * bare:.1f} ms")
    print(table(["page", "cold ms", "warm ms", "cold / bare SQL"], rows))
    return worst


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def asked(client: object, url: str, *, cold: bool = False) -> float:
    """Seconds for a page, the median of some rounds."""
    return median([timed(lambda: ask(client, url, cold=cold)) for _ in range(ROUNDS)])


def ask(client: object, url: str, *, cold: bool = False) -> None:
    if cold:
        forget()
    answer = client.get(url)  # type: ignore[attr-defined]
    if answer.status_code != 200:
        raise SystemExit(f"{url}: {answer.status_code}")


def forget() -> None:
    """What a change of the plan makes every process forget."""
    from ildsjel.strategy import documents, findings

    documents._plan.cache_clear()
    findings._found.cache_clear()


def check_alone(owner: object) -> None:
    from ildsjel.strategy.findings import findings_of

    forget()
    findings_of(owner)  # type: ignore[arg-type]


def bare_sql() -> None:
    """All rows of the plan, as the database gives them."""
    from django.db import connection

    from ildsjel.strategy.documents import TABLES

    with connection.cursor() as cursor:
        for each in TABLES.values():
            cursor.execute(f'SELECT * FROM "{each._meta.db_table}" WHERE archived_at IS NULL')
            cursor.fetchall()


def large_plan():  # type: ignore[no-untyped-def]
    """A plan in which much is right and some is missing, the same in every run."""
    from ildsjel.engine.plan import document as d

    chance = random.Random(11)
    people = tuple(
        d.Person(key=f"p{n}", name=f"Person {n}", hours_a_week=20.0) for n in range(PEOPLE)
    )
    goals = tuple(
        d.Goal(
            key=f"g{n}", statement=f"Goal number {n} that somebody wants to reach",
            kind=chance.choice(list(d.GoalKind)), owner=f"p{n % PEOPLE}" if n % 5 else "",
            parent=f"g{n // 10}" if n >= 20 else "",
            measure=d.Measure(definition="Calls", unit="calls", baseline=100.0, target=50.0),
        )
        for n in range(GOALS)
    )  # fmt: skip
    groups = tuple(
        d.Group(key=f"s{n}", name=f"Group number {n}", need="To be answered") for n in range(GROUPS)
    )
    channels = tuple(
        d.Channel(
            key=f"c{n}", name=f"Channel {n}", owner=f"p{n % PEOPLE}",
            goals=tuple(sorted({f"g{chance.randrange(GOALS)}" for _ in range(4)})),
            hours_a_month=10.0, promise=d.Promise(minutes=120),
        )
        for n in range(CHANNELS)
    )  # fmt: skip
    tactics = tuple(
        d.Tactic(
            key=f"t{n}", name=f"Tactic number {n} in some words",
            goal=f"g{chance.randrange(GOALS)}",
            group=f"s{chance.randrange(GROUPS)}", role=chance.choice(list(d.MediumRole)),
            channels=tuple({f"c{chance.randrange(CHANNELS)}" for _ in range(2)}),
        )
        for n in range(TACTICS)
    )  # fmt: skip
    return d.Plan(
        organisation="Bench", language="en", currency="NOK", people=people, goals=goals,
        groups=groups, tactics=tactics, channels=channels,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
