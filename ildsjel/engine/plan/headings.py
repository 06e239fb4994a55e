"""The comments that stand over the sections of a plan's document, in the language of the plan."""

from collections.abc import Mapping
from typing import Final

_SECTIONS: Final = (
    "people", "goals", "groups", "tactics", "channels",
    "roles", "guardrails", "reviews", "signed", "acceptances",
)  # fmt: skip
_HEADINGS: Final = {
    "en": (
        "Who takes part",
        "What we want to achieve",
        "Whom we are there for",
        "What each medium does, and for whom",
        "Where we are, and where we are not",
        "Who answers for what",
        "Freedom within a direction",
        "When we look again",
        "Signed off",
        "What we live with, until when",
    ),
    "nb": (
        "Hvem som er med",
        "Hva vi vil oppnå",
        "Hvem vi er der for",
        "Hva hvert medium gjør, og for hvem",
        "Hvor vi er, og hvor vi ikke er",
        "Hvem som har ansvar for hva",
        "Frihet innenfor en retning",
        "Når vi ser på planen igjen",
        "Godkjent",
        "Det vi lever med, og hvor lenge",
    ),
    "nn": (
        "Kven som er med",
        "Kva vi vil oppnå",
        "Kven vi er der for",
        "Kva kvart medium gjer, og for kven",
        "Kvar vi er, og kvar vi ikkje er",
        "Kven som har ansvar for kva",
        "Fridom innanfor ei retning",
        "Når vi ser på planen igjen",
        "Godkjend",
        "Det vi lever med, og kor lenge",
    ),
    "sv": (
        "Vilka som är med",
        "Vad vi vill uppnå",
        "Vilka vi finns till för",
        "Vad varje medium gör, och för vem",
        "Var vi finns, och var vi inte finns",
        "Vem som ansvarar för vad",
        "Frihet inom en riktning",
        "När vi ser över planen igen",
        "Godkänd",
        "Det vi lever med, och hur länge",
    ),
    "da": (
        "Hvem der er med",
        "Hvad vi vil opnå",
        "Hvem vi er der for",
        "Hvad hvert medie gør, og for hvem",
        "Hvor vi er, og hvor vi ikke er",
        "Hvem der har ansvar for hvad",
        "Frihed inden for en retning",
        "Hvornår vi ser på planen igen",
        "Godkendt",
        "Det vi lever med, og hvor længe",
    ),
}


def headings_in(language: str) -> Mapping[str, str]:
    """By section; English where we have none in the language."""
    return dict(zip(_SECTIONS, _HEADINGS.get(language, _HEADINGS["en"]), strict=True))
