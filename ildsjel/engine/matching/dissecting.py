"""A query taken apart: what each alternative brings, and what a post lacks that nearly matches.

For whoever writes a query. Each part becomes a query of its own, so that one matcher holds them all
against the same posts at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import regex

from ildsjel.engine.matching.nodes import (
    And,
    Kind,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Place,
    Query,
    Term,
    Window,
    Zone,
    only_says_not,
    terms_of,
)
from ildsjel.engine.matching.reading import is_placed
from ildsjel.engine.matching.scanner import QUOTES

MOST_ALTERNATIVES = 100  # that are weighed, of one query
MOST_LOOSENED = 30  # alternatives of one part that are looked for in other forms
LEAST_LONGER = 4  # characters of a word that is looked for within longer ones
_AFTER = regex.compile(rf"[{QUOTES}}}](?:~\d+)?")
_NEGATED = regex.compile(r"NOT\s+$")
_FIELD = regex.compile(rf"(?:[a-z]+:)?[{QUOTES}{{]?$")


class Lack(StrEnum):
    """Why a post does not match."""

    MISSING = "missing"  # the part is not there
    PRESENT = "present"  # it is, and must not be
    APART = "apart"  # its words are there, but not so close, or not in this order
    CAPITALS = "capitals"  # it is written in other letters
    LONGER = "longer"  # it is there as part of a longer word only


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of several of which one must be there. `text`: as it is written; `among`: the number of
    the OR that it stands in."""

    text: str
    among: int
    node: Node


@dataclass(frozen=True, slots=True)
class Nearly:
    """The query with one part given up, or taken less strictly. What this finds and the query does
    not, fails by that part alone."""

    text: str
    lack: Lack
    node: Node


@dataclass(frozen=True, slots=True)
class Dissection:
    """`whole` is false where there are more alternatives than are weighed."""

    alternatives: tuple[Alternative, ...]
    nearly: tuple[Nearly, ...]
    whole: bool = True


def dissect(query: Query) -> Dissection:
    """The parts of a query."""
    branches = [_flat(branch, And) for branch in _flat(query.root, Or)]
    found = list(_alternatives(query, branches))
    nearly = [each for parts in branches for each in _nearly(query, parts)]
    kept = tuple(found[:MOST_ALTERNATIVES])
    return Dissection(kept, tuple(nearly), len(kept) == len(found))


def _flat(node: Node, kind: type[And] | type[Or]) -> list[Node]:
    """The parts of an AND (or an OR) and of those within it; the node itself if it is none."""
    if isinstance(node, And | Or) and isinstance(node, kind):
        return [each for part in node.parts for each in _flat(part, kind)]
    return [node]


def _alternatives(query: Query, branches: Sequence[Sequence[Node]]) -> Iterator[Alternative]:
    """First the branches of the whole query, where there are several; then those of each OR in one
    that has to be there."""
    groups: list[list[Node]] = []
    if len(branches) > 1:
        groups.append([_all(parts) for parts in branches])
    groups += [_flat(part, Or) for parts in branches for part in parts if isinstance(part, Or)]
    for among, nodes in enumerate(groups):
        by_place: dict[Place, list[Node]] = {}
        for node in nodes:
            if not only_says_not(node):
                by_place.setdefault(_place(node), []).append(node)
        if len(by_place) > 1:
            for same in by_place.values():
                yield Alternative(written(query.source, same[0]), among, _any(same))


def _nearly(query: Query, parts: Sequence[Node]) -> Iterator[Nearly]:
    for at, part in enumerate(parts):
        rest = [*parts[:at], *parts[at + 1 :]]
        text = written(query.source, part)
        if isinstance(part, Not):
            yield Nearly(text, Lack.PRESENT, _all(rest))
            continue
        for lack, node in _loosened(part):
            yield Nearly(text, lack, _all([*rest, node]))
        if any(map(_looks_for_words, rest)):
            yield Nearly(text, Lack.MISSING, _all(rest))


def _looks_for_words(part: Node) -> bool:
    """Without any, what is left of a query would say nothing of what it is about."""
    return not only_says_not(part) and any(map(is_placed, terms_of(part)))


def _all(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _any(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _loosened(part: Node) -> Iterator[tuple[Lack, Node]]:
    """The same part less strictly, in each way in which it can be taken so."""
    by_lack: dict[Lack, list[Node]] = {}
    for each in _flat(part, Or)[:MOST_LOOSENED]:
        if found := _looser(each):
            by_lack.setdefault(found[0], []).append(found[1])
    yield from ((lack, _any(nodes)) for lack, nodes in by_lack.items())


def _looser(node: Node) -> tuple[Lack, Node] | None:
    match node:
        case Phrase(terms) | Window(terms, _):
            return Lack.APART, And(terms)
        case Near(left, right, _, _):
            return Lack.APART, And((_any(left), _any(right)))
        case Term(raw=raw) if raw:
            return Lack.CAPITALS, replace(node, raw="")
        case Term() if _may_be_longer(node):
            return Lack.LONGER, replace(node, key=f"*{node.key}*", pattern=True, forms=())
        case _:
            return None


def _may_be_longer(term: Term) -> bool:
    is_word = term.kind is Kind.WORD and term.zone in (Zone.ANYWHERE, Zone.TITLE)
    return is_word and not term.pattern and len(term.key) >= LEAST_LONGER


def _place(node: Node) -> Place:
    places = [term.at for term in terms_of(node)]
    return min(start for start, _ in places), max(end for _, end in places)


def written(source: str, node: Node) -> str:
    """The part of a query that a node was read from, with its field, its quotation marks and both
    sides of its parentheses."""
    start, end = _with_marks(source, *_place(node))
    opened, closed = _unpaired(source[start:end])
    for _ in range(closed):
        start = max(source.rfind("(", 0, start), 0)
    for _ in range(opened):
        end = source.find(")", end) + 1 or len(source)
    start = _with_marks(source, start, end)[0]
    negated = _NEGATED.search(source, max(start - 20, 0), start) if isinstance(node, And) else None
    return source[negated.start() if negated else start : end]


def _unpaired(text: str) -> tuple[int, int]:
    """How many parentheses are opened and never closed, and closed and never opened."""
    opened = closed = 0
    for character in text:
        if character == "(":
            opened += 1
        elif character == ")" and opened:
            opened -= 1
        elif character == ")":
            closed += 1
    return opened, closed


def _with_marks(source: str, start: int, end: int) -> Place:
    before = _FIELD.search(source, max(start - 20, 0), start)
    after = _AFTER.match(source, end)
    return (before.start() if before else start), (after.end() if after else end)


def probes(query: Query, parts: Dissection) -> dict[int, Query]:
    """Queries to compile into one matcher: 0 the whole, then the alternatives, then what nearly
    matches, in their order."""
    nodes: Iterable[Node] = (
        query.root,
        *(each.node for each in parts.alternatives),
        *(each.node for each in parts.nearly),
    )
    return {number: Query(query.source, node) for number, node in enumerate(nodes)}
