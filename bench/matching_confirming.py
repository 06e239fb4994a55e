"""How users of other engines would confirm what those cannot say: a query held against the words of
a post, for bench.matching. Words, prefixes, phrases and NEAR of words; no fields, no places told.
"""

from collections.abc import Sequence

from ildsjel.engine.matching.nodes import And, Near, Node, Not, Or, Phrase, Query, Term
from ildsjel.engine.matching.wildcards import fits
from ildsjel.engine.text import words


class Said:
    """The words of a post with their positions."""

    def __init__(self, text: str) -> None:
        self.words = words(text)
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self.places.setdefault(word, []).append(place)

    def confirmed(self, queries: Sequence[Query], candidates: set[int]) -> list[int]:
        return [number for number in candidates if self.holds(queries[number].root)]

    def holds(self, node: Node) -> bool:
        match node:
            case Term(key):
                return key in self.places or (node.pattern and bool(self.spans(node)))
            case Not(part):
                return not self.holds(part)
            case And(parts):
                return all(map(self.holds, parts))
            case Or(parts):
                return any(map(self.holds, parts))
            case _:
                return bool(self.spans(node))

    def spans(self, node: Node) -> list[tuple[int, int]]:
        """Where a term, phrase or NEAR stands: first and last position."""
        match node:
            case Term(key) if node.pattern:
                keys = [word for word in self.places if fits(key, word)]
                return [(place, place) for word in keys for place in self.places[word]]
            case Term(key):
                return [(place, place) for place in self.places.get(key, ())]
            case Phrase(terms):
                return self._phrase(terms)
            case Near(left, right, between, ordered):
                sides = [
                    [span for spot in side for span in self.spans(spot)] for side in (left, right)
                ]
                found = _beside(*sides, between)
                return found if ordered else found + _beside(*reversed(sides), between)
            case _:
                raise TypeError(f"the benchmark makes no {type(node).__name__}")

    def _phrase(self, terms: Sequence[Term]) -> list[tuple[int, int]]:
        starts = {start for start, _ in self.spans(terms[0])}
        for number, term in enumerate(terms[1:], start=1):
            if not starts:
                return []
            starts &= {start - number for start, _ in self.spans(term)}
        return [(start, start + len(terms) - 1) for start in starts]


def _beside(
    before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]], between: int
) -> list[tuple[int, int]]:
    return [
        (one[0], other[1])
        for one in before
        for other in after
        if one[1] < other[0] <= one[1] + 1 + between
    ]
