"""Which terms rise: words that more posts hold now than before, beyond what chance explains.

Weighted log-odds ratios with an informative Dirichlet prior, after Monroe, Colaresi and Quinn,
"Fightin' Words" (Political Analysis 16, 2008). A post counts once for each of its words, so that
one long or repetitive post does not lead the list.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

import regex

from ildsjel.engine.text import words

MOST_CHARACTERS = 4000  # read of a post: more says nothing new about its words
SHORTEST = 3  # characters of a word
FEWEST_POSTS = 3  # that hold a term before it counts
PRIOR_SHARE = 0.1  # what the prior weighs, as a share of all word sightings
HEAVIEST_PRIOR = 500.0  # word sightings
SURE = 1.96  # standard errors above no change
_ADDRESS = regex.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Rise:
    """A term with how many posts hold it `now` and `before`, its log-odds ratio, and that in
    standard errors."""

    term: str
    now: int
    before: int
    log_odds: float
    z: float


def rising(now: Iterable[str], before: Iterable[str], *, limit: int = 12) -> list[Rise]:
    """The terms of the texts `now` that rise the most against those `before`, surest first.

    Empty where either side has no text: there is nothing to compare with.
    """
    after, earlier = posts_with(now), posts_with(before)
    sizes = after.total(), earlier.total()
    if not all(sizes):
        return []
    found = (
        _rise(term, count, earlier[term], sizes)
        for term, count in after.items()
        if count >= FEWEST_POSTS
    )
    sure = [rise for rise in found if rise.z >= SURE]
    return sorted(sure, key=lambda rise: (-rise.z, rise.term))[:limit]


def posts_with(texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each word stands; words that are short or only digits left out."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({word for word in words(_plain(text)) if _counts(word)})
    return counts


def _plain(text: str) -> str:
    cut: str = _ADDRESS.sub(" ", text[:MOST_CHARACTERS])
    return cut


def _counts(word: str) -> bool:
    return len(word) >= SHORTEST and not word.isnumeric()


def _rise(term: str, now: int, before: int, sizes: tuple[int, int]) -> Rise:
    weight = min(HEAVIEST_PRIOR, PRIOR_SHARE * sum(sizes))
    prior = weight * (now + before) / sum(sizes)
    after, earlier = now + prior, before + prior
    difference = _log_odds(after, sizes[0] + weight) - _log_odds(earlier, sizes[1] + weight)
    error = sqrt(1 / after + 1 / earlier)
    return Rise(term, now, before, difference, difference / error)


def _log_odds(count: float, size: float) -> float:
    # A corpus of one single word has no other side: half a sighting stands for it.
    return log(count / max(size - count, 0.5))
