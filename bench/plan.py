"""How long a large plan takes to read and to check itself, beside PyYAML alone.

python -m bench.plan [--times 5]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date

import yaml

from ildsjel.engine.plan import Evidence, Plan, check, examine, write
from ildsjel.engine.plan.document import (
    Channel,
    Goal,
    Group,
    Horizon,
    Measure,
    MediumRole,
    Person,
    Promise,
    Tactic,
)
from ildsjel.engine.plan.scalars import hours

GOALS, GROUPS, TACTICS, CHANNELS, PEOPLE = 200, 100, 1_000, 60, 40
TODAY = date(2026, 12, 1)
BOUND = 1.0  # seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    text = write(large_plan())
    plan = examine(text).plan
    assert plan is not None
    size = f"{GOALS} goals, {GROUPS} groups, {TACTICS} tactics, {CHANNELS} channels"
    print(f"{size}: {len(text)} characters")
    found = check(plan, Evidence.none(), TODAY)
    print(f"{len(found)} findings; median of {times} runs")
    peer = seconds(times, lambda: yaml.load(text, Loader=yaml.CSafeLoader))
    ours = seconds(times, lambda: examine(text))
    rules = seconds(times, lambda: check(plan, Evidence.none(), TODAY))
    both = ours + rules
    print(f"{'PyYAML (libyaml) to dictionaries':36} {peer:7.3f} s")
    print(f"{'read with lines and every fault':36} {ours:7.3f} s  {ours / peer:5.2f} x PyYAML")
    print(f"{'check by all rules':36} {rules:7.3f} s  {rules / peer:5.2f} x PyYAML")
    print(f"{'read and check':36} {both:7.3f} s  {both / peer:5.2f} x PyYAML")
    return int(both > BOUND)


def large_plan() -> Plan:
    """A plan of the size that the self-check must manage, two in three elements whole."""
    week = tuple((hours("08:00-16:00"),) if day < 5 else () for day in range(7))
    return Plan(
        organisation="Large",
        currency="NOK",
        people=tuple(
            Person(key=f"person-{n}", name=f"Person {n}", management=n < 8, hours_a_week=20)
            for n in range(PEOPLE)
        ),
        goals=tuple(_goal(n) for n in range(GOALS)),
        groups=tuple(
            Group(key=f"group-{n}", name=f"Group {n}", need="An answer" * (n % 3), size=n * 100)
            for n in range(GROUPS)
        ),
        tactics=tuple(_tactic(n) for n in range(TACTICS)),
        channels=tuple(
            Channel(
                key=f"channel-{n}",
                name=f"Channel {n}",
                goals=(f"goal-{n}",),
                groups=(f"group-{n}",),
                owner=f"person-{n % PEOPLE}",
                deputy=f"person-{(n + 1) % PEOPLE}" if n % 3 else "",
                hours_a_month=20,
                promise=Promise(minutes=120, hours=week),
            )
            for n in range(CHANNELS)
        ),
    )


def _goal(n: int) -> Goal:
    measure = Measure(definition="Calls", unit="calls", baseline=9, target=5, due=TODAY)
    return Goal(
        key=f"goal-{n}",
        statement=f"Goal {n}: something gets better for somebody",
        why="Because it matters to those who live here, and to those who work here. " * 3,
        owner=f"person-{n % 8}",
        parent=f"goal-{n // 10}" if n >= 10 else "",
        measure=measure if n % 3 else None,
    )


def _tactic(n: int) -> Tactic:
    return Tactic(
        key=f"tactic-{n}",
        name=f"Tactic {n}",
        goal=f"goal-{n % GOALS}",
        group=f"group-{n % GROUPS}",
        role=list(MediumRole)[n % len(MediumRole)] if n % 3 else None,
        problem="What people ask and nobody answers, in the evening above all.",
        horizon=Horizon.LONG,
        channels=(f"channel-{n % CHANNELS}", f"channel-{(n + 7) % CHANNELS}"),
        owner=f"person-{n % PEOPLE}",
    )


def seconds(times: int, work: Callable[[], object]) -> float:
    """The median over so many runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    raise SystemExit(main())
