"""In which language a short post is written.

Told apart: Bokmål (nb), Nynorsk (nn), Danish (da), Swedish (sv), Finnish (fi), Icelandic (is),
Faroese (fo), Northern Sámi (se), English (en), and anything else (other). Where a text is correct
in several of the first four, all of them are named; where too little speaks for any, none is.

    found = identify(["Eg veit ikkje", "Vi kan"])
    found[0].codes          # ("nn",)
    found[1].codes          # ("nb", "nn") perhaps, or () where nothing can be told
    found[0].probability    # that the text is in one of `codes`, from 0 to 1, calibrated

What the author or the thread wrote before helps where a text is short: `prior.learned` turns it
into the shares that `identify` takes as `priors`. Mentions, addresses, e-mail, numbers and emoji
say nothing; the words of hashtags count. Method, data, limits, scores: docs/language-model.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.language.model import LANGUAGES, SCANDINAVIAN, Floats, Model, shipped
from ildsjel.engine.language.prior import Shares, weighed

__all__ = ["LANGUAGES", "SCANDINAVIAN", "Identified", "identified", "identify", "probabilities"]

LEAST = 0.33  # below this probability, one in three, a language is not named
ALSO = 0.9  # how sure it must be that a text is correct in a second language, to name that too
ALSO_SHARE = 0.08  # and how probable, at least, that it was meant
ONE_OF_FOUR = 0.6  # and how probable that it was meant in one of the four at all
_WORTH = 0.001  # alternatives less probable than this are not worth naming


T = TypeVar("T")


class Identified(NamedTuple):
    """`codes`: most probable first, several where the text is correct in several, none where it
    can't be told. `probability`: that it is in one of them; with none, of the likeliest language.
    `alternatives`: other languages and their probabilities, the likeliest first.
    """

    codes: tuple[str, ...]
    probability: float
    alternatives: tuple[tuple[str, float], ...]


def identify(
    texts: Sequence[str],
    *,
    priors: Sequence[Mapping[str, float] | None] | None = None,
    least: float = LEAST,
) -> list[Identified]:
    """One answer for each text. `priors`: for each what share of its author's or thread's texts is
    in which language, or None. `least`: the probability below which no language is named.
    """
    return identified(*probabilities(texts, priors=priors), least=least)


def identified(chances: Floats, correct: Floats, *, least: float = LEAST) -> list[Identified]:
    """What such probabilities, as `probabilities` gives them, say of each text."""
    top = chances.max(axis=1, initial=0)
    firsts = chances.argmax(axis=1)
    found = [
        Identified((LANGUAGES[place],), chance, ())
        for place, chance in zip(firsts.tolist(), top.tolist(), strict=True)
    ]
    open_ones = np.flatnonzero(top < max(least, 1 - _WORTH))
    answers = _identified(chances[open_ones], correct[open_ones], least)
    for at, answer in zip(open_ones.tolist(), answers, strict=True):
        found[at] = answer
    return found


def probabilities(
    texts: Sequence[str],
    *,
    priors: Sequence[Mapping[str, float] | None] | None = None,
    model: Model | None = None,
) -> tuple[Floats, Floats]:
    """For each text the probability of each of LANGUAGES, shape (n, 10), rows adding up to 1; and
    for each of SCANDINAVIAN how probably the text is correct in it, shape (n, 4).

    A text without words has the prior's shares, or equal ones.
    """
    scores, correct, words = (model or shipped()).scores(texts)
    scores[words == 0] = 0
    if priors is not None:
        scores += weighed([_shares(each) for each in priors])
    chances = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    chances /= chances.sum(axis=1, keepdims=True)
    return chances, 1 / (1 + np.exp(-correct.clip(-30, 30)))


def _shares(prior: Mapping[str, float] | None) -> Shares | None:
    return None if prior is None else [prior.get(code, 0.0) for code in LANGUAGES]


def _correct_in(chances: Floats, correct: Floats) -> NDArray[np.bool_]:
    """In which of LANGUAGES a text in one of the four is also correct: a mark for each."""
    four = chances[:, : len(SCANDINAVIAN)]
    marks = np.zeros(chances.shape, bool)
    inside = four.sum(axis=1) > ONE_OF_FOUR
    marks[:, : len(SCANDINAVIAN)] = inside[:, None] & (correct > ALSO) & (four > ALSO_SHARE)
    return marks


def _identified(chances: Floats, correct: Floats, least: float) -> Iterator[Identified]:
    """Answers for texts of which it is not plain in which language they are."""
    firsts = chances.argmax(axis=1)[:, None] == np.arange(len(LANGUAGES))
    named = firsts | _correct_in(chances, correct)
    sure = np.minimum((chances * named).sum(axis=1), 1)
    named &= (sure >= least)[:, None]
    sure = np.where(sure >= least, sure, chances.max(axis=1, initial=0))
    ranks = np.argsort(-chances, axis=1, kind="stable")
    ordered = np.take_along_axis(chances, ranks, axis=1)
    marked = np.take_along_axis(named, ranks, axis=1)
    rest = ~marked & (ordered >= _WORTH)
    codes = _cut(_codes(ranks[marked]), marked)
    others = _cut(list(zip(_codes(ranks[rest]), ordered[rest].tolist(), strict=True)), rest)
    return map(Identified, codes, sure.tolist(), others)


def _codes(places: NDArray[np.integer[Any]]) -> list[str]:
    return [LANGUAGES[place] for place in places.tolist()]


def _cut(listed: list[T], marks: NDArray[np.bool_]) -> Iterator[tuple[T, ...]]:
    """What stands in one list for all texts, as a tuple for each; `marks` has a row for each."""
    ends = [0, *np.cumsum(marks.sum(axis=1)).tolist()]
    return (tuple(listed[first:last]) for first, last in pairwise(ends))
