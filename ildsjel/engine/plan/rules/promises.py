"""The promise of answer: made, possible, kept."""

from collections.abc import Iterator

from ildsjel.engine.plan.document import CLOSED, Channel, Counted, Element, Kind, Promise
from ildsjel.engine.plan.evidence import Answers
from ildsjel.engine.plan.findings import Basis, Severity
from ildsjel.engine.plan.promises import longest_closed, looking_hours_a_month
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, rule

FEWEST_ANSWERS = 20
MOST_BROKEN = 0.2


def _found(channel: Channel, field: str, **values: float) -> Found:
    return found(Element(Kind.CHANNEL, channel.key), field, **values)


@rule("channel-without-promise", Severity.SERIOUS, Kind.CHANNEL)
def without_promise(view: View) -> Iterator[Found]:
    for channel in view.present:
        if channel.promise is None or channel.promise.minutes is None:
            yield _found(channel, "promise.minutes" if channel.promise else "promise")


@rule("promise-without-hours", Severity.SERIOUS, Kind.CHANNEL)
def without_hours(view: View) -> Iterator[Found]:
    for channel, promise, minutes in _promises(view):
        if promise.hours == CLOSED:
            yield _found(channel, "promise.hours", minutes=minutes)


@rule("promise-beyond-hours", Severity.SERIOUS, Kind.CHANNEL)
def beyond_hours(view: View) -> Iterator[Found]:
    """Minutes are promised by the clock, and nobody is there for longer than that."""
    for channel, promise, minutes in _promises(view):
        closed = longest_closed(promise.hours)
        if promise.counted is Counted.ALWAYS and promise.hours != CLOSED and closed > minutes:
            yield _found(channel, "promise.minutes", minutes=minutes, closed_minutes=closed)


@rule("promise-beyond-time", Severity.SERIOUS, Kind.CHANNEL)
def beyond_time(view: View) -> Iterator[Found]:
    """Only to look in often enough takes longer than the hours that the channel has."""
    for channel, promise, minutes in _promises(view):
        needed = round(looking_hours_a_month(promise), 1)
        if channel.hours_a_month is not None and needed > channel.hours_a_month:
            yield _found(
                channel,
                "hours_a_month",
                minutes=minutes,
                needed_hours=needed,
                hours=channel.hours_a_month,
            )


@rule("promise-broken", Severity.SERIOUS, Kind.CHANNEL, Basis.EVIDENCE)
def broken(view: View) -> Iterator[Found]:
    for channel, _, minutes in _promises(view):
        answers = (view.evidence.answers or {}).get(channel.key, Answers())
        all_of_them = answers.kept + answers.broken
        if all_of_them >= FEWEST_ANSWERS and answers.broken > MOST_BROKEN * all_of_them:
            yield _found(
                channel,
                "promise.minutes",
                minutes=minutes,
                late=answers.broken,
                answers=all_of_them,
                share=round(100 * answers.broken / all_of_them),
            )


def _promises(view: View) -> Iterator[tuple[Channel, Promise, int]]:
    for channel in view.present:
        if channel.promise and channel.promise.minutes is not None:
            yield channel, channel.promise, channel.promise.minutes


RULES: tuple[Rule, ...] = (without_promise, without_hours, beyond_hours, beyond_time, broken)
