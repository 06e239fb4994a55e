"""What is owed over a conversation, whatever the order in which its messages are given."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.clock import Direction, Obligation, Turn, obligations

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def asked(minute: int) -> Turn:
    return Turn(at(minute), Direction.INBOUND, minute)


def answered(minute: int) -> Turn:
    return Turn(at(minute), Direction.OUTBOUND, minute)


def summary(found: list[Obligation]) -> list[tuple[bool, int, int | None]]:
    return [(o.first, o.asked.key, o.answered.key if o.answered else None) for o in found]


def test_nobody_asked() -> None:
    assert obligations([answered(1)]) == []


def test_the_first_enquiry_of_a_wait_starts_it() -> None:
    assert summary(obligations([asked(1), asked(2), answered(5)])) == [(True, 1, 5)]


def test_a_later_enquiry_is_owed_its_own_answer() -> None:
    found = obligations([asked(1), answered(2), asked(3), answered(9), asked(10)])
    assert summary(found) == [(True, 1, 2), (False, 3, 9), (False, 10, None)]


def test_what_we_wrote_before_answers_nothing() -> None:
    assert summary(obligations([answered(0), asked(1)])) == [(True, 1, None)]


def test_an_answer_of_the_same_moment_counts() -> None:
    assert summary(obligations([answered(1), asked(1)])) == [(True, 1, 1)]


def test_closing_drops_what_is_owed_and_the_next_enquiry_starts_anew() -> None:
    found = obligations([asked(1), asked(8)], drops=[at(4)])
    assert [(o.asked.key, o.dropped_at) for o in found] == [(1, at(4)), (8, None)]
    assert [o.first for o in found] == [True, True]


def test_closing_what_is_answered_drops_nothing() -> None:
    [only] = obligations([asked(1), answered(2)], drops=[at(4)])
    assert only.dropped_at is None


TURNS = st.lists(
    st.builds(
        lambda minute, inbound: asked(minute) if inbound else answered(minute),
        st.integers(0, 50),
        st.booleans(),
    ),
    unique_by=lambda turn: turn.at,
)


@given(TURNS, st.randoms())
def test_order_of_arrival_does_not_matter(turns: list[Turn], random: Random) -> None:
    shuffled = turns[:]
    random.shuffle(shuffled)
    assert obligations(shuffled) == obligations(turns)


@given(TURNS)
def test_waits_do_not_overlap_and_only_the_last_may_be_open(turns: list[Turn]) -> None:
    found = obligations(turns)
    assert all(not each.is_open for each in found[:-1])
    for one, other in pairwise(found):
        assert one.answered is not None
        assert one.asked.at <= one.answered.at <= other.asked.at
