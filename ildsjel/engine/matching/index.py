"""Which watches a post may match, in plain Python: each is filed under its rarest terms."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ildsjel.engine.matching.anchors import Frequency, anchors, rarest
from ildsjel.engine.matching.document import Document, nordic
from ildsjel.engine.matching.inflection import beginning_of_forms
from ildsjel.engine.matching.nodes import Kind, Query, Term, Zone
from ildsjel.engine.matching.wildcards import fits

_Files = dict[str, list[int]]


class _Shelf:
    """Watches filed under terms of one zone, kind and spelling."""

    __slots__ = ("ends", "patterns", "prefixes", "words")

    def __init__(self) -> None:
        self.words: _Files = defaultdict(list)
        self.prefixes: dict[int, _Files] = defaultdict(lambda: defaultdict(list))
        self.ends: dict[int, _Files] = defaultdict(lambda: defaultdict(list))
        self.patterns: _Files = defaultdict(list)

    def add(self, term: Term, number: int) -> None:
        if term.forms:
            for language in term.forms:
                self._add_prefix(_beginning(term, language), number)
        elif not term.pattern:
            self.words[term.key].append(number)
        elif begin := term.key.replace("?", "*").partition("*")[0]:
            self._add_prefix(begin, number)
        elif end := term.key.replace("?", "*").rpartition("*")[2]:
            self.ends[len(end)][end].append(number)
        else:
            self.patterns[term.key].append(number)

    def _add_prefix(self, begin: str, number: int) -> None:
        self.prefixes[len(begin)][begin].append(number)

    def look(self, keys: Iterable[str], found: set[int]) -> None:
        for key in keys:
            found.update(self.words.get(key, ()))
            for length, files in self.prefixes.items():
                found.update(files.get(key[:length], ()))
            for length, files in self.ends.items():
                found.update(files.get(key[-length:], ()))
            for pattern, numbers in self.patterns.items():
                if fits(pattern, key):
                    found.update(numbers)


class Index:
    """Compiled from queries; tells the numbers of those that a post is worth holding against."""

    def __init__(self, queries: Sequence[Query], frequency: Frequency) -> None:
        self._shelves: dict[tuple[Zone, Kind, bool], _Shelf] = defaultdict(_Shelf)
        for number, query in enumerate(queries):
            for anchor in anchors(query.root, frequency)[1]:
                term = rarest(anchor, frequency)
                self._shelves[term.zone, term.kind, term.nordic].add(term, number)

    def candidates(self, document: Document) -> set[int]:
        """Every query that the post matches, and some more."""
        found: set[int] = set()
        for (zone, kind, spelling), shelf in self._shelves.items():
            shelf.look(document.keys(zone, kind, nordic=spelling), found)
        return found


def _beginning(term: Term, language: str) -> str:
    begin = beginning_of_forms(term.key, language)
    return nordic(begin) if term.nordic else begin
