"""Why a burst: what rises stands out, what is always said does not; many voices or a few."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.bursts import Kind, explain
from ildsjel.engine.items import Author, Item

NOW = datetime(2026, 3, 2, tzinfo=UTC)
COMMON = [
    "kommunen", "har", "sagt", "at", "skole", "buss", "vei", "vann", "barn",
    "folk", "dag", "i", "og", "det", "er", "på", "til",
]  # fmt: skip


def post(number: int, text: str, author: str = "", links: tuple[str, ...] = ()) -> Item:
    return Item(
        external_id=str(number),
        text=text,
        author=Author(external_id=author or f"person {number}"),
        published_at=NOW,
        revision=1,
        thread_key=str(number),
        links=links,
    )


def chatter(count: int, seed: int, more: str = "") -> list[Item]:
    random = Random(seed)
    texts = (" ".join(random.sample(COMMON, 8)) for _ in range(count))
    return [post(seed * 10_000 + number, f"{text} {more}") for number, text in enumerate(texts)]


def test_the_words_and_links_of_the_burst_come_first() -> None:
    link = "https://example.no/vannbrudd"
    burst = [
        post(number, f"{item.text} vannbrudd #vannløst", links=(link,))
        for number, item in enumerate(chatter(40, 1))
    ]
    reason = explain(burst + chatter(60, 2), chatter(400, 3))
    assert {rising.term for rising in reason.terms[:3]} == {"vannbrudd", "vannløst", "#vannløst"}
    assert [(each.url, each.during, each.before) for each in reason.links] == [(link, 40, 0)]
    assert not {rising.term for rising in reason.terms} & set(COMMON)
    assert set(reason.posts) <= {item.external_id for item in burst}
    assert reason.kind is Kind.ORGANIC
    assert reason.newcomers == 1.0


def test_one_post_with_a_rare_word_is_no_reason() -> None:
    reason = explain([*chatter(50, 1), post(1, "zeppelin")], chatter(200, 2))
    assert "zeppelin" not in {rising.term for rising in reason.terms}


def test_few_accounts_are_named_with_their_share() -> None:
    spam = [post(number, "Kjøp billige sko nå", author="selger") for number in range(60)]
    reason = explain(spam + chatter(20, 1), chatter(100, 2))
    assert reason.kind is Kind.FEW_ACCOUNTS
    assert reason.authors[0].author_id == "selger"
    assert reason.authors[0].share == 0.75
    assert reason.copied == 0.75
    assert len(set(reason.posts)) == len(reason.posts)
    assert sum(int(each) < 60 for each in reason.posts) == 1


def test_what_was_said_as_much_before_does_not_rise() -> None:
    reason = explain(chatter(200, 1, "brøyting"), chatter(200, 2, "brøyting"))
    assert reason.terms == ()


def test_a_handful_of_posts_says_nothing_about_who_is_behind() -> None:
    assert explain(chatter(5, 1), chatter(50, 2)).kind is Kind.UNKNOWN


def test_nothing_has_no_reason() -> None:
    reason = explain([], [])
    assert (reason.terms, reason.links, reason.authors, reason.posts) == ((), (), (), ())
    assert reason.kind is Kind.UNKNOWN
    assert (reason.few_share, reason.copied, reason.newcomers) == (0.0, 0.0, 0.0)


def test_a_first_burst_without_any_time_before_is_told_by_its_authors() -> None:
    assert explain(chatter(30, 1, "brann"), []).kind is Kind.ORGANIC


@given(st.lists(st.text(max_size=40), max_size=12), st.lists(st.text(max_size=40), max_size=12))
def test_any_texts_are_explained(during: list[str], before: list[str]) -> None:
    posts = [post(number, text) for number, text in enumerate(during)]
    earlier = [post(100 + number, text) for number, text in enumerate(before)]
    reason = explain(posts, earlier, most=3)
    assert max(len(reason.terms), len(reason.authors), len(reason.posts)) <= 3
