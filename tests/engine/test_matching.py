"""Watches: what a query means, what is wrong with a bad one, and why a post matches."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.items import Address, Author, Item, Media
from ildsjel.engine.matching import (
    WORDS,
    Options,
    Post,
    QueryError,
    as_post,
    compile_watches,
    explain,
    parse,
)


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
    watches = {7: parse(query)}
    [hits] = compile_watches(watches).match([replace(item(text), **more)])  # type: ignore[arg-type]
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
        ('"snø *"', 5, "only stand in a word"),
        ("snø *", 4, "only stand in a word"),
        ("is ?s", 3, "at least two letters"),
        ("is " + "a*" * 51, 3, "too long"),
        ("NEAR/3 is", 0, "something to look for before"),
        ("snø NEAR/3", 4, "something to look for after"),
        ("snø NEAR/3 NOT is", 11, "NOT cannot stand beside NEAR"),
        ("snø NEAR/3 (is OR NOT vei)", 4, "NOT cannot stand beside NEAR"),
        ("snø NEAR/3 lang:nb", 4, "no place among the words"),
        ("snø NEAR/101 is", 4, "At most 100 words"),
        ('"snø is"~101', 0, "At most 100 words"),
        ("a" + " NEAR/1 a" * 21, 182, "too many words around"),
        ("snø {is", 4, "never closed"),
        ("{is*}", 0, "every character counts"),
        ("lang:norsk", 5, "cannot stand after lang"),
        ("is:angry", 3, "Here can stand|cannot stand after is"),
        ("site:nrk.no/sport", 5, "cannot stand after site"),
        ("from:@", 5, "no word here"),
        ("title:(snø lang:nb)", 11, "inside another field"),
        ("snø (letters:nordic is)", 5, "cannot stand inside parentheses"),
        ("letters:old snø", 0, "cannot stand after letters"),
        ("forms:fi snø", 0, "cannot stand after forms"),
        ("snø group:vinter", 4, "no group called “vinter”"),
        ("is &", 3, "no word here"),
        ("is s*", 4, "at least two letters"),
        ("is -snø", 3, "minus sign"),
        ("#snø-is", 4, "whole hashtag"),
        ("(" * 51 + "a" + ")" * 51, 50, "too many parentheses"),
        ("a " * 10_001, 20_000, "too long"),
    ],
)
def test_bad_queries_say_what_is_wrong_and_where(query: str, position: int, message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(query)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("query", "text", "pieces"),
    [
        ("*avgift", "Eiendomsavgift og avgift, ikke avgiften", ["Eiendomsavgift", "avgift"]),
        ("*skole*", "Barneskolen og skole", ["Barneskolen", "skole"]),
        ("b*plass", "barnehageplass og plass", ["barnehageplass"]),
        ("fj?rd", "fjord, fjård og fjrd", ["fjord", "fjård"]),
        ("bil?", "bil, bila og bilen", ["bila"]),
        ('"hva koster det?"', "Hva koster det", ["Hva koster det"]),
        ('"snø* på *vei*"', "snøen på hovedveien", ["snøen på hovedveien"]),
        ("#som*solvik", "#SommerISolvik", ["#SommerISolvik"]),
        ("#*solvik", "Solvik #SommerISolvik", ["#SommerISolvik"]),
        ("sommer", "#SommerISolvik", ["Sommer"]),
        ('"sommer i solvik"', "#SommerISolvik", ["SommerISolvik"]),
        ('"nrk nyheter"', "#NRKNyheter", ["NRKNyheter"]),
        ('"uke 47"', "#uke47", ["uke47"]),
        ("sommerisolvik", "#SommerISolvik", ["SommerISolvik"]),
        ('"er i solvik"', "er #SommerISolvik", None),
        ("👍", "Bra 👍🏽!", ["👍"]),
        ("👍🏽", "Bra 👍!", None),
        ("🇳🇴", "🇸🇪🇳🇴", ["🇳🇴"]),
        ("🇪🇳", "🇸🇪🇳🇴", None),
        ("❤️", "Jeg ❤ Solvik", ["❤"]),
        ("snø🫐", "snø", ["snø"]),
        ('"vann nå"', "vann 🔥 nå", ["vann 🔥 nå"]),
        ("snø NEAR/2 vei", "vei uten is eller snø", None),
        ("snø NEAR/3 vei", "vei uten is eller snø", ["vei", "snø"]),
        ("snø NEAR/0 vei", "vei snø", ["vei", "snø"]),
        ("snø ONEAR/3 vei", "vei og snø", None),
        ("snø NEAR/3f vei", "snø på vei", ["snø", "vei"]),
        ("snø NEAR/3 snø*", "snø", None),
        ("snø NEAR/3 snø*", "snø og snø", ["snø", "snø"]),
        ("(snø OR is) NEAR/1 (vei OR gate)", "is i gate", ["is", "gate"]),
        ('"mye snø" NEAR/1 vei', "mye snø på vei", ["mye snø", "vei"]),
        ("(snø is) NEAR/1 vei", "snø på vei, og langt der borte is", None),
        ("(snø is) NEAR/1 vei", "snø på vei med is", ["snø", "vei", "is"]),
        ("snø NEAR/1 is NEAR/1 vei", "is og snø på vei", ["is", "snø", "vei"]),
        ("snø NEAR/1 (is NEAR/1 vei)", "snø is langt fra vei", None),
        ("snø NOT is NEAR/1 vei", "snø og is, langt borte en vei", ["snø"]),
        ("👍 NEAR/1 snø", "👍 på snø", ["👍", "snø"]),
        ("#is NEAR/1 snø", "snø på #is", ["snø", "#is"]),
        ('"snø vei"~1', "vei med snø", ["vei", "snø"]),
        ('"snø is vei"~1', "vei med snø is", ["vei", "snø", "is"]),
        ('"snø is vei"~1', "vei med mye snø is", None),
        ('"is is snø"~3', "is snø", None),
        ("{NAV}", "nav og NAV", ["NAV"]),
        ("{NAV}", "nav og Nav", None),
        ("{#NAV}", "#nav #NAV", ["#NAV"]),
        ("{La oss} NOT {LA}", "la oss, La oss", ["La oss"]),
        ("letters:nordic ål", "Aal og ål", ["Aal", "ål"]),
        ("letters:nordic smör*", "Smoerbrød", ["Smoerbrød"]),
        ("letters:nordic broed", "brød og bröd", ["brød", "bröd"]),
        ("ål", "Aal", None),
        ("forms:nb barnehage", "Barnehagene her", ["Barnehagene"]),
        ("forms:nn skule", "skulane", ["skulane"]),
        ("forms:sv skola", "skolorna", ["skolorna"]),
        ("forms:da skole", "skolerne", ["skolerne"]),
        ("forms:en school", "schools", ["schools"]),
        ("forms:en happy", "happier happiness", ["happiness"]),
        ('forms:nb "stor skole"', "store skoler", ["store skoler"]),
        ("forms:nb letters:nordic brød", "Broedet", ["Broedet"]),
        ("title: snø", "title snø", ["title", "snø"]),
        ("https://x.example/s?id=3", "https://x.example/s?id=3", ["https://x.example/s?id=3"]),
    ],
)
def test_what_the_richer_language_finds(query: str, text: str, pieces: list[str] | None) -> None:
    assert found(query, text) == pieces


FULL = replace(
    item("snø", title="Budsjett for 2027"),
    author=Author(external_id="did:plc:x1", handle="Ola.Example.org", name="Ola Nordmann"),
    url="https://bsky.app/profile/ola/post/1",
    links=("https://www.NRK.no/sport/ski?x=1",),
    languages=("nb-NO",),
    parent_id="0",
    media=(Media(url="https://example.org/1.jpg"),),
)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("from:ola", True),
        ("from:@ola.example.org", True),
        ("from:did:plc:x1", True),
        ("from:nordmann", False),
        ("from:*.org", True),
        ("author:nordmann", True),
        ('author:"ola nordmann"', True),
        ("author:ola.example.org", True),
        ("author:(kari OR nord*)", True),
        ("author:kari", False),
        ("site:nrk.no", True),
        ("site:www.nrk.no", True),
        ("site:https://nrk.no/nyheter", True),
        ("site:rk.no", False),
        ("url:sport/ski", True),
        ("url:ski/sport", False),
        ("url:spor*", True),
        ("lang:nb", True),
        ("lang:no", True),
        ("lang:nn", False),
        ("lang:(nn OR nb)", True),
        ("title:budsjett", True),
        ("title:snø", False),
        ('title:"for 2027"', True),
        ("title:(budsjett ONEAR/1 2027)", True),
        ("is:reply", True),
        ("is:repost", False),
        ("has:media", True),
        ("snø NOT is:repost NOT lang:sv", True),
        ("location:oslo", False),
    ],
)
def test_fields(query: str, holds: bool) -> None:
    assert bool(compile_watches({1: query}).match([FULL])[0]) is holds


def test_a_place_is_searched_by_its_words() -> None:
    post = Post(text="hei", location="Mo i Rana, Norge")
    assert explain(parse('location:"mo i rana"'), post)
    assert explain(parse("location:bergen OR rana"), post) is None


def test_options_can_be_given_beside_the_query() -> None:
    assert parse("brød", options=Options(nordic=True)).root == parse("letters:nordic brød").root
    assert parse("letters:exact brød", options=Options(nordic=True)).root == parse("brød").root


GROUPS = {
    "vinter": "snø OR is",
    "store veier": "riksvei OR group:vinter",
    "rundt": "is group:og-rundt",
    "og-rundt": "snø group:rundt",
    "gal": "snø (is",
}


def test_saved_groups_are_used_by_name() -> None:
    query = parse('vei group:vinter NOT group:"store veier"', groups=GROUPS)
    assert query.root == parse("vei (snø OR is) NOT (riksvei OR (snø OR is))").root
    assert explain(parse("vei group:vinter", groups=GROUPS), Post(text="is på vei"))
    near = parse("vei NEAR/2 group:vinter", groups=GROUPS)
    assert explain(near, Post(text="is på vei"))
    assert explain(near, Post(text="is er ikke noe på vei")) is None


@pytest.mark.parametrize(
    ("query", "code", "position"),
    [
        ("snø group:rundt", "group-cycle", 4),
        ("snø group:gal", "group-fault", 4),
        ("snø group:sommer", "unknown-group", 4),
    ],
)
def test_what_is_wrong_in_a_group_is_told_at_its_name(query: str, code: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, groups=GROUPS)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_groups_cannot_grow_without_end() -> None:
    groups = {"0": "a b"} | {str(n): f"group:{n - 1} group:{n - 1}" for n in range(1, 30)}
    with pytest.raises(QueryError, match=r"more than 10,000 words"):
        parse("group:29", groups=groups)


def test_every_sentence_about_a_fault_names_what_the_fault_gives() -> None:
    assert all(words.message for words in WORDS.values())
    for query, code in [("lang:norsk", "field-value"), ("snø NEAR/999 is", "distance")]:
        with pytest.raises(QueryError) as caught:
            parse(query)
        assert caught.value.code == code
        assert "%" not in caught.value.message + caught.value.hint


def test_a_match_is_explained_term_by_term() -> None:
    post = as_post(replace(FULL, text="Is på #Vinterveien", tags=("Vinterveien",)))
    told = explain(parse('("is på" OR sol) title:bud* #vinterveien lang:nb NOT sommer'), post)
    assert told is not None
    assert [(each.term, [(s.part, s.start, s.end) for s in each.spans]) for each in told] == [
        ("is", [("text", 0, 2)]),
        ("på", [("text", 3, 5)]),
        ("bud*", [("title", 0, 8)]),
        ("#vinterveien", [("tag 0", 0, 11), ("text", 6, 18)]),
        ("nb", []),
    ]


def test_a_reply_is_known_by_its_parent_or_its_address() -> None:
    assert "reply" in as_post(replace(item("a"), address=Address.REPLY)).flags
    assert as_post(item("a")).flags == ()


@given(st.text(max_size=40))
def test_any_text_as_a_query_is_read_or_refused_with_its_place(source: str) -> None:
    _read_or_refused(source)


PIECES = st.sampled_from(
    [
        *'()"{}~*?#@:-/ ',
        *("NEAR/2 ", "ONEAR/1 ", " AND ", " OR ", " NOT ", "snø", "is", "title:", "author:"),
        *("from:", "site:", "url:", "lang:", "is:", "has:", "group:", "letters:", "forms:"),
        *("nordic ", "nb ", "reply", "👍", "\u0301", "\ud83d", "ﬁ", "İ", "\u200d", "~3"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_pieces_of_the_language_are_read_or_refused(source: str) -> None:
    _read_or_refused(source)


def _read_or_refused(source: str) -> None:
    try:
        query = parse(source, groups={"snø": "is", "is": "vei"})
    except QueryError as error:
        assert 0 <= error.position <= len(source)
        assert error.message
        assert "%(" not in error.message + error.hint
    else:
        compile_watches({1: query}).match([item(source)])
        explain(query, Post(text=source))
