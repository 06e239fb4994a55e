"""The plan: does it hold together, and is it what actually happens?

A document of goals, groups, tactics, channels, roles, guardrails and reviews (`document`), read
from YAML with every fault at once (`reading`), written so that it reads back the same (`writing`),
and held by `check` against rules and against what was counted (`evidence`).
"""

from ildsjel.engine.plan.document import THE_PLAN, Element, Kind, Plan, fingerprint
from ildsjel.engine.plan.evidence import Evidence
from ildsjel.engine.plan.faults import Fault, PlanError
from ildsjel.engine.plan.findings import Basis, Finding, Severity
from ildsjel.engine.plan.reading import Reading, examine, read
from ildsjel.engine.plan.rules import RULES, check
from ildsjel.engine.plan.writing import write

__all__ = [
    "RULES",
    "THE_PLAN",
    "Basis",
    "Element",
    "Evidence",
    "Fault",
    "Finding",
    "Kind",
    "Plan",
    "PlanError",
    "Reading",
    "Severity",
    "check",
    "examine",
    "fingerprint",
    "read",
    "write",
]
