"""Why a post matches: which terms of the query, and where they stand in text, title and tags."""

from collections.abc import Iterable
from dataclasses import dataclass

from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.nodes import Place, Query
from ildsjel.engine.matching.oracle import Found, find
from ildsjel.engine.matching.posts import Post

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of "text", of "title", or of "tag 0", "tag 1" … (there after the sign #)."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Because:
    """A term of the query that was found: how it is written there, where (from, until), and its
    places in the post; none where it was found in a field such as `lang:`."""

    term: str
    at: Place
    spans: tuple[Span, ...]


def explain(query: Query, post: Post) -> list[Because] | None:
    """The terms that made the post match, in the order of the query; None where it does not."""
    found = find(query.root, Document(post))
    if found is None:
        return None
    by_place: dict[Place, set[Span]] = {}
    for term, token, _ in found:
        spans = by_place.setdefault(term.at, set())
        if token.part.startswith("tag"):
            spans.add(Span(token.part, max(token.start - 1, 0), token.end - 1))
        elif token.part:
            spans.add(Span(token.part, token.start, token.end))
    return [
        Because(
            query.source[slice(*at)],
            at,
            tuple(sorted(by_place[at], key=lambda span: (span.part, span.start, span.end))),
        )
        for at in sorted(by_place)
    ]


def text_spans(found: Iterable[Found]) -> Spans:
    """Where in the text: in order, without doubles, a phrase as one and what overlaps joined."""
    places = sorted({(each.start, each.token.end) for each in found if each.token.part == "text"})
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
