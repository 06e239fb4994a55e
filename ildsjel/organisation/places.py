"""The countries, time zones and languages that people may choose from."""

from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Choices = list[tuple[str, str | Promise]]

COUNTRIES: dict[str, Promise] = {
    "NO": _("Norway"),
    "SE": _("Sweden"),
    "DK": _("Denmark"),
    "FI": _("Finland"),
    "IS": _("Iceland"),
    "FO": _("Faroe Islands"),
    "GL": _("Greenland"),
    "AX": _("Åland"),
    "EE": _("Estonia"),
    "LV": _("Latvia"),
    "LT": _("Lithuania"),
    "DE": _("Germany"),
    "NL": _("Netherlands"),
    "BE": _("Belgium"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "IE": _("Ireland"),
    "PL": _("Poland"),
    "ES": _("Spain"),
    "PT": _("Portugal"),
    "IT": _("Italy"),
    "AT": _("Austria"),
    "CH": _("Switzerland"),
    "US": _("United States"),
    "CA": _("Canada"),
}
NORDIC_ZONES = [
    "Europe/Oslo",
    "Europe/Stockholm",
    "Europe/Copenhagen",
    "Europe/Helsinki",
    "Atlantic/Reykjavik",
    "Atlantic/Faroe",
    "America/Nuuk",
    "Arctic/Longyearbyen",
]
AREAS = [
    *("Europe", "Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Indian", "Pacific"),
]


def country_choices(none: str | Promise) -> Choices:
    """Countries whose public holidays we know, after the choice of none."""
    return [("", none), *COUNTRIES.items()]


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def timezone_choices() -> list[tuple[str | Promise, Choices]]:
    """Time zones in groups for a select: the Nordic ones first, then by part of the world."""
    known = sorted(zones() - set(NORDIC_ZONES))
    nordic: Choices = [(name, _town(name)) for name in NORDIC_ZONES if name in zones()]
    groups: list[tuple[str | Promise, Choices]] = [(_("Nordic countries"), nordic)]
    for area in AREAS:
        inside: Choices = [(n, _town(n)) for n in known if n.startswith(f"{area}/")]
        groups.append((area, inside))
    groups.append((_("Universal"), [("UTC", "UTC")]))
    return groups


def _town(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")


def language_choices() -> Choices:
    return [(code, name) for code, name in settings.LANGUAGES]
