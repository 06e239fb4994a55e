"""What a rule says: sentences to be translated, with `%(name)s` for the values of a finding."""

from typing import NamedTuple


class RuleWords(NamedTuple):
    """What is wrong, what was found ("" where the title says it), why it matters, what to do."""

    title: str
    why: str
    do: str
    found: str = ""
