"""What happened, as rows that the rooms above hand down, and as the value that rules look at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.db import transaction

from ildsjel.engine.plan.evidence import Answers, Counts, Evidence, Observation, Unplanned
from ildsjel.organisation.models import Member, Organisation, Right, utc_now
from ildsjel.strategy.models import EvidenceCount, PlanHead
from ildsjel.strategy.queries import newest_observations

# What may be counted. What follows the point is what is counted, before it by what.
CONVERSATIONS, POSTS = "conversations", "posts"
BY_CHANNEL, BY_GROUP, BY_GOAL = "channel", "group", "goal"
NO_GOAL, UNPLANNED, PERSON = "without_goal", "unplanned", "person"
KEPT, BROKEN, HOURS, REPLIES = "kept", "broken", "hours", "replies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One figure: `by` and `what` of the constants above, `about` the key that it is about.

    `query` says in words how it was counted.
    """

    by: str
    what: str
    about: str = ""
    value: float
    query: str


@transaction.atomic
def hand_down(
    organisation: Organisation, counts: Iterable[Count], *, since: date, until: date
) -> int:
    """Let these be all that is known of what happened between two days, both included."""
    now = utc_now()
    rows = [
        EvidenceCount(
            organisation=organisation,
            what=f"{each.by}.{each.what}",
            about=each.about[:120],
            value=each.value,
            since=since,
            until=until,
            query=each.query[:300],
            at=now,
        )
        for each in counts
    ]
    EvidenceCount.objects.filter(organisation=organisation).delete()
    EvidenceCount.objects.bulk_create(rows, batch_size=500)
    PlanHead.objects.filter(organisation=organisation).update(revision=uuid4())
    return len(rows)


def evidence_in(organisation_id: int) -> Evidence:
    """All that is known of what happened, as rules see it."""
    rows = list(EvidenceCount.objects.filter(organisation=organisation_id))
    seen = {
        key: Observation(at=on, value=value)
        for key, (on, value) in newest_observations(organisation_id).items()
    }
    if not rows:
        return Evidence(observations=seen)
    table = _by_question(rows)
    free = table.get(f"{NO_GOAL}.{CONVERSATIONS}", {}), table.get(f"{NO_GOAL}.{POSTS}", {})
    return Evidence(
        since=rows[0].since,
        until=rows[0].until,
        source=rows[0].query,
        by_channel=_counts(table, BY_CHANNEL),
        by_goal=_counts(table, BY_GOAL),
        by_group=_counts(table, BY_GROUP),
        without_goal=Counts(
            conversations=int(sum(free[0].values())), posts=int(sum(free[1].values()))
        ),
        unplanned=tuple(
            Unplanned(name=name, counts=counts)
            for name, counts in _counts(table, UNPLANNED).items()
        ),
        answers=_answers(table),
        hours=dict(table.get(f"{PERSON}.{HOURS}", {})),
        replies={k: int(v) for k, v in table.get(f"{PERSON}.{REPLIES}", {}).items()},
        observations=seen,
    )


Table = Mapping[str, Mapping[str, float]]


def _by_question(rows: Iterable[EvidenceCount]) -> Table:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        found[row.what][row.about] = row.value
    return found


def _counts(table: Table, by: str) -> dict[str, Counts]:
    talks = table.get(f"{by}.{CONVERSATIONS}", {})
    posts = table.get(f"{by}.{POSTS}", {})
    return {
        key: Counts(conversations=int(talks.get(key, 0)), posts=int(posts.get(key, 0)))
        for key in {**talks, **posts}
    }


def _answers(table: Table) -> dict[str, Answers]:
    kept, broken = table.get(f"{BY_CHANNEL}.{KEPT}", {}), table.get(f"{BY_CHANNEL}.{BROKEN}", {})
    return {
        key: Answers(kept=int(kept.get(key, 0)), broken=int(broken.get(key, 0)))
        for key in {**kept, **broken}
    }


def counts_about(member: Member, by: str, key: str) -> dict[str, EvidenceCount]:
    """What was counted about one element, by what was counted."""
    if not member.can(Right.READ):
        return {}
    rows = EvidenceCount.objects.of(member).filter(what__startswith=f"{by}.", about=key)
    return {row.what.partition(".")[2]: row for row in rows}
