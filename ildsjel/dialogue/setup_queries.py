"""Reads for those who set up desks and rules: what is out of use, how a text would be routed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from ildsjel.channels.models import Channel
from ildsjel.dialogue.models import Conversation, Desk, Rule
from ildsjel.dialogue.queries import rule_value, rules
from ildsjel.engine.items import Address, Author, Item
from ildsjel.engine.matching import compile_watches
from ildsjel.engine.pipeline.languages import Spoken
from ildsjel.engine.routing import Trial, Why, compile_rules
from ildsjel.listening.group_queries import sources
from ildsjel.listening.models import Watch
from ildsjel.listening.queries import watches_in_force
from ildsjel.organisation.models import Member, utc_now


def archived_desks(member: Member) -> QuerySet[Desk]:
    """Desks out of use, the newest of them first."""
    rows = Desk.objects.of(member).exclude(archived_at=None)
    return rows.order_by("-archived_at", "pk")


def default_desk(member: Member) -> Desk | None:
    """The desk that takes what no rule sends elsewhere."""
    return Desk.objects.of(member).filter(is_default=True, archived_at=None).first()


def routed_by(rule: Rule, limit: int = 1000) -> int:
    """How many conversations a rule has routed, counted up to a limit."""
    return Conversation.objects.filter(rule=rule).order_by().values("pk")[:limit].count()


@dataclass(frozen=True, slots=True)
class Names:
    """What channels and watches are called, by id, for putting rules and reasons into words."""

    channels: dict[int, str] = field(default_factory=dict)
    watches: dict[int, str] = field(default_factory=dict)


def names_for(member: Member) -> Names:
    """Names of all channels and watches, removed ones too: a rule may still speak of them."""
    channels = Channel.objects.of(member).values_list("pk", "name")
    watches = Watch.objects.of(member).values_list("pk", "name")
    return Names(dict(channels), dict(watches))


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule and how it fared. `outcome` is won, too-late, failed, off or desk-gone."""

    rule: Rule
    outcome: str
    held: Sequence[Why] = ()
    failed: Why | None = None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """How a text would be routed: every rule in order, and the desk that gets it."""

    tried: list[RuleTried]
    desk: Desk | None
    watches: list[str]


def try_rules(
    member: Member, *, text: str, channel: Channel | None, address: str, languages: Collection[str]
) -> TrialResult:
    """Route a text as the line in would, and say for each rule what held and what failed first."""
    item = _item(text, address, languages or Spoken([text], [()]).codes()[0])
    watches = {watch.pk: watch for watch in watches_in_force(member.organisation_id)}
    [hits] = compile_watches(sources(watches.values())).match([item])
    heard = [hit.watch_id for hit in hits]
    rows = list(rules(member))
    in_force = [row for row in rows if row.enabled and row.desk.archived_at is None]
    router = compile_rules([rule_value(row) for row in in_force], None)
    explained = router.explain(item, channel.pk if channel else 0, heard)
    trials = {trial.rule.id: trial for trial in explained}
    tried = _outcomes(rows, trials)
    won = next((each.rule.desk for each in tried if each.outcome == "won"), None)
    return TrialResult(tried, won or default_desk(member), [watches[pk].name for pk in heard])


def _outcomes(rows: Sequence[Rule], trials: dict[int, Trial]) -> list[RuleTried]:
    found: list[RuleTried] = []
    taken = False
    for row in rows:
        trial = trials.get(row.pk)
        if trial is None:
            found.append(RuleTried(row, "desk-gone" if row.enabled else "off"))
        elif trial.failed is not None:
            found.append(RuleTried(row, "failed", trial.held, trial.failed))
        else:
            found.append(RuleTried(row, "too-late" if taken else "won", trial.held))
            taken = True
    return found


def _item(text: str, address: str, languages: Collection[str]) -> Item:
    return Item(
        external_id="trial",
        thread_key="trial",
        text=text,
        author=Author(external_id=""),
        published_at=utc_now(),
        revision=0,
        address=Address(address),
        languages=tuple(languages),
    )
