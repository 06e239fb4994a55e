"""What features are made of, and the door to the inner loops."""

from functools import cache
from importlib import import_module
from types import ModuleType

BLOCKS = 3
GRAMS, WORDS, PAIRS = 0, 1, 2  # in a feature's key above its 32-bit hash
SHORTEST_GRAM, LONGEST_GRAM = 2, 5
BEGINNING = 4  # letters of a word that count in pairs
REACH = 8  # words between which a pair is made
MOST_WORDS = 400  # words read of a text
LONGEST_WORD = 40  # characters read of a word

# How a character is read: `features.kinds`.
BLANK, LETTER, DIGIT, SIGN = 0, 1, 2, 3


@cache
def kernel() -> ModuleType:
    """The inner loops. The first call of a process loads numba, which takes its time."""
    return import_module("ildsjel.engine.topics.kernel")
