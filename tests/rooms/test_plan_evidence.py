"""What happened reaches the plan: counted in the rooms above, held beside the plan by its rules."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from ildsjel.cli import main
from ildsjel.dialogue.actions import reply, set_goal, set_group
from ildsjel.dialogue.models import Conversation
from ildsjel.engine.plan import document, read
from ildsjel.flow.plan_evidence import MINUTES_AN_ANSWER, count_for, count_for_plans
from ildsjel.organisation.models import Member, utc_now
from ildsjel.organisation.pages import address
from ildsjel.strategy.actions import accept_finding, change, link_channel, save_goal
from ildsjel.strategy.evidence import evidence_in
from ildsjel.strategy.findings import findings_of, gravest
from ildsjel.strategy.models import EvidenceCount, Mandate, StakeholderGroup
from ildsjel.strategy.queries import plan_of
from tests.builders import make_channel, make_conversation, make_owner

pytestmark = pytest.mark.django_db
GOAL = document.Goal(key="g", statement="Safe roads")
OTHER = document.Goal(key="h", statement="Fewer calls")
GROUP = document.Group(key="p", name="Parents")
MORE = document.Group(key="q", name="Commuters")
TACTIC = document.Tactic(key="t", name="Answers", goal="g", group="p", channels=("fb",))
HERE = document.Channel(key="fb", name="Facebook", goals=("g",))
AWAY = document.Channel(key="x", name="X", presence=document.Presence.NOT_HERE, reason="No time")


def planned(*more: document.AnyElement) -> Member:
    owner = make_owner()
    change(by=owner, put=[GOAL, GROUP, TACTIC, HERE, AWAY, *more])
    return owner


def tied(owner: Member, key: str) -> Mandate:
    row = Mandate.objects.get(organisation=owner.organisation, key=key)
    settings = {"reply_url": "http://127.0.0.1:9/answers"}
    link_channel(
        by=owner, mandate=row, channel=make_channel(owner, name=row.name, settings=settings)
    )
    row.refresh_from_db()
    return row


def test_conversations_posts_and_answers_are_counted_by_what_the_plan_names() -> None:
    owner = planned()
    facebook = tied(owner, "fb").channel
    assert facebook is not None
    talk = make_conversation(owner, channel=facebook)
    make_conversation(owner, "And now?", channel=facebook)
    make_conversation(owner, "Hello?", channel=make_channel(owner, name="Old page"))
    old = make_conversation(owner, "Long ago", channel=facebook)
    Conversation.objects.filter(pk=old.pk).update(opened_at=utc_now() - timedelta(days=60))
    reply(by=owner, conversation=talk, text="Soon.", seen=None)
    count_for(owner.organisation)
    seen = evidence_in(owner.organisation_id)
    assert seen.by_channel is not None and seen.by_channel["fb"].conversations == 2
    assert seen.by_goal is not None and seen.by_goal["g"].conversations == 2  # the only goal there
    assert seen.without_goal is not None and seen.without_goal.conversations == 1
    assert [(each.name, each.counts.conversations) for each in seen.unplanned] == [("Old page", 1)]
    assert sum((seen.replies or {}).values()) == 1
    assert sum((seen.hours or {}).values()) == pytest.approx(MINUTES_AN_ANSWER / 60, abs=0.01)
    assert seen.since is not None and seen.until is not None
    assert (seen.until - seen.since).days == 27
    assert all(row.query for row in EvidenceCount.objects.all())
    rules = {each.rule for each in findings_of(owner)}
    assert "channel-unplanned" in rules


def test_activity_where_the_plan_says_we_are_not_is_found_until_it_stops() -> None:
    owner = planned()
    channel = tied(owner, "x").channel
    count_for_plans()
    assert "x" not in {e.element.key for e in findings_of(owner) if e.basis == "evidence"}
    make_conversation(owner, channel=channel)
    count_for_plans()
    found = [each for each in findings_of(owner) if each.element.key == "x"]
    assert "evidence" in {each.basis.value for each in found}
    page = Client()
    page.force_login(owner.user)
    shown = page.get(address(owner, "web:today")).context["plan"]["findings"]
    assert len(shown) == len(gravest(owner, 3)) == 3
    name = found[0].element
    until = utc_now().date() + timedelta(days=5)
    accept_finding(by=owner, rule=found[0].rule, element=name, reason="A test", until=until)
    again = next(
        each for each in findings_of(owner) if each.rule == found[0].rule and each.element == name
    )
    assert again.accepted is not None


def test_what_the_plan_leaves_no_choice_about_is_set_and_the_rest_is_suggested_first() -> None:
    owner = planned(OTHER, MORE)
    channel = tied(owner, "fb").channel
    talk = make_conversation(owner, channel=channel)
    assert talk.goal is not None and talk.group is not None
    assert (talk.goal.key, talk.group.key) == ("g", "p")
    second = document.Tactic(key="t2", name="Asks", goal="h", group="q", channels=("fb",))
    change(by=owner, put=[second])
    later = make_conversation(owner, "What now?", channel=channel)
    assert later.goal is None and later.group is None
    client = Client()
    client.force_login(owner.user)
    set_goal(by=owner, conversation=later, goal=save_goal(by=owner, statement="Third"))
    group = StakeholderGroup.objects.get(key="q")
    client.post(address(owner, "dialogue:group", later.pk), {"group": group.pk})
    later.refresh_from_db()
    assert later.group == group
    client.post(address(owner, "dialogue:group", later.pk), {"group": ""})
    later.refresh_from_db()
    assert later.group is None
    theirs = planned()
    stranger = StakeholderGroup.objects.get(organisation=theirs.organisation, key="p")
    answer = client.post(address(owner, "dialogue:group", later.pk), {"group": stranger.pk})
    assert answer.status_code == 404
    count_for(owner.organisation)
    set_group(by=owner, conversation=later, group=group)
    count_for(owner.organisation)
    assert (evidence_in(owner.organisation_id).by_group or {})["q"].conversations == 1


def test_the_command_brings_a_plan_in_and_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, path = planned(), tmp_path / "plan.yaml"
    assert main(["plan", "export", str(path)]) == 0
    told = path.read_text(encoding="utf-8")
    assert read(told) == plan_of(owner)
    path.write_text(told.replace("Safe roads", "Safer roads"), encoding="utf-8")
    assert main(["plan", "import", str(path), "--look"]) == 0
    assert "~ goals/g Safer roads statement" in capsys.readouterr().out
    assert plan_of(owner).goals[0].statement == "Safe roads"
    assert main(["plan", "import", str(path), "--why", "Clearer"]) == 0
    assert plan_of(owner).goals[0].statement == "Safer roads"
    path.write_text("format: 1\ngoals: 3\n", encoding="utf-8")
    assert main(["plan", "import", str(path)]) == 1
