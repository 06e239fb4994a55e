"""The rarest terms that any post matching a query must hold one of: under these it is filed."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Final

from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.nodes import (
    And,
    Kind,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Term,
    Window,
    Zone,
)
from ildsjel.engine.matching.posts import Post
from ildsjel.engine.matching.wildcards import literals
from ildsjel.engine.text import words

Frequency = Mapping[str, float]  # the share of posts that hold a folded word
Anchor = Term | Phrase
Anchors = tuple[float, frozenset[Anchor]]  # the share of posts that hold one of them, and these
_NOWHERE: Anchors = (float("inf"), frozenset())

# Words so common in the Nordic languages and English that filing a watch under them helps little.
_COMMON: Final = frozenset(
    words(
        """
        i og det på som er en til å han av for med at var de ikke den har jeg om et men så seg hun
        hadde fra vi du kan da ut ved skal eller når nå bare man blir ble vil hva hvor noen dere
        dei ein eit ikkje eg kva och att där jag inte ett vad af der hvad nu meg deg min din sin
        mot over under alle alt mer mye veldig være vært bli også mange noe år dag hvis mig dig
        the be to of and a in that have it not on with he as you do this but his by from they we
        is are was so my me your what all just like if or no can will up about out when there has
        kommune kommunen kommunens kommun oss denne dette https http com www no
        """
    )
)


def anchors(node: Node, frequency: Frequency) -> Anchors:
    """The cheapest set of terms and phrases, of a query in which NOT stands at spots alone."""
    match node:
        case Not():
            return _NOWHERE
        case And(parts):
            return _cheapest(anchors(part, frequency) for part in parts)
        case Or(parts):
            return _any_of(anchors(part, frequency) for part in parts)
        case Term():
            return cost(node, frequency), frozenset({node})
        case Phrase():
            return phrase_cost(node, frequency), frozenset({node})
        case Window(terms, _):
            return _cheapest(anchors(term, frequency) for term in terms)
        case Near(left, right, _, _):
            sides = (left, right)
            return _cheapest(_any_of(anchors(spot, frequency) for spot in side) for side in sides)


def _cheapest(parts: Iterable[Anchors]) -> Anchors:
    return min(parts, key=lambda each: each[0])


def _any_of(parts: Iterable[Anchors]) -> Anchors:
    each = list(parts)
    return sum(price for price, _ in each), frozenset().union(*(found for _, found in each))


def rarest(anchor: Anchor, frequency: Frequency) -> Term:
    """The term itself, or the rarest of a phrase."""
    if isinstance(anchor, Term):
        return anchor
    return min(anchor.terms, key=lambda term: cost(term, frequency))


def phrase_cost(phrase: Phrase, frequency: Frequency) -> float:
    """The share of posts that hold the words beside each other: between that of words which know
    nothing of each other and that of the rarest, halfway in orders of magnitude."""
    shares = sorted(cost(term, frequency) for term in phrase.terms)
    return shares[0] * sqrt(shares[1]) if len(shares) > 1 else shares[0]


def cost(term: Term, frequency: Frequency) -> float:
    """The share of posts that hold the term, as measured or, without that, as guessed."""
    if term.zone is Zone.LANGUAGE or term.zone is Zone.FLAG:
        return 0.5
    if not term.pattern:
        known = frequency.get(term.key)
        if known is None:
            known = 1e-5 if frequency else _guess(term.key)
        return known * (3 if term.forms else 1) * (0.1 if term.kind is not Kind.WORD else 1)
    own = max(literals(term.key), key=len)
    return min(0.5, 2.0 * 0.45 ** min(len(own), 20))


def _guess(key: str) -> float:
    return 0.3 if key in _COMMON else 0.1 * 0.7 ** min(len(key), 20)


def measure(posts: Iterable[Post]) -> dict[str, float]:
    """The share of these posts that hold each word, tag or name."""
    counts: dict[str, int] = {}
    documents = [Document(post) for post in posts]
    for document in documents:
        for kind in (Kind.WORD, Kind.TAG, Kind.NAME, Kind.EMOJI):
            for key in document.keys(Zone.ANYWHERE, kind):
                counts[key] = counts.get(key, 0) + 1
    return {key: count / len(documents) for key, count in counts.items()}
