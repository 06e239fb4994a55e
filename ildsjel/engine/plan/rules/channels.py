"""Channel mandates: why we are here, who answers, what it takes, when we leave; or why not."""

from collections.abc import Iterator

from ildsjel.engine.plan.document import Channel, Decision, Element, Kind, Presence, Review
from ildsjel.engine.plan.evidence import Counts
from ildsjel.engine.plan.findings import Basis, Severity
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, is_here, rule, unsaid


def _channel(channel: Channel) -> Element:
    return Element(Kind.CHANNEL, channel.key)


def _is_absent(channel: Channel) -> bool:
    return channel.presence is Presence.NOT_HERE


@rule("channel-deputy-is-owner", Severity.SERIOUS, Kind.CHANNEL)
def deputy_is_owner(view: View) -> Iterator[Found]:
    for channel in view.present:
        if channel.owner and channel.deputy == channel.owner:
            yield found(_channel(channel), "deputy", person=view.name(channel.owner))


@rule("channel-without-tactic", Severity.SERIOUS, Kind.CHANNEL)
def without_tactic(view: View) -> Iterator[Found]:
    for channel in view.present:
        if channel.key not in view.channels_in_use:
            yield found(_channel(channel))


@rule("channel-silent", Severity.SERIOUS, Kind.CHANNEL, Basis.EVIDENCE)
def silent(view: View) -> Iterator[Found]:
    counts = view.evidence.by_channel
    for channel in view.present if counts is not None else ():
        if not (counts or {}).get(channel.key, Counts()).all:
            yield found(_channel(channel))


@rule("absence-due", Severity.ADVICE, Kind.CHANNEL)
def absence_due(view: View) -> Iterator[Found]:
    for channel in view.absent:
        if channel.look_again and channel.look_again < view.today:
            yield found(_channel(channel), "look_again", date=channel.look_again)


@rule("absence-broken", Severity.CRITICAL, Kind.CHANNEL, Basis.EVIDENCE)
def absence_broken(view: View) -> Iterator[Found]:
    for channel in view.absent:
        counts = (view.evidence.by_channel or {}).get(channel.key, Counts())
        if counts.all:
            yield found(
                _channel(channel),
                "presence",
                conversations=counts.conversations,
                posts=counts.posts,
            )


@rule("channel-unplanned", Severity.SERIOUS, Kind.PLAN, Basis.EVIDENCE)
def unplanned(view: View) -> Iterator[Found]:
    for each in view.evidence.unplanned:
        if each.counts.all:
            yield found(
                field="channels",
                channel=each.name,
                conversations=each.counts.conversations,
                posts=each.counts.posts,
            )


@rule("stopped-but-here", Severity.SERIOUS, Kind.CHANNEL)
def stopped_but_here(view: View) -> Iterator[Found]:
    """The last decision about the channel alone was to stop, and the plan still has it."""
    last: dict[str, Review] = {}
    for review in sorted(view.plan.reviews, key=lambda each: each.held or view.today):
        if review.held and review.decision:
            last.update(dict.fromkeys(review.channels, review))
    for channel in view.present:
        review_of = last.get(channel.key)
        if review_of and review_of.held and review_of.decision is Decision.STOP:
            yield found(_channel(channel), "presence", review=review_of.what, date=review_of.held)


@rule("no-channel-turned-down", Severity.ADVICE, Kind.PLAN)
def none_turned_down(view: View) -> Iterator[Found]:
    if len(view.present) > 1 and not view.absent:
        yield found(field="channels", count=len(view.present))


RULES: tuple[Rule, ...] = (
    unsaid("channel-without-goal", Severity.CRITICAL, Kind.CHANNEL, "goals", is_here),
    unsaid("channel-without-owner", Severity.CRITICAL, Kind.CHANNEL, "owner", is_here),
    unsaid("channel-without-group", Severity.SERIOUS, Kind.CHANNEL, "groups", is_here),
    unsaid("channel-without-deputy", Severity.SERIOUS, Kind.CHANNEL, "deputy", is_here),
    deputy_is_owner,
    unsaid("channel-without-hours", Severity.SERIOUS, Kind.CHANNEL, "hours_a_month", is_here),
    unsaid("channel-without-exit", Severity.SERIOUS, Kind.CHANNEL, "exit_criterion", is_here),
    without_tactic,
    unsaid("channel-without-why", Severity.ADVICE, Kind.CHANNEL, "why", is_here),
    unsaid("channel-without-tone", Severity.ADVICE, Kind.CHANNEL, "tone", is_here),
    unsaid("channel-without-cost", Severity.ADVICE, Kind.CHANNEL, "money_a_month", is_here),
    unsaid("channel-without-network", Severity.ADVICE, Kind.CHANNEL, "network"),
    unsaid("channel-without-address", Severity.ADVICE, Kind.CHANNEL, "address", is_here),
    silent,
    unsaid("absence-without-reason", Severity.SERIOUS, Kind.CHANNEL, "reason", _is_absent),
    unsaid("absence-without-date", Severity.ADVICE, Kind.CHANNEL, "look_again", _is_absent),
    absence_due,
    absence_broken,
    unplanned,
    stopped_but_here,
    none_turned_down,
)
