"""Queries as they are stored: a text, and the saved groups that it names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ildsjel.engine.matching.grammar import parse
from ildsjel.engine.matching.nodes import Query
from ildsjel.engine.matching.scanner import pieces

_SIGN = "group:"


@dataclass(frozen=True, slots=True)
class Source:
    """A query with all that its meaning hangs on: equal sources match the same posts.

    `groups` are those that the text names, directly or within each other, as (name, text) in order
    of name. A group that is named but not there is left out; `read` tells.
    """

    text: str
    groups: tuple[tuple[str, str], ...] = ()

    def read(self) -> Query:
        """The query as a tree. Raises `QueryError`."""
        return parse(self.text, groups=dict(self.groups))


def source_of(text: str, groups: Mapping[str, str]) -> Source:
    """A query with those of the saved groups that it needs. Raises `QueryError` where a quotation
    mark or a brace is never closed."""
    used: dict[str, str] = {}
    waiting = list(named_groups(text))
    while waiting:
        name = waiting.pop()
        if name in groups and name not in used:
            used[name] = groups[name]
            waiting += named_groups(groups[name])
    return Source(text, tuple(sorted(used.items())))


def named_groups(text: str) -> Iterator[str]:
    """The names of the saved groups that a query names itself. Raises like `source_of`."""
    if _SIGN not in text:
        return
    for piece, name in pairwise(pieces(text)):
        if piece.kind == "field" and piece.text == "group":
            yield name.text.strip()
