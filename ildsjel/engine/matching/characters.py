"""What the kernel knows of each character: what it folds to, and what it is to the tokeniser.

Pages of 256 characters are filled from `engine.text` as they are first met, so that nothing is said
twice: what the kernel takes a character for is what folding and the word pattern make of it.
"""

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
SIGN: Final = 1 << 30  # a tag or name may begin here: # or @

SKIP: Final = -1  # nothing: an invisible character
COMPLEX: Final = -2  # folds together with its neighbours: left to Python
EXPANDS: Final = -16  # and below: several characters, told at EXPANDS - entry

PAGES: Final = 0x110000 >> 8
INDEX: Final = 2 * PAGES  # the length of what tells where pages begin
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_MARK = regex.compile(r"\p{M}")
_EMOJI = regex.compile(r"[\p{ExtPict}\p{EMod}]")
_UPPER = regex.compile(r"[\p{Lu}\p{Lt}]")
_DIGIT = regex.compile(r"\p{N}")
_INVISIBLE = regex.compile(r"\p{DI}")
_TOGETHER = regex.compile(
    r"[\p{M}\uFF9E\uFF9F\u1100-\u11FF\u3131-\u318E\uA960-\uA97C\uD7A4-\uD7FB\uFFA0-\uFFDC]"
)


class Characters:
    """The table so far; it is replaced whole as it grows, so that others may go on reading.

    It begins with an index: by page, where its entries begin, -1 where it is not filled yet; the
    second half of it is for text that comes folded. After it stand pages of entries, and runs of a
    length and entries for the characters that fold to several.
    """

    def __init__(self) -> None:
        self.table: NDArray[np.int32] = np.full(INDEX, -1, np.int32)
        self.fill(" ", folded=False)
        self.fill(" ", folded=True)

    def fill(self, text: str, *, folded: bool) -> None:
        """Make the pages of all characters of a text."""
        known = self.table
        first = PAGES if folded else 0
        wanted = {first + (ord(c) >> 8) for c in set(text)}
        missing = sorted(page for page in wanted if known[page] < 0)
        if not missing:
            return
        index, rest = known[:INDEX].copy(), known[INDEX:].tolist()
        for page in missing:
            codes = range((page - first) << 8, ((page - first) << 8) + 256)
            if folded:
                entries = [code | _class_of(chr(code)) for code in codes]
            else:
                entries = [_entry(chr(code), rest) for code in codes]
            index[page] = INDEX + len(rest)
            rest += entries
        self.table = np.concatenate([index, np.array(rest, np.int32)])


def _class_of(folded: str) -> int:
    if _LETTER.match(folded):
        return WORD
    if _MARK.match(folded):
        return MARK
    if "\U0001f1e6" <= folded <= "\U0001f1ff":
        return EMOJI | FLAG
    if folded in "#@":
        return SIGN
    return UNDERSCORE if folded == "_" else EMOJI if _EMOJI.match(folded) else 0


def _entry(character: str, rest: list[int]) -> int:
    """What stands for a character; where it folds to several, they are added to the rest."""
    folded = fold(character)
    if _INVISIBLE.match(character) or not folded:
        return SKIP  # also what chooses how an emoji looks; those beside it know nothing of it
    if _TOGETHER.match(character):
        return COMPLEX
    shape = UPPER if _UPPER.match(character) else DIGIT if _DIGIT.match(character) else 0
    entries = [ord(each) | _class_of(each) | MORE for each in folded]
    entries[0] += shape - MORE
    if len(entries) == 1:
        return entries[0]
    rest += [len(entries), *entries]
    return EXPANDS - (INDEX + len(rest) - len(entries) - 1)


CHARACTERS: Final = Characters()
