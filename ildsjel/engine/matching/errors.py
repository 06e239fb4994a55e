"""What can be wrong with a query: a code, the character, and plain words with what to do about it.

The words are fixed English sentences with named places, so that the interface can translate them.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """What is wrong, and what to do about it; `%(name)s` stands for a parameter of the error."""

    message: str
    hint: str = ""


WORDS: Final[Mapping[str, Words]] = {
    "empty": Words("There is nothing to look for yet.", "Write a word."),
    "too-long": Words("This query is too long.", "Split it into several watches."),
    "too-large": Words(
        "This query looks for more than %(most)s words.", "Split it into several watches."
    ),
    "too-deep": Words(
        "There are too many parentheses within each other here.",
        "Split the query into several watches.",
    ),
    "only-not": Words(
        "This query only says what must not be there, so nearly every post would match.",
        "Add a word that must be there, as in: water NOT sparkling",
    ),
    "not-opened": Words(
        "This parenthesis was never opened.", "Take it away, or put a ( further to the left."
    ),
    "not-closed": Words("This parenthesis is never closed.", "Put a ) where the group ends."),
    "nothing-between": Words("There is nothing between these parentheses."),
    "quote-not-closed": Words(
        "This quotation mark is never closed.", "Put another quotation mark where the phrase ends."
    ),
    "brace-not-closed": Words(
        "This { is never closed.", "Put a } after the word whose capitals matter."
    ),
    "nothing-before": Words(
        "There must be something to look for before this.",
        "To look for the word itself, write it in small letters or in quotation marks.",
    ),
    "nothing-after": Words(
        "There must be something to look for after this.", "Write a word here, or take this away."
    ),
    "minus": Words("A minus sign does not leave a word out.", "Write NOT before the word."),
    "no-word": Words("There is no word here to look for.", "Use letters or digits."),
    "lonely-star": Words(
        "A * can only stand in a word, or at its beginning or end.",
        "As in snow*, which finds snow, snowing and snowplough.",
    ),
    "short-wildcard": Words(
        "A word with * or ? needs at least two letters or digits of its own.",
        "As in sk*, *fee or wom?n.",
    ),
    "long-wildcard": Words("This word with * or ? is too long.", "Take out some of it."),
    "sign": Words(
        "This is not a whole hashtag or name.", "Hashtags hold letters, digits and _ only."
    ),
    "distance": Words(
        "At most %(most)s words can lie between the two sides.", "Write a smaller number."
    ),
    "near-not": Words(
        "NOT cannot stand beside NEAR: what is not there is near nothing.",
        "Put the NEAR in parentheses and the NOT after it, as in: (a NEAR/5 b) NOT c",
    ),
    "near-field": Words(
        "This has no place among the words, so nothing is near it.",
        "Put it after the NEAR in parentheses, as in: (a NEAR/5 b) lang:nb",
    ),
    "near-many": Words(
        "There are too many words around this NEAR.", "Split the query into several watches."
    ),
    "field-in-field": Words(
        "A field cannot stand inside another field.", "Close the parenthesis before it."
    ),
    "field-value": Words(
        "“%(value)s” cannot stand after %(field)s:", "Here can stand: %(possible)s."
    ),
    "option-place": Words(
        "This holds for the whole query, so it cannot stand inside parentheses.",
        "Put it first.",
    ),
    "raw-wildcard": Words(
        "Between { and } every character counts, so there is no * or ? there.",
        "Take it away, or take away the braces.",
    ),
    "unknown-group": Words(
        "There is no group called “%(name)s”.", "The groups are: %(possible)s."
    ),
    "no-groups": Words("There is no group called “%(name)s”.", "No groups have been saved yet."),
    "group-cycle": Words(
        "The group “%(name)s” holds itself: %(path)s.", "Take one of them out of the other."
    ),
    "group-fault": Words(
        "The group “%(name)s” cannot be read: at its character %(place)s: %(fault)s",
        "Mend the group first.",
    ),
}  # fmt: skip


class QueryError(ValueError):
    """A query that cannot be read.

    `code` is a key of `WORDS`, `position` the character (0-based) at which it is wrong, `params`
    what the sentences name. `message` and `hint` are the English sentences, filled in.
    """

    def __init__(self, code: str, position: int, **params: str) -> None:
        words = WORDS[code]
        self.code = code
        self.position = position
        self.params = params
        self.message = words.message % params
        self.hint = words.hint % params
        super().__init__(self.message)
