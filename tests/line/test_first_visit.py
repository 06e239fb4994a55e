"""The first hour with Ildsjel, as a person has it: the one-time link, the set-up, the first entry
that arrives; the sample organisation instead; a second step at sign-in."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect

from tests.builders import PASSWORD
from tests.line.feed import Newspaper, newspaper
from tests.line.installation import Installation, eventually, installation
from tests.web.browser import a_page, axe_findings

pytestmark = [pytest.mark.servers, pytest.mark.browser]

# The next look at the feeds is five minutes away; this brings it here.
TIME_FOR_ANOTHER_LOOK = """
from ildsjel.channels.models import Channel
from ildsjel.organisation.models import utc_now
Channel.objects.filter(kind="feeds").update(due_at=utc_now())
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    """An installation that nobody has set up yet, running."""
    with installation(tmp_path / "data") as made:
        made.start()
        yield made


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    with newspaper() as found:
        yield found


@pytest.fixture
def page() -> Iterator[Page]:
    with a_page() as found:
        found.set_default_timeout(30_000)
        yield found


def one_time_link(ildsjel: Installation) -> str:
    """The link as `ildsjel up` prints it."""
    found = re.search(r"http://\S+/setup/\S+/", ildsjel.printed)
    assert found is not None, ildsjel.printed
    return found[0]


def go_on(page: Page, button: str = "Continue") -> None:
    page.get_by_role("button", name=button, exact=True).click()


def at_step(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert axe_findings(page) == []


def expect_mistake(page: Page, words: str) -> None:
    """The page says what is wrong, on top and at the field."""
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator(".field-error").filter(has_text=words)).to_be_visible()


def say_who(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Your name").fill("Kari Nordmann")
    page.get_by_label("E-mail address").fill("kari@bergvik.test")
    page.get_by_label("Password").fill(password)


def say_what_organisation(page: Page) -> None:
    at_step(page, "Your organisation")
    page.get_by_label("Name", exact=True).fill("Bergvik kommune")
    page.get_by_label("Language").select_option("English")
    page.get_by_label("Country").select_option("NO")
    page.get_by_label("Time zone").select_option("Europe/Oslo")
    go_on(page)


def say_what_for(page: Page) -> None:
    at_step(page, "What is it for?")
    page.get_by_label("Lower cost").or_(page.get_by_label(re.compile("Fewer need to call"))).check()
    page.get_by_label("In your own words").fill("Nobody has to call about the pool")
    page.get_by_label("Who are you there for?").fill("Families\nPeople new in town")


def say_who_answers(page: Page) -> None:
    page.get_by_label("Name of the desk").fill("Service centre")
    page.get_by_label("Monday to Friday").fill("8–15:30")
    page.get_by_label("A first answer within").fill("1 h 30 min")


def listen_to(page: Page, feed: str) -> None:
    """The feed alone: neither Bluesky nor the hashtags that the page suggests."""
    page.get_by_label("Listen on Bluesky").uncheck()
    page.get_by_label("Hashtags on Mastodon").fill("")
    page.get_by_label("News feeds").fill(feed)


def begin(page: Page, slug: str) -> None:
    go_on(page, "Begin listening")
    page.wait_for_url(re.compile(rf"/o/{slug}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_from_the_printed_link_to_the_first_entry(
    fresh: Installation, paper: Newspaper, page: Page
) -> None:
    paper.publish("Concert tonight", "The choir sings in the church at seven.")
    link = one_time_link(fresh)
    page.goto(link)
    walk_through(page, paper)
    expect(page.get_by_text("Bergvik kommune is ready, and listens from now on.")).to_be_visible()
    expect(page.get_by_text("Nobody has to call about the pool")).to_be_visible()
    eventually(lambda: paper.asked)
    entry_arrives(fresh, paper, page)
    with a_page() as another:
        answer = another.goto(link)
        assert answer is not None and answer.status == 410
        expect(another.get_by_role("heading", level=1)).to_have_text(
            "This set-up link no longer works"
        )


def walk_through(page: Page, paper: Newspaper) -> None:
    """All five steps, with a slip at the first, the fourth and the last, and a way back."""
    at_step(page, "Who are you?")
    say_who(page, password="short")
    go_on(page)
    expect_mistake(page, "too short")
    expect(page.get_by_label("E-mail address")).to_have_value("kari@bergvik.test")
    say_who(page)
    go_on(page)
    say_what_organisation(page)
    say_what_for(page)
    go_on(page, "Back")
    at_step(page, "Your organisation")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Bergvik kommune")
    go_on(page)
    expect(page.get_by_label("Who are you there for?")).to_have_value(
        "Families\nPeople new in town"
    )
    go_on(page)
    opening_hours(page)
    words_to_listen_for(page, paper)


def opening_hours(page: Page) -> None:
    at_step(page, "Who answers, and when?")
    say_who_answers(page)
    page.get_by_label("Saturday").fill("in the morning")
    go_on(page)
    expect_mistake(page, "in the morning")
    expect(page.get_by_label("Name of the desk")).to_have_value("Service centre")
    expect(page.get_by_label("Saturday")).to_have_value("in the morning")
    page.get_by_label("Saturday").fill("10–14")
    go_on(page)


def words_to_listen_for(page: Page, paper: Newspaper) -> None:
    at_step(page, "What shall we listen for?")
    words = page.get_by_label("Words to listen for")
    expect(words).to_have_value(re.compile("bergvik"))  # suggested from the name
    words.fill("")
    words.press_sequentially("(pool OR swimming*")
    expect(page.locator("#words-check .field-error")).to_be_visible()
    words.press_sequentially(") bergvik")
    expect(page.locator("#words-check .tag")).to_have_text(["pool", "swimming…", "bergvik"])
    listen_to(page, paper.url.removeprefix("http://"))
    go_on(page, "Begin listening")
    expect_mistake(page, "is not a web address")
    expect(page.get_by_label("Listen on Bluesky")).not_to_be_checked()
    expect(words).to_have_value("(pool OR swimming*) bergvik")
    page.get_by_label("News feeds").fill(paper.url)
    begin(page, "bergvik-kommune")


def entry_arrives(ildsjel: Installation, paper: Newspaper, page: Page) -> None:
    """What the paper writes next is told on the open page, and stands in the inbox."""
    eventually(lambda: ildsjel.python(LOOKED_AT))
    paper.publish("Why is the swimming hall closed?", "Bergvik has had no warm water for a week.")
    ildsjel.python(TIME_FOR_ANOTHER_LOOK)
    pill = page.get_by_text("1 new", exact=True)
    expect(pill).to_be_visible(timeout=20_000)
    pill.click()
    entry = page.get_by_text("no warm water for a week").first
    expect(entry).to_be_visible()
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Dialogue").click()
    page.wait_for_url(re.compile("/dialogue/"))
    entry.click()
    expect(page.get_by_text("Why is the swimming hall closed?").first).to_be_visible()
    expect(page.get_by_text("Service centre").first).to_be_visible()
    expect(page.get_by_text("The choir sings")).to_have_count(0)


LOOKED_AT = """
from ildsjel.channels.models import Channel
print(json.dumps(Channel.objects.filter(kind="feeds").exclude(last_ok_at=None).exists()))
"""


def test_a_sample_to_look_around_in_and_the_real_one_afterwards(
    fresh: Installation, paper: Newspaper, page: Page
) -> None:
    link = one_time_link(fresh)
    page.goto(link)
    page.get_by_role("link", name="Look around in a sample organisation first").click()
    say_who(page)
    go_on(page, "Make the sample")
    page.wait_for_url(LOOKING_AROUND, timeout=120_000)  # the page leads on by itself
    banner = page.get_by_role("complementary", name="Sample organisation")
    home = page.url
    for room in ["", "dialogue/", "listen/", "plan/", "channels/", "settings/"]:
        answer = page.goto(home + room)
        assert answer is not None and answer.status == 200
        expect(banner).to_contain_text("Everything here is simulated")
    remove_it(page, banner_home=home)
    page.get_by_role("link", name="Set up your organisation").click()
    say_what_organisation(page)
    say_what_for(page)
    go_on(page)
    say_who_answers(page)
    go_on(page)
    listen_to(page, paper.url)
    begin(page, "bergvik-kommune")
    expect(banner).to_have_count(0)
    answer = page.goto(link)
    assert answer is not None and answer.status == 410


LOOKING_AROUND = re.compile(r"/o/[^/]+/$")
HALF_MADE = """
from ildsjel.organisation.models import Organisation
print(json.dumps(Organisation.objects.exists()))
"""
LEFT = """
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Organisation, SampleOrder, User
tables = (Organisation, SampleOrder, Item)
print(json.dumps([table.objects.count() for table in tables] + [User.objects.count()]))
"""


def test_a_sample_is_stopped_by_keyboard_and_leaves_nothing(tmp_path: Path, page: Page) -> None:
    with installation(tmp_path / "data") as ildsjel:
        ildsjel.command("migrate")
        ildsjel.start("web")  # without the loop it waits: there is all the time to press stop
        link = ildsjel.python(LINK)
        page.goto(f"{ildsjel.url}/setup/{link}/sample/")
        say_who(page)
        go_on(page, "Make the sample")
        at_step(page, "The sample is being made")
        expect(page.get_by_role("progressbar", name="So far")).to_be_visible()
        stop = page.get_by_role("button", name="Stop")
        stop.focus()
        with page.expect_response(re.compile("told=")):
            pass  # what is asked for again leaves the focus where it is
        expect(stop).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing of the sample is kept")).to_be_visible()
        ildsjel.command("work", "--once")
        assert ildsjel.python(LEFT) == [0, 0, 0, 1]


LINK = """
from ildsjel.organisation.actions import open_setup
print(json.dumps(open_setup()))
"""


def test_a_sample_whose_worker_is_killed_is_made_all_the_same(
    fresh: Installation, page: Page
) -> None:
    page.goto(one_time_link(fresh))
    page.get_by_role("link", name="Look around in a sample organisation first").click()
    say_who(page)
    go_on(page, "Make the sample")
    at_step(page, "The sample is being made")
    eventually(lambda: fresh.python(HALF_MADE), seconds=60)
    fresh.kill("work")
    page.wait_for_url(LOOKING_AROUND, timeout=120_000)
    organisations, orders, _, people = fresh.python(LEFT)
    assert (organisations, orders, people) == (1, 1, 19)


def remove_it(page: Page, banner_home: str) -> None:
    """One click shows what goes, the next lets it go."""
    page.get_by_role("button", name="Remove the sample").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove the sample?")
    expect(page.get_by_text("Simulated conversations")).to_be_visible()
    go_on(page, "Remove all of it")
    expect(page.get_by_text("all that was simulated is gone")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("You belong to no organisation here")
    start = page.url
    gone = page.goto(banner_home)
    assert gone is not None and gone.status == 404
    page.goto(start)


def sign_in(page: Page, ildsjel: Installation) -> None:
    page.goto(f"{ildsjel.url}/accounts/login/")
    page.get_by_label("E-mail address").fill(ildsjel.email)
    page.get_by_label("Password", exact=True).fill(ildsjel.password)
    go_on(page, "Sign in")


def open_menu(page: Page, name: str) -> None:
    page.locator("summary").filter(has_text="You: Ida Berg").click()
    page.locator(".menu-item").filter(has_text=name).first.click()


def code_now(secret: str) -> str:
    """The code that the phone shows, early enough to be written before it changes."""
    left = 30 - time.time() % 30
    if left < 6:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def another(code: str) -> str:
    """The code with one slip of the finger."""
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def test_a_second_step_at_sign_in(tmp_path: Path, page: Page) -> None:
    with installation(tmp_path / "data") as ildsjel:
        ildsjel.prepare()
        ildsjel.start()
        assert "/setup/" not in ildsjel.printed
        sign_in(page, ildsjel)
        secret = switch_on(page)
        open_menu(page, "Sign out")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        sign_in(page, ildsjel)
        expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
        page.goto(f"{ildsjel.url}/me/")  # the password alone lets nobody in
        expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
        page.get_by_label("Code").fill(another(code_now(secret)))
        go_on(page, "Sign in")
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Code").fill(code_now(secret))
        go_on(page, "Sign in")
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def switch_on(page: Page) -> str:
    """Two-step sign-in by way of the person's own page; the key that the phone now holds."""
    open_menu(page, "You and your sign-in")
    page.get_by_role("link", name="Two-step sign-in").click()
    page.get_by_role("link", name="Switch on").click()
    page.get_by_label("Password").fill(PASSWORD)
    go_on(page, "Go on")
    secret = page.get_by_label("Or write this key into the app").input_value()
    page.get_by_label("Code", exact=True).fill(code_now(secret))
    go_on(page, "Switch on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("listitem").filter(has_text="Two-step sign-in")).to_contain_text("On")
    return secret
