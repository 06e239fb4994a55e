"""Queries of other tools: what carries over, what is renamed, what is left out and said so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.matching.translate import DIALECTS, translate


@pytest.mark.parametrize(
    ("dialect", "theirs", "ours", "left_out"),
    [
        ("brandwatch", "(snø OR is) AND NOT sol", "(snø OR is) NOT sol", []),
        ("brandwatch", "(snø OR is) NEAR/5f vei", "(snø OR is) ONEAR/5 vei", []),
        ("brandwatch", 'raw:"NAV" OR {Nav}', "{NAV} OR {Nav}", []),
        ("brandwatch", "hashtags:(ski OR snø) at_mentions:ola", "(#ski OR #snø) @ola", []),
        ("brandwatch", "snø NOT engagementType:RETWEET <<<ski>>>", "snø NOT is:repost", []),
        ("brandwatch", "snø AND country:nor", "snø", ["country:nor"]),
        ("brandwatch", "snø AND (country:no OR sentiment:x)", "snø", ["country:no", "sentiment:x"]),
        ("meltwater", 'title:"skole" AND barn near/200 lek*', 'title:"skole" barn NEAR/100 lek*',
         ["near/200"]),
        ("meltwater", "kake~ source:nrk.no", "kake site:nrk.no", ["kake~"]),
        ("talkwalker", '++"Elko" domainurl:"nrk.no" -salg', '{Elko} site:"nrk.no" NOT salg', []),
        ("talkwalker", '"snø is vei"~4 lang:no', '"snø is vei"~4 lang:no', []),
        ("talkwalker", "snø SENTENCE vei", "snø NEAR/15 vei", ["SENTENCE"]),
    ],
)  # fmt: skip
def test_what_carries_over(dialect: str, theirs: str, ours: str, left_out: list[str]) -> None:
    found = translate(theirs, dialect)
    assert found.query == ours
    assert [each.text for each in found.left_out] == left_out
    assert found.fault is None


def test_what_cannot_be_read_even_so_is_told() -> None:
    found = translate("NOT snø", "brandwatch")
    assert found.fault is not None
    assert found.fault.code == "only-not"


@given(
    st.sampled_from(DIALECTS),
    st.lists(
        st.sampled_from(
            [*'()"{}~<>:#-+ ', "NEAR/3 ", " AND ", " OR ", "NOT ", "title:", "snø", "++"]
        )
    ).map("".join)
    | st.text(),
)
def test_anything_can_be_pasted(dialect: str, source: str) -> None:
    found = translate(source, dialect)
    assert all(0 <= each.position < len(source) for each in found.left_out)
