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

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.language.model import LANGUAGES, SCANDINAVIAN, Floats, Model, shipped
from ildsjel.engine.language.prior import Shares, weighed

__all__ = ["LANGUAGES", "SCANDINAVIAN", "Identified", "identified", "identify", "probabilities"]

LEAST = 0.33  # below this probability, one in three, a language is not named
ALSO = 0.95  # how sure it must be that a text is correct in a second language, to name that too
ALSO_SHARE = 0.12  # and how probable, at least, that it was meant
_WORTH = 0.001  # alternatives less probable than this are not worth naming


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
    some = chances[open_ones]
    ranks = np.argsort(-some, axis=1, kind="stable").tolist()
    several = _correct_in(some, correct[open_ones]).tolist()
    rows = zip(open_ones.tolist(), some.tolist(), ranks, several, strict=True)
    for at, chance, rank, also in rows:
        found[at] = _identified(chance, rank, also, least)
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
    """Where a text in one of the four is also correct in others of them: a mark for each."""
    four = chances[:, : len(SCANDINAVIAN)]
    likeliest = chances.argmax(axis=1) < len(SCANDINAVIAN)
    inside = (likeliest & (four.sum(axis=1) > 0.9))[:, None]
    marks: NDArray[np.bool_] = inside & (correct > ALSO) & (four > ALSO_SHARE)
    return marks


def _identified(
    chances: list[float], rank: list[int], also: list[bool], least: float
) -> Identified:
    """`rank`: places of languages, the likeliest first. `also`: those that are named together."""
    named = rank[:1]
    if True in also:
        named += [place for place in rank[1:] if place < len(also) and also[place]]
    probability = sum([chances[place] for place in named])
    if probability < least:
        named, probability = [], chances[rank[0]]
    rest = [place for place in rank if chances[place] >= _WORTH and place not in named]
    return Identified(
        tuple([LANGUAGES[place] for place in named]),
        min(probability, 1.0),
        tuple([(LANGUAGES[place], chances[place]) for place in rest]),
    )
