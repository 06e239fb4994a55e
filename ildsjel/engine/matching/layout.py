"""Where the parts of a compiled segment lie in its arrays, and what its codes mean.

A segment is three arrays: `header` (int64), `keys` (uint64, a hash table) and `body` (int32, all
other parts one after another). The header tells where each part begins.
"""

from typing import Final

# header
SEED: Final = 0
SHIFT: Final = 1  # of a hash, to find its place among the keys
ATOMS: Final = 2  # how many
WATCHES: Final = 3
PATTERNS: Final = 4
PREFIXES: Final = 5  # bit n: prefixes of n characters are looked for (62: of 62 and more)
SUFFIXES: Final = 6
GRAMS: Final = 7  # bit n: pieces of n characters are looked for (1 to 3)
ZONES: Final = 8  # bit n: terms are looked for in zone n; from bit 16 on, spelled the Nordic way
VALUES: Final = 9  # from here on: where a part begins in the body. By key: an atom, or a list
PLACED: Final = 10  # by atom: whether its positions matter
FILES: Final = 11  # by atom: where the list of watches filed under it begins
FILED: Final = 12  # in pairs: an atom that must be there too (-1: none), and the watch
ENTRIES: Final = 13  # by watch: its first instruction
CODE: Final = 14
LISTS: Final = 15  # phrases, NEARs and lists of patterns: see their places of use
PATTERN_ATOM: Final = 16  # by pattern
PATTERN_TEXT: Final = 17  # by pattern: where its characters begin; one more for the end
PATTERN_CODES: Final = 18
POINTERS: Final = 19  # a number, no place: the words of the longest phrase
HEADER: Final = 20

# how an atom is found; they end the hash of its characters
EXACT: Final = 1
PREFIX: Final = 2
SUFFIX: Final = 3
GRAM: Final = 4  # and with the number of characters added: a piece of a pattern

# instructions: (operation, argument, where to go if it holds, where if not)
ATOM: Final = 0
PHRASE: Final = 1
NEAR: Final = 2
UNSURE: Final = 3  # from here on, the plain evaluation must confirm
ACCEPT: Final = -1
REJECT: Final = -2

ANY: Final = -1  # in a pattern: *
ONE: Final = -2  # in a pattern: ?

# What divides the parts of a post's bytes; none of them occurs in UTF-8.
PART: Final = 0xFF  # then the part's number, and for KEY its zone
FOLDED: Final = 0xFE  # first in a part: it comes folded
CUT_HERE: Final = 0xFD  # before a character: a word of a tag begins
TEXT_PART, TITLE_PART, TAG_PART, URL_PART, LOCATION_PART, AUTHOR_PART, KEY_PART = range(7)

GAP: Final = 256  # positions between parts; more than NEAR/100 spans

# why the kernel stopped, or would not read a post
DONE: Final = 0
FULL: Final = 1  # the room for matches
CRAMPED: Final = 2  # the scratch
STRANGE: Final = -1  # in place of a watch: a character is not in the tables yet
FOLDS: Final = -2  # in place of a watch: the post must come folded

# The scratch: counters, where its parts begin, then these.
SERIAL: Final = 0  # of the post; what was noted with another is not true of it
TOKEN: Final = 1  # of the token
ROOM: Final = 2  # characters of a post that there is room for, and occurrences
SEEN: Final = 3  # by atom: the serial of the last post that holds it
FIRST: Final = 4  # by atom: its first occurrence in the post, -1 for none noted
LAST: Final = 5
SEEN_LIST: Final = 6  # how many atoms the post holds, and which
STAMPS: Final = 7  # by watch: the serial of the last post that it was run on
TRIED: Final = 8  # by pattern: the serial of the last token that it was held against
POINTERS_AT: Final = 9  # of two phrases at a time, their words' next occurrences
SPOTS: Final = 10  # how many occurrences there are, and their positions
FOLLOWING: Final = 11  # by occurrence: the next of the same atom, -1 for none
SCRATCH: Final = 16
