"""Watches: what a query means, what is wrong with a bad one, and the index against naive reads."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.engine.items import Author, Item
from ildsjel.engine.matching import QueryError, compile_watches, parse
from ildsjel.engine.queries import And, Node, Not, Or, Phrase, matches_nothing_said
from ildsjel.engine.text import words


def item(text: str, title: str = "", tags: tuple[str, ...] = ()) -> Item:
    return Item(
        external_id="1",
        text=text,
        author=Author(external_id="a"),
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        revision=1,
        thread_key="1",
        title=title,
        tags=tags,
    )


def found(query: str, text: str, **more: object) -> list[str] | None:
    """The pieces of the text that a query found; None where it does not match."""
    [hits] = compile_watches({7: query}).match([replace(item(text), **more)])  # type: ignore[arg-type]
    if not hits:
        return None
    assert hits[0].watch_id == 7
    return [text[start:end] for start, end in hits[0].spans]


@pytest.mark.parametrize(
    ("query", "text", "pieces"),
    [
        ("brøyting", "BRØYTING nå!", ["BRØYTING"]),
        ("brøyting", "broyting nå", None),
        ("vann lekkasje", "Lekkasje igjen: vann overalt, mye vann", ["Lekkasje", "vann", "vann"]),
        ("vann lekkasje", "bare vann", None),
        ('"kokt vann"', "Må vi koke? Kokt vann smaker vondt", ["Kokt vann"]),
        ('"kokt vann"', "kokt, kaldt vann", None),
        ("«kokt vann»", "kokt vann", ["kokt vann"]),
        ("e-post", "Send E-post eller epost", ["E-post"]),
        ("snø OR is", "is på veien", ["is"]),
        ("snø is OR sol", "sol", ["sol"]),
        ("(snø OR is) vei", "is på veg", None),
        ("snø NOT ski", "snø", ["snø"]),
        ("snø NOT ski", "snø og ski", None),
        ("snø AND NOT (ski OR kake)", "snø og kake", None),
        ("NOT NOT snø", "snø", ["snø"]),
        ("snø*", "Snøbrøyting i snøen", ["Snøbrøyting", "snøen"]),
        ('"rådmannens snø*"', "Rådmannens snøfreser", ["Rådmannens snøfreser"]),
        ("#snø", "snø", None),
        ("#snø", "Herlig #Snø!", ["#Snø"]),
        ("#sn*", "Herlig #Snø!", ["#Snø"]),
        ("snø", "Herlig #Snø!", ["Snø"]),
        ("snø #snø", "Herlig #Snø!", ["#Snø"]),
        ("@solvik", "hei @Solvik.example svar", ["@Solvik.example"]),
        ("@solvik", "ola@solvik.example", None),
        ("and or not", "and or not", ["and", "or", "not"]),
    ],
)
def test_what_queries_find(query: str, text: str, pieces: list[str] | None) -> None:
    assert found(query, text) == pieces


def test_title_and_tags_are_searched_but_have_no_place_in_the_text() -> None:
    assert found("budsjett", "Les mer", title="Budsjett for 2027") == []
    assert found("budsjett les", "Les mer", title="Budsjett for 2027") == ["Les"]
    assert found('"2027 les"', "Les mer", title="Budsjett for 2027") is None
    assert found("#snø", "", tags=("Snø",)) == []
    assert found("snø", "", tags=("Snø",)) == []


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("", 0, "nothing to look for yet"),
        ("  ", 0, "nothing to look for yet"),
        ("snø (is", 4, "never closed"),
        ("snø) is", 3, "never opened"),
        ("snø ()", 4, "nothing between"),
        ('snø "is på', 4, "quotation mark is never closed"),
        ("AND snø", 0, "something to look for before"),
        ("snø OR", 4, "something to look for after"),
        ("snø AND OR is", 8, "something to look for before"),
        ("NOT", 0, "something to look for after"),
        ("(snø OR ) is", 5, "something to look for after"),
        ("NOT snø", 0, "must not be there"),
        ("is OR NOT snø", 6, "must not be there"),
        ("sn*ø", 2, "end of a word"),
        ("*snø", 0, "end of a word"),
        ('"snø *"', 1, "end of a word"),
        ("is &", 3, "no word here"),
        ("is s*", 4, "at least two letters"),
        ("is -snø", 3, "minus sign"),
        ("#snø-is", 4, "whole hashtag"),
        ("snø NEAR/3 is", 4, "not known here"),
        ("(" * 51 + "a" + ")" * 51, 50, "too many parentheses"),
        ("a " * 10_001, 20_000, "too long"),
    ],
)
def test_bad_queries_say_what_is_wrong_and_where(query: str, position: int, message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(query)
    assert caught.value.position == position


VOCABULARY = ("snø", "is", "isen", "vei", "#is", "@ås")
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from([Phrase((word,)) for word in VOCABULARY]),
    st.sampled_from([Phrase(("is",), prefix=True), Phrase(("#i",), prefix=True)]),
    st.lists(st.sampled_from(["snø", "is", "vei"]), min_size=2, max_size=3).map(
        lambda each: Phrase(tuple(each))
    ),
    st.just(Phrase(("vei", "is"), prefix=True)),
)
NODES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)
QUERIES = NODES.filter(lambda node: not matches_nothing_said(node))
TEXTS = st.lists(st.sampled_from([*VOCABULARY, "og", "isfri"]), max_size=8).map(" ".join)


def written(node: Node) -> str:
    match node:
        case Phrase(keys, prefix):
            plain = " ".join(keys) + "*" * prefix
            return f'"{plain}"' if len(keys) > 1 else plain
        case Not(part):
            return f"NOT ({written(part)})"
        case And(parts):
            return " ".join(f"({written(part)})" for part in parts)
        case Or(parts):
            return " OR ".join(f"({written(part)})" for part in parts)


def holds(node: Node, text: str) -> bool:
    """The query read in the plainest way, with no index and no positions."""
    match node:
        case Phrase(keys, prefix):
            sign = keys[0][0] if keys[0][0] in "#@" else ""
            said = [w for w in text.split() if w[0] == sign] if sign else words(text)
            runs = [said[i : i + len(keys)] for i in range(len(said) - len(keys) + 1)]
            return any(
                run[:-1] == list(keys[:-1])
                and (run[-1].startswith(keys[-1]) if prefix else run[-1] == keys[-1])
                for run in runs
            )
        case Not(part):
            return not holds(part, text)
        case And(parts):
            return all(holds(part, text) for part in parts)
        case Or(parts):
            return any(holds(part, text) for part in parts)


@settings(max_examples=400, deadline=None)
@given(st.lists(QUERIES, min_size=1, max_size=6), st.lists(TEXTS, min_size=1, max_size=6))
def test_the_index_agrees_with_plain_reading(queries: list[Node], texts: list[str]) -> None:
    matcher = compile_watches(dict(enumerate(map(written, queries))))
    for text, hits in zip(texts, matcher.match([item(t) for t in texts]), strict=True):
        expected = [number for number, query in enumerate(queries) if holds(query, text)]
        assert [hit.watch_id for hit in hits] == expected
        for hit in hits:
            assert all(text[a:b].strip() for a, b in hit.spans)
            assert list(hit.spans) == sorted(hit.spans)


@given(st.text(max_size=30))
def test_any_text_as_a_query_is_read_or_refused_with_its_place(source: str) -> None:
    try:
        compile_watches({1: source}).match([item(source)])
    except QueryError as error:
        assert 0 <= error.position <= len(source)
        assert error.message


def test_thousands_of_watches_stay_quick() -> None:
    """A post is held against the few watches that share a rare word with it, not against all."""
    watches = {n: f'"sak {n}" OR (kommune navn{n})' for n in range(5_000)}
    matcher = compile_watches(watches)
    posts = [item(f"En helt vanlig melding til kommune om sak {n}") for n in range(200)]
    begin = time.perf_counter()
    hits = matcher.match(posts)
    took = time.perf_counter() - begin
    assert [[hit.watch_id for hit in each] for each in hits] == [[n] for n in range(200)]
    assert took < 1.0  # reading every watch against every post takes minutes


def test_a_hostile_post_is_matched_in_time() -> None:
    matcher = compile_watches({1: '"is is is is vei" OR snø*'})
    begin = time.perf_counter()
    assert matcher.match([item("is " * 300_000)]) == [[]]
    assert time.perf_counter() - begin < 10
