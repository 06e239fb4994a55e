"""Every main page of a lively organisation in a real browser: it answers, fits the screen, and
neither axe-core nor the console has anything to say."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.line.installation import Installation, installation
from tests.web.browser import a_page, axe_findings

pytestmark = pytest.mark.browser
FILL = """
from django.test import Client
from ildsjel.channels.models import Channel
from ildsjel.dialogue.models import Conversation, Desk, State
from ildsjel.flow.sample import create_sample
from ildsjel.listening.models import Burst, Mention, Story, Watch
from ildsjel.listening.story_grouping import group_due
from ildsjel.organisation.actions import create_user, open_setup
from ildsjel.organisation.models import Calendar, Member
from ildsjel.strategy.models import Goal
from tests.builders import PASSWORD, make_channel
user = create_user(
    email="ida@bergvik.test",
    password=PASSWORD,
    name="Ida Berg",
    language=given["language"],
    operator=True,
)
member = create_sample(user)
while group_due():
    pass
house = member.organisation
client = Client()
client.force_login(user)
def first(model, **named):
    return model.objects.filter(organisation=house, **named).first().pk
print(json.dumps({
    "slug": house.slug,
    "session": client.cookies["sessionid"].value,
    "setup": open_setup(),
    "thread": first(Conversation, state=State.OPEN, assignee=member),
    "channel": first(Channel),
    "webhook": make_channel(member).pk,
    "watch": first(Watch),
    "burst": first(Burst),
    "post": Mention.objects.filter(organisation=house, item__deleted_at=None).first().item_id,
    "story": Story.objects.filter(organisation=house).order_by("-posts")[0].pk,
    "goal": first(Goal),
    "desk": first(Desk),
    "hours": first(Calendar),
    "member": Member.objects.filter(organisation=house).exclude(pk=member.pk).first().pk,
}))
"""
OURS = {
    "today": "",
    "inbox": "dialogue/",
    "thread": "dialogue/{thread}/",
    "mentions": "listen/",
    "overview": "listen/overview/",
    "compared": "listen/overview/?period=7d&start2=2026-01-01&end2=2026-01-03",
    "bursts": "listen/bursts/",
    "burst": "listen/bursts/{burst}/",
    "post": "listen/posts/{post}/",
    "folded": "listen/?fold=yes",
    "stories": "listen/stories/?period=28d",
    "story": "listen/stories/{story}/",
    "watches": "listen/watches/",
    "watch": "listen/watches/{watch}/",
    "look-back": "listen/watches/{watch}/archive/",
    "language": "listen/watches/language/",
    "word-groups": "listen/watches/groups/",
    "word-group": "listen/watches/groups/add/",
    "plan": "plan/",
    "plan-matrix": "plan/matrix/",
    "plan-everything": "plan/everything/",
    "plan-findings": "plan/findings/",
    "plan-history": "plan/history/",
    "plan-compare": "plan/history/compare/",
    "plan-management": "plan/management/",
    "plan-sign": "plan/sign/",
    "plan-import": "plan/import/",
    "plan-begin": "plan/begin/achieve/",
    "plan-goals": "plan/all/goals/",
    "plan-goal": "plan/goals/{goal}/",
    "goal": "plan/goals/add/",
    "channel-mandate": "plan/channels/add/",
    "channels": "channels/",
    "channel-add": "channels/add/",
    "channel-connect": "channels/add/mastodon/",
    "channel": "channels/{channel}/",
    "channel-edit": "channels/{webhook}/edit/",
    "import": "channels/import/",
    "settings": "settings/",
    "organisation": "settings/organisation/",
    "members": "settings/members/",
    "member": "settings/members/{member}/",
    "hours": "settings/hours/",
    "hours-of-one": "settings/hours/{hours}/",
    "audit": "settings/audit/",
    "desks": "dialogue/desks/",
    "desk": "dialogue/desks/{desk}/",
    "rules": "dialogue/rules/",
    "rule-add": "dialogue/rules/add/",
    "rules-try": "dialogue/rules/try/",
    "search": "search/?q=vei",
}
PAGES = {name: "/o/{slug}/" + path for name, path in OURS.items()} | {
    "profile": "/me/",
    "new": "/new/organisation/",
}
STRANGERS = {"sign-in": "/accounts/login/", "set-up": "/setup/{setup}/you/"}
DARK = [
    "today",
    "thread",
    "mentions",
    "overview",
    "burst",
    "post",
    "stories",
    "story",
    "plan",
    "channel",
]
TOO_WIDE = "(page => page.scrollWidth - page.clientWidth)(document.scrollingElement)"


@pytest.fixture(scope="module")
def ildsjel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("pages")) as made:
        assert made.command("migrate").returncode == 0
        yield made


@pytest.fixture(scope="module")
def known(ildsjel: Installation) -> dict[str, Any]:
    made: dict[str, Any] = ildsjel.python(FILL, language="nb")
    ildsjel.start()
    return made


def come_in(page: Page, ildsjel: Installation, known: dict[str, Any]) -> None:
    cookie = {"name": "sessionid", "value": known["session"], "url": ildsjel.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def faults_on(page: Page, url: str) -> list[str]:
    """What is wrong with the page at this address, a line each."""
    told: list[str] = []

    def listen(line: ConsoleMessage) -> None:
        if line.type == "error":
            told.append(f"console: {line.text}")

    page.on("console", listen)
    answer = page.goto(url)
    faults = axe_findings(page)
    if answer is None or answer.status != 200:
        faults.append(f"status: {answer.status if answer else 'none'}")
    if (wider := page.evaluate(TOO_WIDE)) > 0:
        faults.append(f"{wider} px wider than the screen")
    page.remove_listener("console", listen)
    return faults + told


def walk(page: Page, base: str, known: dict[str, Any], paths: dict[str, str]) -> dict[str, Any]:
    """The pages with faults."""
    found = {name: faults_on(page, base + path.format(**known)) for name, path in paths.items()}
    return {name: faults for name, faults in found.items() if faults}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_every_page(ildsjel: Installation, known: dict[str, Any], width: int, height: int) -> None:
    with a_page(width=width, height=height) as page:
        assert walk(page, ildsjel.url, known, STRANGERS) == {}
        come_in(page, ildsjel, known)
        assert walk(page, ildsjel.url, known, PAGES) == {}
        page.emulate_media(color_scheme="dark")
        assert walk(page, ildsjel.url, known, {name: PAGES[name] for name in DARK}) == {}


def test_a_bar_of_the_overview_opens_its_posts(
    ildsjel: Installation, known: dict[str, Any]
) -> None:
    with a_page() as page:
        come_in(page, ildsjel, known)
        page.goto(ildsjel.url + PAGES["overview"].format(**known))
        for kind in ("svg", "png"):
            with page.expect_download() as saved:
                page.locator(f"[data-chart=share] [data-save={kind}]").click()
            assert saved.value.suggested_filename == f"share.{kind}"
        bars = page.locator("[data-chart=channels] [data-drawing] a")
        bars.first.focus()
        page.keyboard.press("ArrowDown")
        named = page.evaluate("document.activeElement.getAttribute('aria-label')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/listen/?*channel=*")
        assert page.locator("#channel option:checked").inner_text() == named.rpartition(": ")[0]
