"""Text as matching and search see it: folded for comparison, cut into words with their places.

Folding ignores case, typographic variants, invisible characters and the way accents are encoded,
and nothing else: æ, ø and å (and ä, ö, é …) stay letters of their own. Cost grows in step with the
length of the text, whatever somebody writes: long runs of combining marks, on which Unicode
normalisation alone takes quadratic time, are cut.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import is_normalized, normalize

import regex

_MARKS_KEPT = 8
_HANGUL = r"\u1100-\u11FF\u3131-\u318E\uA960-\uA97C\uAC00-\uD7FB\uFFA0-\uFFDC"
_ATTACHED = r"[\p{M}\p{DI}\uFF9E\uFF9F]"  # marks, invisible characters, half-width voicing
_CLUSTER = regex.compile(rf"(?s)(?:[{_HANGUL}]+|.){_ATTACHED}*")
_IGNORED = regex.compile(r"\p{DI}")
_UNEVEN = regex.compile(rf"\p{{DI}}|{_ATTACHED}{{{_MARKS_KEPT + 1}}}")

WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*")
SIGN = regex.compile(
    r"(?<![\p{L}\p{N}_.])(?:"
    r"\#[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*"
    r"|@[\p{L}\p{N}_]++(?:[.-]++[\p{L}\p{N}_]++)*+(?:@[\p{L}\p{N}]++(?:[.-]++[\p{L}\p{N}]++)*+)?)"
)
_HANDLE_END = regex.compile(r"[.@]")

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\0\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029", " "),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("’‘‛ʼ´`", "'"),
        **dict.fromkeys("“”„«»", '"'),
    }
)
# Half of a character, as broken JSON brings it: databases refuse it.
_BROKEN = regex.compile(r"\p{Cs}")


class Token(NamedTuple):
    """A word, `#tag` or `@name` as folded, and where it stands in the text as written.

    `position` counts words; a tag or name has the position of its first word.
    """

    key: str
    start: int
    end: int
    position: int


def fold(text: str) -> str:
    """The text as it is compared: for matching, and for the search column of a database."""
    even = _even(text)
    return "".join(map(_fold_cluster, _CLUSTER.findall(text))) if even is None else even


def tokens(text: str) -> list[Token]:
    """Words in order, and after them the tags and names, with character offsets into `text`."""
    folded, starts, ends = placed(text)
    found = [
        Token(match[0], *_place(match.start(), match.end(), starts, ends), position)
        for position, match in enumerate(WORD.finditer(folded))
    ]
    if "#" in folded or "@" in folded:
        found += _signs(folded, found, starts, ends)
    return found


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    found: list[str] = WORD.findall(fold(text))
    return found


def _even(text: str) -> str | None:
    """The folded text, where it has one character for each of the original; else None."""
    if text.isascii():
        return text.lower().translate(_ALIKE)
    if _UNEVEN.search(text):
        return None
    folded = _BROKEN.sub("\ufffd", text.casefold().translate(_ALIKE))
    return folded if len(folded) == len(text) and is_normalized("NFKC", folded) else None


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    shown = _IGNORED.sub("", cluster)
    if not regex.match(rf"[{_HANGUL}]", shown):
        shown = shown[: 1 + _MARKS_KEPT]
    folded = normalize("NFKC", normalize("NFKC", shown.translate(_ALIKE)).casefold())
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in folded.translate(_ALIKE))


def placed(text: str) -> tuple[str, Sequence[int] | None, Sequence[int] | None]:
    """Folded text; for each of its characters, where the original begins and ends (None: as is)."""
    even = _even(text)
    if even is not None:
        return even, None, None
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        piece = _fold_cluster(match[0])
        pieces.append(piece)
        starts += [match.start()] * len(piece)
        ends += [match.end()] * len(piece)
    return "".join(pieces), starts, ends


def _place(
    start: int, end: int, starts: Sequence[int] | None, ends: Sequence[int] | None
) -> tuple[int, int]:
    if starts is None or ends is None:
        return start, end
    return starts[start], ends[end - 1]


def _signs(
    folded: str, found: Sequence[Token], starts: Sequence[int] | None, ends: Sequence[int] | None
) -> list[Token]:
    signs: list[Token] = []
    position = 0
    for match in SIGN.finditer(folded):
        start, end = _place(match.start(), match.end(), starts, ends)
        while position < len(found) and found[position].end <= start:
            position += 1
        signs += [Token(key, start, end, position) for key in _sign_keys(match[0])]
    return signs


def _sign_keys(sign: str) -> list[str]:
    """`@name.example.org` is found by the whole of it and by `@name`."""
    if sign[0] == "#":
        return [sign]
    short = "@" + _HANDLE_END.split(sign[1:], maxsplit=1)[0]
    return [sign] if short == sign else [sign, short]
