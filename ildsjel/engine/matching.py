"""Which watches a post matches, and where: many stored queries against each post.

Each watch is filed under the rarest words that any text matching it must hold one of; a post is
then held only against watches filed under its own words. Title and tags are searched with the text.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from ildsjel.engine.items import Item
from ildsjel.engine.queries import And, Node, Not, Or, Phrase, Query, QueryError, parse
from ildsjel.engine.text import Token, tokens, words

__all__ = ["Hit", "Matcher", "Query", "QueryError", "compile_watches", "parse"]

Spans = tuple[tuple[int, int], ...]

MAX_TEXT = 200_000  # characters of a post that are searched; longer posts are searched so far
_GAP = 1_000_000  # positions between title, text and tags: no phrase runs from one into another

# Words so common in the Nordic languages and English that filing a watch under them helps little.
_COMMON = frozenset(
    words(
        """
        i og det på som er en til å han av for med at var de ikke den har jeg om et men så seg hun
        hadde fra vi du kan da ut ved skal eller når nå bare man blir ble vil hva hvor noen dere
        dei ein eit ikkje eg kva och att där jag inte ett vad af der hvad nu
        the be to of and a in that have it not on with he as you do this but his by from they we
        kommune kommunen kommunens kommun kommunen oss denne dette
        """
    )
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A watch that matched. `spans` are what it found, as (from, until) in the post's `text`;
    empty where only the title or the tags hold it."""

    watch_id: int
    spans: Spans


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compiled watches; immutable and safe to share. Made by `compile_watches`."""

    roots: Mapping[int, Node]
    by_word: Mapping[str, Sequence[int]]
    by_prefix: Mapping[str, Sequence[int]]
    prefix_lengths: Sequence[int]

    def match(self, items: Sequence[Item]) -> list[list[Hit]]:
        """For each item its hits, in order of watch id."""
        return [self._hits(item) for item in items]

    def _hits(self, item: Item) -> list[Hit]:
        if not self.roots:
            return []
        document = _Document(item)
        hits = []
        for watch_id in sorted(self._candidates(document)):
            found = _find(self.roots[watch_id], document)
            if found is not None:
                hits.append(Hit(watch_id, _spans(found)))
        return hits

    def _candidates(self, document: "_Document") -> set[int]:
        candidates: set[int] = set()
        for key in document.places:
            candidates.update(self.by_word.get(key, ()))
            for length in self.prefix_lengths:
                if length > len(key):
                    break
                candidates.update(self.by_prefix.get(key[:length], ()))
        return candidates


def compile_watches(
    watches: Mapping[int, str | Query], frequency: Mapping[str, float] | None = None
) -> Matcher:
    """Make a matcher of queries by watch id.

    `frequency` may give the share of posts that hold a (folded) word, from 0 to 1; where it does
    not, words are taken to be rarer the longer they are. It changes speed, never the result.
    Raises `QueryError` for a query that cannot be read.
    """
    roots: dict[int, Node] = {}
    by_word: dict[str, list[int]] = defaultdict(list)
    by_prefix: dict[str, list[int]] = defaultdict(list)
    for watch_id, query in watches.items():
        root = (query if isinstance(query, Query) else parse(query)).root
        roots[watch_id] = _plain(root, negated=False)
        for key, prefix in _anchors(roots[watch_id], frequency or {})[1]:
            (by_prefix if prefix else by_word)[key].append(watch_id)
    lengths = sorted({len(key) for key in by_prefix})
    return Matcher(roots, dict(by_word), dict(by_prefix), lengths)


def _plain(node: Node, *, negated: bool) -> Node:
    """The same query with each NOT moved in to the words it is about."""
    match node:
        case Phrase():
            return Not(node) if negated else node
        case Not(part):
            return _plain(part, negated=not negated)
        case And(parts) | Or(parts):
            inner = tuple(_plain(part, negated=negated) for part in parts)
            return And(inner) if isinstance(node, And) != negated else Or(inner)


Anchors = tuple[float, frozenset[tuple[str, bool]]]  # cost, {(word, is it a prefix)}
_NOWHERE: Anchors = (float("inf"), frozenset())


def _anchors(node: Node, frequency: Mapping[str, float]) -> Anchors:
    """The cheapest set of words one of which any matching text must hold."""
    match node:
        case Phrase(keys, prefix):
            last = len(keys) - 1
            costs = [
                (_cost(key, prefix and i == last, frequency), (key, prefix and i == last))
                for i, key in enumerate(keys)
            ]
            cost, anchor = min(costs)
            return cost, frozenset({anchor})
        case Not():
            return _NOWHERE
        case And(parts):
            return min((_anchors(part, frequency) for part in parts), key=lambda each: each[0])
        case Or(parts):
            each = [_anchors(part, frequency) for part in parts]
            return sum(cost for cost, _ in each), frozenset().union(*(keys for _, keys in each))


def _cost(key: str, prefix: bool, frequency: Mapping[str, float]) -> float:
    known = frequency.get(key)
    guess = 0.3 if key in _COMMON else 0.1 * 0.7 ** min(len(key), 20)
    return (guess if known is None else known) * (10 if prefix else 1)


class _Document:
    """A post's words by key, and in order, for one round of matching."""

    __slots__ = ("by_position", "places")

    def __init__(self, item: Item) -> None:
        self.places: dict[str, list[Token]] = defaultdict(list)
        self.by_position: dict[int, Token] = {}
        self._add(tokens(item.text[:MAX_TEXT]), 0)
        if item.title:
            self._add(_elsewhere(item.title[:MAX_TEXT]), _GAP)
        for number, tag in enumerate(item.tags, start=2):
            self._add(_elsewhere("#" + tag[:MAX_TEXT]), number * _GAP)

    def _add(self, found: Iterable[Token], offset: int) -> None:
        for token in found:
            placed = token._replace(position=token.position + offset) if offset else token
            self.places[token.key].append(placed)
            if token.key[0] not in "#@":
                self.by_position[placed.position] = placed

    def beginning_with(self, prefix: str) -> list[str]:
        return [key for key in self.places if key.startswith(prefix)]


@lru_cache(maxsize=1024)
def _elsewhere(text: str) -> list[Token]:
    """Words of a title or tag: they have no place in the text (start and end are -1)."""
    return [token._replace(start=-1, end=-1) for token in tokens(text)]


def _find(node: Node, document: _Document) -> list[tuple[int, int]] | None:
    """What of the text made this match; None where it does not."""
    match node:
        case Phrase():
            return _occurrences(node, document) or None
        case Not(part):
            return None if _find(part, document) is not None else []
        case And(parts):
            return _find_all(parts, document)
        case Or(parts):
            found = [each for part in parts if (each := _find(part, document)) is not None]
            return list(chain.from_iterable(found)) if found else None


def _find_all(parts: Sequence[Node], document: _Document) -> list[tuple[int, int]] | None:
    spans: list[tuple[int, int]] = []
    for part in parts:
        found = _find(part, document)
        if found is None:
            return None
        spans += found
    return spans


def _occurrences(phrase: Phrase, document: _Document) -> list[tuple[int, int]]:
    *first, last = phrase.words
    keys = document.beginning_with(last) if phrase.prefix else [last]
    ends = [token for key in keys if key in document.places for token in document.places[key]]
    if not first:
        return [(token.start, token.end) for token in ends]
    return [span for token in ends if (span := _backwards(first, token, document)) is not None]


def _backwards(first: Sequence[str], last: Token, document: _Document) -> tuple[int, int] | None:
    """The span of a phrase that ends in `last`, if the words before it are the right ones."""
    begin = last.position - len(first)
    for i, key in enumerate(first):
        token = document.by_position.get(begin + i)
        if token is None or token.key != key:
            return None
    return document.by_position[begin].start, last.end


def _spans(found: Iterable[tuple[int, int]]) -> Spans:
    """In order, without doubles, overlapping ones joined, and only those in the text."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in found if span[0] >= 0):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
