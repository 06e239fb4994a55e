"""From a text with choices and slots to what one person writes."""

import re
from collections.abc import Mapping, Sequence
from random import Random

_CHOICE = re.compile(r"\[([^\]]*\|[^\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")

Slots = Mapping[str, Sequence[str]]


def expand(text: str, slots: Slots, chance: Random) -> str:
    """Choose at each `[one|other]`, fill each `{slot}`. Raises KeyError for an unknown slot."""
    chosen = _CHOICE.sub(lambda match: chance.choice(match[1].split("|")), text)
    filled = _SLOT.sub(lambda match: chance.choice(slots[match[1]]), chosen)
    return " ".join(filled.split())


class Deck:
    """Draws from texts without repeating one before all are used, as a shuffled deck of cards."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._piles: dict[str, list[str]] = {}

    def draw(self, name: str, texts: Sequence[str]) -> str:
        pile = self._piles.setdefault(name, [])
        if not pile:
            pile.extend(texts)
            self._chance.shuffle(pile)
        return pile.pop()


# Beginnings of words that two texts may share without being about the same.
_EMPTY_STEMS = frozenset(
    re.findall(
        r"\w+",
        """
        dette denne ikke hvem hvor hvord hvorf korle skal ville dere noen siden etter eller også
        være blir komme finne gjør vann vatn vanne vatne skole skule barne bibli eiend eiged veien
        gjeld have will with this that about what when there
        """,
    )
)


def stems(text: str) -> frozenset[str]:
    """The beginnings of the longer words: enough to see that an answer is about the question."""
    words = re.findall(r"\w{4,}", text.lower())
    return frozenset(word[:5] for word in words) - _EMPTY_STEMS


def fitting(question: str, answers: Sequence[str], chance: Random) -> str | None:
    """The answer that shares most words with the question; None where none shares any."""
    asked = stems(question)
    scores = [len(asked & stems(answer)) for answer in answers]
    best = max(scores, default=0)
    if best == 0:
        return None
    return chance.choice([a for a, score in zip(answers, scores, strict=True) if score == best])
