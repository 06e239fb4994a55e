"""The words of the guided conversation: its questions, why they are asked, and examples."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEADINGS: dict[str, Promise] = {
    "achieve": _("What do you want to achieve?"),
    "measure": _("How will you see that you come nearer?"),
    "owner": _("Who stands behind it?"),
    "whom": _("For whom?"),
    "need": _("What do they need?"),
    "without": _("Could it be reached without social media?"),
    "where": _("Where will you be, and where not?"),
    "role": _("What does the medium do there?"),
    "mandate": _("Who does it, and what do you promise?"),
    "frame": _("How free are you?"),
    "review": _("When do you look at it again?"),
    "look": _("Your first plan"),
}
LEADS: dict[str, Promise] = {
    "achieve": _("Social media are means. Begin with what they are to bring."),
    "measure": _(
        "A figure that you can get hold of is better than a perfect one. Leave it open if you "
        "must; the plan will remind you."
    ),
    "owner": _("What only one enthusiast wants, stops when that person is away."),
    "whom": _("Who has to notice, ask or do something for this to come true?"),
    "need": _("Seen from where they stand. What shall they do otherwise than today?"),
    "without": _("An honest answer saves work. Often the best means is another one."),
    "where": _("Few channels that you care for are better than many. To stay away is a choice."),
    "role": _("The part that a medium plays between these people and your goal."),
    "mandate": _("Whoever opens for dialogue is expected to answer."),
    "frame": _("Freedom within a clear direction: too strict rules choke, none lose the way."),
    "review": _("The road is made while walking. Continue, change or stop?"),
}
EXAMPLES: dict[str, tuple[Promise, ...]] = {
    "achieve": (
        _("Fewer need to call about snow and waste"),
        _("Members know their rights before they sign"),
        _("Customers who ask before they buy, come back"),
    ),
    "measure": (
        _("Calls a month about snow and waste: from 1,450 to 1,000, from the switchboard"),
        _("New members under thirty: from 210 to 300 a year, from the register"),
    ),
    "owner": (_("The head of service"), _("The secretary general"), _("The sales director")),
    "whom": (
        _("Parents of small children"),
        _("Apprentices in their first job"),
        _("People who move house this year"),
    ),
    "need": (
        _("An answer before the morning is lost; they look at the map before they call"),
        _("Somebody to ask who will not tell the boss; they ask before they sign"),
    ),
    "without": (
        _("A text message to those who live in the street would do half of it"),
        _("A better page about opening hours would spare most of the questions"),
    ),
    "where": (
        _("There: the town's own Facebook page. Not there: X, where few of them are left"),
        _("There: Instagram. Not there: TikTok, until somebody has the time"),
    ),
    "role": (
        _("Inform: the plough is late, and everybody calls at once"),
        _("Help: questions that others have, too, are answered where all can see it"),
    ),
    "mandate": (
        _("We leave when fewer than ten people a month are helped there"),
        _("Two hours while we are open; the duty phone takes the rest"),
    ),
    "frame": (
        _("Everybody may thank, explain and correct what is wrong"),
        _("Two look at what names a person or promises money"),
        _("Only the press officer speaks of accidents"),
    ),
    "review": (_("What did people stop calling about?"), _("Which channel would nobody miss?")),
}
# The plans that come with Ildsjel, by name.
EXAMPLE_WORDS: dict[str, Promise] = {
    "municipality": _("A municipality"),
    "union": _("A union"),
    "retailer": _("A chain of shops"),
}


def heading_of(step: str) -> str:
    return str(HEADINGS[step])


def lead_of(step: str) -> str:
    return str(LEADS[step])


def examples_of(step: str) -> tuple[Promise, ...]:
    return EXAMPLES.get(step, ())
