"""From a query's tree to what the kernel runs: atoms to find, and what is then left to be asked.

An atom is one way of finding something: a token by its whole, its beginning, its end or a pattern,
or words that follow each other. A query is filed under atoms one of which every matching post holds
(`anchors`), under each with a short-circuit program of what that atom does not say already; often
nothing. Where an atom cannot tell for sure (inflected forms, capitals, NEAR within NEAR, words in
any order), the program asks for what must be there at least and then leaves the verdict to the
plain evaluation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ildsjel.engine.matching.anchors import Anchor, Frequency, anchors, cost, phrase_cost, rarest
from ildsjel.engine.matching.document import nordic
from ildsjel.engine.matching.inflection import beginning_of_forms
from ildsjel.engine.matching.layout import (
    ACCEPT,
    ATOM,
    EXACT,
    LONGEST_RUN,
    NEAR,
    PHRASE,
    PREFIX,
    REJECT,
    RUN,
    SUFFIX,
    UNSURE,
)
from ildsjel.engine.matching.nodes import (
    And,
    Kind,
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

PATTERN = 0  # beside layout's EXACT, PREFIX, SUFFIX and RUN
_MOST_WRITTEN_OUT = 400  # anchors × terms of a query; above, all anchors share one program


class Atom(NamedTuple):
    """How something is found: zone, kind, spelling, way, and the characters; the words of a run
    with blanks between."""

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
    """Instructions with their arguments by value; `entry` is where it begins. `given`: what needs
    not be asked."""

    given: frozenset[Atom] = frozenset()
    code: list[Instruction] = field(default_factory=list)
    entry: int = REJECT

    def add(self, operation: int, argument: Argument, then: int, otherwise: int) -> int:
        if operation == ATOM and argument in self.given:
            return then
        self.code.append((operation, argument, then, otherwise))
        return len(self.code) - 1


Filed = tuple[tuple[Atom, Program], ...]  # by atom, what is left to ask


def compile_query(query: Query, frequency: Frequency) -> Filed:
    """Where a query is filed, and with what."""
    filed = anchors(query.root, frequency)[1]
    atoms = dict.fromkeys(atom for anchor in filed for atom in _atoms_of_anchor(anchor, frequency))
    enough = set(_each_enough(query.root))
    many = len(atoms) * sum(1 for _ in terms_of(query.root)) > _MOST_WRITTEN_OUT
    whole = _program(query, frozenset(), frequency) if many else None
    return tuple(
        (atom, _YES if atom in enough else whole or _program(query, _said_by(atom), frequency))
        for atom in atoms
    )


_YES = Program(entry=ACCEPT)


def _program(query: Query, given: frozenset[Atom], frequency: Frequency) -> Program:
    program = Program(given)
    program.entry = _compile(program, query.root, ACCEPT, REJECT, frequency)
    return program


def _said_by(atom: Atom) -> frozenset[Atom]:
    """What a post holds that holds this atom."""
    words = atom.key.split(" ") if atom.how == RUN else ()
    return frozenset((atom, *(atom._replace(how=EXACT, key=word) for word in words)))


def _each_enough(node: Node) -> Iterator[Atom]:
    """Atoms each of which makes the query match by itself."""
    if isinstance(node, Or):
        for part in node.parts:
            yield from _each_enough(part)
    elif (exact := _exact(node)) and isinstance(exact[1], Atom):
        yield exact[1]


def _atoms_of_anchor(anchor: Anchor, frequency: Frequency) -> tuple[Atom, ...]:
    run = run_of(anchor) if isinstance(anchor, Phrase) else None
    return (run,) if run else atoms_of(rarest(anchor, frequency))


def _compile(program: Program, node: Node, then: int, otherwise: int, known: Frequency) -> int:
    """Add a node's instructions; returns where they begin. What comes later is added first."""
    if then == otherwise:
        return then
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
        case Phrase():
            return phrase_cost(node, known)
        case Window(terms, _):
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
            if any(map(_is_unsure, terms)):
                return None
            run = run_of(spot)
            return (ATOM, run) if run else (PHRASE, _group(terms))
        case Near(left, right, between, ordered):
            if not all(isinstance(each, Term | Phrase) for each in (*left, *right)):
                return None
            if any(map(_is_unsure, terms_of(spot))):
                return None
            return NEAR, Beside(_references(left), _references(right), between, ordered)
        case _:
            return None


def run_of(phrase: Phrase) -> Atom | None:
    """The atom of a phrase of plain words, as long as there is room for its words."""
    first = phrase.terms[0]
    if not 1 < len(phrase.terms) <= LONGEST_RUN:
        return None
    for term in phrase.terms:
        if term.kind is not Kind.WORD or term.pattern or _is_unsure(term):
            return None
    if {(term.zone, term.nordic) for term in phrase.terms} != {(first.zone, first.nordic)}:
        return None
    key = " ".join(term.key for term in phrase.terms)
    return Atom(first.zone, Kind.WORD, first.nordic, RUN, key)


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
