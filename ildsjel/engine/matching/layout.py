"""Where the parts of a compiled segment lie in its arrays, and what its codes mean.

A segment is two arrays: `table` (int64: a header, a hash table, the values of patterns) and `body`
(int32: all other parts one after another). The header tells where each part begins.
"""

from typing import Final

# header
SEED: Final = 0
SHIFT: Final = 1  # of a hash, to find its place in the table
ATOMS: Final = 2  # how many
WATCHES: Final = 3
PATTERNS: Final = 4
PREFIXES: Final = 5  # bit n: prefixes of n characters are looked for (62: of 62 and more)
SUFFIXES: Final = 6
GRAMS: Final = 7  # bit n: pieces of n characters are looked for (1 to LONGEST_GRAM)
ZONES: Final = 8  # bit n: terms are looked for in zone n; from bit 16 on, spelled the Nordic way
PATTERN_VALUES: Final = 9  # in the table, by pattern: its value
LISTS: Final = 10  # from here on in the body: phrases, NEARs and lists of patterns
PATTERN_TEXT: Final = 11  # by pattern: where its characters begin; one more for the end
PATTERN_CODES: Final = 12
CODE: Final = 13
FILES: Final = 14  # by atom: see below; values name the place itself
POINTERS: Final = 15  # a number, no place: the words of the longest phrase
MASK: Final = 16  # of the places of the table
FILTER: Final = 17  # in the table: bits by hash of prefixes, suffixes and pieces; 64 to a number
FILTER_MASK: Final = 18  # of its numbers
HEADER: Final = 19

# A value in the table: the atom and where its file begins in the body (0: it has none), and flags.
# The value of a piece of patterns is where their list begins.
ATOM_BITS: Final = 28
NO_ATOM: Final = (1 << ATOM_BITS) - 1
FILE_MASK: Final = (1 << 31) - 1
PLACED: Final = 1 << 59  # its positions matter
STARTS: Final = 1 << 60  # a word with which a run begins
WITHIN: Final = 1 << 61  # a word that stands later in a run
GOES_ON: Final = 1 << 62  # a run that is the beginning of another
MISSING: Final = -1

# A file: how many watches match wherever the atom is, and how many must be run; those watches; then
# in pairs the others (twice their number, and 1 if they are filed elsewhere too) and their code.

# how an atom is found; they end the hash of its characters
EXACT: Final = 1
PREFIX: Final = 2
SUFFIX: Final = 3
RUN: Final = 4  # words that follow each other
GRAM: Final = 8  # and with the number of characters added: a piece of a pattern
LONGEST_RUN: Final = 8  # words
LONGEST_GRAM: Final = 5  # characters

# instructions: (operation + 4 * argument, where to go if it holds, where if not)
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
TO_CONFIRM: Final = 1 << 40  # added to a watch: it matches if the plain evaluation says so

# The scratch: counters, where its parts begin, then these. Bits stand 64 to a number.
SERIAL: Final = 0  # of the post
TOKEN: Final = 1  # of the token
ROOM: Final = 2  # characters of a post that there is room for, and occurrences
SEEN: Final = 3  # bits by atom: the post holds it
SEEN_COUNT: Final = 4
SEEN_LIST: Final = 5  # the atoms that the post holds
HIT_COUNT: Final = 6
HITS: Final = 7  # their files
FIRST: Final = 8  # by atom: its first occurrence in the post
LAST: Final = 9
STAMPS: Final = 10  # by watch: the serial of the last post that it was run on
TRIED: Final = 11  # by pattern: the serial of the last token that it was held against
POINTERS_AT: Final = 12  # of two phrases at a time, their words' next occurrences
SPOT_COUNT: Final = 13  # how many occurrences there are
SPOTS: Final = 14  # their positions
FOLLOWING: Final = 15  # by occurrence: the next of the same atom, -1 for none
RUN_COUNT: Final = 16
RUNS: Final = 17  # the hashes of runs that may go on at the next word
FOUND: Final = 18  # bits by watch: it matches
FOUND_WORDS: Final = 19  # bits by number of FOUND: it is not 0
UNSURES: Final = 20  # bits by watch: to be confirmed
MARKS: Final = 21  # how many matches there are at most
SCRATCH: Final = 24
