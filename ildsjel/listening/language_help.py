"""The language of watches for those who write them, as docs/watch-language.md tells it in full."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Example:
    """What to write, and what it finds."""

    written: str
    finds: Promise


@dataclass(frozen=True, slots=True)
class Chapter:
    """Examples of one kind. `key` is its place on the page."""

    key: str
    title: Promise
    examples: tuple[Example, ...]


_BOTH = Example("buss forsinket", _("both words, anywhere in the post"))
_ANY = Example("brøyting OR snörröjning OR snerydning", _("any of them"))
_NOT = Example("vann NOT farris", _("the first, but not where the second stands"))
_TOGETHER = Example("(skole OR skule) mobbing", _("parentheses hold together"))
_PHRASE = Example('"varmt vatten"', _("these words after one another"))
_STAR = Example(
    "barnehage* *avgift *skole*",
    _("words that begin so, end so, or hold it: * stands for any characters, also none"),
)
_NEAR = Example("snø NEAR/5 vei", _("at most five words between them, in any order"))
_TAG = Example(
    "#bergvik @bergvikkommune", _("hashtags and names; a word is found within hashtags too")
)
_EXACT = Example("{NAV}", _("written exactly so, with these capitals"))
_GROUP = Example("group:vinter", _("all words that are saved in the group of this name"))
_LANG = Example(
    "lang:nb",
    _("the language that the network or the author says; lang:no is both Bokmål and Nynorsk"),
)
_FORMS = Example(
    "forms:nb skole",
    _("inflected forms too, here skolen and skolene; nb, nn, da, sv or en, for the whole query"),
)

CHAPTERS = (
    Chapter(
        "words",
        _("Words"),
        (
            Example("skolemat", _("posts with this word, in capitals or not")),
            _BOTH,
            _ANY,
            _NOT,
            _TOGETHER,
            _PHRASE,
            _STAR,
            Example("fj?rd", _("? stands for exactly one character")),
        ),
    ),
    Chapter(
        "near",
        _("Close to each other"),
        (
            _NEAR,
            Example("snø ONEAR/5 vei", _("the same, the first one first")),
            Example(
                '(snø OR "is på") NEAR/3 (vei OR gate)', _("any of the one near any of the other")
            ),
            Example(
                '"brann skole elever"~4',
                _("all these words, in any order, with at most four others among them"),
            ),
        ),
    ),
    Chapter(
        "signs",
        _("Hashtags, names and signs"),
        (_TAG, Example("👍", _("an emoji")), _EXACT, _GROUP),
    ),
    Chapter(
        "fields",
        _("Where it stands"),
        (
            Example('title:(budsjett OR "ny skole")', _("in the title")),
            Example('author:"Kari Nordmann"', _("in the author's name, or as the account")),
            Example("from:@bergvik*", _("written by this account")),
            Example("site:nrk.no", _("on this site, or with a link to it")),
            Example("url:nrk.no/sport", _("these words after one another in an address")),
            _LANG,
            Example("location:Bergvik", _("in the name of the place")),
            Example(
                "is:reply is:repost has:media",
                _("answers, posts that are passed on, posts with pictures or film"),
            ),
        ),
    ),
    Chapter(
        "options",
        _("For the whole query"),
        (
            _FORMS,
            Example(
                "letters:nordic",
                _("å is aa, ø is ö and oe, æ is ä and ae; without it, they are different letters"),
            ),
        ),
    ),
)  # fmt: skip
SHORT = (_BOTH, _ANY, _NOT, _TOGETHER, _PHRASE, _STAR, _NEAR, _TAG, _EXACT, _GROUP, _LANG, _FORMS)
