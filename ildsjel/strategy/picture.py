"""The plan as a picture: goals, groups, tactics and channels in four columns, with lines between.

Whatever belongs together shares a thread: a number for each tactic, and for each goal or group that
a channel's mandate names without a tactic between them. What is chosen lights up with all that
shares a thread with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from textwrap import wrap
from typing import Any

from ildsjel.engine.plan.document import (
    AnyElement,
    Channel,
    Element,
    Goal,
    Group,
    Kind,
    Plan,
    Presence,
    Tactic,
    title,
)
from ildsjel.strategy.codec import name_of

COLUMNS = (Kind.GOAL, Kind.GROUP, Kind.TACTIC, Kind.CHANNEL)
GOALS = 12  # in one picture; a longer plan has several
NODE, HEIGHT, GAP, BETWEEN, TOP = 236, 52, 12, 112, 8
WIDTH = 4 * NODE + 3 * BETWEEN
ACROSS, ROWS = 27, 2  # characters in a line of a node, and lines
MIDDLE = HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Node:
    """One element in its place; `lines` are its words as they fit."""

    name: Element
    title: str
    lines: tuple[str, ...]
    x: float
    y: float
    threads: frozenset[int]
    absent: bool  # a channel that we are not on

    @property
    def text_y(self) -> float:
        """Where the first of its lines stands."""
        return self.y + (HEIGHT + 10) / 2 - 9 * (len(self.lines) - 1)


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    threads: frozenset[int]


@dataclass(frozen=True, slots=True)
class Picture:
    """`height` in the units of the drawing; `WIDTH` is as wide as all are."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    height: float

    def lit(self, chosen: Element | None) -> frozenset[int]:
        """The threads through what is chosen."""
        found = (node.threads for node in self.nodes if node.name == chosen)
        return next(found, frozenset())


@dataclass(frozen=True, slots=True)
class Part:
    """What one picture shows of a plan, column by column."""

    goals: tuple[Goal, ...]
    groups: tuple[Group, ...]
    tactics: tuple[Tactic, ...]
    channels: tuple[Channel, ...]
    page: int
    pages: int

    @property
    def columns(self) -> tuple[tuple[AnyElement, ...], ...]:
        return (self.goals, self.groups, self.tactics, self.channels)


def part_of(plan: Plan, page: int = 1) -> Part:
    """The goals of a page with what belongs to them; on the last one also what belongs to none."""
    pages = max(1, -(-len(plan.goals) // GOALS))
    page = min(max(page, 1), pages)
    goals = plan.goals[(page - 1) * GOALS : page * GOALS]
    mine = {goal.key for goal in goals}
    tactics = [each for each in plan.tactics if each.goal in mine]
    groups = {each.group for each in tactics}
    channels = {key for each in tactics for key in each.channels}
    channels |= {each.key for each in plan.channels if mine & set(each.goals)}
    if page == pages:
        tactics += [each for each in plan.tactics if not each.goal]
        used = {each.group for each in plan.tactics}
        groups |= {each.group for each in tactics}
        groups |= {each.key for each in plan.groups if each.key not in used}
        tied = {key for each in plan.tactics for key in each.channels}
        channels |= {each.key for each in plan.channels if not each.goals and each.key not in tied}
        channels |= {key for each in tactics for key in each.channels}
    return Part(
        goals,
        tuple(each for each in plan.groups if each.key in groups),
        tuple(tactics),
        tuple(each for each in plan.channels if each.key in channels),
        page,
        pages,
    )


def draw(part: Part) -> Picture:
    """The picture of a part, its columns in an order in which few lines cross."""
    goals, groups, tactics, channels = part.goals, part.groups, part.tactics, part.channels
    links = _links(tactics)
    place = {each.key: float(at) for at, each in enumerate(goals)}
    groups = _sorted(groups, _means(groups, links.goals_of_group, place))
    beside = {each.key: at for at, each in enumerate(groups)}
    tactics = tuple(
        sorted(tactics, key=lambda each: (place.get(each.goal, 1e6), beside.get(each.group, 1e6)))
    )
    rows = {each.key: float(at) for at, each in enumerate(tactics)}
    channels = _sorted(
        channels,
        _means(channels, links.tactics_of_channel, rows),
        last=lambda each: isinstance(each, Channel) and each.presence is Presence.NOT_HERE,
    )
    threads = _threads(goals, groups, tactics, channels)
    columns: tuple[tuple[AnyElement, ...], ...] = (goals, groups, tactics, channels)
    height = 2 * TOP + max((len(column) for column in columns), default=0) * (HEIGHT + GAP)
    nodes = {
        node.name: node
        for at, column in enumerate(columns)
        for node in _column(at, column, height, threads)
    }
    return Picture(tuple(nodes.values()), tuple(_lines(tactics, nodes)), height)


@dataclass(frozen=True, slots=True)
class _Links:
    goals_of_group: Mapping[str, list[str]]
    tactics_of_channel: Mapping[str, list[str]]


def _links(tactics: Iterable[Tactic]) -> _Links:
    goals: dict[str, list[str]] = defaultdict(list)
    used: dict[str, list[str]] = defaultdict(list)
    for each in tactics:
        goals[each.group].append(each.goal)
        for key in each.channels:
            used[key].append(each.key)
    return _Links(goals, used)


def _means(
    column: Iterable[AnyElement], beside: Mapping[str, list[str]], places: Mapping[str, float]
) -> dict[str, float]:
    """By key the mean place of an element's neighbours; far down where it has none."""
    found = {}
    for each in column:
        known = [places[key] for key in beside.get(each.key, ()) if key in places]
        found[each.key] = sum(known) / len(known) if known else 1e6
    return found


def _sorted(column: Any, places: Mapping[str, float], last: Any = None) -> tuple[Any, ...]:
    after = last or (lambda _each: False)
    return tuple(sorted(column, key=lambda each: (after(each), places[each.key])))


def _threads(goals: Any, groups: Any, tactics: Any, channels: Any) -> Mapping[Element, set[int]]:
    """The threads of each element that is shown."""
    found: dict[Element, set[int]] = defaultdict(set)
    numbers, together = count(1), set()
    for each in tactics:
        number = next(numbers)
        names = [name_of(each), Element(Kind.GOAL, each.goal), Element(Kind.GROUP, each.group)]
        for name in (*names, *(Element(Kind.CHANNEL, key) for key in each.channels)):
            found[name].add(number)
        together |= {(key, each.goal) for key in each.channels}
        together |= {(key, each.group) for key in each.channels}
    for channel in channels:
        named = [Element(Kind.GOAL, key) for key in channel.goals]
        named += [Element(Kind.GROUP, key) for key in channel.groups]
        for name in named:
            if (channel.key, name.key) not in together:
                number = next(numbers)
                found[name].add(number)
                found[name_of(channel)].add(number)
    return found


def _column(
    at: int, column: Sequence[AnyElement], height: float, threads: Mapping[Element, set[int]]
) -> Iterable[Node]:
    """Its nodes, spread over the middle of the picture."""
    step = HEIGHT + GAP
    top = TOP + (height - 2 * TOP - len(column) * step) / 2
    for row, each in enumerate(column):
        absent = isinstance(each, Channel) and each.presence is Presence.NOT_HERE
        yield Node(
            name_of(each),
            title(each),
            fitted(title(each)),
            at * (NODE + BETWEEN),
            top + row * step,
            frozenset(threads.get(name_of(each), ())),
            absent,
        )


def fitted(words: str) -> tuple[str, ...]:
    """A title in as many lines as a node has, with an ellipsis where that is too little."""
    return tuple(wrap(words, ACROSS, max_lines=ROWS, placeholder=" …")) or ("",)


def _lines(tactics: Sequence[Tactic], nodes: Mapping[Element, Node]) -> Iterable[Line]:
    """One line for each pair of neighbours, whoever shares it."""
    shared: dict[tuple[Element, Element], set[int]] = defaultdict(set)
    for tactic in tactics:
        here = Element(Kind.TACTIC, tactic.key)
        goal, group = Element(Kind.GOAL, tactic.goal), Element(Kind.GROUP, tactic.group)
        number = min(nodes[here].threads)
        pairs = [(goal, group), (group, here)] if group in nodes else [(goal, here)]
        pairs += [(here, Element(Kind.CHANNEL, key)) for key in tactic.channels]
        for pair in pairs:
            if pair[0] in nodes and pair[1] in nodes:
                shared[pair].add(number)
    for (start, end), threads in shared.items():
        yield Line(_curve(nodes[start], nodes[end]), frozenset(threads))


def _curve(start: Node, end: Node) -> str:
    x, y = start.x + NODE, start.y + MIDDLE
    to_x, to_y = end.x, end.y + MIDDLE
    bend = (to_x - x) / 2
    return f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
