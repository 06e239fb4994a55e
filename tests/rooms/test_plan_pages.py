"""The plan's pages: all members read them, some write; what is written can be taken back."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ildsjel.engine.plan import Kind, document, read, write
from ildsjel.organisation.models import Member, Role, utc_now
from ildsjel.organisation.pages import address
from ildsjel.strategy.actions import apply, archive, change, save_goal, save_group, save_topic
from ildsjel.strategy.documents import TABLES
from ildsjel.strategy.models import Goal, Observation, StakeholderGroup, Tactic, Topic
from ildsjel.strategy.plan_examples import example_text
from ildsjel.strategy.queries import plan_of, versions
from tests.builders import make_channel, make_member, make_owner

pytestmark = pytest.mark.django_db


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def with_example() -> Member:
    owner = make_owner()
    apply(by=owner, plan=read(example_text("municipality", "en")), why="To begin with")
    return owner


def first(kind: Kind) -> int:
    return TABLES[kind].objects.order_by("pk")[0].pk


def test_all_members_read_the_plan_and_some_write_it() -> None:
    owner = make_owner()
    goal = save_goal(by=owner, statement="Fewer calls about waste")
    reader = make_member(owner.organisation, Role.READER)
    for name in ("plan", "parts", "management"):
        page = signed_in(reader).get(address(owner, f"strategy:{name}")).content.decode()
        assert "Fewer calls about waste" in page
    assert address(owner, "strategy:add", "goals") not in page
    for name, more in (("add", ()), ("edit", (goal.pk,)), ("archive", (goal.pk,))):
        denied = signed_in(reader).post(address(owner, f"strategy:{name}", "goals", *more))
        assert denied.status_code == 403
    assert signed_in(make_owner("Another")).get(address(owner, "strategy:plan")).status_code == 404


def test_goals_groups_and_topics_are_added_and_changed() -> None:
    owner = make_owner()
    adviser = make_member(owner.organisation, Role.ADVISER, name="Liv Dal")
    client = signed_in(adviser)
    given = {
        "goals": {
            "statement": "Safe roads", "kind": "service", "owner": f"member:{adviser.pk}",
            "measure.baseline": "12.5", "why": "It is dark", "why_now": "The council asked",
        },
        "groups": {"name": "Parents", "need": "Know when school closes"},
        "topics": {"name": "Snow"},
    }  # fmt: skip
    for kind, values in given.items():
        assert client.post(address(owner, "strategy:add", kind), values).status_code == 302
    goal, group, topic = Goal.objects.get(), StakeholderGroup.objects.get(), Topic.objects.get()
    assert (goal.statement, goal.owner) == ("Safe roads", adviser)
    assert (group.need, topic.name) == ("Know when school closes", "Snow")
    told = plan_of(owner).goals[0]
    assert (told.why, told.measure) == ("It is dark", document.Measure(baseline=12.5))
    assert versions(owner).get(number=1).why == "The council asked"
    client.post(
        address(owner, "strategy:edit", "goals", goal.pk),
        {"statement": "Safer roads", "kind": "trust", "owner": "liv-dal"},
    )
    goal.refresh_from_db()
    assert (goal.statement, goal.kind, goal.owner) == ("Safer roads", "trust", adviser)
    assert plan_of(owner).goals[0].measure is None


def test_two_who_change_the_same_are_told() -> None:
    owner = make_owner()
    group = save_group(by=owner, name="Parents")
    client = signed_in(owner)
    seen = client.get(address(owner, "strategy:edit", "groups", group.pk)).context["form"]
    save_group(by=owner, name="Parents of pupils", group=group)
    answer = client.post(
        address(owner, "strategy:edit", "groups", group.pk),
        {"name": "Families", "seen": seen["seen"].value()},
    )
    assert answer.status_code == 422
    assert "Kari Nordmann" in str(answer.context["form"].errors)


def test_a_channel_keeps_its_hours_promise_and_goals() -> None:
    owner = make_owner()
    goal = save_goal(by=owner, statement="Safe roads")
    values = {
        "name": "Facebook", "presence": "here", "goals": [goal.key], "promise.minutes": "120",
        "promise.counted": "open_hours", "day.monday": "8-15.30", "day.friday": "8-24",
    }  # fmt: skip
    client = signed_in(owner)
    client.post(address(owner, "strategy:add", "channels"), values)
    told = plan_of(owner).channels[0]
    assert told.goals == (goal.key,) and told.promise is not None
    assert (told.promise.minutes, told.promise.hours[0][0][1].hour) == (120, 15)
    form = client.get(address(owner, "strategy:edit", "channels", first(Kind.CHANNEL))).context[
        "form"
    ]
    assert (form["day.monday"].value(), form["day.friday"].value()) == (
        "08:00–15:30",
        "08:00–24:00",
    )


@pytest.mark.parametrize("kind", ["goals", "groups", "topics", "channels", "reviews", "people"])
def test_an_empty_form_is_refused(kind: str) -> None:
    owner = make_owner()
    assert signed_in(owner).post(address(owner, "strategy:add", kind), {}).status_code == 422
    assert signed_in(owner).get(address(owner, "strategy:add", "dreams")).status_code == 404


def test_two_topics_cannot_share_a_name_but_an_archived_one_comes_back() -> None:
    owner = make_owner()
    snow, ice = save_topic(by=owner, name="Snow"), save_topic(by=owner, name="Ice")
    client = signed_in(owner)
    add = address(owner, "strategy:add", "topics")
    assert client.post(add, {"name": "Snow"}).status_code == 422
    clash = client.post(address(owner, "strategy:edit", "topics", ice.pk), {"name": "Snow"})
    assert "a topic with this name already" in clash.content.decode()
    archive(by=owner, row=snow)
    edit = address(owner, "strategy:edit", "topics", ice.pk)
    assert client.post(edit, {"name": "Snow"}).status_code == 422
    assert client.post(add, {"name": "Snow"}).status_code == 302
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
    page = client.get(address(owner, "strategy:parts"))
    assert [each["row"].pk for each in page.context["archived"]] == [row.pk]
    client.post(page.context["undo"]["url"])
    row.refresh_from_db()
    assert row.archived_at is None


def test_rows_and_people_of_others_are_not_there() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    goal = save_goal(by=stranger, statement="Theirs", owner=stranger)
    client = signed_in(owner)
    for name in ("edit", "archive", "restore", "show"):
        assert client.post(address(owner, f"strategy:{name}", "goals", goal.pk)).status_code == 404
    for key in ("kari-nordmann", f"member:{stranger.pk}"):
        given = {"statement": "Ours", "kind": "service", "owner": key}
        answer = client.post(address(owner, "strategy:add", "goals"), given)
        assert list(answer.context["form"].errors) == ["owner"]


def test_what_is_chosen_in_the_picture_lights_up_with_all_that_belongs_to_it() -> None:
    owner = with_example()
    plan = plan_of(owner)
    tactic = plan.tactics[0]
    page = signed_in(owner).get(
        address(owner, "strategy:plan"), {"chosen": f"tactics/{tactic.key}"}
    )
    lit = {str(each["node"].name) for each in page.context["nodes"] if each["lit"]}
    channels = {f"channels/{key}" for key in tactic.channels}
    assert lit == {
        f"tactics/{tactic.key}",
        f"goals/{tactic.goal}",
        f"groups/{tactic.group}",
        *channels,
    }
    assert page.context["chosen"]["title"] == tactic.name
    drawn = {str(each["node"].name) for each in page.context["nodes"]}
    expected = [*plan.goals, *plan.groups, *plan.tactics, *plan.channels]
    assert len(drawn) == len(expected)
    assert (
        signed_in(owner).get(address(owner, "strategy:plan") + "?chosen=goals/none").status_code
        == 200
    )


def test_a_long_plan_has_a_picture_for_each_dozen_of_goals() -> None:
    owner = make_owner()
    goals = [document.Goal(key=f"g{n}", statement=f"Goal number {n}") for n in range(30)]
    loose = document.Tactic(key="loose", name="Picture of the week")
    change(by=owner, put=[*goals, loose])
    client, seen = signed_in(owner), set()
    for page in (1, 2, 3):
        nodes = client.get(address(owner, "strategy:plan"), {"page": page}).context["nodes"]
        seen |= {str(each["node"].name) for each in nodes}
    assert seen == {f"goals/g{n}" for n in range(30)} | {"tactics/loose"}


def test_the_matrix_has_each_tactic_in_its_square() -> None:
    owner = with_example()
    page = signed_in(owner).get(address(owner, "strategy:matrix"))
    shown = [t["label"] for row in page.context["rows"] for c in row["cells"] for t in c["tactics"]]
    assert sorted(shown) == sorted(each.name for each in plan_of(owner).tactics)
    add = page.context["rows"][0]["cells"][0]["add_url"]
    form = signed_in(owner).get(add).context["form"]
    assert form["goal"].value() == plan_of(owner).goals[0].key


def test_values_of_a_measure_are_written_and_taken_out_and_back() -> None:
    owner = with_example()
    client, goal = signed_in(owner), Goal.objects.get(key=plan_of(owner).goals[0].key)
    here = address(owner, "strategy:show", "goals", goal.pk)
    client.post(address(owner, "strategy:observe", goal.pk), {"on": "2026-10-01", "value": "52"})
    page = client.get(here)
    assert [each["value"] for each in page.context["goal"]["data"]["values"]] == [52.0]
    value = Observation.objects.get()
    client.post(address(owner, "strategy:forget", goal.pk, value.pk))
    undo = client.get(here).context["undo"]["url"]
    assert not Observation.objects.exists()
    client.post(undo)
    assert Observation.objects.get().value == 52.0


def test_a_finding_is_accepted_with_reason_and_date_and_taken_up_again() -> None:
    owner = make_owner()
    change(by=owner, put=[
        document.Goal(key="g", statement="Safe roads"),
        document.Tactic(key="loose", name="Picture of the week"),
    ])  # fmt: skip
    client = signed_in(owner)
    page = client.get(address(owner, "strategy:findings"))
    loose = next(
        each for each in page.context["findings"]
        if each["said"].finding.rule == "tactic-without-goal"
    )  # fmt: skip
    late = {"reason": "Until spring", "until": str(utc_now().date())}
    assert client.post(loose["accept_url"], late).status_code == 422
    client.post(loose["accept_url"], late | {"until": str(utc_now().date() + timedelta(days=30))})
    page = client.get(address(owner, "strategy:findings"))
    rules = {each["said"].finding.rule for each in page.context["findings"]}
    assert "tactic-without-goal" not in rules
    assert page.context["accepted"][0]["row"].reason == "Until spring"
    client.post(page.context["undo"]["url"])
    page = client.get(address(owner, "strategy:findings"))
    assert "tactic-without-goal" in {e["said"].finding.rule for e in page.context["findings"]}


def test_a_plan_goes_out_as_a_file_and_comes_in_after_a_look() -> None:
    owner, other = with_example(), make_owner("Another place")
    file = signed_in(owner).get(address(owner, "strategy:export")).content.decode()
    assert read(file) == plan_of(owner)
    client = signed_in(other)
    upload = SimpleUploadedFile("plan.yaml", file.encode())
    answer = client.post(address(other, "strategy:import"), {"file": upload})
    look = client.get(answer["Location"])
    assert len(look.context["differences"]) > 5
    assert plan_of(other).goals == ()
    client.post(answer["Location"], {"why": "From a neighbour"})
    assert plan_of(other).goals == plan_of(owner).goals
    client.post(client.get(address(other, "strategy:versions")).context["undo"]["url"])
    assert plan_of(other).goals == ()


def test_what_is_wrong_with_a_file_is_told_by_line() -> None:
    owner = make_owner()
    upload = SimpleUploadedFile(
        "plan.yaml", b"format: 1\norganisation: X\ngoals:\n  a:\n    sttement: x\n"
    )
    answer = signed_in(owner).post(address(owner, "strategy:import"), {"file": upload})
    assert answer.status_code == 422
    assert "5" in answer.context["faults"][0]


def test_the_page_for_management_holds_a_large_plan() -> None:
    owner = with_example()
    page = signed_in(owner).get(address(owner, "strategy:management"))
    assert len(page.context["goals"]) <= 6
    assert page.context["hours"]


def test_a_mandate_is_tied_to_a_connected_channel() -> None:
    owner = with_example()
    channel = make_channel(owner, name="The page")
    client, mandate = signed_in(owner), first(Kind.CHANNEL)
    client.post(address(owner, "strategy:link", mandate), {"channel": channel.pk})
    page = client.get(address(owner, "strategy:show", "channels", mandate))
    assert page.context["mandate"]["channel"] == channel
    theirs = make_channel(make_owner("Another place"))
    client.post(address(owner, "strategy:link", mandate), {"channel": theirs.pk})
    page = client.get(address(owner, "strategy:show", "channels", mandate))
    assert page.context["mandate"]["channel"] == channel


def test_management_signs_and_sees_what_has_changed_since() -> None:
    owner = with_example()
    client = signed_in(owner)
    seen = client.get(address(owner, "strategy:sign")).context["standing"]["fingerprint"]
    client.post(address(owner, "strategy:sign"), {"seen": seen})
    assert client.get(address(owner, "strategy:plan")).context["standing"]["holds"]
    save_group(by=owner, name="Cabin owners")
    page = client.get(address(owner, "strategy:sign"))
    assert not page.context["standing"]["holds"]
    titles = [row["title"] for part in page.context["differences"] for row in part["rows"]]
    assert titles == ["Cabin owners"]
    client.post(address(owner, "strategy:sign"), {"seen": seen})
    assert not client.get(address(owner, "strategy:plan")).context["standing"]["holds"]


ANSWERS = {
    "achieve": {"statement": "Fewer calls about snow", "kind": "cost"},
    "measure": {"definition": "Calls", "baseline": "1450", "target": "1000", "due": "2028-06-01"},
    "owner": {"owner": "Marit Lunde"},
    "whom": {"groups": "Parents\nCommuters"},
    "need": {"need0": "Know when school closes", "need1": "Cleared roads"},
    "without": {"answer": "partly", "otherwise": "A text message"},
    "where": {"here": "Facebook", "not_here": "X", "reason": "Few are left"},
    "role": {"role": "inform", "problem": "All call at once"},
    "mandate": {
        "owner": "Ida Nes",
        "deputy": "Omar Ali",
        "hours": "20",
        "promise": "120",
        "open": "8-15",
    },
    "frame": {"anyone": "Thank"},
    "review": {"due": "2028-01-10", "what": "Are we nearer?"},
}


def test_the_conversation_ends_in_a_plan_and_loses_nothing_on_the_way() -> None:
    owner = make_owner()
    client = signed_in(owner)
    at = client.get(address(owner, "strategy:guide"))["Location"]
    for step, answers in ANSWERS.items():
        assert at == address(owner, "strategy:guide-step", step)
        if step == "whom":
            back = client.post(at, {"groups": "Half a th", "back": "yes"})["Location"]
            assert client.get(back).context["form"]["owner"].value() == "Marit Lunde"
            client.post(back, ANSWERS["owner"])
            assert client.get(at).context["form"]["groups"].value() == "Half a th"
        assert client.post(at, {}).status_code == (302 if step in {"measure", "frame"} else 422)
        at = client.post(address(owner, "strategy:guide-step", step), answers)["Location"]
    look = client.get(at)
    assert str(look.context["sections"][0]["heading"]) == "People"
    assert not Goal.objects.exists()
    client.post(at)
    plan = plan_of(owner)
    assert plan.goals[0].measure is not None and plan.goals[0].measure.target == 1000
    assert [each.name for each in plan.groups] == ["Parents", "Commuters"]
    assert [(each.name, each.presence.value) for each in plan.channels] == [
        ("Facebook", "here"), ("X", "not_here"),
    ]  # fmt: skip
    assert Tactic.objects.count() == 2
    assert read(write(plan)) == plan
    assert versions(owner).get().how == "guide"


def test_the_conversation_asks_for_no_mandate_where_no_channel_is_used() -> None:
    owner = make_owner()
    client = signed_in(owner)
    for step in ("achieve", "measure", "owner", "whom", "need", "without"):
        client.post(address(owner, "strategy:guide-step", step), ANSWERS[step])
    nowhere = {"not_here": "Facebook", "reason": "A letter does it"}
    at = client.post(address(owner, "strategy:guide-step", "where"), nowhere)["Location"]
    assert at == address(owner, "strategy:guide-step", "frame")


def test_every_element_has_its_page_and_its_form() -> None:
    owner = with_example()
    client = signed_in(owner)
    for kind in Kind:
        if kind is Kind.PLAN:
            continue
        assert client.get(address(owner, "strategy:of-kind", kind.value)).status_code == 200
        for name in ("show", "edit"):
            page = address(owner, f"strategy:{name}", kind.value, first(kind))
            assert client.get(page).status_code == 200
