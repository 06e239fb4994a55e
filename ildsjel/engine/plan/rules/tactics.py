"""The tactics matrix: which role a medium plays in which problem or value, for whom."""

from collections.abc import Iterator

from ildsjel.engine.plan.document import Element, Horizon, Kind, MediumRole, Presence, Tactic
from ildsjel.engine.plan.findings import Severity
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, rule, unsaid

SENDING = {MediumRole.INFORM, MediumRole.MOBILISE}


def _tactic(tactic: Tactic) -> Element:
    return Element(Kind.TACTIC, tactic.key)


@rule("tactic-without-gain", Severity.SERIOUS, Kind.TACTIC)
def without_gain(view: View) -> Iterator[Found]:
    for tactic in view.plan.tactics:
        if not tactic.problem and not tactic.value:
            yield found(_tactic(tactic), "problem")


@rule("tactic-on-absent-channel", Severity.SERIOUS, Kind.TACTIC)
def on_absent_channel(view: View) -> Iterator[Found]:
    for tactic in view.plan.tactics:
        for key in tactic.channels:
            channel = view.channels.get(key)
            if channel and channel.presence is Presence.NOT_HERE:
                yield found(_tactic(tactic), "channels", channel=channel.name)


@rule("tactic-off-mandate", Severity.ADVICE, Kind.TACTIC)
def off_mandate(view: View) -> Iterator[Found]:
    """The channel's mandate names goals and groups, and not those of the tactic."""
    for tactic in view.plan.tactics:
        for key in tactic.channels:
            channel = view.channels.get(key)
            if channel is None or channel.presence is Presence.NOT_HERE:
                continue
            other_goal = bool(tactic.goal and channel.goals and tactic.goal not in channel.goals)
            other_group = bool(
                tactic.group and channel.groups and tactic.group not in channel.groups
            )
            if other_goal or other_group:
                yield found(_tactic(tactic), "channels", channel=channel.name)


@rule("only-campaigns", Severity.SERIOUS, Kind.PLAN)
def only_campaigns(view: View) -> Iterator[Found]:
    tactics = view.plan.tactics
    if tactics and all(each.horizon is Horizon.SHORT for each in tactics):
        yield found(field="tactics", count=len(tactics))


@rule("only-sending", Severity.SERIOUS, Kind.PLAN)
def only_sending(view: View) -> Iterator[Found]:
    tactics = view.plan.tactics
    if tactics and all(each.role in SENDING for each in tactics):
        yield found(field="tactics", count=len(tactics))


@rule("nobody-listens", Severity.ADVICE, Kind.PLAN)
def nobody_listens(view: View) -> Iterator[Found]:
    tactics = view.plan.tactics
    if tactics and not any(each.role is MediumRole.LISTEN for each in tactics):
        yield found(field="tactics")


RULES: tuple[Rule, ...] = (
    unsaid("tactic-without-goal", Severity.CRITICAL, Kind.TACTIC, "goal"),
    unsaid("tactic-without-group", Severity.SERIOUS, Kind.TACTIC, "group"),
    unsaid("tactic-without-role", Severity.SERIOUS, Kind.TACTIC, "role"),
    without_gain,
    unsaid("tactic-without-channel", Severity.SERIOUS, Kind.TACTIC, "channels"),
    unsaid("tactic-without-owner", Severity.SERIOUS, Kind.TACTIC, "owner"),
    unsaid("tactic-without-horizon", Severity.ADVICE, Kind.TACTIC, "horizon"),
    on_absent_channel,
    off_mandate,
    only_campaigns,
    only_sending,
    nobody_listens,
)
