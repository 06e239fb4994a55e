"""What is wrong with a query, in the language of the reader.

The engine knows no Django, so its sentences are repeated here for translation; a test holds the two
together.
"""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from ildsjel.engine.matching import WORDS, QueryError

QUERY_WORDS = (
    gettext_noop("There is nothing to look for yet."),
    gettext_noop("Write a word."),
    gettext_noop("This query is too long."),
    gettext_noop("Split it into several watches."),
    gettext_noop("This query looks for more than %(most)s words."),
    gettext_noop("There are too many parentheses within each other here."),
    gettext_noop("Split the query into several watches."),
    gettext_noop("This query only says what must not be there, so nearly every post would match."),
    gettext_noop("Add a word that must be there, as in: water NOT sparkling"),
    gettext_noop("This parenthesis was never opened."),
    gettext_noop("Take it away, or put a ( further to the left."),
    gettext_noop("This parenthesis is never closed."),
    gettext_noop("Put a ) where the group ends."),
    gettext_noop("There is nothing between these parentheses."),
    gettext_noop("This quotation mark is never closed."),
    gettext_noop("Put another quotation mark where the phrase ends."),
    gettext_noop("This { is never closed."),
    gettext_noop("Put a } after the word whose capitals matter."),
    gettext_noop("There must be something to look for before this."),
    gettext_noop("To look for the word itself, write it in small letters or in quotation marks."),
    gettext_noop("There must be something to look for after this."),
    gettext_noop("Write a word here, or take this away."),
    gettext_noop("A minus sign does not leave a word out."),
    gettext_noop("Write NOT before the word."),
    gettext_noop("There is no word here to look for."),
    gettext_noop("Use letters or digits."),
    gettext_noop("A * can only stand in a word, or at its beginning or end."),
    gettext_noop("As in snow*, which finds snow, snowing and snowplough."),
    gettext_noop("A word with * or ? needs at least two letters or digits of its own."),
    gettext_noop("As in sk*, *fee or wom?n."),
    gettext_noop("This word with * or ? is too long."),
    gettext_noop("Take out some of it."),
    gettext_noop("This is not a whole hashtag or name."),
    gettext_noop("Hashtags hold letters, digits and _ only."),
    gettext_noop("At most %(most)s words can lie between the two sides."),
    gettext_noop("Write a smaller number."),
    gettext_noop("NOT cannot stand beside NEAR: what is not there is near nothing."),
    gettext_noop("Put the NEAR in parentheses and the NOT after it, as in: (a NEAR/5 b) NOT c"),
    gettext_noop("This has no place among the words, so nothing is near it."),
    gettext_noop("Put it after the NEAR in parentheses, as in: (a NEAR/5 b) lang:nb"),
    gettext_noop("There are too many words around this NEAR."),
    gettext_noop("A field cannot stand inside another field."),
    gettext_noop("Close the parenthesis before it."),
    gettext_noop("“%(value)s” cannot stand after %(field)s:"),
    gettext_noop("Here can stand: %(possible)s."),
    gettext_noop("This holds for the whole query, so it cannot stand inside parentheses."),
    gettext_noop("Put it first."),
    gettext_noop("Between { and } every character counts, so there is no * or ? there."),
    gettext_noop("Take it away, or take away the braces."),
    gettext_noop("There is no group called “%(name)s”."),
    gettext_noop("The groups are: %(possible)s."),
    gettext_noop("No groups have been saved yet."),
    gettext_noop("The group “%(name)s” holds itself: %(path)s."),
    gettext_noop("Take one of them out of the other."),
    gettext_noop("The group “%(name)s” cannot be read: at its character %(place)s: %(fault)s"),
    gettext_noop("Mend the group first."),
)

LEFT_OUT_WORDS = (
    gettext_noop("this parenthesis was never opened"),
    gettext_noop("sentences are not known here; taken as NEAR/15"),
    gettext_noop("it has no distance; taken as NEAR/10"),
    gettext_noop("the distance is at most 100 words"),
    gettext_noop("spelling mistakes and weights are not known here"),
    gettext_noop("there is no such field here"),
)


def fault_words(fault: QueryError) -> tuple[str, str]:
    """What is wrong, and what to do about it ("" where that is plain)."""
    words, params = WORDS[fault.code], dict(fault.params)
    if isinstance(fault.__cause__, QueryError):
        params["fault"] = fault_words(fault.__cause__)[0]
    return _said(words.message, params), _said(words.hint, params)


def _said(sentence: str, params: Mapping[str, str]) -> str:
    # gettext("") is the head of the catalogue.
    return gettext(sentence) % params if sentence else ""
