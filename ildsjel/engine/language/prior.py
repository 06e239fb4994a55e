"""What is known before a text is read: in which languages its author and its thread wrote."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ildsjel.engine.language.model import LANGUAGES, Floats

Shares = Sequence[float]

# Everybody may change language: so many texts in no language in particular are thought in advance.
_THOUGHT = 2.0
_THREAD = 0.5  # what a text of somebody else in the thread weighs beside one of the author


def learned(
    author: Iterable[str] = (),
    thread: Iterable[str] = (),
    place: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Shares of languages to expect, adding up to 1.

    `author`, `thread`: codes of earlier texts of the author, and of others in the thread. `place`:
    shares usual where the text was found (a Danish municipality's page); equal ones if left out.
    Codes that are not told apart here are left out of the count.
    """
    ours, theirs = Counter(author), Counter(thread)
    usual = place or dict.fromkeys(LANGUAGES, 1 / len(LANGUAGES))
    seen = {
        code: ours[code] + _THREAD * theirs[code] + _THOUGHT * usual.get(code, 0.0)
        for code in LANGUAGES
    }
    total = sum(seen.values())
    return {code: value / total for code, value in seen.items()}


def weighed(priors: Sequence[Shares | None]) -> Floats:
    """What each prior adds to the log-odds of LANGUAGES, shape (n, 10); nothing where it's None.

    The model's own probabilities hold for equal shares. A language never seen keeps a share of one
    in a thousand: a prior alone never rules one out.
    """
    even = [1 / len(LANGUAGES)] * len(LANGUAGES)
    shares = np.array([each or even for each in priors], dtype=np.float32)
    logs: Floats = np.log(np.maximum(shares, 1e-3) * len(LANGUAGES), dtype=np.float32)
    return logs
