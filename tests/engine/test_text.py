"""Folding and words: what counts as the same, where words stand, and hostile input in time."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ildsjel.engine.text import fold, tokens, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("BRØYTING på Ås", "brøyting på ås"),
        ("A\u030as og bla\u030abær", "ås og blåbær"),
        ("\u212bs", "ås"),  # the Ångström sign
        ("vann\u00adavgift", "vannavgift"),  # soft hyphen
        ("ﬁber", "fiber"),
        ("𝓥𝓪𝓷𝓷", "vann"),
        ("Straße", "strasse"),
        ("uke\u00a047 – nå", "uke 47 - nå"),
        ("det’s", "det's"),
        ("❤\ufe0f", "❤"),
        ("en\nto", "en to"),
        ("halv\ud83d", "halv\ufffd"),
        ("\u1112\u1161\u11ab", "한"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_nordic_letters_stay_apart() -> None:
    assert len({fold(letter) for letter in "aåäæoöøe"}) == 8


def test_words_know_where_they_stand() -> None:
    text = "Bla\u030abær🫐, ﬁn-ﬁn #Sommer_26"
    assert [(t.key, text[t.start : t.end], t.position) for t in tokens(text)] == [
        ("blåbær", "Bla\u030abær", 0),
        ("fin", "ﬁn", 1),
        ("fin", "ﬁn", 2),
        ("sommer", "Sommer", 3),
        ("26", "26", 4),
        ("#sommer_26", "#Sommer_26", 3),
    ]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Hei @Solvik.kommune.no!", ["@solvik.kommune.no", "@solvik"]),
        ("Hei @solvik.", ["@solvik"]),
        ("(@solvik@social.example)", ["@solvik@social.example", "@solvik"]),
        ("skriv til ola@solvik.example", []),
        ("#snø#is", ["#snø"]),
        ("# nei, @ nei", []),
        ("＃brøyting", ["#brøyting"]),
        ("C# og 5@6", []),
    ],
)
def test_tags_and_names(text: str, keys: list[str]) -> None:
    assert [token.key for token in tokens(text) if token.key[0] in "#@"] == keys


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "aA\u030a\u0301\u0327\u200d\ufe0f\u00adﬁİıßςΣ\u0345\u1112\u1161\u11abｶﾞ#@_."
        ),
    ),
    max_size=40,
)


@given(HOSTILE)
@example("ᾳ\u0345İ\u0323")
def test_offsets_lie_in_the_text_and_words_agree_with_folding(text: str) -> None:
    found = tokens(text)
    plain = [token for token in found if token.key[0] not in "#@"]
    assert [token.key for token in plain] == words(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [token.position for token in plain] == list(range(len(plain)))


@given(HOSTILE)
def test_the_way_accents_are_encoded_makes_no_difference(text: str) -> None:
    if any(unicodedata.category(c) in {"Cf", "Cs"} for c in text):
        return
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(max_codepoint=0x2FF)))
def test_case_makes_no_difference_in_latin_text(text: str) -> None:
    assert fold(text.upper().lower()) == fold(fold(text).upper().lower())
