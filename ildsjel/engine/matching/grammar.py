"""The grammar of watches, as docs/watch-language.md tells it: from the text of a query to its tree.

NEAR binds closest, then NOT, then AND (written or not), then OR. Operators are written in capitals,
so that "and", "or" and "not" stay ordinary words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ildsjel.engine.matching.errors import QueryError
from ildsjel.engine.matching.nodes import (
    And,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Place,
    Query,
    Spot,
    Term,
    Window,
    not_moved_in,
    only_says_not,
    terms_of,
)
from ildsjel.engine.matching.reading import (
    Options,
    Reader,
    check_distance,
    is_placed,
    options_with,
)
from ildsjel.engine.matching.scanner import OPERATORS, Piece, pieces

MAX_LENGTH = 20_000  # characters of one query
MAX_DEPTH = 50  # parentheses, NOTs and groups within each other
MAX_TERMS = 10_000  # of one query, its groups included
MAX_BESIDE = 300  # terms on both sides of one NEAR
MAX_CHAINED = 20  # NEARs after one another

EXACT = Options()


def parse(
    source: str, *, options: Options = EXACT, groups: Mapping[str, str] | None = None
) -> Query:
    """Read a query.

    `options` hold unless the query says otherwise; `groups` are the saved ones by name, in the same
    language. Raises `QueryError` where it cannot be read or would match nearly everything.
    """
    if len(source) > MAX_LENGTH:
        raise QueryError("too-long", MAX_LENGTH)
    shared = _Shared(groups or {})
    root = not_moved_in(_Parser(source, options, shared).whole())
    if only_says_not(root):
        raise QueryError("only-not", max(source.find("NOT"), 0))
    return Query(source, root)


@dataclass(slots=True)
class _Shared:
    """What a query and the groups in it have in common."""

    groups: Mapping[str, str]
    path: list[str] = field(default_factory=list)
    terms: int = 0
    depth: int = 0


class _Parser:
    """Recursive descent over the pieces of one query or group."""

    def __init__(
        self, source: str, options: Options, shared: _Shared, place: Place | None = None
    ) -> None:
        self.options, self.pieces = _options_of(list(pieces(source)), options)
        self.shared = shared
        self.place = place
        self.field = ""
        self.at = 0

    @property
    def next(self) -> Piece:
        return self.pieces[self.at]

    def take(self) -> Piece:
        self.at += 1
        return self.pieces[self.at - 1]

    def whole(self) -> Node:
        if self.next.kind == "end":
            raise QueryError("empty", 0)
        node = self.either()
        if self.next.kind == ")":
            raise QueryError("not-opened", self.next.position)
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
        if self.next.kind != "NOT":
            return self.nearby()
        self.go_deeper(self.take())
        node = Not(self.one())
        self.shared.depth -= 1
        return node

    def nearby(self) -> Node:
        node = self.single()
        chained = 0
        while self.next.kind == "near":
            operator = self.take()
            check_distance(operator)
            if self.next.kind == "NOT":
                raise QueryError("near-not", self.next.position)
            other = self.single()
            chained += 1
            if chained > MAX_CHAINED or _size(node) * _size(other) > MAX_BESIDE**2:
                raise QueryError("near-many", operator.position)
            node = _near(node, other, operator)
            self.count(node, operator)
        return node

    def single(self) -> Node:
        piece = self.take()
        if piece.kind in {"term", "phrase", "raw"}:
            node = Reader(self.options, self.field, self.place).node(piece)
            self.count(node, piece)
            return node
        if piece.kind == "(":
            self.go_deeper(piece)
            return self.group(piece)
        if piece.kind == "field":
            return self.fielded(piece)
        raise _misplaced(piece, self.pieces[self.at - 2] if self.at > 1 else None)

    def group(self, opening: Piece) -> Node:
        node = self.either()
        if self.take().kind != ")":
            raise QueryError("not-closed", opening.position)
        self.shared.depth -= 1
        return node

    def fielded(self, piece: Piece) -> Node:
        if piece.text in {"letters", "forms"}:
            raise QueryError("option-place", piece.position)
        if piece.text == "group":
            return self.saved(piece, self.take())
        if self.field:
            raise QueryError("field-in-field", piece.position)
        if self.next.kind not in {"term", "phrase", "raw", "("}:
            raise QueryError("nothing-after", piece.position)
        self.field = piece.text
        node = self.single()
        self.field = ""
        return node

    def saved(self, piece: Piece, name: Piece) -> Node:
        """What a saved group stands for. What is wrong in it is told at the place of its name."""
        wanted, path = name.text.strip(), self.shared.path
        if wanted not in self.shared.groups:
            known = ", ".join(sorted(self.shared.groups)[:10])
            code = "unknown-group" if known else "no-groups"
            raise QueryError(code, piece.position, name=wanted, possible=known)
        if wanted in path:
            told = " → ".join([*path[path.index(wanted) :], wanted])
            raise QueryError("group-cycle", piece.position, name=wanted, path=told)
        self.go_deeper(piece)
        path.append(wanted)
        node = self._saved_node(piece, name, wanted)
        path.pop()
        self.shared.depth -= 1
        return node

    def _saved_node(self, piece: Piece, name: Piece, wanted: str) -> Node:
        place = self.place or (piece.position, name.end)
        try:
            inner = _Parser(self.shared.groups[wanted], self.options, self.shared, place)
            inner.field = self.field
            return inner.whole()
        except QueryError as fault:
            if fault.code in {"group-cycle", "group-fault", "too-large", "too-deep"}:
                fault.position = piece.position
                raise
            raise QueryError(
                "group-fault", piece.position, name=wanted, place=str(fault.position + 1),
                fault=fault.message,
            ) from fault  # fmt: skip

    def go_deeper(self, piece: Piece) -> None:
        self.shared.depth += 1
        if self.shared.depth > MAX_DEPTH:
            raise QueryError("too-deep", piece.position)

    def count(self, node: Node, piece: Piece) -> None:
        self.shared.terms += _size(node)
        if self.shared.terms > MAX_TERMS:
            raise QueryError("too-large", piece.position, most=f"{MAX_TERMS:,}")


def _options_of(found: Sequence[Piece], options: Options) -> tuple[Options, list[Piece]]:
    """The options that a query gives itself, and its other pieces."""
    kept: list[Piece] = []
    depth = at = 0
    while at < len(found):
        piece = found[at]
        depth += {"(": 1, ")": -1}.get(piece.kind, 0)
        if piece.kind == "field" and piece.text in {"letters", "forms"} and depth <= 0:
            value = replace(found[at + 1], position=piece.position)
            options = options_with(options, piece.text, value)
            at += 1
        else:
            kept.append(piece)
        at += 1
    return options, kept


def _misplaced(piece: Piece, before: Piece | None) -> QueryError:
    if piece.kind == ")" and before and before.kind == "(":
        return QueryError("nothing-between", before.position)
    if piece.kind in OPERATORS or piece.kind == "near":
        return QueryError("nothing-before", piece.position)
    return QueryError("nothing-after", before.position if before else piece.position)


def _near(left: Node, right: Node, operator: Piece) -> Node:
    """NEAR on groups: any word of an OR will do; each part of an AND must be near by itself."""
    for one, other, swapped in ((left, right, False), (right, left, True)):
        if isinstance(one, And) or (isinstance(one, Or) and _holds_and(one)):
            parts = tuple(
                _near(other, part, operator) if swapped else _near(part, other, operator)
                for part in one.parts
            )
            return And(parts) if isinstance(one, And) else Or(parts)
    spots = _spots(left, operator), _spots(right, operator)
    terms = [term for side in spots for spot in side for term in terms_of(spot)]
    if len(terms) > MAX_BESIDE:
        raise QueryError("near-many", operator.position)
    if not all(map(is_placed, terms)):
        raise QueryError("near-field", operator.position)
    return Near(*spots, operator.number, operator.ordered)


def _size(node: Node) -> int:
    return sum(1 for _ in terms_of(node))


def _holds_and(node: Node) -> bool:
    return isinstance(node, And) or (isinstance(node, Or) and any(map(_holds_and, node.parts)))


def _spots(node: Node, operator: Piece) -> tuple[Spot, ...]:
    match node:
        case Or(parts):
            return tuple(spot for part in parts for spot in _spots(part, operator))
        case Term() | Phrase() | Window() | Near():
            return (node,)
        case _:
            raise QueryError("near-not", operator.position)
