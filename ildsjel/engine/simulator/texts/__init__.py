"""What people and we write, by language and topic: plain data with slots.

`[one|other]` is a choice, `{street}` a slot. Each language has the topics that its speakers ask
about; topics are those of `sample_organisation`, with "campaign" and "crisis" beside them.
"""

from collections.abc import Mapping

from ildsjel.engine.simulator.texts import (
    common,
    en,
    nb_answers,
    nb_children,
    nb_crisis,
    nb_living,
    nb_property,
    nb_streets,
    nb_water_waste,
    nn,
    sv_da,
)

Texts = Mapping[str, tuple[str, ...]]

NB_ASKS: Texts = {
    "snow": nb_streets.SNOW,
    "roads": nb_streets.ROADS,
    "kindergarten": nb_children.KINDERGARTEN,
    "school": nb_children.SCHOOL,
    "water": nb_water_waste.WATER,
    "waste": nb_water_waste.WASTE,
    "campaign": nb_water_waste.CAMPAIGN,
    "building": nb_property.BUILDING,
    "tax": nb_property.TAX,
    "library": nb_living.LIBRARY,
    "events": nb_living.EVENTS,
    "care": nb_living.CARE,
    "general": nb_living.GENERAL,
    "crisis": nb_crisis.DURING,
    "crisis-before": nb_crisis.BEFORE,
    "crisis-after": nb_crisis.AFTER,
}

ASKS: Mapping[str, Texts] = {
    "nb": NB_ASKS,
    "nn": nn.ASKS,
    "sv": sv_da.SWEDISH,
    "da": sv_da.DANISH,
    "en": en.ASKS,
}

# A Norwegian municipality answers Swedes and Danes in Bokmål.
ANSWERS: Mapping[str, Texts] = {
    "nb": {**nb_answers.ANSWERS, "crisis": nb_crisis.ANSWERS},
    "nn": nn.ANSWERS,
    "en": en.ANSWERS,
}

__all__ = ["ANSWERS", "ASKS", "Texts", "common", "nb_answers", "nb_crisis"]
