"""The sentences with which the engine says what is wrong with a query, marked for translation.

The engine knows no Django, so they are repeated here; a test holds the two together.
"""

from django.utils.translation import gettext_noop

QUERY_WORDS = (
    gettext_noop("There must be something to look for after this."),
    gettext_noop("Write a word here, or take this away."),
    gettext_noop("This query is too long."),
    gettext_noop("Split it into several watches."),
    gettext_noop("This query only says what must not be there, so nearly every post would match."),
    gettext_noop("Add a word that must be there, as in: water NOT sparkling"),
    gettext_noop("There is nothing between these parentheses."),
    gettext_noop("There must be something to look for before this."),
    gettext_noop("To look for the word itself, write it in small letters or in quotation marks."),
    gettext_noop("A minus sign does not leave a word out."),
    gettext_noop("Write NOT before the word."),
    gettext_noop("This way of narrowing a query is not known here."),
    gettext_noop("To look for these words as they are, put them in quotation marks."),
    gettext_noop("There is no word here to look for."),
    gettext_noop("Use letters or digits."),
    gettext_noop("A * needs at least two letters before it."),
    gettext_noop("A * can only stand at the end of a word."),
    gettext_noop("As in snow*, which finds snow, snowing and snowplough."),
    gettext_noop("This is not a whole hashtag or name."),
    gettext_noop("Hashtags hold letters, digits and _ only."),
    gettext_noop("There is nothing to look for yet."),
    gettext_noop("Write a word."),
    gettext_noop("This parenthesis was never opened."),
    gettext_noop("Take it away, or put a ( further to the left."),
    gettext_noop("This parenthesis is never closed."),
    gettext_noop("Put a ) where the group ends."),
    gettext_noop("There are too many parentheses within each other here."),
    gettext_noop("Split the query into several watches."),
    gettext_noop("This quotation mark is never closed."),
    gettext_noop("Put another quotation mark where the phrase ends."),
)
