"""Which goal and group a conversation may touch, as far as the plan says by channel and goal."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from ildsjel.engine.plan.document import Plan
from ildsjel.organisation.models import Organisation
from ildsjel.strategy.documents import plan_in
from ildsjel.strategy.models import Goal, Mandate, PlanHead, StakeholderGroup


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Rows by number, the likeliest first. Only one means that the plan leaves no choice."""

    goals: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()


NONE = Suggestion()


def suggest(organisation: Organisation, channel_id: int, goal_id: int | None = None) -> Suggestion:
    """What the plan suggests for what comes through a channel; for a goal, where one is known."""
    head = PlanHead.objects.filter(organisation=organisation).first()
    return _suggest(head.revision, organisation, channel_id, goal_id) if head else NONE


@lru_cache(maxsize=512)
def _suggest(
    _revision: UUID, organisation: Organisation, channel_id: int, goal_id: int | None
) -> Suggestion:
    mandates = Mandate.objects.filter(organisation=organisation, archived_at=None)
    here = set(mandates.filter(channel_id=channel_id).values_list("key", flat=True))
    goals = Goal.objects.filter(organisation=organisation, archived_at=None)
    groups = StakeholderGroup.objects.filter(organisation=organisation, archived_at=None)
    numbers = dict(goals.values_list("key", "pk"))
    names = {pk: key for key, pk in numbers.items()}
    known = names.get(goal_id or 0, "")
    by_key = dict(groups.values_list("key", "pk"))
    plan = plan_in(organisation)
    return Suggestion(
        tuple(numbers[key] for key in _goals(plan, here) if key in numbers),
        tuple(by_key[key] for key in _groups(plan, here, known) if key in by_key),
    )


def _goals(plan: Plan, here: set[str]) -> list[str]:
    """The goals that channels serve: by how many tactics use them there, then by mandate."""
    found: Counter[str] = Counter()
    for tactic in plan.tactics:
        if tactic.goal and here & set(tactic.channels):
            found[tactic.goal] += 1
    mandated = [key for each in plan.channels if each.key in here for key in each.goals]
    return list(dict.fromkeys([*(key for key, _ in found.most_common()), *mandated]))


def _groups(plan: Plan, here: set[str], goal: str) -> list[str]:
    """The groups whom the tactics there are for; those of the goal where one is known."""
    found: Counter[str] = Counter()
    for tactic in plan.tactics:
        if tactic.group and here & set(tactic.channels) and goal in {"", tactic.goal}:
            found[tactic.group] += 1
    mandated = [key for each in plan.channels if each.key in here for key in each.groups]
    return list(dict.fromkeys([*(key for key, _ in found.most_common()), *mandated]))
