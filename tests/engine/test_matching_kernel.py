"""The compiled kernel says what the plain evaluation says, whatever the queries and the texts.

`ILDSJEL_MATCHING_PAIRS` sets how many pairs of a query and a post are tried (the nightly run: a
million).
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ildsjel.engine.matching import Matcher, Post, Query, QueryError, compile_watches, parse
from ildsjel.engine.matching.characters import COMPLEX, EXPANDS, SKIP, Characters
from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.inflection import LANGUAGES, beginning_of_forms, stem
from ildsjel.engine.matching.oracle import find
from ildsjel.engine.text import fold

pytest.importorskip("numba")

PAIRS = int(os.environ.get("ILDSJEL_MATCHING_PAIRS", "20000"))
WATCHES, POSTS = 40, 25  # in one round

WORDS = (
    *("snø", "snøen", "is", "isen", "vei", "vegen", "brøyting", "SNØ", "NAV", "nav", "ål", "aal"),
    *("skole", "skolene", "skolan", "barnehageplass", "happy", "happiness", "blåbær", "Straße"),
)
HOSTILE = (
    *("bla\u030abær", "vann\u00adavgift", "ﬁsk", "İs", "ſkole", "x\u0301\u0316", "한국"),
    *("\u1112\u1161", "👍", "👍🏽", "🇳🇴🇸🇪", "👩\u200d👩", "❤\ufe0f", "™", "½", "Ⓐb", "ⅷ", "\ud83d"),
    *("\x00", "_a_", "ᾳ\u0345", "#SnøIsVei", "#NRKNyheter", "#uke47", "#snø_is", "##is"),
    *("#is#vei", "#A\u030aLvei", "ǅa", "#ǅaB", "@ola", "@Ola.Example.org", "@ola@vei.no"),
    *("@a-b.c", "a@b", "@_x", "@ola.", "\u3164", "กำ", "हि"),
)
JOINTS = (" ", " ", " ", "", ",", ".", "-", "\n", "\u200d", "#", "@", "_", "*", "?", "\u00a0")


def leaf(chance: random.Random) -> str:
    """A term, phrase or field of the language, as somebody might write it."""
    word = chance.choice((*WORDS, *WORDS, *HOSTILE)).strip("_\x00\ud83d") or "is"
    plain = chance.choice(WORDS)
    kind = chance.randrange(16)
    if kind < 5:
        return word
    if kind == 5:
        return f"{plain[:3]}*"
    if kind == 6:
        return f"*{plain[-3:]}"
    if kind == 7:
        return chance.choice(
            (f"*{plain[1:3]}*", f"{plain[0]}?{plain[2:]}", f"{plain[0]}*{plain[-1]}")
        )
    if kind == 8:
        return f'"{plain} {chance.choice(WORDS)}"'
    if kind == 9:
        return f'"{plain} {chance.choice(WORDS)}*"'
    if kind == 10:
        return f'"{plain} {chance.choice(WORDS)} {chance.choice(WORDS)}"~{chance.randrange(4)}'
    if kind == 11:
        return "{" + plain + "}"
    if kind == 12:
        return chance.choice(
            ("#is", "#sn*", "@ola", "@ola*", "#*vei", "#SnøIsVei", "{#NRKNyheter}")
        )
    if kind == 13:
        return chance.choice(("title:", "url:", "location:", "author:")) + plain
    if kind == 14:
        return chance.choice(
            ("from:ola", "site:vei.no", "lang:no", "is:reply", "from:*la", "has:media")
        )
    return f"{plain} NEAR/{chance.randrange(4)} {chance.choice(WORDS)}"


def written(chance: random.Random, depth: int = 0) -> str:
    if depth > 2 or chance.random() < 0.35:
        return leaf(chance)
    parts = [written(chance, depth + 1) for _ in range(chance.randrange(2, 4))]
    shape = chance.randrange(6)
    if shape < 2:
        return "(" + " OR ".join(parts) + ")"
    if shape < 4:
        return "(" + " ".join(parts) + ")"
    if shape == 4:
        return f"({parts[0]} NOT {parts[1]})"
    operator = chance.choice(("NEAR", "ONEAR"))
    return f"({parts[0]}) {operator}/{chance.randrange(5)} ({parts[1]})"


def queries(chance: random.Random) -> Iterator[Query]:
    options = ("", "", "", "letters:nordic ", "forms:nb,en ", "forms:sv letters:nordic ")
    while True:
        try:
            yield parse(chance.choice(options) + written(chance))
        except QueryError:
            continue


def text(chance: random.Random) -> str:
    words = chance.choices((*WORDS, *HOSTILE), k=chance.randrange(9))
    said = "".join(word + chance.choice(JOINTS) for word in words)
    if chance.random() < 0.1:
        said += "".join(chr(chance.randrange(0x110000)) for _ in range(3))
    return said


def posts(chance: random.Random) -> Iterator[Post]:
    while True:
        more: dict[str, object] = {}
        if chance.random() < 0.4:
            more = {
                "title": text(chance),
                "tags": tuple(text(chance) for _ in range(chance.randrange(3))),
                "author_name": text(chance),
                "accounts": (chance.choice(("ola.no", "@Kari", "did:plc:x")), ""),
                "urls": (f"https://www.vei.no/{text(chance)}", "mailto:x"),
                "languages": (chance.choice(("nb-NO", "sv", "no")),),
                "location": text(chance),
                "flags": chance.choice((("reply",), ("media", "repost"), ())),
            }
        yield Post(text=text(chance), **more)  # type: ignore[arg-type]


def plainly(watches: Sequence[Query], batch: Sequence[Post]) -> list[tuple[int, int]]:
    """Every query held against every post, with no index."""
    documents = [Document(post) for post in batch]
    return [
        (post, number)
        for post, document in enumerate(documents)
        for number, query in enumerate(watches)
        if find(query.root, document) is not None
    ]


def pairs(matches: pa.RecordBatch) -> list[tuple[int, int]]:
    return list(zip(*(column.to_pylist() for column in matches.columns), strict=True))


def agree(watches: Sequence[Query], batch: Sequence[Post]) -> None:
    matcher = compile_watches(dict(enumerate(watches)))
    expected = plainly(watches, batch)
    found = pairs(matcher.matches(batch))
    for post, number in set(expected) ^ set(found):
        said = "the kernel alone" if (post, number) in found else "the plain evaluation alone"
        pytest.fail(f"{watches[number].source!r} in {batch[post]!r}: {said}")
    assert found == expected
    one_by_one = [
        (at, watch) for at, post in enumerate(batch) for watch in matcher.watches_of(post)
    ]
    assert one_by_one == expected


@pytest.mark.parametrize("part", range(8))
def test_the_kernel_agrees_with_the_plain_evaluation(part: int) -> None:
    for number in range(max(1, PAIRS // (8 * WATCHES * POSTS))):
        chance = random.Random(1000 * part + number)
        agree(list(islice(queries(chance), WATCHES)), list(islice(posts(chance), POSTS)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=25), max_size=6), st.lists(st.text(max_size=60), max_size=6))
def test_the_kernel_agrees_on_any_text(sources: list[str], texts: list[str]) -> None:
    watches = []
    for source in sources:
        try:
            watches.append(parse(source))
        except QueryError:
            continue
    agree(watches, [Post(text=each) for each in [*texts, *sources]])


def test_the_index_of_plain_python_agrees_too(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    watches, batch = list(islice(queries(chance), 60)), list(islice(posts(chance), 40))
    monkeypatch.setattr("ildsjel.engine.matching.kernels.is_worth_it", lambda *_: False)
    matcher = compile_watches(dict(enumerate(watches)))
    assert pairs(matcher.matches(batch)) == plainly(watches, batch)
    assert "runner" not in matcher._base.watches.__dict__


def test_each_character_is_folded_as_python_folds_it() -> None:
    characters = Characters()
    every = "".join(map(chr, range(0x110000)))
    characters.fill(every, folded=False)
    table = characters.table
    differing = []
    for code, character in enumerate(every):
        entry = int(table[table[code >> 8] + (code & 255)])
        if entry == COMPLEX:
            continue
        if entry <= EXPANDS:
            begin = EXPANDS - entry + 1
            codes = table[begin : begin + table[begin - 1]]
        else:
            codes = [] if entry == SKIP else [entry]
        # Between two letters, so that it is folded where others are too.
        if "a" + "".join(chr(each & 0x1FFFFF) for each in codes) + "b" != fold(f"a{character}b"):
            differing.append(character)
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_begins_as_the_kernel_expects(language: str) -> None:
    endings = ("", "e", "er", "en", "ene", "s", "t", "a", "ar", "na", "ing", "ed", "ly", "ies", "y")
    endings = (
        *endings,
        "ational",
        "ization",
        "iveness",
        "ability",
        "hetene",
        "leg",
        "erte",
        "löst",
    )
    roots = ("snø", "skol", "bil", "happ", "hop", "hopp", "relat", "organ", "d", "sk", "l", "agr")
    roots = (*roots, "ful", "vesent", "møt", "university", "gener", "commun", "arsen", "past", "ts")
    words = [root + one + two for root in roots for one in endings for two in endings]
    words += ["dying", "lying", "tying", "skies", "news", "gently", "ugly", "early", "only", "idly"]
    for word in words:
        assert word.startswith(beginning_of_forms(word, language)), (word, stem(word, language))


def test_an_arrow_column_is_read_where_it_lies() -> None:
    texts = ["snø", None, "", "is og snø", "👍", "a\u030al"]
    matcher = compile_watches({7: "snø", 3: "is NOT sol", 9: "ål"})
    expected = [(0, 7), (3, 3), (3, 7), (5, 9)]
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        assert pairs(matcher.matches(pa.array(texts, kind))) == expected
    assert pairs(matcher.matches(pa.array(["x", *texts]).slice(1))) == expected
    assert pairs(matcher.matches([each or "" for each in texts])) == expected
    assert matcher.matches([]).num_rows == 0


def changed(matcher: Matcher) -> list[int]:
    return matcher.watches_of(Post(text="snø og is på vei"))


def test_a_watch_is_put_in_changed_and_taken_out_on_the_next_batch() -> None:
    first = compile_watches({1: "snø", 2: "sol", 3: "is"})
    second = first.changed({4: "vei"})
    third = second.changed({1: "sol", 2: "is"}, taken=[3, 99])
    fourth = third.changed({3: "snø vei"}, taken=[4])
    assert [changed(each) for each in (first, second, third, fourth)] == [
        [1, 3], [1, 3, 4], [2, 4], [2, 3],
    ]  # fmt: skip
    assert changed(fourth.compacted()) == [2, 3]
    assert changed(fourth.compacted({"snø": 0.9})) == [2, 3]
    assert fourth._base.watches.runner is first._base.watches.runner


def test_compaction_is_due_after_many_changes() -> None:
    matcher = compile_watches({1: "snø"})
    for number in range(2, 300):
        matcher = matcher.changed({number: f"snø OR sak{number}"})
    assert matcher.wants_compaction
    laid_out = matcher.compacted()
    assert not laid_out.wants_compaction
    assert changed(laid_out) == changed(matcher) == list(range(1, 300))


def test_room_is_made_for_long_posts_and_many_matches() -> None:
    matcher = compile_watches({n: "snø" if n % 2 else '"is is is vei"' for n in range(6_000)})
    texts = ["is " * 70_000, "snø", "is " * 60_000 + "vei"]
    found = pairs(matcher.matches(texts))
    assert [sum(post == each for post, _ in found) for each in range(3)] == [0, 3_000, 3_000]


def test_longer_posts_are_searched_so_far() -> None:
    matcher = compile_watches({1: "snø"})
    for filler in ("a ", "å ", "a\u0301 ", "ß "):
        short, long = filler * 60_000 + "snø", filler * 150_000 + "snø"
        assert pairs(matcher.matches([short, long])) == [(0, 1)]
        assert pairs(matcher.matches(pa.array([short, long]))) == [(0, 1)]


@pytest.mark.parametrize("folder", ["", "/proc/nowhere"])
def test_numba_is_loaded_when_there_is_much_to_do_and_needs_no_cache(folder: str) -> None:
    """In a process of its own; `folder` is where the machine code would be kept."""
    program = """if True:
        import sys
        from ildsjel.engine.matching import compile_watches
        matcher = compile_watches({1: "snø"})
        assert matcher.matches(["snø"]).num_rows == 1 and "numba" not in sys.modules
        assert matcher.matches(["snø"] * 100_000).num_rows == 100_000 and "numba" in sys.modules
    """
    more = {"NUMBA_CACHE_DIR": folder} if folder else {}
    run = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | more, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
