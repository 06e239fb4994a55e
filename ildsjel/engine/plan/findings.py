"""What a rule finds: codes and values; the words are `strategy.finding_words`."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from ildsjel.engine.plan.document import Acceptance, Element


class Severity(StrEnum):
    """Critical: the plan does not carry. Serious: it will cost us. Advice: it could be better."""

    CRITICAL = "critical"
    SERIOUS = "serious"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Basis(StrEnum):
    """What a finding rests on: the plan as written, or what was counted."""

    PLAN = "plan"
    EVIDENCE = "evidence"


Value: TypeAlias = str | int | float | date | tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`field` is where in the element (measure.baseline), "" for the whole of it.

    `since`, `until` and `source` tell of the evidence, where the finding rests on it. An accepted
    finding carries the acceptance that silences it.
    """

    rule: str
    severity: Severity
    element: Element
    field: str = ""
    values: Mapping[str, Value] = dataclasses.field(default_factory=dict, hash=False)
    basis: Basis = Basis.PLAN
    since: date | None = None
    until: date | None = None
    source: str = ""
    accepted: Acceptance | None = None
