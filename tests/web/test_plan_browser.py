"""The plan in a real browser: from nothing through the conversation to a signed plan, changed,
compared and printed; axe-core finds nothing on the way."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.line.installation import Installation, installation
from tests.web.browser import a_page, axe_findings

pytestmark = pytest.mark.browser
FILL = """
from django.test import Client
from ildsjel.organisation.models import User
from tests.builders import make_owner
owner = make_owner("Fjordby kommune")
User.objects.filter(pk=owner.user_id).update(language="en", name="Marit Lunde")
client = Client()
client.force_login(owner.user)
print(json.dumps({
    "slug": owner.organisation.slug,
    "session": client.cookies["sessionid"].value,
}))
"""
ANSWERS: dict[str, dict[str, str]] = {
    "achieve": {"In one sentence": "Fewer need to call about snow"},
    "measure": {
        "What would you count?": "Calls a month", "Where are you now?": "1450",
        "Where do you want to be?": "1000",
    },
    "owner": {"Name": "Marit Lunde"},
    "whom": {"A line for each group": "Commuters\nParents"},
    "need": {
        "What do they need from you? Commuters": "Cleared roads at six",
        "What do they need from you? Parents": "Know when school closes",
    },
    "without": {"What else would bring you there?": "A text message to the street"},
    "where": {
        "Where will you be? A line for each channel": "Facebook",
        "Where will you not be? A line for each": "X", "Why not?": "Few of them are left there",
    },
    "role": {"Which problem does that solve?": "Everybody calls at once"},
    "mandate": {
        "Who answers for the channels?": "Ida Nes", "Who steps in?": "Omar Ali",
        "How many hours a month, all channels together?": "20",
    },
    "frame": {"What may everybody do without asking?": "Thank and explain"},
    "review": {},
}  # fmt: skip
CHOICES = {
    "achieve": "Lower cost",
    "without": "Some of the way",
    "role": "Inform",
}


@pytest.fixture(scope="module")
def ildsjel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("plan")) as made:
        assert made.command("migrate").returncode == 0
        yield made


@pytest.fixture(scope="module")
def known(ildsjel: Installation) -> dict[str, Any]:
    made: dict[str, Any] = ildsjel.python(FILL)
    ildsjel.start()
    return made


def answer(page: Page, step: str) -> None:
    """Fill in one page of the conversation and go on."""
    if step in CHOICES:
        page.get_by_label(CHOICES[step]).check()
    for label, words in ANSWERS[step].items():
        page.get_by_label(label).fill(words)
    assert axe_findings(page) == []
    page.get_by_role("button", name="Continue").click()


def test_from_nothing_to_a_signed_plan_that_changes_and_is_printed(
    ildsjel: Installation, known: dict[str, Any]
) -> None:
    plan = f"{ildsjel.url}/o/{known['slug']}/plan/"
    with a_page() as page:
        page.context.add_cookies(
            [{"name": "sessionid", "value": known["session"], "url": ildsjel.url}]
        )
        page.goto(plan)
        page.get_by_role("link", name="Begin", exact=True).click()
        for step in ANSWERS:
            expect(page).to_have_url(re.compile(f"/begin/{step}/$"))
            answer(page, step)
        expect(page.get_by_role("heading", name="Your first plan")).to_be_visible()
        page.get_by_role("button", name="Make the plan").click()
        expect(page).to_have_url(re.compile("/plan/$"))
        light_up(page)
        sign(page, plan)
        change_a_group(page, plan)
        compare(page, plan)
        print_out(page, plan)


def light_up(page: Page) -> None:
    """What belongs to a channel lights up when it has the focus; a click says what it is."""
    facebook = page.locator('.plan-node[data-name="channels/facebook"]')
    facebook.focus()
    lit = page.locator(".plan-node.lit")
    expect(lit).to_have_count(6)  # the goal, two groups, two tactics, and itself
    facebook.click()
    expect(page.locator("#chosen h2")).to_contain_text("Facebook")
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".plan-node.chosen")).to_have_count(0)


def sign(page: Page, plan: str) -> None:
    page.goto(plan + "sign/")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Sign as Marit Lunde").click()
    expect(page.locator(".plan-standing")).to_contain_text("Signed")


def change_a_group(page: Page, plan: str) -> None:
    page.goto(plan + "everything/")
    assert axe_findings(page) == []
    page.get_by_role("link", name="Parents").click()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("What do they need from you?").fill("A message the evening before")
    page.get_by_label("Why is this changed?").fill("We asked them")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Save").click()
    page.goto(plan)
    expect(page.locator(".plan-standing")).to_contain_text("Changed since it was signed")


def compare(page: Page, plan: str) -> None:
    page.goto(plan + "history/")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Compare the two chosen").click()
    expect(page.locator("del")).to_have_text("Know when school closes")
    expect(page.locator("ins")).to_have_text("A message the evening before")
    assert axe_findings(page) == []


def print_out(page: Page, plan: str) -> None:
    """Exactly one page of A4, and nothing of it cut off."""
    page.goto(plan + "management/")
    assert axe_findings(page) == []
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1017})  # A4 within its margins
    cut = page.locator(".paper").evaluate("paper => paper.scrollHeight - paper.clientHeight")
    assert cut <= 1
