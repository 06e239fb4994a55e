"""From a query's tree to what the kernel runs: atoms to find and a short-circuit program.

An atom is one way of finding a token: by its whole, its beginning, its end, or a pattern. Where an
atom cannot tell for sure (inflected forms, capitals, NEAR within NEAR, words in any order), the
program asks for what must be there at least and then leaves the verdict to the plain evaluation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ildsjel.engine.matching.anchors import Frequency, anchors, cost
from ildsjel.engine.matching.document import nordic
from ildsjel.engine.matching.inflection import beginning_of_forms
from ildsjel.engine.matching.layout import (
    ACCEPT,
    ATOM,
    EXACT,
    NEAR,
    PHRASE,
    PREFIX,
    REJECT,
    SUFFIX,
    UNSURE,
)
from ildsjel.engine.matching.nodes import (
    And,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Spot,
    Term,
    Window,
    terms_of,
)
from ildsjel.engine.matching.wildcards import has_wildcards

PATTERN = 0  # beside layout's EXACT, PREFIX and SUFFIX


class Atom(NamedTuple):
    """How a token is found: zone, kind, spelling, way, and the characters."""

    zone: int
    kind: int
    nordic: bool
    how: int
    key: str


class Group(NamedTuple):
    """The atoms of a phrase, in order."""

    atoms: tuple[Atom, ...]


class Beside(NamedTuple):
    """A NEAR of atoms and phrases."""

    left: tuple[Atom | Group, ...]
    right: tuple[Atom | Group, ...]
    between: int
    ordered: bool


Argument = Atom | Group | Beside | None
Instruction = tuple[int, Argument, int, int]


@dataclass(slots=True)
class Program:
    """Instructions with their arguments by value; `entry` is where it begins, `filed` the atoms
    one of which every matching post holds, together with the other beside it, if any."""

    code: list[Instruction] = field(default_factory=list)
    entry: int = REJECT
    filed: tuple[tuple[Atom, Atom | None], ...] = ()

    def add(self, operation: int, argument: Argument, then: int, otherwise: int) -> int:
        self.code.append((operation, argument, then, otherwise))
        return len(self.code) - 1


def compile_query(query: Query, frequency: Frequency) -> Program:
    """The program of one query."""
    program = Program()
    program.entry = _compile(program, query.root, ACCEPT, REJECT, frequency)
    filed = anchors(query.root, frequency)[1]
    program.filed = tuple(
        (atom, _partner(partner)) for term, partner in filed for atom in atoms_of(term)
    )
    return program


def _partner(term: Term | None) -> Atom | None:
    atoms = atoms_of(term) if term else ()
    return atoms[0] if len(atoms) == 1 else None


def _compile(program: Program, node: Node, then: int, otherwise: int, known: Frequency) -> int:
    """Add a node's instructions; returns where they begin. What comes later is added first."""
    match node:
        case Not(part):
            return _compile_spot(program, part, otherwise, then, negated=True)
        case And(parts):
            for part in sorted(parts, key=lambda each: -_share(each, known)):
                then = _compile(program, part, then, otherwise, known)
            return then
        case Or(parts):
            for part in sorted(parts, key=lambda each: _share(each, known)):
                otherwise = _compile(program, part, then, otherwise, known)
            return otherwise
        case _:
            return _compile_spot(program, node, then, otherwise, negated=False)


def _share(node: Node, known: Frequency) -> float:
    """About how many posts a node holds for, to ask first what decides most."""
    match node:
        case Term():
            return cost(node, known)
        case Phrase(terms) | Window(terms, _):
            return min(cost(term, known) for term in terms) / 2
        case And(parts):
            return min(_share(part, known) for part in parts)
        case Or(parts):
            return sum(_share(part, known) for part in parts)
        case Near():
            return min(cost(term, known) for term in terms_of(node))
        case Not():
            return 1.0


def _compile_spot(program: Program, spot: Node, then: int, otherwise: int, *, negated: bool) -> int:
    """`then` is where to go if the spot holds. An unsure one is taken as the query would have it:
    as holding, or under NOT as not holding; the plain evaluation has the last word."""
    exact = _exact(spot)
    if exact is not None:
        return program.add(*exact, then, otherwise)
    hopeful = otherwise if negated else then
    marked = program.add(UNSURE, None, hopeful, hopeful)
    return _at_least(program, spot, marked, otherwise)


def _exact(spot: Node) -> tuple[int, Argument] | None:
    """Operation and argument of what the kernel can tell for sure."""
    match spot:
        case Term():
            return None if _is_unsure(spot) else (ATOM, atoms_of(spot)[0])
        case Phrase(terms):
            return None if any(map(_is_unsure, terms)) else (PHRASE, _group(terms))
        case Near(left, right, between, ordered):
            if not all(isinstance(each, Term | Phrase) for each in (*left, *right)):
                return None
            if any(map(_is_unsure, terms_of(spot))):
                return None
            return NEAR, Beside(_references(left), _references(right), between, ordered)
        case _:
            return None


def _references(spots: Sequence[Spot]) -> tuple[Atom | Group, ...]:
    return tuple(
        _group(spot.terms) if isinstance(spot, Phrase) else atoms_of(spot)[0]
        for spot in spots
        if isinstance(spot, Term | Phrase)
    )


def _group(terms: Sequence[Term]) -> Group:
    return Group(tuple(atoms_of(term)[0] for term in terms))


def _at_least(program: Program, node: Node, then: int, otherwise: int) -> int:
    """What must be there for the node to hold."""
    match node:
        case Term():
            for atom in atoms_of(node):
                otherwise = program.add(ATOM, atom, then, otherwise)
            return otherwise
        case Phrase(terms) | Window(terms, _):
            for term in terms:
                then = _at_least(program, term, then, otherwise)
            return then
        case Near(left, right, _, _):
            for side in (left, right):
                missing = otherwise
                for spot in side:
                    missing = _at_least(program, spot, then, missing)
                then = missing
            return then
        case _:
            raise TypeError(f"{type(node).__name__} has no place among words")


def _is_unsure(term: Term) -> bool:
    return bool(term.raw or term.forms)


def atoms_of(term: Term) -> tuple[Atom, ...]:
    """The atoms one of which a token must be for the term to find it."""
    if term.forms:
        return tuple(
            Atom(term.zone, term.kind, term.nordic, PREFIX, _spelled(term, beginning))
            for beginning in (beginning_of_forms(term.key, language) for language in term.forms)
        )
    how, key = EXACT, term.key
    if term.pattern:
        how = PATTERN
        if not has_wildcards(key[:-1]) and key[-1] == "*":
            how, key = PREFIX, key[:-1]
        elif not has_wildcards(key[1:]) and key[0] == "*":
            how, key = SUFFIX, key[1:]
    return (Atom(term.zone, term.kind, term.nordic, how, key),)


def _spelled(term: Term, key: str) -> str:
    return nordic(key) if term.nordic else key
