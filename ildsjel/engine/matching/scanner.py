"""A query cut into pieces: terms, phrases, operators, fields and parentheses, with their places."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from ildsjel.engine.matching.errors import QueryError

QUOTES = '"“”„«»'
FIELDS = frozenset(
    "author from site url lang title location is has group letters forms".split()  # noqa: SIM905
)
OPERATORS = frozenset({"AND", "OR", "NOT"})

_PIECE = regex.compile(
    rf"(?P<space>\s+)|(?P<sign>[()])|(?P<quote>[{QUOTES}])|(?P<brace>\{{)"
    rf"|(?P<field>{'|'.join(sorted(FIELDS))}):(?=[^\s)])|[^\s(){{{QUOTES}]+"
)
_NEAR = regex.compile(r"(O?)NEAR/([0-9]+)(f?)")
_APART = regex.compile(r"~([0-9]+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is an operator, a parenthesis, "near", "field", "end", or something to look for:
    "term", "phrase" (in quotation marks) or "raw" (in braces).

    `offset` is where `text` begins, counted from `position`. `number` is the distance of a NEAR, or
    the ~ of a phrase (-1: none); `ordered` is for NEAR.
    """

    kind: str
    text: str
    position: int
    end: int
    offset: int = 0
    number: int = -1
    ordered: bool = False


def pieces(source: str) -> Iterator[Piece]:
    """Cut a query. Raises `QueryError` for a quotation mark or brace that is never closed."""
    at = 0
    while match := _PIECE.match(source, at):
        if match["quote"]:
            piece: Piece | None = _quoted(source, at)
        elif match["brace"]:
            piece = _braced(source, at)
        else:
            piece = _plain(match)
        at = piece.end if piece else match.end()
        if piece:
            yield piece
    yield Piece("end", "", len(source), len(source))


def _quoted(source: str, at: int) -> Piece:
    end = next((i for i in range(at + 1, len(source)) if source[i] in QUOTES), -1)
    if end < 0:
        raise QueryError("quote-not-closed", at)
    text = source[at + 1 : end]
    apart = _APART.match(source, end + 1)
    number = int(apart[1][:9]) if apart else -1
    return Piece("phrase", text, at, apart.end() if apart else end + 1, offset=1, number=number)


def _braced(source: str, at: int) -> Piece:
    end = source.find("}", at)
    if end < 0:
        raise QueryError("brace-not-closed", at)
    return Piece("raw", source[at + 1 : end], at, end + 1, offset=1)


def _plain(match: "regex.Match[str]") -> Piece | None:
    text, start, end = match[0], match.start(), match.end()
    if match["space"]:
        return None
    if match["field"]:
        return Piece("field", match["field"].lower(), start, end)
    near = _NEAR.fullmatch(text)
    if near:
        ordered = bool(near[1] or near[3])
        return Piece("near", text, start, end, number=int(near[2][:9]), ordered=ordered)
    if match["sign"] or text in OPERATORS:
        return Piece(text, text, start, end)
    return Piece("term", text, start, end)
