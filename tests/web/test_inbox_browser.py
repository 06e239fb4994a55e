"""The inbox in a real browser: a day's work by the keyboard alone, on a screen and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.line.installation import Installation, installation
from tests.web.browser import a_page, axe_findings

pytestmark = pytest.mark.browser
CITIZENS = ["Anne Berg", "Jonas Moe", "Maja Lind", "Ola Vik", "Siri Dahl", "Tor Aas", "Una Lie"]
FILL = """
from datetime import timedelta
from django.utils import timezone
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.engine.items import Address, Author, Item
from ildsjel.flow.inbound import receive
from ildsjel.organisation.models import Member, utc_now
from ildsjel.strategy.actions import save_goal, save_topic
from tests.builders import make_channel, make_desk
owner = Member.objects.get()
save_topic(by=owner, name="Roads")
save_topic(by=owner, name="Schools")
save_goal(by=owner, statement="Answers within the hour")
make_desk(owner, "School desk")
channel = make_channel(owner, "sample", name="Bluesky", identity="us")
items = [
    Item(
        external_id=name,
        text=f"A question from {name}",
        author=Author(external_id=name, handle=name.split()[0].lower(), name=name),
        published_at=utc_now() - timedelta(minutes=50 - number),
        revision=1,
        thread_key=name,
        address=Address.DIRECT,
    )
    for number, name in enumerate(given["citizens"])
]
receive(channel, Batch(items=items, cursor="c"))
print(json.dumps(channel.pk))
"""
SAY = """
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.engine.items import Address, Author, Item
from ildsjel.flow.inbound import receive
from ildsjel.organisation.models import utc_now
name, thread = given["name"], given["thread"] or given["text"]
item = Item(
    external_id=given["text"],
    text=given["text"],
    author=Author(external_id=name, handle=name, name=name),
    published_at=utc_now(),
    revision=1,
    thread_key=thread,
    address=Address.DIRECT,
)
receive(Channel.objects.get(kind="sample"), Batch(items=[item], cursor="c"))
"""
SESSION = """
from django.test import Client
from ildsjel.organisation.models import User
client = Client()
client.force_login(User.objects.get())
print(json.dumps(client.cookies["sessionid"].value))
"""


@pytest.fixture(scope="module")
def ildsjel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("inbox")) as made:
        made.prepare()
        made.python(FILL, citizens=CITIZENS)
        made.start()
        yield made


@pytest.fixture(scope="module")
def session(ildsjel: Installation) -> str:
    return str(ildsjel.python(SESSION))


def enter(page: Page, ildsjel: Installation, session: str, query: str = "?view=open") -> None:
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": ildsjel.url}])
    page.goto(f"{ildsjel.url}/o/{ildsjel.slug}/dialogue/{query}")


@pytest.fixture
def page(ildsjel: Installation, session: str) -> Iterator[Page]:
    with a_page() as page:
        enter(page, ildsjel, session)
        yield page


def open_one(page: Page, name: str) -> None:
    """Open a conversation by the keyboard: up or down the list to its row, then Enter."""
    row = page.locator(".conv-link", has_text=name)
    for key in ["k"] * 12 + ["j"] * 12:
        if row.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(".thread-title h2")).to_have_text(name)


def test_opening_moves_nothing_but_the_thread(page: Page) -> None:
    page.evaluate("window.sameDocument = true")
    open_one(page, "Una Lie")
    expect(page.locator(".conv [aria-current]")).to_contain_text("Una Lie")
    expect(page.locator(".pane-context")).to_contain_text("What was promised")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".thread-title h2")).to_have_text("Tor Aas")
    expect(page.locator(".conv [aria-current]")).to_contain_text("Tor Aas")
    assert page.evaluate("window.sameDocument") is True
    page.go_back()
    expect(page.locator(".thread-title h2")).to_have_text("Una Lie")
    expect(page.locator(".inbox")).to_be_visible()


def test_sorting_by_keys(page: Page) -> None:
    open_one(page, "Siri Dahl")
    page.keyboard.press("t")
    page.keyboard.press("s")  # the choice that begins with it: Schools
    page.keyboard.press("Enter")
    expect(page.locator(".conv [aria-current] .conv-topic")).to_have_text("Schools")
    page.keyboard.press("a")
    expect(page.locator(".pane-context")).to_contain_text("Ida Berg")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".pane-context")).to_contain_text("Answers within the hour")
    page.keyboard.press("u")
    expect(page.locator(".pane-context")).not_to_contain_text("Answers within the hour")


def test_closing_and_snoozing_lead_on_and_u_leads_back(page: Page) -> None:
    open_one(page, "Ola Vik")
    page.keyboard.press("e")
    expect(page.locator(".thread-title h2")).to_have_text("Maja Lind")
    expect(page.locator(".conv-link", has_text="Ola Vik")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".thread-title h2")).to_have_text("Ola Vik")
    expect(page.locator(".conv-link", has_text="Ola Vik")).to_have_count(1)
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(page.locator(".thread-title h2")).to_have_text("Maja Lind")
    page.keyboard.press("u")
    expect(page.locator(".conv-link", has_text="Ola Vik")).to_have_count(1)


def test_a_reply_leaves_and_its_status_ticks_in_place(page: Page) -> None:
    open_one(page, "Anne Berg")
    page.keyboard.press("r")
    page.keyboard.type("At ten o'clock.")
    page.keyboard.press("Control+Enter")
    reply = page.locator(".message-reply", has_text="At ten o'clock.")
    expect(reply).to_contain_text("Waiting to be sent")
    expect(page.locator("#composer-text")).to_have_value("")
    page.keyboard.press("n")
    page.keyboard.type("Checked with the pool.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message-note")).to_contain_text("Checked with the pool.")
    page.evaluate("window.sameDocument = true")
    expect(reply.locator(".status", has_text=re.compile("^Sent$"))).to_be_visible(timeout=30_000)
    assert page.evaluate("window.sameDocument") is True


def test_a_reply_is_taken_back(page: Page) -> None:
    open_one(page, "Jonas Moe")
    page.keyboard.press("r")
    page.keyboard.type("Not quite rihgt")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message-reply")).to_contain_text("Waiting to be sent")
    page.keyboard.press("u")
    expect(page.locator("#composer-text")).to_have_value("Not quite rihgt")
    expect(page.locator(".message-reply")).to_contain_text("Taken back")


def test_half_an_answer_waits_for_its_writer(page: Page) -> None:
    open_one(page, "Maja Lind")
    page.keyboard.press("r")
    page.keyboard.type("Half an ans")
    with page.expect_response(re.compile("/draft/")):
        page.keyboard.press("Escape")
    open_one(page, "Siri Dahl")
    expect(page.locator("#composer-text")).to_have_value("")
    open_one(page, "Maja Lind")
    expect(page.locator("#composer-text")).to_have_value("Half an ans")


def test_what_is_new_waits_to_be_let_in(page: Page, ildsjel: Installation) -> None:
    ildsjel.python(SAY, name="Nora Ny", text="Somebody there?", thread="")
    pill = page.locator(".live-pill")
    expect(pill).to_have_text("1 new", timeout=15_000)
    expect(page.locator(".conv-link", has_text="Nora Ny")).to_have_count(0)
    page.keyboard.press(".")
    expect(page.locator(".conv-link", has_text="Nora Ny")).to_have_count(1)
    open_one(page, "Nora Ny")
    page.keyboard.press("r")
    page.keyboard.type("We are here.")
    ildsjel.python(SAY, name="Nora Ny", text="Forget it!", thread="Somebody there?")
    expect(page.locator("#thread-live")).to_contain_text("1 new message", timeout=15_000)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".composer [role=alert]")).to_contain_text("nothing was sent")
    expect(page.locator("#messages")).to_contain_text("Forget it!")
    expect(page.locator("#composer-text")).to_have_value("We are here.")


def test_several_at_once(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.locator("#selection")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Take").click()
    expect(page.locator(".toast")).to_contain_text("2 assigned.")
    page.keyboard.press("u")
    expect(page.locator(".toast", has_text="2 assigned.")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_one_pane_at_a_time(ildsjel: Installation, session: str, dark: bool) -> None:
    with a_page(width=390, height=844, dark=dark) as phone:
        enter(phone, ildsjel, session)
        expect(phone.locator(".pane-thread")).to_be_hidden()
        phone.get_by_text("A question from Tor Aas").click()
        expect(phone.locator(".thread-title h2")).to_have_text("Tor Aas")
        expect(phone.locator(".pane-list")).to_be_hidden()
        assert axe_findings(phone) == []
        phone.get_by_label("Back to the list").click()
        expect(phone.locator(".pane-list")).to_be_visible()
        expect(phone.locator(".pane-thread")).to_be_hidden()
        assert axe_findings(phone) == []


@pytest.mark.parametrize("dark", [False, True])
def test_axe_is_silent(ildsjel: Installation, session: str, dark: bool) -> None:
    with a_page(dark=dark) as page:
        enter(page, ildsjel, session)
        assert axe_findings(page) == []
        open_one(page, "Tor Aas")
        assert axe_findings(page) == []
        page.keyboard.press("s")
        assert axe_findings(page) == []
