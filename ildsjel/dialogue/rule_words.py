"""Routing rules and their reasons in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ildsjel.dialogue.quoting import quoted
from ildsjel.dialogue.setup_queries import Names
from ildsjel.engine.items import Address
from ildsjel.engine.routing import Reason, Why

ADDRESSES: dict[str, Promise] = {
    Address.PUBLIC: gettext_lazy("Said in the open"),
    Address.MENTION: gettext_lazy("Names us"),
    Address.REPLY: gettext_lazy("Answers something we wrote"),
    Address.DIRECT: gettext_lazy("Written to us alone"),
}
LANGUAGES: dict[str, Promise] = {
    "no": gettext_lazy("Norwegian (Bokmål and Nynorsk)"),
    "nb": gettext_lazy("Bokmål"),
    "nn": gettext_lazy("Nynorsk"),
    "sv": gettext_lazy("Swedish"),
    "da": gettext_lazy("Danish"),
    "fi": gettext_lazy("Finnish"),
    "is": gettext_lazy("Icelandic"),
    "se": gettext_lazy("Northern Sami"),
    "en": gettext_lazy("English"),
    "de": gettext_lazy("German"),
    "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"),
    "pl": gettext_lazy("Polish"),
    "uk": gettext_lazy("Ukrainian"),
    "ru": gettext_lazy("Russian"),
    "ar": gettext_lazy("Arabic"),
    "so": gettext_lazy("Somali"),
}


def condition_lines(conditions: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """What a rule asks for, as (about, what) pairs; empty for a rule that takes everything."""
    channels = [
        names.channels.get(pk, _("a removed channel")) for pk in conditions.get("channels", ())
    ]
    watches = [names.watches.get(pk, _("a removed watch")) for pk in conditions.get("watches", ())]
    lines = [
        (_("Channel"), _either(channels)),
        (_("How it is addressed"), _either(_quoted(conditions.get("addresses", ())))),
        (_("Watch"), _either(watches)),
        (_("Language"), _either(language_word(code) for code in conditions.get("languages", ()))),
        (_("Words"), conditions.get("query", "")),
    ]
    return [(about, what) for about, what in lines if what]


def held_words(why: Why, names: Names) -> str:
    """What made a condition hold."""
    return _worded(why, names, HELD)


def failed_words(why: Why, names: Names) -> str:
    """The first condition that did not hold, and what was there instead."""
    return _worded(why, names, FAILED)


def address_word(address: str) -> str:
    return str(ADDRESSES.get(address, address))


def language_word(code: str) -> str:
    return str(LANGUAGES.get(code.lower(), LANGUAGES.get(code.lower().split("-")[0], code)))


def _quoted(addresses: Iterable[str]) -> list[str]:
    return [quoted(address_word(each)) for each in addresses]


def _either(words: Iterable[str]) -> str:
    return (" " + _("or") + " ").join(words)


Wording = Callable[[str], str]

HELD: dict[Reason, Wording] = {
    Reason.CHANNEL: lambda what: _("It came through %(what)s") % {"what": what or "–"},
    Reason.ADDRESS: lambda what: _("How it is addressed: %(what)s") % {"what": what},
    Reason.WATCH: lambda what: _("Heard by %(what)s") % {"what": what},
    Reason.LANGUAGE: lambda what: _("Written in %(what)s") % {"what": what},
    Reason.QUERY: lambda what: _("Its words are there: %(what)s") % {"what": what or "–"},
    Reason.HOURS: lambda what: _("It came at the right hours"),
    Reason.EVERYTHING: lambda what: _("The rule takes everything"),
    Reason.FALLBACK: lambda what: _("No rule takes it, so the default desk does"),
}
FAILED: dict[Reason, Wording] = {
    Reason.CHANNEL: lambda what: (
        _("It came through another channel: %(what)s") % {"what": what}
        if what
        else _("It must come through a certain channel, and none was chosen")
    ),
    Reason.ADDRESS: lambda what: _("It is addressed otherwise: %(what)s") % {"what": what},
    Reason.WATCH: lambda what: _("None of the rule's watches hears it"),
    Reason.LANGUAGE: lambda what: (
        _("It is in another language: %(what)s") % {"what": what}
        if what
        else _("Nobody says which language it is in")
    ),
    Reason.QUERY: lambda what: _("The rule's words are not there"),
    Reason.HOURS: lambda what: _("It came at other hours"),
}


def _worded(why: Why, names: Names, wordings: Mapping[Reason, Wording]) -> str:
    wording = wordings.get(why.reason)
    return wording(", ".join(_details(why.reason, why.details, names))) if wording else ""


def _details(reason: Reason, details: Sequence[str], names: Names) -> list[str]:
    if reason is Reason.CHANNEL:
        return [name for each in details if (name := names.channels.get(int(each)))]
    if reason is Reason.WATCH:
        return [names.watches.get(int(each), each) for each in details]
    if reason is Reason.ADDRESS:
        return [address_word(each) for each in details]
    if reason is Reason.LANGUAGE:
        return [language_word(each) for each in details]
    return [quoted(each) for each in details]
