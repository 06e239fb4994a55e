"""Words with * (any characters, also none) and ? (exactly one)."""

MOST_CHARACTERS = 100  # of a word with wildcards
LEAST_OWN = 2  # characters that are neither * nor ?


def has_wildcards(text: str) -> bool:
    return "*" in text or "?" in text


def fits(pattern: str, word: str) -> bool:
    """Whether the whole word is as the pattern says; in len(pattern) × len(word) steps at most."""
    at = here = 0
    star = resume = -1
    while here < len(word):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, here
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", word[here]):
            at += 1
            here += 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return pattern[at:].strip("*") == ""


def literals(pattern: str) -> list[str]:
    """The pieces between wildcards."""
    return pattern.replace("?", "*").split("*")


def simplified(pattern: str) -> str:
    """The same pattern without stars beside stars."""
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    return pattern
