"""The one way in which the plan changes: elements are put and removed, and a version keeps it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, fields
from typing import Any
from uuid import uuid4

from django.db import transaction

from ildsjel.engine.plan.document import THE_PLAN, AnyElement, Element, Kind, Plan, section
from ildsjel.organisation.audit import record, replan, require
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.strategy.codec import Said, from_said, name_of, named_by, to_said, without
from ildsjel.strategy.documents import HEAD, TABLES, plan_in, put_into, said_of
from ildsjel.strategy.models import (
    Goal,
    How,
    PlanChange,
    PlanElement,
    PlanHead,
    PlanPerson,
    PlanVersion,
)
from ildsjel.work.rows import update_rows

WHY = 500  # characters


class PlanMoved(Exception):
    """Somebody has changed the plan since the page was shown; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one element; None before it comes and after it goes."""

    name: Element
    before: Said | None
    after: Said | None


@transaction.atomic
def change(
    *,
    by: Member,
    put: Iterable[AnyElement] = (),
    remove: Iterable[Element] = (),
    head: Mapping[str, str] | None = None,
    why: str = "",
    how: str = How.EDIT,
    members: Mapping[str, Member] | None = None,
) -> PlanVersion | None:
    """Put elements into the plan and take others out, as one version; None where that changes
    nothing.

    What names an element that goes stops naming it, in the same version. `members` says which
    member a person of the plan is, by the person's key.
    """
    require(by, Right.PLAN)
    lock(by)
    wanted = {name_of(each): each for each in put}
    gone = set(remove) - wanted.keys()
    for each in _left_without(plan_in(by.organisation), wanted, gone):
        wanted[name_of(each)] = each
    changes = _changes(by, wanted, gone)
    if head is not None:
        changes += _change_of_head(by, head)
    version = store(by, changes, why=why, how=how)
    know_people(by, members or {})
    return version


def lock(by: Member) -> PlanHead:
    """The head of the member's plan, held until the transaction ends."""
    said = {"language": by.organisation.language}
    PlanHead.objects.get_or_create(organisation=by.organisation, defaults={"said": said})
    return PlanHead.objects.select_for_update(no_key=True).get(organisation=by.organisation)


def renew(by: Member) -> None:
    """Something that the plan or its findings are made of is another now."""
    PlanHead.objects.filter(organisation=by.organisation).update(revision=uuid4())
    replan(by.organisation_id)


def _left_without(
    plan: Plan, wanted: Mapping[Element, AnyElement], gone: Set[Element]
) -> Iterable[AnyElement]:
    """The elements that name what goes, as they are without it."""
    if not gone:
        return
    for kind in TABLES:
        for stored in section(plan, kind):
            name = name_of(stored)
            each = wanted.get(name, stored)
            if name not in gone and not gone.isdisjoint(named_by(each)):
                for one in gone:
                    each = without(each, one)
                yield each


def _changes(by: Member, wanted: Mapping[Element, AnyElement], gone: Set[Element]) -> list[Change]:
    """What differs from what is there. New elements come last in their section."""
    found = []
    rows = _rows(by, [*wanted, *gone])
    last = _last_places(by, {name.kind for name in wanted})
    for name in gone:
        if (row := rows.get(name)) and row.archived_at is None:
            found.append(Change(name, _state(row), None))
    for name, element in wanted.items():
        row = rows.get(name)
        before = _state(row) if row and row.archived_at is None else None
        if before is None:
            last[name.kind] += 1
        place = before["position"] if before else last[name.kind]
        after = to_said(element) | {"position": place}
        if after != before:
            found.append(Change(name, before, after))
    return found


def _state(row: PlanElement) -> Said:
    return said_of(row) | {"position": row.position}


def _rows(by: Member, names: Iterable[Element]) -> dict[Element, PlanElement]:
    """The rows of these elements, those that were archived too."""
    keys: dict[Kind, list[str]] = defaultdict(list)
    for name in names:
        keys[name.kind].append(name.key)
    return {
        Element(kind, row.key): row
        for kind, some in keys.items()
        for row in TABLES[kind]._default_manager.filter(organisation=by.organisation, key__in=some)
    }


def _last_places(by: Member, kinds: Iterable[Kind]) -> dict[Kind, int]:
    found = {}
    for kind in kinds:
        rows = TABLES[kind]._default_manager.filter(organisation=by.organisation, archived_at=None)
        found[kind] = rows.order_by("-position").values_list("position", flat=True).first() or 0
    return found


def _change_of_head(by: Member, head: Mapping[str, str]) -> list[Change]:
    before = PlanHead.objects.values_list("said", flat=True).get(organisation=by.organisation)
    after = before | {name: head[name] for name in HEAD if name in head}
    after = {name: value for name, value in after.items() if value}
    return [Change(THE_PLAN, before, after)] if after != before else []


def store(by: Member, changes: Sequence[Change], *, why: str, how: str) -> PlanVersion | None:
    """Write the rows and the version that keeps what they were; nothing for no changes."""
    if not changes:
        return None
    head = lock(by)
    for kind in TABLES:
        _write(by, kind, [each for each in changes if each.name.kind is kind])
    for each in changes:
        if each.name == THE_PLAN:
            head.said = each.after or {}
    head.version, head.revision = head.version + 1, uuid4()
    head.save(update_fields=["said", "version", "revision"])
    version = PlanVersion.objects.create(
        organisation=by.organisation,
        number=head.version,
        at=utc_now(),
        by=by,
        actor=str(by),
        why=why[:WHY],
        how=how,
    )
    PlanChange.objects.bulk_create(
        [
            PlanChange(
                organisation=by.organisation,
                version=version,
                kind=each.name.kind,
                key=each.name.key,
                before=each.before,
                after=each.after,
            )
            for each in changes
        ],
        batch_size=500,
    )
    details = {"version": head.version, "why": why, "elements": len(changes)}
    record(by.organisation, f"plan.{how}", by=by, target=version, details=details)
    replan(by.organisation_id)
    return version


def _write(by: Member, kind: Kind, changes: Sequence[Change]) -> None:
    if not changes:
        return
    table, now = TABLES[kind], utc_now()
    rows = _rows(by, [each.name for each in changes])
    new: list[PlanElement] = []
    old: list[PlanElement] = []
    for each in changes:
        row = rows.get(each.name)
        (old if row else new).append(row := row or table(organisation=by.organisation))
        row.key = each.name.key
        row.archived_at = now if each.after is None else None
        if each.after is not None:
            put_into(row, from_said(kind, row.key, each.after))
            row.position = each.after["position"]
    table._default_manager.bulk_create(new, batch_size=500)
    update_rows(old, [*table.COLUMNS, "said", "position", "archived_at"])


def know_people(by: Member, members: Mapping[str, Member]) -> None:
    """Tie people of the plan to members, and goals to the members who answer for them."""
    people = list(PlanPerson.objects.filter(organisation=by.organisation, archived_at=None))
    named = Member.objects.filter(organisation=by.organisation, active=True)
    by_name = {each.user.name: each for each in named.select_related("user")}
    untied = [each for each in people if each.key in members or each.member_id is None]
    tied = []
    for person in untied:
        person.member = members.get(person.key) or by_name.get(person.name)
        if person.member is not None:
            tied.append(person)
    update_rows(tied, ["member"])
    owners = {each.key: each.member_id for each in people}
    goals = Goal.objects.filter(organisation=by.organisation, archived_at=None)
    moved = []
    for goal in goals:
        owner = owners.get(goal.said.get("owner", ""))
        if goal.owner_id != owner:
            goal.owner_id = owner
            moved.append(goal)
    update_rows(moved, ["owner"])


def as_changes(by: Member, plan: Plan) -> list[Change]:
    """What has to change for the member's plan to become this one."""
    now = plan_in(by.organisation)
    names = {name_of(each) for kind in TABLES for each in section(plan, kind)}
    gone = [
        name_of(each) for kind in TABLES for each in section(now, kind)
        if name_of(each) not in names
    ]  # fmt: skip
    wanted = {name_of(each): each for kind in TABLES for each in section(plan, kind)}
    places = {
        name_of(each): place
        for kind in TABLES
        for place, each in enumerate(section(plan, kind), start=1)
    }
    rows = _rows(by, [*wanted, *gone])
    found = [Change(name, _state(rows[name]), None) for name in gone]
    for name, element in wanted.items():
        row = rows.get(name)
        before = _state(row) if row and row.archived_at is None else None
        after: dict[str, Any] = to_said(element) | {"position": places[name]}
        if after != before:
            found.append(Change(name, before, after))
    head = {each.name: getattr(plan, each.name) for each in fields(plan) if each.name in HEAD}
    return found + _change_of_head(by, head)
