"""What a query means, as a tree: terms, phrases, words near each other, AND, OR and NOT."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum


class Kind(IntEnum):
    """What sort of thing a term is compared with. A name or a tag is never a word."""

    WORD = 0
    TAG = 1  # with its #
    NAME = 2  # with its @
    EMOJI = 3
    KEY = 4  # a whole value: an account, a host, a language, a flag


class Zone(IntEnum):
    """Where a term is looked for."""

    ANYWHERE = 0  # text, title and tags
    TITLE = 1
    URL = 2  # words of the addresses
    LOCATION = 3
    AUTHOR = 4  # words of the author's name
    ACCOUNT = 5  # from here on whole values
    SITE = 6
    LANGUAGE = 7
    FLAG = 8


FIRST_KEY_ZONE = Zone.ACCOUNT
Place = tuple[int, int]  # from and until, in the query as written


@dataclass(frozen=True, slots=True)
class Term:
    """One word, tag, name, emoji or value.

    `key` is folded as it is compared; with `pattern` it holds * (any characters, also none) and ?
    (one character). `nordic`: å=aa, ø=ö=oe, æ=ä=ae. `forms`: languages in whose inflections it is
    found too. `raw`: how it must be written, where capitals count.
    """

    key: str
    kind: Kind = Kind.WORD
    zone: Zone = Zone.ANYWHERE
    pattern: bool = False
    nordic: bool = False
    forms: tuple[str, ...] = ()
    raw: str = ""
    at: Place = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """At least three words in any order, each at a place of its own, in a stretch that holds at
    most `others` words beside them."""

    terms: tuple[Term, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Near:
    """Something of the left and something of the right that do not overlap, with at most `between`
    words between them; `ordered`: the left comes first."""

    left: "tuple[Spot, ...]"
    right: "tuple[Spot, ...]"
    between: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Spot = Term | Phrase | Window | Near  # what has places among the words
Node = Spot | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been read: what was written, and its meaning, with NOT at spots alone."""

    source: str
    root: Node


def terms_of(node: Node) -> Iterator[Term]:
    """All terms, those under NOT too, in the order in which they are written."""
    match node:
        case Term():
            yield node
        case Phrase(terms) | Window(terms, _):
            yield from terms
        case Not(part):
            yield from terms_of(part)
        case And(parts) | Or(parts):
            for each in parts:
                yield from terms_of(each)
        case Near(left, right, _, _):
            for spot in (*left, *right):
                yield from terms_of(spot)


def only_says_not(node: Node) -> bool:
    """Whether a post that holds none of the query's terms would match."""
    match node:
        case Not(part):
            return not only_says_not(part)
        case And(parts):
            return all(map(only_says_not, parts))
        case Or(parts):
            return any(map(only_says_not, parts))
        case _:
            return False


def not_moved_in(node: Node, *, negated: bool = False) -> Node:
    """The same query with each NOT moved in to what it is about."""
    match node:
        case Not(part):
            return not_moved_in(part, negated=not negated)
        case And(parts) | Or(parts):
            inner = tuple(not_moved_in(part, negated=negated) for part in parts)
            return And(inner) if isinstance(node, And) != negated else Or(inner)
        case _:
            return Not(node) if negated else node
