"""Desks and routing rules: what they promise, in which order they are asked, and why."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from ildsjel.channels.models import Channel
from ildsjel.dialogue.actions import archive_desk, save_rule
from ildsjel.dialogue.durations import DurationUnclear, format_minutes, parse_minutes
from ildsjel.dialogue.models import Desk, Rule
from ildsjel.dialogue.queries import rules
from ildsjel.dialogue.setup_queries import TrialResult, try_rules
from ildsjel.listening.actions import save_watch
from ildsjel.organisation.actions import create_organisation
from ildsjel.organisation.models import AuditEntry, Member, Role
from ildsjel.organisation.pages import address
from ildsjel.strategy.actions import archive, save_goal, save_topic
from tests.builders import (
    OFFICE_HOURS,
    make_calendar,
    make_channel,
    make_desk,
    make_member,
    make_owner,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGES = ["desks", "desk-add", "rules", "rule-add", "rules-try"]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_for_those_who_look_after_desks(name: str) -> None:
    owner = make_owner()
    page = address(owner, f"dialogue:{name}")
    lead = make_member(owner.organisation, Role.LEAD)
    agent = make_member(owner.organisation, Role.AGENT)
    assert signed_in(lead).get(page).status_code == 200
    assert signed_in(agent).get(page).status_code == 403
    assert signed_in(make_owner("Another place")).get(page).status_code == 404


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("60", 60),
        ("45 min", 45),
        ("2 h", 120),
        ("2h", 120),
        ("1,5 timer", 90),
        ("1.5 h", 90),
        ("1 h 30 min", 90),
        ("2 tim 15", 135),
        ("1:30", 90),
        ("8 timmar", 480),
    ],
)
def test_promises_are_read_as_people_write_them(text: str, minutes: int) -> None:
    assert parse_minutes(text) == minutes
    assert parse_minutes(format_minutes(minutes)) == minutes


@pytest.mark.parametrize("text", ["", "soon", "0", "1.5", "2 days", "721 h", "-5", "1 h 2 h"])
def test_unclear_promises_are_refused(text: str) -> None:
    with pytest.raises(DurationUnclear):
        parse_minutes(text)


def test_a_desk_is_written_with_hours_promise_and_people() -> None:
    owner = make_owner()
    hours = make_calendar(owner, OFFICE_HOURS)
    agent = make_member(owner.organisation, name="Ola")
    given = {"name": "Roads", "calendar": hours.pk, "promise": "1 h 30 min", "members": [agent.pk]}
    signed_in(owner).post(address(owner, "dialogue:desk-add"), given)
    desk = Desk.objects.get(name="Roads")
    assert (desk.first_response_minutes, desk.is_default) == (90, False)
    assert list(desk.members.all()) == [agent]
    with time_machine.travel(datetime(2026, 3, 6, 14, 30, tzinfo=UTC)):  # Friday 15:30 in Oslo
        shown = signed_in(owner).get(address(owner, "dialogue:desks")).content.decode()
    assert "would be answered by Monday 9 March 09:00" in shown


def test_a_bad_promise_keeps_what_was_typed() -> None:
    owner = make_owner()
    hours = make_calendar(owner)
    given = {"name": "Roads", "calendar": hours.pk, "promise": "when we can"}
    answer = signed_in(owner).post(address(owner, "dialogue:desk-add"), given)
    assert answer.status_code == 422
    assert 'value="when we can"' in answer.content.decode()
    assert not Desk.objects.filter(name="Roads").exists()


def test_hours_and_people_of_others_are_no_choice() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    theirs = make_calendar(stranger)
    given = {"name": "Roads", "calendar": theirs.pk, "promise": "60", "members": [stranger.pk]}
    answer = signed_in(owner).post(address(owner, "dialogue:desk-add"), given)
    assert set(answer.context["form"].errors) == {"calendar", "members"}


def test_a_desk_is_archived_and_that_is_undone() -> None:
    owner = make_owner()
    desk = make_desk(owner, "Roads")
    client = signed_in(owner)
    client.post(address(owner, "dialogue:desk-archive", desk.pk))
    page = client.get(address(owner, "dialogue:desks"))
    desk.refresh_from_db()
    assert desk.archived_at is not None
    assert [row["desk"].name for row in page.context["rows"]] == ["Service desk"]
    client.post(page.context["undo"]["url"])
    desk.refresh_from_db()
    assert desk.archived_at is None


def test_the_default_desk_stays_and_another_can_become_it() -> None:
    owner = make_owner()
    first, second = Desk.objects.get(), make_desk(owner, "Roads")
    client = signed_in(owner)
    told = client.post(address(owner, "dialogue:desk-archive", first.pk), follow=True)
    assert "stays in use" in told.content.decode()
    client.post(address(owner, "dialogue:desk-default", second.pk))
    assert Desk.objects.get(is_default=True) == second
    client.post(client.get(address(owner, "dialogue:desks")).context["undo"]["url"])
    assert Desk.objects.get(is_default=True) == first


def test_desks_and_rules_of_others_are_not_there() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    desk = make_desk(stranger)
    rule = save_rule(by=stranger, name="Theirs", desk=desk, conditions={})
    client = signed_in(owner)
    for page in (
        address(owner, "dialogue:desk", desk.pk),
        address(owner, "dialogue:desk-archive", desk.pk),
        address(owner, "dialogue:desk-default", desk.pk),
        address(owner, "dialogue:rule", rule.pk),
        address(owner, "dialogue:rule-remove", rule.pk),
        address(owner, "dialogue:rule-move", rule.pk, "up"),
        address(owner, "dialogue:rule-switch", rule.pk, "off"),
    ):
        assert client.post(page).status_code == 404
    assert Rule.objects.filter(pk=rule.pk, enabled=True).exists()


def test_without_hours_or_desks_the_pages_say_where_to_begin() -> None:
    owner = create_organisation(
        name="Tomvik", owner=make_user(), language="nb", timezone="Europe/Oslo"
    )
    client = signed_in(owner)
    empty = client.get(address(owner, "dialogue:desks")).content.decode()
    assert address(owner, "organisation:calendar-add") in empty
    begun = client.get(address(owner, "dialogue:desk-add"))
    assert begun["Location"] == address(owner, "organisation:calendar-add")
    assert client.get(address(owner, "dialogue:rules")).status_code == 200
    assert client.get(address(owner, "dialogue:rule-add"))["Location"] == address(
        owner, "dialogue:desks"
    )


# --- rules


def test_a_rule_is_written_and_read_back_in_words() -> None:
    owner = make_owner()
    desk = make_desk(owner, "Roads")
    channel = make_channel(owner, name="Contact form")
    watch = save_watch(by=owner, name="Our name", query="Bergvik")
    topic = save_topic(by=owner, name="Snow")
    goal = save_goal(by=owner, statement="Safe roads")
    client = signed_in(owner)
    given = {
        "name": "Snow and gritting",
        "query": "snow OR gritting",
        "channels": [channel.pk],
        "watches": [watch.pk],
        "addresses": ["direct", "mention"],
        "languages": ["no"],
        "desk": desk.pk,
        "topic": topic.pk,
        "goal": goal.pk,
    }
    assert client.post(address(owner, "dialogue:rule-add"), given).status_code == 302
    rule = Rule.objects.get()
    assert rule.conditions == {
        "channels": [channel.pk],
        "addresses": ["direct", "mention"],
        "watches": [watch.pk],
        "languages": ["no"],
        "query": "snow OR gritting",
    }
    assert (rule.desk, rule.topic, rule.goal) == (desk, topic, goal)
    shown = client.get(address(owner, "dialogue:rules")).content.decode()
    for words in ("Contact form", "Our name", "“Written to us alone” or “Names us”"):
        assert words in shown


def test_a_query_that_breaks_off_is_shown_at_its_place() -> None:
    owner = make_owner()
    given = {"name": "Snow", "query": "snow (gritting OR", "desk": Desk.objects.get().pk}
    answer = signed_in(owner).post(address(owner, "dialogue:rule-add"), given)
    assert answer.status_code == 422
    before, at, rest = answer.context["form"].query_place
    assert (before + at + rest).strip() == "snow (gritting OR"
    assert "<mark>" in answer.content.decode()
    assert "At character" in answer.content.decode()
    assert not Rule.objects.exists()


def test_editing_a_rule_keeps_a_removed_channel_in_its_conditions() -> None:
    """Dropping it would leave a rule that takes everything."""
    owner = make_owner()
    channel = make_channel(owner, name="Old page")
    rule = save_rule(
        by=owner, name="Old", desk=Desk.objects.get(), conditions={"channels": [channel.pk]}
    )
    Channel.objects.update(removed_at=datetime(2026, 1, 1, tzinfo=UTC))
    client = signed_in(owner)
    page = client.get(address(owner, "dialogue:rule", rule.pk))
    assert "Old page (removed)" in page.content.decode()
    given = {"name": "Older", "desk": rule.desk_id, "channels": [channel.pk]}
    client.post(address(owner, "dialogue:rule", rule.pk), given)
    rule.refresh_from_db()
    assert (rule.name, rule.conditions) == ("Older", {"channels": [channel.pk]})


def test_what_belongs_to_others_is_no_choice_in_a_rule() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    given = {
        "name": "Sly",
        "desk": Desk.objects.get(organisation=stranger.organisation).pk,
        "channels": [make_channel(stranger).pk],
        "topic": save_topic(by=stranger, name="Theirs").pk,
    }
    make_channel(owner)
    answer = signed_in(owner).post(address(owner, "dialogue:rule-add"), given)
    assert set(answer.context["form"].errors) == {"desk", "channels", "topic"}


def three_rules(owner: Member) -> list[Rule]:
    desk = Desk.objects.get(organisation=owner.organisation)
    return [save_rule(by=owner, name=name, desk=desk, conditions={}) for name in ("A", "B", "C")]


def order(owner: Member) -> str:
    return "".join(rules(owner).values_list("name", flat=True))


def test_rules_change_places_and_the_ends_stay() -> None:
    owner = make_owner()
    first, _second, last = three_rules(owner)
    client = signed_in(owner)
    client.post(address(owner, "dialogue:rule-move", last.pk, "up"))
    assert order(owner) == "ACB"
    client.post(address(owner, "dialogue:rule-move", first.pk, "down"))
    assert order(owner) == "CAB"
    client.post(address(owner, "dialogue:rule-move", last.pk, "up"))
    assert order(owner) == "CAB"
    assert client.post(address(owner, "dialogue:rule-move", last.pk, "sideways")).status_code == 404


def test_a_rule_is_passed_over_and_asked_again_unchanged() -> None:
    owner = make_owner()
    rule = save_rule(by=owner, name="Snow", desk=Desk.objects.get(), conditions={"query": "snow"})
    client = signed_in(owner)
    client.post(address(owner, "dialogue:rule-switch", rule.pk, "off"))
    rule.refresh_from_db()
    assert (rule.enabled, rule.conditions) == (False, {"query": "snow"})
    client.post(
        address(owner, "dialogue:rule", rule.pk),
        {"name": "Snow", "query": "ice", "desk": rule.desk_id},
    )
    rule.refresh_from_db()
    assert (rule.enabled, rule.conditions) == (False, {"query": "ice"})
    client.post(address(owner, "dialogue:rule-switch", rule.pk, "on"))
    rule.refresh_from_db()
    assert rule.enabled


def test_a_rule_is_removed_after_a_look() -> None:
    owner = make_owner()
    rule = save_rule(by=owner, name="Snow", desk=Desk.objects.get(), conditions={"query": "snow"})
    client = signed_in(owner)
    page = address(owner, "dialogue:rule-remove", rule.pk)
    assert "It has routed 0 conversations" in client.get(page).content.decode()
    assert Rule.objects.exists()
    client.post(page)
    assert not Rule.objects.exists()
    kept = AuditEntry.objects.get(action="rule.remove")
    assert kept.details["conditions"] == {"query": "snow"}


# --- trying the rules


def tried(owner: Member, text: str, **more: object) -> TrialResult:
    given = {"channel": None, "address": "direct", "languages": [], **more}
    return try_rules(owner, text=text, **given)  # type: ignore[arg-type]


def test_a_trial_routes_as_the_line_in_does_and_says_why() -> None:
    owner = make_owner()
    roads, press = make_desk(owner, "Roads"), make_desk(owner, "Press")
    gone = make_desk(owner, "Gone")
    watch = save_watch(by=owner, name="Our name", query="Bergvik")
    form = make_channel(owner, name="Form")
    for name, desk, conditions, enabled in [
        ("form", press, {"channels": [form.pk]}, True),
        ("off", press, {}, False),
        ("gone", gone, {}, True),
        ("open", press, {"addresses": ["public"]}, True),
        ("swedish", press, {"languages": ["sv"]}, True),
        ("ice", press, {"query": "ice"}, True),
        ("snow", roads, {"watches": [watch.pk], "query": "snow"}, True),
        ("rest", press, {}, True),
    ]:
        save_rule(by=owner, name=name, desk=desk, conditions=conditions, enabled=enabled)
    archive_desk(by=owner, desk=gone)
    result = tried(owner, "Much snow in Bergvik today")
    assert result.desk == roads
    assert result.watches == ["Our name"]
    outcomes = {each.rule.name: each.outcome for each in result.tried}
    assert outcomes == {
        "form": "failed",
        "off": "off",
        "gone": "desk-gone",
        "open": "failed",
        "swedish": "failed",
        "ice": "failed",
        "snow": "won",
        "rest": "too-late",
    }
    client = signed_in(owner)
    given = {"text": "Much snow in Bergvik today", "address": "direct"}
    page = client.post(address(owner, "dialogue:rules-try"), given)
    failed = {each["rule"].name: each["failed"] for each in page.context["tried"]}
    assert failed["form"] == "It must come through a certain channel, and none was chosen"
    assert failed["open"] == "It is addressed otherwise: Written to us alone"
    assert failed["swedish"] == "It is in another language: English"
    assert failed["ice"] == "The rule's words are not there"
    held = {each["rule"].name: each["held"] for each in page.context["tried"]}
    assert held["snow"] == ["Heard by Our name", "Its words are there: “snow”"]


def test_what_no_rule_takes_comes_to_the_default_desk() -> None:
    owner = make_owner()
    save_rule(by=owner, name="ice", desk=make_desk(owner, "Roads"), conditions={"query": "ice"})
    assert tried(owner, "The library opens late").desk == Desk.objects.get(is_default=True)


def test_a_trial_writes_nothing_and_needs_a_text() -> None:
    owner = make_owner()
    before = AuditEntry.objects.count()
    client = signed_in(owner)
    page = address(owner, "dialogue:rules-try")
    assert client.post(page, {"text": "  ", "address": "direct"}).status_code == 422
    assert client.post(page, {"text": "snow", "address": "direct"}).status_code == 200
    assert AuditEntry.objects.count() == before


def test_an_archived_topic_stays_with_its_rule_while_that_is_edited() -> None:
    owner = make_owner()
    topic = save_topic(by=owner, name="Snow")
    rule = save_rule(by=owner, name="Snow", desk=Desk.objects.get(), conditions={}, topic=topic)
    archive(by=owner, row=topic)
    given = {"name": "Snow", "desk": rule.desk_id, "topic": topic.pk}
    signed_in(owner).post(address(owner, "dialogue:rule", rule.pk), given)
    rule.refresh_from_db()
    assert rule.topic == topic
