"""The tables and the document: rows become the values that `engine.plan` knows, and back."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ildsjel.engine.plan.document import Acceptance as AcceptedFinding
from ildsjel.engine.plan.document import (
    AnyElement,
    Element,
    Kind,
    Plan,
    SignOff,
)
from ildsjel.organisation.models import Organisation
from ildsjel.strategy.codec import Said, from_said, to_said
from ildsjel.strategy.models import (
    Acceptance,
    Goal,
    Guardrail,
    Mandate,
    PlanElement,
    PlanHead,
    PlanPerson,
    PlanRole,
    PlanSignature,
    Review,
    StakeholderGroup,
    Tactic,
)

TABLES: dict[Kind, type[PlanElement]] = {
    table.KIND: table
    for table in (
        PlanPerson, Goal, StakeholderGroup, Tactic, Mandate, PlanRole, Guardrail, Review
    )
}  # fmt: skip
HEAD = ("language", "currency", "purpose")  # what is said of the plan as a whole


def said_of(row: PlanElement) -> Said:
    """All that a row says of its element."""
    columns = {name: getattr(row, name) for name in row.COLUMNS}
    return {name: value for name, value in (columns | row.said).items() if value != ""}


def element_of(row: PlanElement) -> AnyElement:
    return from_said(row.KIND, row.key, said_of(row))


def put_into(row: PlanElement, element: AnyElement) -> None:
    """Let a row say what an element says; its key and place are left alone."""
    said = to_said(element)
    for name in row.COLUMNS:
        setattr(row, name, said.pop(name, ""))
    row.said = said


def plan_in(organisation: Organisation) -> Plan:
    """The plan in force, as a value. Kept as long as nothing of it has changed."""
    head = PlanHead.objects.filter(organisation=organisation).first()
    if head is None:
        return Plan(organisation=organisation.name, language=organisation.language)
    return _plan(head.revision, organisation.pk, organisation.name)


@lru_cache(maxsize=64)
def _plan(_revision: UUID, organisation_id: int, name: str) -> Plan:
    head = PlanHead.objects.get(organisation_id=organisation_id)
    parts: dict[str, Any] = {
        kind.value: tuple(map(element_of, in_force(table, organisation_id)))
        for kind, table in TABLES.items()
    }
    return Plan(
        organisation=name,
        **head.said,
        **parts,
        signed=_signed(organisation_id),
        acceptances=_accepted(organisation_id),
    )


def in_force(table: type[PlanElement], organisation_id: int) -> QuerySet[PlanElement]:
    rows: QuerySet[PlanElement] = table._default_manager.filter(organisation_id=organisation_id)
    return rows.filter(archived_at=None).order_by("position", "pk")


def _signed(organisation_id: int) -> SignOff | None:
    row = PlanSignature.objects.filter(organisation_id=organisation_id).order_by("-at").first()
    return SignOff(by=row.person, at=row.at.date(), version=row.fingerprint) if row else None


def _accepted(organisation_id: int) -> tuple[AcceptedFinding, ...]:
    rows = Acceptance.objects.filter(organisation_id=organisation_id).order_by("pk")
    return tuple(
        AcceptedFinding(
            rule=row.rule,
            element=Element(Kind(row.kind), row.key),
            reason=row.reason,
            until=row.until,
            by=row.person,
        )
        for row in rows
    )


def assembled(organisation: str, parts: Mapping[Element, Said]) -> Plan:
    """A plan from what was said of its elements, each with its `position`, and of its head."""
    sections: dict[str, list[tuple[int, AnyElement]]] = {kind.value: [] for kind in TABLES}
    head: Said = {}
    for name, said in parts.items():
        if name.kind is Kind.PLAN:
            head = dict(said)
            continue
        element = from_said(name.kind, name.key, said)
        sections[name.kind.value].append((said.get("position", 0), element))
    ordered: dict[str, Any] = {name: _in_order(found) for name, found in sections.items()}
    return Plan(organisation=organisation, **head, **ordered)


def _in_order(found: Iterable[tuple[int, AnyElement]]) -> tuple[AnyElement, ...]:
    return tuple(element for _, element in sorted(found, key=lambda pair: pair[0]))
