"""A query taken apart: what each part brings, what a post lacks, which words to leave out."""

import pytest

from ildsjel.engine.matching import Post, compile_watches, parse
from ildsjel.engine.matching.dissecting import MOST_ALTERNATIVES, Lack, dissect, probes
from ildsjel.engine.matching.exclusions import excluding, exclusions

GROUPS = {"vinter": "snø OR is"}


def alternatives(query: str) -> list[tuple[str, int]]:
    found = dissect(parse(query, groups=GROUPS)).alternatives
    return [(each.text, each.among) for each in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("skole", []),
        ("skole mobbing", []),
        ("skole OR skule", [("skole", 0), ("skule", 0)]),
        ("(skole OR skule) mobbing", [("skole", 0), ("skule", 0)]),
        ("(a OR (b OR c)) (d OR e)", [("a", 0), ("b", 0), ("c", 0), ("d", 1), ("e", 1)]),
        ('"ny skole" OR {NAV} OR #berg*', [('"ny skole"', 0), ("{NAV}", 0), ("#berg*", 0)]),
        ("group:vinter OR vei", [("group:vinter", 0), ("vei", 0)]),
        ("group:vinter", []),
        ("author:ola OR kari", [("author:ola", 0), ("kari", 0)]),
        ("(a OR b) NEAR/3 (c OR d) OR e", [("(a OR b) NEAR/3 (c OR d)", 0), ("e", 0)]),
        ("a OR NOT d e", [("a", 0), ("NOT d e", 0)]),
    ],
)  # fmt: skip
def test_the_alternatives_stand_as_they_are_written(
    query: str, expected: list[tuple[str, int]]
) -> None:
    assert alternatives(query) == expected


def why(query: str, text: str) -> list[tuple[str, Lack]]:
    """What a post fails by, as the first reason tells."""
    read = parse(query, groups=GROUPS)
    parts = dissect(read)
    held = compile_watches(dict(probes(read, parts))).watches_of(Post(text=text))
    first = 1 + len(parts.alternatives)
    assert 0 not in held
    return [(parts.nearly[at - first].text, parts.nearly[at - first].lack) for at in held][:1]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("skole mobbing", "mobbing på jobben", [("skole", Lack.MISSING)]),
        ("skole mobbing", "skoleveien og mobbing", [("skole", Lack.LONGER)]),
        ("skole", "på skoleveien", [("skole", Lack.LONGER)]),
        ("vann NOT farris", "farris er vann", [("farris", Lack.PRESENT)]),
        ("vann NOT (farris OR bris)", "bris er vann", [("bris", Lack.PRESENT)]),
        ('"varmt vatten"', "vatten som er varmt", [('"varmt vatten"', Lack.APART)]),
        ("snø NEAR/1 vei", "snø og is på hver vei", [("snø NEAR/1 vei", Lack.APART)]),
        ("snø ONEAR/9 vei", "vei med snø", [("snø ONEAR/9 vei", Lack.APART)]),
        ("{NAV} penger", "nav og penger", [("{NAV}", Lack.CAPITALS)]),
        ("(a b) OR (c d)", "d a", [("b", Lack.MISSING)]),
        ("group:vinter vei", "en vei", [("group:vinter", Lack.MISSING)]),
        ("lang:nb vei", "noe annet", []),
        ("vei", "noe annet", []),
    ],
)
def test_a_near_miss_fails_by_one_part(
    query: str, text: str, expected: list[tuple[str, Lack]]
) -> None:
    assert why(query, text) == expected


def test_a_query_of_very_many_alternatives_is_weighed_in_part() -> None:
    parts = dissect(parse(" OR ".join(f"ord{number}" for number in range(500))))
    assert len(parts.alternatives) == MOST_ALTERNATIVES
    assert not parts.whole


NOISE = ["farris er et godt vann i dag", "vann og farris på tilbud i dag", "farris vann"]
RIGHT = ["vann er borte i dag", "vann i kjelleren i dag"]
USUAL = ["i dag er det sol", "en god dag på jobben", "tilbud på is i dag", "vær"]


def test_what_stands_in_the_noise_alone_is_left_out() -> None:
    query = parse("vann")
    others = ["farris vann igjen", "vann i elva", "vann"]
    found = exclusions(query, noise=NOISE, right=RIGHT, others=others, usual=USUAL)
    assert [(each.word, each.noise, each.others) for each in found] == [("farris", 3, 1)]


def test_no_word_that_is_right_or_sought_is_left_out() -> None:
    query = parse("vann OR farris")
    assert exclusions(query, noise=NOISE, right=RIGHT, others=[], usual=USUAL) == []
    only = exclusions(
        parse("vann"), noise=["farris vann"], right=["farris er vann"], others=[], usual=USUAL
    )
    assert only == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("vann", "vann NOT farris"),
        ("vann OR vatn", "(vann OR vatn) NOT farris"),
        ("letters:nordic vann OR vatn", "letters:nordic (vann OR vatn) NOT farris"),
        ("vann OR vatn forms:nb", "forms:nb (vann OR vatn) NOT farris"),
        ("(vann OR vatn) is", "(vann OR vatn) is NOT farris"),
        ("group:vinter", "(group:vinter) NOT farris"),
    ],
)
def test_leaving_a_word_out_changes_nothing_else(query: str, expected: str) -> None:
    changed = excluding(parse(query, groups=GROUPS), "farris")
    assert changed == expected
    matcher = compile_watches({0: parse(query, groups=GROUPS), 1: parse(changed, groups=GROUPS)})
    for text in ("vann", "snø", "vatn", "vann is", "vatn is"):
        held = matcher.watches_of(Post(text=text))
        assert held in ([], [0, 1])
        assert 1 not in matcher.watches_of(Post(text=f"{text} farris"))
