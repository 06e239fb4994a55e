"""The plan's page: goals, stakeholder groups and topics."""

import pytest
from django.test import Client

from ildsjel.organisation.models import Member, Role
from ildsjel.organisation.pages import address
from ildsjel.strategy.actions import archive, save_goal, save_group, save_topic
from ildsjel.strategy.models import Goal, StakeholderGroup, Topic
from tests.builders import make_member, make_owner

pytestmark = pytest.mark.django_db


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_all_members_read_the_plan_and_some_write_it() -> None:
    owner = make_owner()
    goal = save_goal(by=owner, statement="Fewer calls about waste")
    reader = make_member(owner.organisation, Role.READER)
    page = signed_in(reader).get(address(owner, "strategy:plan")).content.decode()
    assert "Fewer calls about waste" in page
    assert address(owner, "strategy:edit", "goals", goal.pk) not in page
    for name, more in (("add", ()), ("edit", (goal.pk,)), ("archive", (goal.pk,))):
        denied = signed_in(reader).post(address(owner, f"strategy:{name}", "goals", *more))
        assert denied.status_code == 403
    assert (
        signed_in(make_owner("Another place")).get(address(owner, "strategy:plan")).status_code
        == 404
    )


def test_goals_groups_and_topics_are_added_and_changed() -> None:
    owner = make_owner()
    adviser = make_member(owner.organisation, Role.ADVISER)
    client = signed_in(adviser)
    given = {
        "goals": {"statement": "Safe roads", "kind": "service", "owner": adviser.pk},
        "groups": {"name": "Parents", "need": "Know when school closes"},
        "topics": {"name": "Snow"},
    }
    for kind, values in given.items():
        assert client.post(address(owner, "strategy:add", kind), values).status_code == 302
    goal, group, topic = Goal.objects.get(), StakeholderGroup.objects.get(), Topic.objects.get()
    assert (goal.statement, goal.owner) == ("Safe roads", adviser)
    assert (group.need, topic.name) == ("Know when school closes", "Snow")
    client.post(
        address(owner, "strategy:edit", "goals", goal.pk),
        {"statement": "Safer roads", "kind": "trust"},
    )
    goal.refresh_from_db()
    assert (goal.statement, goal.kind, goal.owner) == ("Safer roads", "trust", None)


@pytest.mark.parametrize("kind", ["goals", "groups", "topics"])
def test_an_empty_form_is_refused(kind: str) -> None:
    owner = make_owner()
    assert signed_in(owner).post(address(owner, "strategy:add", kind), {}).status_code == 422
    assert signed_in(owner).get(address(owner, "strategy:add", "dreams")).status_code == 404


def test_two_topics_cannot_share_a_name_but_an_archived_one_comes_back() -> None:
    owner = make_owner()
    snow, ice = save_topic(by=owner, name="Snow"), save_topic(by=owner, name="Ice")
    client = signed_in(owner)
    assert (
        client.post(address(owner, "strategy:add", "topics"), {"name": "Snow"}).status_code == 422
    )
    clash = client.post(address(owner, "strategy:edit", "topics", ice.pk), {"name": "Snow"})
    assert "a topic with this name already" in clash.content.decode()
    archive(by=owner, row=snow)
    assert (
        client.post(address(owner, "strategy:edit", "topics", ice.pk), {"name": "Snow"}).status_code
        == 422
    )
    assert (
        client.post(address(owner, "strategy:add", "topics"), {"name": "Snow"}).status_code == 302
    )
    snow.refresh_from_db()
    assert snow.archived_at is None


@pytest.mark.parametrize("kind", ["goals", "groups", "topics"])
def test_archiving_is_undone(kind: str) -> None:
    owner = make_owner()
    row: Goal | StakeholderGroup | Topic = {
        "goals": lambda: save_goal(by=owner, statement="Safe roads"),
        "groups": lambda: save_group(by=owner, name="Parents"),
        "topics": lambda: save_topic(by=owner, name="Snow"),
    }[kind]()
    client = signed_in(owner)
    client.post(address(owner, "strategy:archive", kind, row.pk))
    row.refresh_from_db()
    assert row.archived_at is not None
    page = client.get(address(owner, "strategy:plan"))
    assert [each["row"].pk for each in page.context["archived"]] == [row.pk]
    client.post(page.context["undo"]["url"])
    row.refresh_from_db()
    assert row.archived_at is None
    assert "undo" not in (client.get(address(owner, "strategy:plan")).context["undo"] or {})


def test_rows_and_people_of_others_are_not_there() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    goal = save_goal(by=stranger, statement="Theirs")
    client = signed_in(owner)
    for name in ("edit", "archive", "restore"):
        assert client.post(address(owner, f"strategy:{name}", "goals", goal.pk)).status_code == 404
    given = {"statement": "Ours", "kind": "service", "owner": stranger.pk}
    answer = client.post(address(owner, "strategy:add", "goals"), given)
    assert list(answer.context["form"].errors) == ["owner"]
