"""In which languages the posts of a batch are: told by their words, and what else is known of them.

What the network says of a post, the language that its author or their program declared, is a hint:
many never change the setting. It makes a language likelier and never decides against plain words.
Which of the two counts in the end is said in one place, `settled`.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np

from ildsjel.engine.language import LANGUAGES, Identified, identified, probabilities
from ildsjel.engine.language.model import Floats
from ildsjel.engine.language.prior import learned

SURE = 0.9  # of one language: then there is no second one, and nobody else need be asked
OTHER = "other"
_NORWEGIAN = ("nb", "nn")

Codes = tuple[str, ...]
Earlier = tuple[
    Collection[str], Collection[str]
]  # what the author, and others in the thread, wrote


class Spoken:
    """What the words of posts, and their networks, tell of their languages. Arrays, row by post."""

    def __init__(self, texts: Sequence[str], declared: Sequence[Codes]) -> None:
        self._declared = declared
        chances, self._correct = probabilities(texts)
        self._chances = _weighed(chances, [_hint(each) for each in declared])

    def codes(self) -> list[Codes]:
        """What counts as each post's languages, for matching."""
        best, top = self._chances.argmax(axis=1).tolist(), self._chances.max(axis=1)
        found: list[Codes] = [(LANGUAGES[place],) for place in best]
        open_ones = np.flatnonzero(top < SURE)
        rest = identified(self._chances[open_ones], self._correct[open_ones])
        for at, each in zip(open_ones.tolist(), rest, strict=True):
            found[at] = each.codes
        return [settled(*each) for each in zip(found, self._declared, strict=True)]

    def unsure(self) -> list[int]:
        """The posts whose words don't tell: there it helps what was written before."""
        return np.flatnonzero(self._chances.max(axis=1, initial=0) < SURE).tolist()

    def weigh(self, places: Sequence[int], earlier: Sequence[Earlier]) -> None:
        """Count in what authors wrote before, and others in their threads."""
        if not places:
            return
        shares = [_shares(tuple(author), tuple(thread)) for author, thread in earlier]
        self._chances[places] = _weighed(self._chances[places], shares)

    def told(self) -> list[Identified]:
        """Each post's languages with their probabilities; several, or none."""
        return identified(self._chances, self._correct)


def settled(told: Codes, declared: Codes) -> Codes:
    """What counts as a post's languages: ours where its words tell, else what the network says.

    Where they tell that it's none of those we know apart, the network may still name which.
    """
    if told == (OTHER,):
        return tuple(tag for tag in declared if _known(tag) == (OTHER,))
    return told or declared


def _known(tag: str) -> Codes:
    """Which of LANGUAGES a tag may stand for."""
    base = tag.lower().replace("_", "-").partition("-")[0]
    if base == "no":
        return _NORWEGIAN
    return (base,) if base in LANGUAGES else (OTHER,)


@lru_cache(maxsize=4096)
def _hint(declared: Codes) -> Floats | None:
    codes = [code for tag in declared if tag for code in _known(tag)]
    return _shares(tuple(codes), ()) if codes else None


def _shares(author: Codes, thread: Codes) -> Floats:
    shares = learned(author, thread)
    return np.array([shares[code] for code in LANGUAGES], np.float32)


_EVEN = np.full(len(LANGUAGES), 1 / len(LANGUAGES), np.float32)


def _weighed(chances: Floats, shares: Sequence[Floats | None]) -> Floats:
    """Probabilities under equal shares, under these instead (Bayes)."""
    if all(each is None for each in shares):
        return chances
    both = chances * np.stack([_EVEN if each is None else each for each in shares])
    even: Floats = both / both.sum(axis=1, keepdims=True)
    return even
