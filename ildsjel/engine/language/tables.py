"""What the kernel needs to know of characters: folding, and letters with combining marks."""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

SIZE = 0x3000
BASES = 0x180
MARKS = "\u030a\u0308\u0301\u0300\u0302\u0303\u030c\u0327\u0304\u0328"
_STOPS = '.!?:;•…\n|"“”„«»'
_IGNORED = "'’‘‛ʼ´`\u00ad\u200b\u200c\u200d\u2060"
_LATIN = (range(0x250), range(0x1E00, 0x1F00))


@cache
def letters() -> NDArray[np.uint16]:
    """For each character below SIZE what it counts as.

    Latin letters are lower case. Of other scripts only the script counts, since no language told
    apart here is written in them: each has one letter that stands for all.
    """
    return np.array([_kind(chr(code)) for code in range(SIZE)], dtype=np.uint16)


@cache
def composed() -> NDArray[np.uint16]:
    """For each of MARKS, and each letter below BASES, the letter with it; 0 where there's none."""
    table = [_with_mark(chr(code), mark) for mark in MARKS for code in range(BASES)]
    return np.array(table, dtype=np.uint16)


def _kind(character: str) -> int:
    from ildsjel.engine.language import kernel

    if character in MARKS:
        return kernel.FIRST_MARK + MARKS.index(character)
    if character in _IGNORED or 0x300 <= ord(character) < 0x370:
        return kernel.IGNORED
    if character in _STOPS:
        return kernel.STOP
    if unicodedata.category(character)[0] not in "LM":
        return kernel.SEPARATOR
    return _letter(character)


def _letter(character: str) -> int:
    code = ord(character)
    if not any(code in block for block in _LATIN):
        return code & ~0xFF if code < 0x600 else code & ~0x7F
    lower = character.lower()
    return ord(lower[0])


def _with_mark(letter: str, mark: str) -> int:
    whole = unicodedata.normalize("NFC", letter + mark)
    return ord(whole) if len(whole) == 1 and ord(whole) < SIZE else 0
