"""Near-duplicates: the estimate beside the truth, the same with and without numba."""

import random
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.engine import stories
from ildsjel.engine.stories import kernel

KNOWN = [254566623, 243986457, 2574205539]  # never changes: signatures are stored
WORDS = [f"ord{number}" for number in range(400)]


def pairs(text: str) -> set[tuple[str, str]]:
    said = re.findall(r"\w+", text.lower())
    return set(pairwise(said))


def truth(one: str, other: str) -> float:
    both = pairs(one) | pairs(other)
    return len(pairs(one) & pairs(other)) / len(both)


def a_text(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=40))


def varied(text: str, chance: random.Random, changes: int) -> str:
    said = text.split()
    for _ in range(changes):
        said[chance.randrange(len(said))] = chance.choice(WORDS)
    return " ".join(said)


def test_likeness_estimates_the_share_of_word_pairs_in_common() -> None:
    chance = random.Random(5)
    faults = []
    for changes in range(30):
        one = a_text(chance)
        other = varied(one, chance, changes)
        rows = stories.signatures([one, other])
        faults.append(stories.likeness(rows[0], rows[1]) - truth(one, other))
    assert max(map(abs, faults)) < 0.25
    assert abs(float(np.mean(faults))) < 0.03


def test_near_copies_meet_under_a_key_and_strangers_do_not() -> None:
    chance = random.Random(6)
    met = strangers = 0
    for _ in range(200):
        one = a_text(chance)
        texts = [one, varied(one, chance, 2), a_text(chance)]
        found = stories.keys(stories.signatures(texts))
        met += bool(set(found[0]) & set(found[1]))
        strangers += bool(set(found[0]) & set(found[2]))
    assert met == 200
    assert strangers == 0


@pytest.mark.parametrize(
    "other",
    [
        "BUSSEN er forsinket igjen i dag, og ingen sier hvorfor!",
        "@ruter Bussen er forsinket igjen i dag og ingen sier hvorfor https://ruter.no/a?b=1",
        "  bussen  er\nforsinket igjen i dag og ingen sier hvorfor 🙄 ",
    ],
)
def test_case_signs_mentions_and_addresses_do_not_count(other: str) -> None:
    rows = stories.signatures(["Bussen er forsinket igjen i dag og ingen sier hvorfor", other])
    assert stories.likeness(rows[0], rows[1]) == 1.0


@pytest.mark.parametrize("text", ["", "Takk!", "takk for raskt svar", "@a @b https://c.no/d", "1"])
def test_too_few_words_say_too_little(text: str) -> None:
    rows = stories.signatures([text, text])
    assert stories.is_empty(rows[0])
    assert stories.likeness(rows[0], rows[1]) == 0.0


def test_signatures_are_those_that_were_stored_before() -> None:
    row = stories.signatures(["Når åpner svømmehallen igjen etter sommeren?"])[0]
    assert stories.unpacked(stories.packed(row)).tolist() == row.tolist()
    assert row[:3].tolist() == KNOWN


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=4))
def test_compiled_and_plain_give_the_same(texts: list[str]) -> None:
    found = stories.signatures(texts)
    assert found.tolist() == [_plainly(text) for text in texts]


def _plainly(text: str) -> list[int]:
    """The definition, without the kernel's loops."""
    said = _plain_words(text)
    if len(said) <= stories.FEWEST:
        return [0] * stories.SIZE
    mixed = getattr(kernel.mixed, "py_func", kernel.mixed)
    found = [mixed((one * 31 + other) & 0xFFFFFFFF) for one, other in pairwise(said)]
    hashes = zip(kernel.FACTORS.tolist(), kernel.ADDENDS.tolist(), strict=True)
    return [
        min(mixed((pair * factor + addend) & 0xFFFFFFFF) for pair in found)
        for factor, addend in hashes
    ]


def _plain_words(text: str) -> list[int]:
    kept = " ".join(
        chunk
        for chunk in re.split(r"[\x00-\x20]+", text)
        if not chunk.startswith("@") and "//" not in chunk
    )
    letters = [
        int(kernel.LOWER[ord(sign)]) if ord(sign) < len(kernel.LOWER) else 0 for sign in kept
    ]
    words, word = [], 0
    for letter in [*letters, 0]:
        if letter:
            word = ((word or 0x811C9DC5) ^ letter) * 0x01000193 & 0xFFFFFFFF
        elif word:
            words.append(word)
            word = 0
    return words


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://www.nrk.no/nyheter/1?utm_source=x#del", "nrk.no/nyheter/1"),
        ("http://nrk.no/nyheter/1/", "nrk.no/nyheter/1"),
        ("https://a.no/?b=2&a=1&fbclid=9", "a.no/?a=1&b=2"),
        ("https://nrk.no/", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_a_page_has_one_name(url: str, page: str) -> None:
    assert stories.link_in_common(url) == page
