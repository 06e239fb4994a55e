"""Words that would keep out what somebody calls noise: frequent in it, rare elsewhere, and in
nothing that they call right."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.nodes import Or, Query, terms_of
from ildsjel.engine.matching.oracle import tokens
from ildsjel.engine.matching.posts import Post
from ildsjel.engine.matching.scanner import Piece, pieces
from ildsjel.engine.terms import posts_with

LEAST_LIFT = 3.0  # times as frequent in noise as among all posts


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A word with how many of the posts marked as noise hold it, and how many of the other hits."""

    word: str
    noise: int
    others: int


def exclusions(
    query: Query,
    *,
    noise: Sequence[str],
    right: Sequence[str],
    others: Sequence[str],
    usual: Sequence[str],
    limit: int = 5,
) -> list[Exclusion]:
    """The words to leave out, the best one first.

    All are texts: those marked as noise and as right, the query's `others` hits, and `usual` posts
    of any kind, which tell what is frequent anyway. What the query itself looks for is left alone.
    """
    bad, good, rest, plain = (posts_with(texts) for texts in (noise, right, others, usual))
    fewest = 2 if len(noise) > 2 else 1
    scored = []
    for word, count in bad.items():
        lift = (count / len(noise)) / ((plain[word] + 0.5) / (len(usual) + 1))
        if count >= fewest and not good[word] and lift >= LEAST_LIFT:
            scored.append((count / len(noise) * log(lift), word))
    best = sorted(scored, key=lambda each: (-each[0], each[1]))
    kept = [word for _, word in best[: limit * 4] if not _is_sought(query, word)]
    return [Exclusion(word, bad[word], rest[word]) for word in kept[:limit]]


def _is_sought(query: Query, word: str) -> bool:
    document = Document(Post(text=word))
    return any(tokens(term, document) for term in terms_of(query.root))


def excluding(query: Query, word: str) -> str:
    """The text of the query with NOT and the word after it. What holds for the whole query comes
    first; a query of several alternatives goes into parentheses."""
    source = query.source.strip()
    if not isinstance(query.root, Or):
        return f"{source} NOT {_quoted(word)}"
    options, rest = _apart(source)
    return " ".join([*options, f"({rest})", f"NOT {_quoted(word)}"])


def _quoted(word: str) -> str:
    return word if word.isalnum() and not word.isupper() else f'"{word}"'


def _apart(source: str) -> tuple[list[str], str]:
    """The options of a query, and the rest of it."""
    options, rest, at = [], "", 0
    found = list(pieces(source))
    for piece, value in pairwise(found):
        if _is_option(piece):
            options.append(source[piece.position : value.end])
            rest += source[at : piece.position]
            at = value.end
    return options, (rest + source[at:]).strip()


def _is_option(piece: Piece) -> bool:
    return piece.kind == "field" and piece.text in {"letters", "forms"}
