"""A post as the plain evaluation reads it: its words, tags, names and emoji with their places.

Words have positions, counted through the text and on, after a gap, through title and tags; a tag or
name has the position of its first word, an emoji that of the word after it. A tag written in
CamelCase is read a second time, word by word, after another gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

import regex

from ildsjel.engine.matching.nodes import Kind, Zone
from ildsjel.engine.matching.posts import MAX_TEXT, Post, keys_of
from ildsjel.engine.text import SIGN, WORD, placed

GAP = 1 << 20  # positions between two parts of a post; more than any NEAR spans, or any text holds

_HANDLE_END = regex.compile(r"[.@]")
_EMOJI = regex.compile(
    r"[\U0001F1E6-\U0001F1FF]{1,2}|[\p{ExtPict}\p{EMod}--[\p{L}\p{N}]]", regex.V1
)
_UPPER = regex.compile(r"[\p{Lu}\p{Lt}]")
_MARK = regex.compile(r"\p{M}")
_DIGIT = regex.compile(r"\p{N}")
_NORDIC = str.maketrans({"å": "aa", "ø": "oe", "ö": "oe", "æ": "ae", "ä": "ae"})


class Token(NamedTuple):
    """Something that a term is compared with. `start` and `end` are characters of the part it
    stands in: "text", "title" or "tag 0", "tag 1" …, "" where it has no place to show."""

    key: str
    kind: Kind
    position: int
    start: int
    end: int
    part: str


@dataclass(frozen=True, slots=True)
class Source:
    """A stretch of text that is read: as written, folded, and where the folded came from."""

    part: str
    written: str
    folded: str
    starts: Sequence[int] | None
    ends: Sequence[int] | None

    def token(self, key: str, kind: Kind, position: int, start: int, end: int) -> Token:
        begin = start if self.starts is None else self.starts[start]
        until = end if self.ends is None else self.ends[end - 1]
        return Token(key, kind, position, begin, until, self.part)

    def is_new(self, at: int) -> bool:
        """Whether a character as written begins here, not counting marks upon letters."""
        if _MARK.match(self.folded[at]):
            return False
        return self.starts is None or at == 0 or self.starts[at] != self.starts[at - 1]

    def character(self, at: int) -> str:
        """The character as written of which this is a folded one."""
        return self.written[at if self.starts is None else self.starts[at]]


class Document:
    """The tokens of one post by zone, kind and key, and by position."""

    __slots__ = ("_by_key", "_by_nordic", "_next", "_sources", "post")

    def __init__(self, post: Post) -> None:
        self.post = post
        self._by_key: dict[tuple[Zone, Kind], dict[str, list[Token]]] = {}
        self._by_nordic: dict[tuple[Zone, Kind], dict[str, list[Token]]] = {}
        self._sources: dict[str, str] = {}
        self._next = 0
        self._read_words()
        self._read_fields()

    def keys(self, zone: Zone, kind: Kind, *, nordic: bool = False) -> dict[str, list[Token]]:
        """What can be found there: folded keys with their tokens in order of position."""
        by_key = self._by_key.get((zone, kind), {})
        if not nordic:
            return by_key
        known = self._by_nordic.get((zone, kind))
        if known is None:
            known = self._by_nordic[zone, kind] = _in_nordic(by_key)
        return known

    def written(self, token: Token) -> str:
        """The token as its author wrote it, composed."""
        return normalize("NFC", self._sources[token.part][token.start : token.end])

    def _read_words(self) -> None:
        self._read(self.post.text[:MAX_TEXT], "text", [Zone.ANYWHERE])
        if self.post.title:
            self._read(self.post.title[:MAX_TEXT], "title", [Zone.ANYWHERE, Zone.TITLE])
        for number, tag in enumerate(self.post.tags):
            self._read("#" + tag[: MAX_TEXT - 1], f"tag {number}", [Zone.ANYWHERE])

    def _read_fields(self) -> None:
        for url in self.post.urls:
            self._read(url[:MAX_TEXT], "", [Zone.URL])
        self._read(self.post.location[:MAX_TEXT], "", [Zone.LOCATION])
        self._read(self.post.author_name[:MAX_TEXT], "", [Zone.AUTHOR])
        for zone, key in keys_of(self.post):
            self._add([zone], Token(key, Kind.KEY, 0, 0, 0, ""))

    def _read(self, written: str, part: str, zones: Sequence[Zone]) -> None:
        self._sources[part] = written
        source = Source(part, written, *placed(written))
        words = list(WORD.finditer(source.folded))
        for position, match in enumerate(words, start=self._next):
            token = source.token(match[0], Kind.WORD, position, match.start(), match.end())
            self._add(zones, token)
        runs = self._read_signs(source, [match.start() for match in words], zones)
        self._next += len(words) + GAP
        for run in runs:
            for key, start, end in run:
                self._add(zones, source.token(key, Kind.WORD, self._next, start, end))
                self._next += 1
            self._next += GAP

    def _read_signs(
        self, source: Source, begins: Sequence[int], zones: Sequence[Zone]
    ) -> list[list[tuple[str, int, int]]]:
        """Add emoji, tags and names; returns the words of tags in CamelCase."""
        runs = []
        passed = 0
        for start, end, kind, keys in _signs(source.folded):
            while passed < len(begins) and begins[passed] < start:
                passed += 1
            for key in keys:
                self._add(zones, source.token(key, kind, self._next + passed, start, end))
            if kind is Kind.TAG and (run := _camel_words(source, start + 1, end)):
                runs.append(run)
        return runs

    def _add(self, zones: Iterable[Zone], token: Token) -> None:
        for zone in zones:
            by_key = self._by_key.setdefault((zone, token.kind), defaultdict(list))
            by_key[token.key].append(token)


def _signs(folded: str) -> Iterator[tuple[int, int, Kind, list[str]]]:
    """Tags, names and emoji in order."""
    found: list[tuple[int, int, Kind, list[str]]] = []
    if "#" in folded or "@" in folded:
        for match in SIGN.finditer(folded):
            kind = Kind.TAG if match[0][0] == "#" else Kind.NAME
            found.append((*match.span(), kind, name_keys(match[0])))
    if not folded.isascii():
        found += [(*m.span(), Kind.EMOJI, [m[0]]) for m in _EMOJI.finditer(folded)]
    return iter(sorted(found, key=lambda each: each[0]))


def name_keys(sign: str) -> list[str]:
    """`@name.example.org` is found by the whole of it and by `@name`."""
    if sign[0] == "#":
        return [sign]
    short = "@" + _HANDLE_END.split(sign[1:], maxsplit=1)[0]
    return [sign] if short == sign else [sign, short]


def emoji_of(folded: str) -> list[str]:
    """The emoji of a folded text; a flag is one."""
    found: list[str] = _EMOJI.findall(folded)
    return found


def _camel_words(source: Source, start: int, end: int) -> list[tuple[str, int, int]]:
    """The words that a tag is put together of, where capitals or digits show them."""
    cuts = camel_cuts(source, start, end)
    if not cuts:
        return []
    edges = [start, *cuts, end]
    return [
        (match[0], match.start(), match.end())
        for begin, until in pairwise(edges)
        for match in WORD.finditer(source.folded, begin, until)
    ]


def camel_cuts(source: Source, start: int, end: int) -> list[int]:
    """Where the next word begins: Solvik|Kommune, NRK|Nyheter, uke|47."""
    places = [at for at in range(start, end) if at == start or source.is_new(at)]
    shapes = [_shape(source.character(at), source.folded[at]) for at in places]
    cuts = []
    for number in range(1, len(places)):
        before, here = shapes[number - 1], shapes[number]
        after = shapes[number + 1] if number + 1 < len(shapes) else "end"
        digits = (before == "digit") != (here == "digit") and "other" not in (before, here)
        capital = here == "upper" and (
            before == "lower" or (before == "upper" and after == "lower")
        )
        if digits or capital:
            cuts.append(places[number])
    return cuts


def _shape(character: str, folded: str) -> str:
    if _UPPER.match(character):
        return "upper"
    if _DIGIT.match(character):
        return "digit"
    return "lower" if WORD.match(folded) else "other"


def nordic(key: str) -> str:
    """The key with å=aa, ø=ö=oe and æ=ä=ae."""
    return key.translate(_NORDIC)


def _in_nordic(by_key: dict[str, list[Token]]) -> dict[str, list[Token]]:
    found: dict[str, list[Token]] = defaultdict(list)
    for key, tokens in by_key.items():
        found[nordic(key)] += tokens
    return {key: sorted(tokens, key=lambda token: token.position) for key, tokens in found.items()}
