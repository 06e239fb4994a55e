"""Queries of Brandwatch, Meltwater and Talkwalker in the language of watches.

What is the same stays as it is; what has another name here is renamed; what cannot be carried over
is left out and named, with its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import regex

from ildsjel.engine.matching.errors import QueryError
from ildsjel.engine.matching.grammar import parse
from ildsjel.engine.matching.reading import MAX_BETWEEN
from ildsjel.engine.matching.scanner import QUOTES

DIALECTS: Final = ("brandwatch", "meltwater", "talkwalker")

_EVERYWHERE: Final = {
    "title": "title",
    "author": "author",
    "from": "from",
    "site": "site",
    "url": "url",
    "lang": "lang",
    "language": "lang",
    "location": "location",
    "hashtag": "#",
    "hashtags": "#",
}
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "brandwatch": {
        **_EVERYWHERE, "links": "url", "at_mentions": "@", "mentionedauthors": "@", "raw": "raw",
        "city": "location", "blogname": "site",
    },
    "meltwater": {**_EVERYWHERE, "source": "site", "mentions": "@", "links": "url"},
    "talkwalker": {
        **_EVERYWHERE, "domainurl": "site", "host_url": "site", "author_name": "author",
        "author_short_name": "from", "mention": "@", "links": "url",
    },
}  # fmt: skip
_VALUES: Final = {
    ("engagementtype", "retweet"): "is:repost",
    ("engagementtype", "reply"): "is:reply",
    ("is", "retweet"): "is:repost",
    ("is", "repost"): "is:repost",
    ("is", "reply"): "is:reply",
    ("is", "comment"): "is:reply",
    ("posttype", "comment"): "is:reply",
    ("posttype", "repost"): "is:repost",
    ("has", "image"): "has:media",
    ("has", "video"): "has:media",
    ("has", "media"): "has:media",
}
_TOKEN = regex.compile(
    rf"""(?P<space>\s+)
    |(?P<comment><<<.*?(?:>>>|$))
    |(?P<sign>[()])
    |(?P<raw>\{{[^}}]*\}}|\+\+"[^"]*")
    |(?P<quote>[{QUOTES}][^{QUOTES}]*[{QUOTES}](?:~\d+)?)
    |(?P<near>(?P<o>[Oo])?(?:NEAR|near)(?:/(?P<n>\d+)(?P<f>f)?)?(?=[\s(]|$))
    |(?P<operator>(?:AND|OR|NOT|SENTENCE|PARAGRAPH)(?=[\s()]|$))
    |(?P<field>[A-Za-z_.]+):(?=[^\s)/])
    |(?P<word>[^\s(){QUOTES}]+)
    """,
    regex.VERBOSE | regex.DOTALL,
)
_FUZZY = regex.compile(r"(?<=\w)[~^]\d*(?:\.\d+)?$")


class Why(StrEnum):
    """What is told of something that could not be carried over as it was."""

    NOT_OPENED = "this parenthesis was never opened"
    SENTENCE = "sentences are not known here; taken as NEAR/15"
    NO_DISTANCE = "it has no distance; taken as NEAR/10"
    FAR = "the distance is at most 100 words"
    FUZZY = "spelling mistakes and weights are not known here"
    NO_FIELD = "there is no such field here"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that could not be carried over: what and where it was, and why."""

    text: str
    position: int
    why: Why


@dataclass(frozen=True, slots=True)
class Translation:
    """`fault` is what is wrong with the query, if it cannot be read even so."""

    query: str
    left_out: tuple[LeftOut, ...]
    fault: QueryError | None


def translate(source: str, dialect: str) -> Translation:
    """A query of one of `DIALECTS` in the language of watches."""
    translator = _Translator(list(_tokens(source)), _FIELDS[dialect])
    query = translator.whole()
    fault = None
    try:
        parse(query)
    except QueryError as found:
        fault = found
    return Translation(query, tuple(translator.left_out), fault)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int
    number: str = ""
    ordered: bool = False


def _tokens(source: str) -> list[_Token]:
    found = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:  # a quotation mark that is never closed
            found.append(_Token("word", source[at], at))
            at += 1
            continue
        kind = match.lastgroup or ""
        if kind not in {"space"}:
            kind = next(k for k in _KINDS if match[k] is not None)
            text = match["field"] or match[0]
            ordered = bool(match["o"] or match["f"])
            found.append(_Token(kind, text, at, match["n"] or "", ordered))
        at = match.end()
    return found


_KINDS: Final = ("comment", "sign", "raw", "quote", "near", "operator", "field", "word", "space")


@dataclass(slots=True)
class _Translator:
    """Recursive descent. Each step returns the words of a part, or "" where nothing is left of
    it; its operators then go with it."""

    tokens: list[_Token]
    fields: Mapping[str, str]
    at: int = 0
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def next(self) -> _Token:
        while self.at < len(self.tokens) and self.tokens[self.at].kind in {"comment", "space"}:
            self.at += 1
        end = _Token("end", "", -1)
        return self.tokens[self.at] if self.at < len(self.tokens) else end

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def leave(self, token: _Token, text: str, why: Why) -> None:
        self.left_out.append(LeftOut(text, token.position, why))

    def whole(self) -> str:
        parts = [self.either()]
        while self.next.kind != "end":
            token = self.take()
            self.leave(token, token.text, Why.NOT_OPENED)
            parts.append(self.either())
        return " ".join(filter(None, parts))

    def either(self) -> str:
        parts = [self.all()]
        while self.next.text == "OR":
            self.take()
            parts.append(self.all())
        return " OR ".join(filter(None, parts))

    def all(self) -> str:
        parts: list[str] = []
        while self.next.kind != "end" and self.next.text not in {")", "OR"}:
            if self.next.text == "AND":
                self.take()
                continue
            parts.append(self.one())
        return " ".join(filter(None, parts))

    def one(self) -> str:
        token = self.next
        if token.text == "NOT":
            self.take()
            inner = self.one()
            return f"NOT {inner}" if inner else ""
        return self.nearby()

    def nearby(self) -> str:
        left = self.single()
        while self.next.kind == "near" or self.next.text in {"SENTENCE", "PARAGRAPH"}:
            operator = self.take()
            right = self.single()
            left = f"{left} {self.operator(operator)} {right}" if left and right else left or right
        return left

    def operator(self, token: _Token) -> str:
        if token.kind != "near":
            self.leave(token, token.text, Why.SENTENCE)
            return "NEAR/15"
        number = int((token.number or "10")[:6])
        if not token.number:
            self.leave(token, token.text, Why.NO_DISTANCE)
        if number > MAX_BETWEEN:
            self.leave(token, token.text, Why.FAR)
        return f"{'O' if token.ordered else ''}NEAR/{min(number, MAX_BETWEEN)}"

    def single(self) -> str:
        token = self.take()
        if token.text == "(" and token.kind == "sign":
            inner = self.either()
            if self.next.text == ")":
                self.take()
            return f"({inner})" if inner else ""
        if token.kind == "field":
            return self.fielded(token)
        if token.kind == "raw":
            return "{" + token.text.strip('{}+"') + "}"
        if token.kind == "word":
            return self.word(token)
        return token.text if token.kind == "quote" else ""

    def word(self, token: _Token) -> str:
        text = token.text
        if _FUZZY.search(text):
            self.leave(token, text, Why.FUZZY)
            text = _FUZZY.sub("", text)
        if text[0] == "-" and len(text) > 1:
            return f"NOT {text[1:]}"
        return text.removeprefix("+")

    def fielded(self, token: _Token) -> str:
        begin = token.position
        name = token.text.lower()
        value = self.single()
        plain = value.strip('"()').lower()
        known = _VALUES.get((name, plain))
        ours = self.fields.get(name)
        if known:
            return known
        if ours is None or not value:
            self.leave(token, f"{token.text}:{value}", Why.NO_FIELD)
            return ""
        if ours == "raw":
            return "{" + value.strip('"') + "}"
        if ours in "#@":
            return self.signed(ours, value, begin)
        return f"{ours}:{value}"

    def signed(self, sign: str, value: str, begin: int) -> str:
        """`hashtags:(a OR b)` as (#a OR #b)."""
        signed = regex.sub(r"(?<![\w#@])(?!(?:OR|AND|NOT)\b)(?=\w)", sign, value.replace('"', ""))
        return str(signed)
