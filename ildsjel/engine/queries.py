"""The language of watches: words, phrases, AND, OR, NOT, parentheses, #tags, @names and word*.

Words side by side must all be there, in any order and place. Operators are written in capitals, so
that "and", "or" and "not" stay ordinary words. A word that holds several (as "e-post") is a phrase.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from ildsjel.engine.text import tokens, words

MAX_LENGTH = 20_000  # characters of one query
MAX_DEPTH = 50  # parentheses and NOTs within each other
_QUOTES = '"“”„«»'
_PIECE = regex.compile(rf"(?P<space>\s+)|(?P<sign>[()])|(?P<quote>[{_QUOTES}])|[^\s(){_QUOTES}]+")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_FOREIGN = regex.compile(r"(?:O?NEAR/\d+f?|(?:author|from|site|url|title|lang|is):.+)$")


class QueryError(ValueError):
    """A query that cannot be read: what is wrong, at which character, and what to do about it.

    `message` and `hint` are fixed English sentences, so that the interface can translate them.
    """

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other, or one #tag or @name; `prefix`: the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Phrase | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been read: what was written, and what it means."""

    source: str
    root: Node


def parse(source: str) -> Query:
    """Read a query. Raises `QueryError` where it cannot be read or matches nearly everything."""
    if len(source) > MAX_LENGTH:
        raise QueryError("This query is too long.", MAX_LENGTH, "Split it into several watches.")
    root = _Parser(source).whole()
    if matches_nothing_said(root):
        raise QueryError(
            "This query only says what must not be there, so nearly every post would match.",
            max(source.find("NOT"), 0),
            "Add a word that must be there, as in: water NOT sparkling",
        )
    return Query(source, root)


def matches_nothing_said(node: Node) -> bool:
    """Whether a text without any of the query's words would match."""
    match node:
        case Phrase():
            return False
        case Not(part):
            return not matches_nothing_said(part)
        case And(parts):
            return all(map(matches_nothing_said, parts))
        case Or(parts):
            return any(map(matches_nothing_said, parts))


@dataclass(frozen=True, slots=True)
class _Piece:
    """An operator, a parenthesis, the end, or (`kind` "term") something to look for."""

    kind: str
    text: str
    position: int
    quoted: bool = False


def _pieces(source: str) -> Iterator[_Piece]:
    at = 0
    while match := _PIECE.match(source, at):
        at = match.end()
        if match["quote"]:
            end = next((i for i in range(at, len(source)) if source[i] in _QUOTES), -1)
            if end < 0:
                raise QueryError(
                    "This quotation mark is never closed.",
                    match.start(),
                    "Put another quotation mark where the phrase ends.",
                )
            yield _Piece("term", source[at:end], match.start(), quoted=True)
            at = end + 1
        elif match["sign"] or match[0] in _OPERATORS:
            yield _Piece(match[0], match[0], match.start())
        elif not match["space"]:
            yield _Piece("term", match[0], match.start())
    yield _Piece("end", "", len(source))


class _Parser:
    """Recursive descent: NOT binds closest, then AND (written or not), then OR."""

    def __init__(self, source: str) -> None:
        self.pieces = list(_pieces(source))
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> _Piece:
        return self.pieces[self.at]

    def take(self) -> _Piece:
        self.at += 1
        return self.pieces[self.at - 1]

    def whole(self) -> Node:
        if self.next.kind == "end":
            raise QueryError("There is nothing to look for yet.", 0, "Write a word.")
        node = self.either()
        if self.next.kind == ")":
            raise QueryError(
                "This parenthesis was never opened.",
                self.next.position,
                "Take it away, or put a ( further to the left.",
            )
        return node

    def either(self) -> Node:
        parts = [self.all()]
        while self.next.kind == "OR":
            self.take()
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all(self) -> Node:
        parts = [self.one()]
        while self.next.kind not in {"OR", ")", "end"}:
            if self.next.kind == "AND":
                self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self) -> Node:
        piece = self.take()
        if piece.kind == "term":
            return _quoted(piece) if piece.quoted else _term(piece)
        if piece.kind == "NOT":
            self.go_deeper(piece)
            node = Not(self.one())
            self.depth -= 1
            return node
        if piece.kind == "(":
            self.go_deeper(piece)
            return self.group(piece)
        raise _misplaced(piece, self.pieces[self.at - 2] if self.at > 1 else None)

    def group(self, opening: _Piece) -> Node:
        node = self.either()
        if self.take().kind != ")":
            raise QueryError(
                "This parenthesis is never closed.",
                opening.position,
                "Put a ) where the group ends.",
            )
        self.depth -= 1
        return node

    def go_deeper(self, piece: _Piece) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryError(
                "There are too many parentheses within each other here.",
                piece.position,
                "Split the query into several watches.",
            )


def _misplaced(piece: _Piece, before: _Piece | None) -> QueryError:
    if piece.kind == ")" and before and before.kind == "(":
        return QueryError("There is nothing between these parentheses.", before.position)
    if piece.kind in _OPERATORS:
        return QueryError(
            "There must be something to look for before this.",
            piece.position,
            "To look for the word itself, write it in small letters or in quotation marks.",
        )
    return QueryError(
        "There must be something to look for after this.",
        before.position if before else piece.position,
        "Write a word here, or take this away.",
    )


def _quoted(piece: _Piece) -> Phrase:
    return _phrase(piece, piece.text.strip(), offset=1)


def _term(piece: _Piece) -> Phrase:
    text = piece.text
    if text[0] == "-" and words(text):
        raise QueryError(
            "A minus sign does not leave a word out.", piece.position, "Write NOT before the word."
        )
    if _FOREIGN.match(text):
        raise QueryError(
            "This way of narrowing a query is not known here.",
            piece.position,
            "To look for these words as they are, put them in quotation marks.",
        )
    if text[0] in "#@" and len(text) > 1:
        return _sign(piece)
    return _phrase(piece, text, offset=0)


def _phrase(piece: _Piece, text: str, offset: int) -> Phrase:
    body, prefix = _wildcard(piece, text, offset)
    keys = tuple(words(body))
    if not keys:
        raise QueryError(
            "There is no word here to look for.", piece.position, "Use letters or digits."
        )
    if prefix and len(keys[-1]) < 2:
        raise QueryError(
            "A * needs at least two letters before it.", piece.position + offset + len(body)
        )
    return Phrase(keys, prefix)


def _wildcard(piece: _Piece, text: str, offset: int) -> tuple[str, bool]:
    prefix = text.endswith("*")
    body = text[:-1] if prefix else text
    star = body.find("*")
    if star >= 0 or (prefix and body and not words(body[-1])):
        raise QueryError(
            "A * can only stand at the end of a word.",
            piece.position + offset + max(star, 0),
            "As in snow*, which finds snow, snowing and snowplough.",
        )
    return body, prefix


def _sign(piece: _Piece) -> Phrase:
    body, prefix = _wildcard(piece, piece.text, 0)
    key = next((t for t in tokens(body) if t.key[0] in "#@"), None)
    if key is None or key.start > 0 or key.end < len(body):
        raise QueryError(
            "This is not a whole hashtag or name.",
            piece.position + (key.end if key else 0),
            "Hashtags hold letters, digits and _ only.",
        )
    return Phrase((key.key,), prefix)
