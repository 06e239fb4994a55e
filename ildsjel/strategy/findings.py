"""What the plan's self-check finds, beside what was counted; kept until either changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from ildsjel.engine.plan.findings import Finding, Severity
from ildsjel.engine.plan.rules import check
from ildsjel.organisation.models import Member, Organisation, utc_now
from ildsjel.strategy.documents import plan_in
from ildsjel.strategy.evidence import evidence_in
from ildsjel.strategy.finding_words import basis_words, finding_words
from ildsjel.strategy.finding_words.shape import RuleWords
from ildsjel.strategy.queries import head_of, plan_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its words in the reader's language."""

    finding: Finding
    words: RuleWords
    basis: str

    @property
    def tone(self) -> str:
        """The key of its status badge."""
        return f"finding-{self.finding.severity.value}"


def findings_of(member: Member) -> tuple[Finding, ...]:
    """All findings, those that were accepted too, the worst first; none where there is no plan."""
    head = head_of(member)
    plan = plan_of(member)
    if head is None or (not plan.goals and not plan.channels):
        return ()
    return _found(head.revision, member.organisation, today_in(member.organisation))


def today_in(organisation: Organisation) -> date:
    """The day on the organisation's own clock."""
    return utc_now().astimezone(ZoneInfo(organisation.timezone)).date()


@lru_cache(maxsize=64)
def _found(_revision: UUID, organisation: Organisation, today: date) -> tuple[Finding, ...]:
    return tuple(check(plan_in(organisation), evidence_in(organisation.pk), today))


def shown(found: Iterable[Finding]) -> list[Shown]:
    """Findings in the words of the language that is spoken now."""
    return [Shown(each, finding_words(each), basis_words(each)) for each in found]


def gravest(member: Member, limit: int) -> list[Shown]:
    """The first few that somebody ought to look at: open ones that are more than advice."""
    open_ones = (each for each in findings_of(member) if each.accepted is None)
    grave = [each for each in open_ones if each.severity is not Severity.ADVICE]
    return shown(grave[:limit])
