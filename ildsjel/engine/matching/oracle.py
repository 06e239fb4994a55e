"""The plain evaluation of a query against a post: what a match means, in the plainest Python.

It is the fallback where numba is absent, explains every match, and is what the compiled kernel is
tested against. A match is told as the terms that made it with the tokens that they found.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ildsjel.engine.matching.document import Document, Token, nordic
from ildsjel.engine.matching.inflection import stem
from ildsjel.engine.matching.nodes import And, Near, Node, Not, Or, Phrase, Spot, Term, Window
from ildsjel.engine.matching.wildcards import fits


class Found(NamedTuple):
    """A term with a token that it found; `start` is where the phrase begins that it stands in."""

    term: Term
    token: Token
    start: int


class Stretch(NamedTuple):
    """A place where a spot of the query stands: positions of its first and last word."""

    first: int
    last: int
    found: tuple[Found, ...]


def find(node: Node, document: Document) -> list[Found] | None:
    """The terms that made this match and where they stand; None where it does not match."""
    match node:
        case Not(part):
            return None if find(part, document) is not None else []
        case And(parts):
            return _find_all(parts, document)
        case Or(parts):
            found = [each for part in parts if (each := find(part, document)) is not None]
            return [one for each in found for one in each] if found else None
        case _:
            stretches = _taking_part(node, document)
            return [one for each in stretches for one in each.found] or None


def _find_all(parts: Sequence[Node], document: Document) -> list[Found] | None:
    found: list[Found] = []
    for part in parts:
        more = find(part, document)
        if more is None:
            return None
        found += more
    return found


def stretches(spot: Spot, document: Document) -> list[Stretch]:
    """Every place of a spot, in order of its first word, each once."""
    match spot:
        case Term():
            return [_alone(spot, token) for token in tokens(spot, document)]
        case Phrase(terms):
            return _phrase(terms, document)
        case Window(terms, others):
            return _windows(terms, others, document)
        case Near():
            return _once(_pairs(spot, document))


def _alone(term: Term, token: Token) -> Stretch:
    return Stretch(token.position, token.position, (Found(term, token, token.start),))


def _taking_part(spot: Spot, document: Document) -> list[Stretch]:
    """The places that make a match; for NEAR each side by itself, so that none is left out."""
    if not isinstance(spot, Near):
        return stretches(spot, document)
    left, right = _sides(spot, document)
    found = _facing(left, right, spot.between)
    return found if spot.ordered else found + _facing(right, left, spot.between)


def tokens(term: Term, document: Document) -> list[Token]:
    """The tokens that a term finds, in order of position."""
    by_key = document.keys(term.zone, term.kind, nordic=term.nordic)
    if term.raw:
        here = by_key.get(term.key, [])
        return [token for token in here if document.written(token) == term.raw]
    if not term.pattern and not term.forms:
        return by_key.get(term.key, [])
    if term.forms:
        plain = document.keys(term.zone, term.kind)
        keys = [key for key in plain if is_form(term, key)]
        return _in_order(plain, keys)
    return _in_order(by_key, [key for key in by_key if fits(term.key, key)])


def is_form(term: Term, key: str) -> bool:
    """Whether a folded word is a form of the term's."""
    for language in term.forms:
        one, other = stem(term.key, language), stem(key, language)
        if one == other or (term.nordic and nordic(one) == nordic(other)):
            return True
    return False


def _in_order(by_key: dict[str, list[Token]], keys: Sequence[str]) -> list[Token]:
    found = [token for key in keys for token in by_key[key]]
    return found if len(keys) < 2 else sorted(found, key=lambda token: token.position)


def _phrase(terms: Sequence[Term], document: Document) -> list[Stretch]:
    """Each word of the phrase at the position after the one before it."""
    placed = [{token.position: token for token in tokens(term, document)} for term in terms]
    found = []
    for first in placed[0]:
        there = [each.get(first + number) for number, each in enumerate(placed)]
        whole = [token for token in there if token is not None]
        if len(whole) == len(terms):
            start = whole[0].start
            run = tuple(Found(*pair, start) for pair in zip(terms, whole, strict=True))
            found.append(Stretch(first, first + len(terms) - 1, run))
    return found


def _sides(near: Near, document: Document) -> tuple[list[Stretch], list[Stretch]]:
    left = [each for spot in near.left for each in stretches(spot, document)]
    right = [each for spot in near.right for each in stretches(spot, document)] if left else []
    return left, right


def _facing(before: Sequence[Stretch], after: Sequence[Stretch], between: int) -> list[Stretch]:
    """Those of the first that one of the second follows, and those that follow so, with at most
    so many words between."""
    firsts, lasts = sorted(each.first for each in after), sorted(each.last for each in before)
    found = []
    for one in before:
        at = bisect_left(firsts, one.last + 1)
        if at < len(firsts) and firsts[at] <= one.last + 1 + between:
            found.append(one)
    for one in after:
        at = bisect_left(lasts, one.first)
        if at > 0 and lasts[at - 1] >= one.first - 1 - between:
            found.append(one)
    return found


def _pairs(near: Near, document: Document) -> Iterable[Stretch]:
    left, right = _sides(near, document)
    yield from _following(left, right, near.between)
    if not near.ordered:
        yield from _following(right, left, near.between)


def _following(
    before: Sequence[Stretch], after: Sequence[Stretch], between: int
) -> Iterable[Stretch]:
    after = sorted(after, key=lambda each: each.first)
    firsts = [each.first for each in after]
    for one in before:
        for at in range(bisect_left(firsts, one.last + 1), len(after)):
            if firsts[at] > one.last + 1 + between:
                break
            yield Stretch(one.first, after[at].last, one.found + after[at].found)


def _once(found: Iterable[Stretch]) -> list[Stretch]:
    by_place: dict[tuple[int, int], Stretch] = {}
    for each in found:
        by_place.setdefault((each.first, each.last), each)
    return sorted(by_place.values(), key=lambda each: (each.first, each.last))


def _windows(terms: Sequence[Term], others: int, document: Document) -> list[Stretch]:
    """Stretches of at most len(terms) + others words that begin with one of the words and hold
    all, each at a place of its own."""
    by_place: dict[int, dict[int, Token]] = {}
    for number, term in enumerate(terms):
        for token in tokens(term, document):
            by_place.setdefault(token.position, {})[number] = token
    positions = sorted(by_place)
    found = []
    for at, first in enumerate(positions):
        end = bisect_left(positions, first + len(terms) + others)
        chosen = _places_of_their_own(len(terms), positions[at:end], by_place)
        if chosen is not None:
            each = (_alone(terms[n], by_place[place][n]) for n, place in enumerate(chosen))
            them = tuple(one for stretch in each for one in stretch.found)
            found.append(Stretch(min(chosen), max(chosen), them))
    return _once(found)


def _places_of_their_own(
    count: int, positions: Sequence[int], by_place: dict[int, dict[int, Token]]
) -> list[int] | None:
    """For each word a place, no two the same: a matching by augmenting paths."""
    taken: dict[int, int] = {}

    def settle(number: int, tried: set[int]) -> bool:
        for place in positions:
            if number in by_place[place] and place not in tried:
                tried.add(place)
                if place not in taken or settle(taken[place], tried):
                    taken[place] = number
                    return True
        return False

    if not all(settle(number, set()) for number in range(count)):
        return None
    chosen = {number: place for place, number in taken.items()}
    return [chosen[number] for number in range(count)]
