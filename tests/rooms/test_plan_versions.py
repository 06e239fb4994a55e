"""The plan in tables: it becomes a document and back, and keeps who changed what, when and why."""

from dataclasses import replace
from datetime import date, time

import pytest

from ildsjel.engine.plan.document import (
    THE_PLAN,
    Channel,
    Element,
    Goal,
    Group,
    Kind,
    Measure,
    Person,
    Plan,
    Presence,
    Promise,
    Review,
    Tactic,
    fingerprint,
)
from ildsjel.organisation.models import Member, NotAllowed, Role
from ildsjel.strategy import models
from ildsjel.strategy.actions import (
    PlanMoved,
    apply,
    archive,
    change,
    restore,
    save_goal,
    save_group,
    sign,
    undo,
)
from ildsjel.strategy.comparing import Fate, compare, state_of
from ildsjel.strategy.queries import plan_of, state_at, state_now, versions
from tests.builders import make_member, make_owner

pytestmark = pytest.mark.django_db
HOURS = (((time(8), time(15, 30)),),) * 5 + ((), ())
KARI = Person(key="kari", name="Kari Nordmann", hours_a_week=10.0)
CALLS = Goal(
    key="calls",
    statement="Fewer calls about waste",
    owner="kari",
    measure=Measure(definition="Calls a month", baseline=0.0, target=900.0, due=date(2027, 6, 1)),
)
PARENTS = Group(key="parents", name="Parents", need="Know when school closes", size=4200)
SQUARE = Tactic(key="square", name="Answers", goal="calls", group="parents", channels=("fb",))
FACEBOOK = Channel(
    key="fb", name="Facebook", goals=("calls",), owner="kari",
    promise=Promise(minutes=120, hours=HOURS),
)  # fmt: skip
AWAY = Channel(key="x", name="X", presence=Presence.NOT_HERE, reason="Nobody is there")
LOOK = Review(key="look", what="Half a year", goals=("calls",), due=date(2027, 1, 10))


def whole(owner: Member) -> Plan:
    return Plan(
        organisation=owner.organisation.name,
        language="nb",
        currency="NOK",
        people=(KARI,),
        goals=(CALLS,),
        groups=(PARENTS,),
        tactics=(SQUARE,),
        channels=(FACEBOOK, AWAY),
        reviews=(LOOK,),
    )


def test_a_plan_comes_out_of_the_tables_as_it_went_in() -> None:
    owner = make_owner()
    plan = whole(owner)
    version = apply(by=owner, plan=plan, why="From the adviser")
    assert version is not None
    assert plan_of(owner) == plan
    assert fingerprint(plan_of(owner)) == fingerprint(plan)
    assert apply(by=owner, plan=plan, why="Again") is None
    assert (version.number, version.why, version.actor) == (1, "From the adviser", str(owner))


def test_order_is_part_of_the_plan() -> None:
    owner = make_owner()
    plan = whole(owner)
    turned = replace(plan, channels=(AWAY, FACEBOOK))
    apply(by=owner, plan=plan, why="")
    assert apply(by=owner, plan=turned, why="") is not None
    assert plan_of(owner) == turned
    assert compare(state_at(owner, 1), state_now(owner)) == []


def test_any_version_is_rebuilt_and_compared_with_any_other() -> None:
    owner = make_owner()
    apply(by=owner, plan=whole(owner), why="First")
    first = state_now(owner)
    change(by=owner, put=[replace(PARENTS, need="Be told in time")], why="We asked them")
    change(by=owner, remove=[Element(Kind.CHANNEL, "x")], why="Closed down")
    assert state_at(owner, 0) == {THE_PLAN: {"language": "nb"}}
    assert state_at(owner, 1) == first
    found = compare(state_at(owner, 1), state_at(owner, 3))
    assert [(str(each.name), each.fate) for each in found] == [
        ("groups/parents", Fate.CHANGED), ("channels/x", Fate.WENT),
    ]  # fmt: skip
    told = found[0].fields[0]
    assert (told.name, told.before, told.after) == (
        "need", "Know when school closes", "Be told in time",
    )  # fmt: skip
    assert [(row.number, row.why) for row in versions(owner)] == [
        (3, "Closed down"), (2, "We asked them"), (1, "First"),
    ]  # fmt: skip


def test_what_names_an_element_that_goes_stops_naming_it_and_undo_brings_all_back() -> None:
    owner = make_owner()
    apply(by=owner, plan=whole(owner), why="")
    archive(by=owner, row=models.Goal.objects.get(key="calls"), why="Reached")
    plan = plan_of(owner)
    assert plan.goals == ()
    assert plan.tactics == (replace(SQUARE, goal=""),)
    assert plan.channels[0].goals == plan.reviews[0].goals == ()
    undo(by=owner, number=2)
    assert plan_of(owner) == whole(owner)
    undo(by=owner, number=3)
    assert plan_of(owner) == plan
    with pytest.raises(PlanMoved):
        undo(by=owner, number=3)
    restore(by=owner, row=models.Goal.objects.get(key="calls"))
    assert plan_of(owner).goals == (CALLS,)


def test_a_sign_off_covers_what_was_signed_and_nothing_later() -> None:
    owner = make_owner()
    apply(by=owner, plan=whole(owner), why="")
    adviser = make_member(owner.organisation, Role.ADVISER)
    seen = fingerprint(plan_of(owner))
    with pytest.raises(NotAllowed):
        sign(by=adviser, seen=seen)
    signed = sign(by=owner, seen=seen)
    plan = plan_of(owner)
    assert plan.signed is not None
    assert plan.signed.version == signed.fingerprint == fingerprint(plan)
    assert [person.management for person in plan.people if person.key == signed.person] == [True]
    save_group(by=adviser, name="Cabin owners")
    assert fingerprint(plan_of(owner)) != signed.fingerprint
    with pytest.raises(PlanMoved):
        sign(by=owner, seen=seen)
    assert compare(state_at(owner, signed.version), state_now(owner))[0].title == "Cabin owners"


def test_goals_are_tied_to_the_members_who_answer_for_them() -> None:
    owner = make_owner()
    colleague = make_member(owner.organisation, name="Liv Dal")
    goal = save_goal(by=owner, statement="Safe roads", owner=colleague)
    assert (goal.owner, goal.key) == (colleague, "safe-roads")
    assert [person.name for person in plan_of(owner).people] == ["Liv Dal"]
    again = save_goal(by=owner, statement="Safer roads", owner=colleague, goal=goal)
    assert (again.pk, again.statement, len(plan_of(owner).people)) == (goal.pk, "Safer roads", 1)
    assert save_goal(by=owner, statement="Safer roads", goal=again).owner is None
    apply(by=owner, plan=replace(plan_of(owner), goals=(replace(CALLS, owner="liv-dal"),)), why="")
    assert models.Goal.objects.get(key="calls").owner == colleague


def test_keys_of_others_are_not_touched() -> None:
    ours, theirs = make_owner(), make_owner("Another place")
    for owner in (ours, theirs):
        apply(by=owner, plan=whole(owner), why="")
    change(by=ours, remove=[Element(Kind.GOAL, "calls")])
    assert len(plan_of(theirs).goals) == 1
    with pytest.raises(NotAllowed):
        archive(by=ours, row=models.Goal.objects.get(organisation=theirs.organisation))
    with pytest.raises(NotAllowed):
        change(by=make_member(ours.organisation), put=[PARENTS])


def test_a_state_is_the_same_from_rows_and_from_the_document() -> None:
    owner = make_owner()
    apply(by=owner, plan=whole(owner), why="")
    assert state_of(plan_of(owner)) == state_now(owner)
