"""What the kernel knows of each character: what it folds to, and what it is to the tokeniser.

Pages of 256 characters are filled from `engine.text` as they are first met, so that nothing is said
twice: what the kernel takes a character for is what folding and the word pattern make of it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from ildsjel.engine.text import fold

CODE: Final = (1 << 21) - 1  # the bits of an entry that are the folded character
WORD: Final = 1 << 21  # a letter or digit
MARK: Final = 1 << 22  # belongs to the word before it
UNDERSCORE: Final = 1 << 23
EMOJI: Final = 1 << 24
FLAG: Final = 1 << 25  # half of a flag
UPPER: Final = 1 << 26  # a capital, before folding
DIGIT: Final = 1 << 27
MORE: Final = 1 << 28  # not the first that its character folds to
CUT: Final = 1 << 29  # in text that comes folded: a word of a tag begins here

SKIP: Final = -1  # nothing: an invisible character
COMPLEX: Final = -2  # folds together with its neighbours: left to Python
EXPANDS: Final = -16  # and below: several characters, told in `expansions` at EXPANDS - entry

PAGES: Final = 0x110000 >> 8
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_MARK = regex.compile(r"\p{M}")
_EMOJI = regex.compile(r"[\p{ExtPict}\p{EMod}]")
_UPPER = regex.compile(r"[\p{Lu}\p{Lt}]")
_DIGIT = regex.compile(r"\p{N}")
_INVISIBLE = regex.compile(r"\p{DI}")
_TOGETHER = regex.compile(
    r"[\p{M}\uFF9E\uFF9F\u1100-\u11FF\u3131-\u318E\uA960-\uA97C\uD7A4-\uD7FB\uFFA0-\uFFDC]"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """`index`: by page, where its entries begin in `entries`, -1 where it is not filled yet; the
    second half is for text that comes folded. `expansions`: runs of a length and entries."""

    index: NDArray[np.int32]
    entries: NDArray[np.int32]
    expansions: NDArray[np.int32]


class Characters:
    """The tables so far. Filling replaces them whole, so that others may go on reading."""

    def __init__(self) -> None:
        self.tables = Tables(
            np.full(2 * PAGES, -1, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32)
        )

    def fill(self, text: str, *, folded: bool) -> None:
        """Make the pages of all characters of a text."""
        known = self.tables
        first = PAGES if folded else 0
        wanted = {first + (ord(c) >> 8) for c in set(text)}
        missing = sorted(page for page in wanted if known.index[page] < 0)
        if not missing:
            return
        index, expansions = known.index.copy(), list(known.expansions)
        entries = list(known.entries)
        for page in missing:
            index[page] = len(entries)
            codes = range((page - first) << 8, ((page - first) << 8) + 256)
            if folded:
                entries += [code | _class_of(chr(code)) for code in codes]
            else:
                entries += [_entry(chr(code), expansions) for code in codes]
        self.tables = Tables(index, np.array(entries, np.int32), np.array(expansions, np.int32))


CHARACTERS: Final = Characters()


def _class_of(folded: str) -> int:
    if _LETTER.match(folded):
        return WORD
    if _MARK.match(folded):
        return MARK
    if "\U0001f1e6" <= folded <= "\U0001f1ff":
        return EMOJI | FLAG
    return UNDERSCORE if folded == "_" else EMOJI if _EMOJI.match(folded) else 0


def _entry(character: str, expansions: list[int]) -> int:
    if _TOGETHER.match(character):
        return COMPLEX
    folded = fold(character)
    if _INVISIBLE.match(character) or not folded:
        return SKIP
    shape = UPPER if _UPPER.match(character) else DIGIT if _DIGIT.match(character) else 0
    entries = [ord(each) | _class_of(each) | MORE for each in folded]
    entries[0] += shape - MORE
    if len(entries) == 1:
        return entries[0]
    expansions += [len(entries), *entries]
    return EXPANDS - (len(expansions) - len(entries) - 1)
