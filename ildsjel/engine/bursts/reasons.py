"""Why a burst: the words, authors and links that drive it, and whether it is a few accounts.

Words and links are compared with those of the time before by log-odds with an informative prior
(Monroe, Colaresi and Quinn 2008): what is common everywhere pulls rare words to it, so that one
post with a rare word says little.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ildsjel.engine.items import Item
from ildsjel.engine.text import fold, tokens

PRIOR_POSTS = 50.0  # how many posts the prior is worth
SURE = 3.0  # standard errors above which a word or link rises; many are compared
FEW_ACCOUNTS = 3
FEW_SHARE = 0.5  # of the posts by so many accounts: then it is a few accounts
FEWEST_POSTS = 8  # fewer say nothing about who is behind them
LONGEST = 64  # characters of a word


class Kind(StrEnum):
    ORGANIC = "organic"  # many accounts
    FEW_ACCOUNTS = "few accounts"
    UNKNOWN = "unknown"  # too few posts to tell


@dataclass(frozen=True, slots=True)
class Rising:
    """A word, `#tag` or `@name` in more posts than before. `rise` is in standard errors."""

    term: str
    during: int
    before: int
    rise: float


@dataclass(frozen=True, slots=True)
class Link:
    """A link in more posts than before."""

    url: str
    during: int
    before: int
    rise: float


@dataclass(frozen=True, slots=True)
class Share:
    """An author by `Author.external_id`, with the number of posts and their share of all."""

    author_id: str
    posts: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What drives a burst, strongest first. `posts` are ids of items that show it best.

    `few_share` is the share of posts by the three busiest accounts, `copied` that of posts whose
    text another post has too, `newcomers` that of authors who wrote nothing in the time before.
    """

    terms: tuple[Rising, ...]
    links: tuple[Link, ...]
    authors: tuple[Share, ...]
    posts: tuple[str, ...]
    kind: Kind
    few_share: float
    copied: float
    newcomers: float


def explain(during: Sequence[Item], before: Sequence[Item], *, most: int = 10) -> Reason:
    """Compare the posts of a burst with those of the time before; at most `most` of each kind."""
    words = [_words(item) for item in during]
    terms = [Rising(*each) for each in _rising(words, map(_words, before), most)]
    links = [Link(*each) for each in _rising(map(_links, during), map(_links, before), most)]
    authors = Counter(item.author.external_id for item in during)
    few = sum(number for _, number in authors.most_common(FEW_ACCOUNTS)) / max(len(during), 1)
    known = {item.author.external_id for item in before}
    return Reason(
        terms=tuple(terms),
        links=tuple(links),
        authors=tuple(Share(who, n, n / len(during)) for who, n in authors.most_common(most)),
        posts=_best(during, words, terms, most),
        kind=kind_of(len(during), len(authors), few),
        few_share=few,
        copied=_copied(during),
        newcomers=len(authors.keys() - known) / max(len(authors), 1),
    )


def _words(item: Item) -> frozenset[str]:
    """Each once: a post that repeats a word is one post about it."""
    found = (token.key for token in tokens(f"{item.title}\n{item.text}"))
    return frozenset(key for key in found if 1 < len(key) <= LONGEST)


def _links(item: Item) -> frozenset[str]:
    return frozenset(item.links)


def _rising(
    during: Iterable[frozenset[str]], before: Iterable[frozenset[str]], most: int
) -> list[tuple[str, int, int, float]]:
    """What stands in more posts than before, with its count in both and its rise."""
    now, now_posts = _count(during)
    then, then_posts = _count(before)
    posts = now_posts + then_posts
    rows = []
    for key, number in now.items():
        prior = PRIOR_POSTS * (number + then[key]) / posts
        rise = _log_odds(number, now_posts, then[key], then_posts, prior)
        if number > 1 and rise > SURE:
            rows.append((key, number, then[key], rise))
    rows.sort(key=lambda row: (-row[3], row[0]))
    return rows[:most]


def _count(posts: Iterable[frozenset[str]]) -> tuple[Counter[str], int]:
    counts: Counter[str] = Counter()
    number = 0
    for keys in posts:
        counts.update(keys)
        number += 1
    return counts, number


def _log_odds(now: int, now_posts: int, then: int, then_posts: int, prior: float) -> float:
    """The difference of log-odds between the two times, in standard errors."""
    rest = PRIOR_POSTS - prior + 1.0  # the one keeps a word that is in every post finite
    odds_now = (now + prior) / (now_posts - now + rest)
    odds_then = (then + prior) / (then_posts - then + rest)
    error = math.sqrt(1.0 / (now + prior) + 1.0 / (then + prior))
    return math.log(odds_now / odds_then) / error


def _best(
    during: Sequence[Item], words: Sequence[frozenset[str]], terms: Sequence[Rising], most: int
) -> tuple[str, ...]:
    """Posts that hold most of what rises; one of an author, and one of a text."""
    rises = {each.term: each.rise for each in terms}
    scores = [sum(rises.get(word, 0.0) for word in each) for each in words]
    order = sorted(range(len(during)), key=lambda place: (-scores[place], place))
    chosen: list[str] = []
    met: set[str] = set()
    for item in (during[place] for place in order):
        marks = {f"author {item.author.external_id}", f"text {fold(item.text)}"}
        if not marks & met and len(chosen) < most:
            chosen.append(item.external_id)
            met |= marks
    return tuple(chosen)


def kind_of(posts: int, authors: int, few_share: float) -> Kind:
    """Whether many accounts wrote these posts. `few_share` is that of the three busiest."""
    if posts < FEWEST_POSTS:
        return Kind.UNKNOWN
    few = few_share >= FEW_SHARE or authors <= FEW_ACCOUNTS
    return Kind.FEW_ACCOUNTS if few else Kind.ORGANIC


def _copied(posts: Sequence[Item]) -> float:
    texts = Counter(fold(item.text) for item in posts)
    return sum(number for number in texts.values() if number > 1) / max(len(posts), 1)
