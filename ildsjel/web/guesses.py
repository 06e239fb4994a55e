"""Defaults for the set-up, guessed from the browser's language and the organisation's name."""

import re

from django.utils.translation import get_language

from ildsjel.engine.matching import parse
from ildsjel.engine.matching.nodes import And, Near, Node, Not, Or, Phrase, Term, Window

_PLACES = {
    "nb": ("nb", "NO", "Europe/Oslo"),
    "nn": ("nb", "NO", "Europe/Oslo"),
    "no": ("nb", "NO", "Europe/Oslo"),
    "se": ("nb", "NO", "Europe/Oslo"),
    "sv": ("sv", "SE", "Europe/Stockholm"),
    "sv-fi": ("sv", "FI", "Europe/Helsinki"),
    "da": ("da", "DK", "Europe/Copenhagen"),
    "fo": ("da", "FO", "Atlantic/Faroe"),
    "kl": ("da", "GL", "America/Nuuk"),
    "fi": ("en", "FI", "Europe/Helsinki"),
    "is": ("en", "IS", "Atlantic/Reykjavik"),
    "et": ("en", "EE", "Europe/Tallinn"),
    "lv": ("en", "LV", "Europe/Riga"),
    "lt": ("en", "LT", "Europe/Vilnius"),
    "de": ("en", "DE", "Europe/Berlin"),
    "nl": ("en", "NL", "Europe/Amsterdam"),
    "en-gb": ("en", "GB", "Europe/London"),
    "en-ie": ("en", "IE", "Europe/Dublin"),
}
_ELSEWHERE = ("NO", "Europe/Oslo")

# Words of a name that many organisations share: alone they would find everybody's posts.
_COMMON = frozenset(
    """
    kommune kommunen kommun kommunen fylkeskommune region regionen län as asa ab a/s aps ans da sf
    the og och and i for av of av på bank banken skole skolen skola skolan universitet universitetet
    university museum museet bibliotek biblioteket teater teateret forbundet förbundet forbund
    norge norsk norske sverige svensk svenska danmark dansk danske norway sweden denmark group
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[\w'’-]+")


def guess_place(accepted: str) -> dict[str, str]:
    """Language, country and time zone from what the browser says (an Accept-Language header)."""
    for code in (part.partition(";")[0].strip().lower() for part in accepted.split(",")[:20]):
        found = _PLACES.get(code) or _PLACES.get(code.partition("-")[0])
        if found:
            return dict(zip(("language", "country", "timezone"), found, strict=True))
    country, timezone = _ELSEWHERE
    return {"language": get_language() or "en", "country": country, "timezone": timezone}


def words_for(name: str) -> str:
    """A first query from an organisation's name: the name as it stands, and its own word."""
    words = _WORD.findall(name)
    own = _own_word(words)
    parts = [f'"{" ".join(words)}"'] if len(words) > 1 else []
    if len(own) > 3:
        parts += [f"{own}*", f"#{_tag([own])}"]
    elif words and not parts:
        parts = [" ".join(words)]
    return " OR ".join(parts)


def hashtags_for(name: str) -> list[str]:
    """Hashtags that people may use: the own word of the name, and the whole name in one."""
    words = _WORD.findall(name)
    own = _own_word(words)
    tags = [_tag([own]) if len(own) > 3 else "", _tag(words)]
    return list(dict.fromkeys(tag for tag in tags if tag))


def _own_word(words: list[str]) -> str:
    """The first word of the name that is not one that many organisations share."""
    return next((word.lower() for word in words if word.lower() not in _COMMON), "")


def _tag(words: list[str]) -> str:
    return re.sub(r"[^\w]", "", "".join(words).lower())


def listens_for(query: str) -> list[str]:
    """The words that a readable query looks for, as people say them: "bergvik…", "#bergvik"."""
    return list(dict.fromkeys(_phrases(parse(query).root)))[:12]


def _phrases(node: Node) -> list[str]:
    match node:
        case Term(key) | Phrase((Term(key),)):
            return [key.replace("*", "…")]
        case Phrase(terms) | Window(terms, _):
            return [" ".join(term.key.replace("*", "…") for term in terms)]
        case And(parts) | Or(parts):
            return [each for part in parts for each in _phrases(part)]
        case Near(left, right, _, _):
            return [each for part in (*left, *right) for each in _phrases(part)]
        case Not():
            return []
