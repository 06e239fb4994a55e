"""Inflected forms: two words are forms of one another where their Snowball stems are equal.

Stems are taken from folded words. Nynorsk and Bokmål share Snowball's Norwegian algorithm, which
knows the endings of both. Source: Porter, Snowball, https://snowballstem.org.
"""

from functools import lru_cache
from typing import Final

import Stemmer

LANGUAGES: Final = {
    "nb": "norwegian",
    "nn": "norwegian",
    "da": "danish",
    "sv": "swedish",
    "en": "english",
}
LONGEST_STEMMED = 60  # characters; no word of these languages is longer, and hostile ones are

# English words whose stem does not begin as they do (step 0 of the algorithm, its exceptions).
_UNLIKE_STEMS: Final = {"die": "d", "lie": "l", "tie": "t", "sky": "sk"}


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; itself where it is longer than words are."""
    if len(word) > LONGEST_STEMMED:
        return word
    # A stemmer must not be used by two threads at once, and costs little to make.
    found: str = Stemmer.Stemmer(LANGUAGES[language], 0).stemWord(word)
    return found


def beginning_of_forms(word: str, language: str) -> str:
    """How every form of the word begins: what the Snowball algorithm never changes.

    The Scandinavian algorithms only take endings away. English ones may change the last letter of
    what is left (happy, happi) or add an e (hop, hope).
    """
    found = stem(word, language)
    if language != "en" or len(word) > LONGEST_STEMMED:
        return found
    return _UNLIKE_STEMS.get(found, found[:-1])
