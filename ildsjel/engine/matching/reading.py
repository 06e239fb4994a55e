"""From a piece of a query to terms: words with wildcards, tags, names, emoji and whole values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

import regex

from ildsjel.engine.matching.document import emoji_of, nordic
from ildsjel.engine.matching.errors import QueryError
from ildsjel.engine.matching.inflection import LANGUAGES
from ildsjel.engine.matching.nodes import (
    FIRST_KEY_ZONE,
    And,
    Kind,
    Near,
    Node,
    Or,
    Phrase,
    Place,
    Term,
    Window,
    Zone,
)
from ildsjel.engine.matching.posts import host_of
from ildsjel.engine.matching.scanner import Piece
from ildsjel.engine.matching.wildcards import LEAST_OWN, MOST_CHARACTERS, has_wildcards, simplified
from ildsjel.engine.text import SIGN, WORD, fold, placed

MAX_BETWEEN = 100  # words between the sides of a NEAR
VALUES = {"is": ("reply", "repost"), "has": ("media",), "letters": ("nordic", "exact")}

# While a query is folded, * and ? wear signs that folding leaves alone and no text is searched for.
_STAR, _ONE = "\ue000", "\ue001"
_WORN = str.maketrans({_STAR: " ", _ONE: " "})
_BARE = str.maketrans({_STAR: "*", _ONE: "?"})
_WILD_WORD = regex.compile(r"[\p{L}\p{N}\ue000\ue001][\p{L}\p{M}\p{N}\ue000\ue001]*")
_QUESTION = regex.compile(r"(?:^|(?<=[\p{L}\p{N}*?]))\?")
_QUESTION_IN_WORD = regex.compile(r"(?:^|(?<=[\p{L}\p{N}*?\s]))\?(?=\?*[\p{L}\p{N}*])")
_LANGUAGE = regex.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*\*?")


@dataclass(frozen=True, slots=True)
class Options:
    """How words are compared. `nordic`: å=aa, ø=ö=oe, æ=ä=ae. `forms`: inflected forms count, by
    the rules of these languages (nb, nn, da, sv, en)."""

    nordic: bool = False
    forms: tuple[str, ...] = ()


def options_with(options: Options, name: str, piece: Piece) -> Options:
    """The options after `letters:…` or `forms:…`."""
    if name == "letters":
        if piece.text not in VALUES["letters"]:
            raise _wrong_value(name, piece, ", ".join(VALUES["letters"]))
        return replace(options, nordic=piece.text == "nordic")
    codes = tuple(dict.fromkeys(piece.text.split(",")))
    if codes == ("none",):
        return replace(options, forms=())
    if not set(codes) <= set(LANGUAGES):
        raise _wrong_value(name, piece, ", ".join([*LANGUAGES, "none"]))
    return replace(options, forms=codes)


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes terms of pieces in one field. `place`: what to tell as their place in the query, where
    that is not their own (None)."""

    options: Options
    field: str = ""
    place: Place | None = None

    def node(self, piece: Piece) -> Node:
        """What a term, phrase or raw piece looks for."""
        if piece.kind == "term" and piece.text[0] == "-" and WORD.search(fold(piece.text)):
            raise QueryError("minus", piece.position)
        if self.field in ("is", "has"):
            return self._flag(piece)
        if self.field in ("from", "site", "lang"):
            return self._value(piece)
        if self.field == "author":
            return self._author(piece)
        zones = {"title": Zone.TITLE, "url": Zone.URL, "location": Zone.LOCATION}
        return self._words(piece, zones.get(self.field, Zone.ANYWHERE))

    def _flag(self, piece: Piece) -> Term:
        if piece.text not in VALUES[self.field]:
            raise _wrong_value(self.field, piece, ", ".join(VALUES[self.field]))
        return Term(piece.text, Kind.KEY, Zone.FLAG, at=self._at(piece))

    def _value(self, piece: Piece) -> Term:
        text = piece.text.strip()
        if self.field == "lang" and not _LANGUAGE.fullmatch(text):
            raise _wrong_value("lang", piece, "nb, nn, no, da, sv, fi, en …")
        if self.field == "site" and "://" in text:
            text = host_of(text)
        key = fold(text).strip("@" if self.field == "from" else ". ")
        if self.field == "site" and "/" in key:
            raise _wrong_value("site", piece, key.partition("/")[0])
        zone = {"from": Zone.ACCOUNT, "site": Zone.SITE, "lang": Zone.LANGUAGE}[self.field]
        if zone is Zone.LANGUAGE:
            key = key.replace("_", "-")
        return self._key(piece, key, zone)

    def _key(self, piece: Piece, key: str, zone: Zone) -> Term:
        if not key:
            raise QueryError("no-word", piece.position)
        wild = has_wildcards(key)
        if wild:
            key = simplified(key)
            _check_wildcards(key, piece.position)
        return Term(key, Kind.KEY, zone, pattern=wild, at=self._at(piece))

    def _author(self, piece: Piece) -> Node:
        key = fold(piece.text.strip()).strip("@")
        if not WORD.search(key) or " " in key:
            return self._words(piece, Zone.AUTHOR)
        named = replace(piece, text=piece.text.replace("@", " "))
        return Or((self._key(piece, key, Zone.ACCOUNT), self._words(named, Zone.AUTHOR)))

    def _words(self, piece: Piece, zone: Zone) -> Node:
        if piece.kind == "raw":
            return self._raw(piece, zone)
        if piece.kind == "term" and piece.text[0] in "#@" and len(piece.text) > 1:
            return self._sign(piece, zone)
        found = list(self._wild_words(piece, zone))
        if not found:
            return self._emoji(piece, zone)
        return _together(found, piece)

    def _wild_words(self, piece: Piece, zone: Zone) -> list[Term]:
        folded, starts, ends = placed(_with_signs(piece.text, quoted=piece.kind == "phrase"))
        terms = []
        for match in _WILD_WORD.finditer(folded):
            begin = match.start() if starts is None else starts[match.start()]
            until = match.end() if ends is None else ends[match.end() - 1]
            base = piece.position + piece.offset
            key = simplified(match[0].translate(_BARE))
            if has_wildcards(key):
                _check_wildcards(key, base + begin)
            terms.append(self._word(key, zone, (base + begin, base + until)))
        return terms

    def _word(self, key: str, zone: Zone, at: Place) -> Term:
        wild = has_wildcards(key)
        inflected = self.options.forms if zone in (Zone.ANYWHERE, Zone.TITLE) and not wild else ()
        if self.options.nordic and not inflected:
            key = nordic(key)
        return Term(
            key, zone=zone, pattern=wild, nordic=self.options.nordic, forms=inflected,
            at=self.place or at,
        )  # fmt: skip

    def _raw(self, piece: Piece, zone: Zone) -> Node:
        if has_wildcards(piece.text):
            raise QueryError("raw-wildcard", piece.position)
        folded, starts, ends = placed(piece.text)
        signs = SIGN.fullmatch(folded.strip())
        found = [signs] if signs else list(WORD.finditer(folded))
        if not found:
            raise QueryError("no-word", piece.position)
        written = piece.text.strip() if signs else piece.text
        terms = []
        for match in found:
            begin = match.start() if starts is None or signs else starts[match.start()]
            until = match.end() if ends is None or signs else ends[match.end() - 1]
            raw = normalize("NFC", written[begin:] if signs else written[begin:until])
            kind = Kind.WORD if not signs else Kind.TAG if match[0][0] == "#" else Kind.NAME
            terms.append(Term(match[0], kind, zone, raw=raw, at=self._at(piece)))
        return _together(terms, piece)

    def _sign(self, piece: Piece, zone: Zone) -> Term:
        text = _with_signs(piece.text, quoted=False)
        key = fold(text)
        # To the tokeniser a wildcard is a letter like others.
        whole = SIGN.fullmatch(key.replace(_STAR, "a").replace(_ONE, "a"))
        if not whole:
            shortest = SIGN.match(key.replace(_STAR, "a").replace(_ONE, "a"))
            raise QueryError("sign", piece.position + (shortest.end() if shortest else 0))
        key = simplified(key.translate(_BARE))
        wild = has_wildcards(key)
        if wild and key.rstrip("*") != key[:-1]:
            _check_wildcards(key[1:], piece.position)
        if self.options.nordic:
            key = nordic(key)
        kind = Kind.TAG if key[0] == "#" else Kind.NAME
        return Term(key, kind, zone, wild, self.options.nordic, at=self._at(piece))

    def _emoji(self, piece: Piece, zone: Zone) -> Node:
        found = dict.fromkeys(emoji_of(fold(piece.text)))
        if not found:
            raise QueryError("lonely-star" if "*" in piece.text else "no-word", piece.position)
        terms = tuple(Term(key, Kind.EMOJI, zone, at=self._at(piece)) for key in found)
        return terms[0] if len(terms) == 1 else And(terms)

    def _at(self, piece: Piece) -> Place:
        return self.place or (piece.position, piece.end)


def _with_signs(text: str, *, quoted: bool) -> str:
    """The text with its wildcards in disguise; a ? that ends a sentence is none."""
    worn = text.translate(_WORN)
    if "?" in worn and "://" not in worn:
        worn = (_QUESTION_IN_WORD if quoted else _QUESTION).sub(_ONE, worn)
        while not quoted and (_ONE + "?") in worn:
            worn = worn.replace(_ONE + "?", _ONE + _ONE)
    return worn.replace("*", _STAR)


def _check_wildcards(key: str, position: int) -> None:
    own = key.replace("*", "").replace("?", "")
    first = min(at for at in (key.find("*"), key.find("?")) if at >= 0)
    if not own:
        raise QueryError("lonely-star" if "*" in key else "no-word", position)
    if len(own) < LEAST_OWN:
        raise QueryError("short-wildcard", position + first)
    if len(key) > MOST_CHARACTERS:
        raise QueryError("long-wildcard", position)


def _together(terms: Sequence[Term], piece: Piece) -> Node:
    """One term by itself, a phrase, or words within reach of each other."""
    if len(terms) == 1:
        return terms[0]
    if piece.number < 0:
        return Phrase(tuple(terms))
    check_distance(piece)
    if len(terms) == 2:
        return Near((terms[0],), (terms[1],), piece.number)
    return Window(tuple(terms), piece.number)


def check_distance(piece: Piece) -> None:
    if piece.number > MAX_BETWEEN:
        raise QueryError("distance", piece.position, most=str(MAX_BETWEEN))


def _wrong_value(field: str, piece: Piece, possible: str) -> QueryError:
    value = piece.text[:40]
    return QueryError("field-value", piece.position, field=field, value=value, possible=possible)


def is_placed(term: Term) -> bool:
    """Whether a term stands somewhere among words."""
    return term.zone < FIRST_KEY_ZONE
