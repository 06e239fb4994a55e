"""Answers that were not sent and notes half written, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.line.installation import Installation, installation
from tests.web.browser import a_page, axe_findings

pytestmark = pytest.mark.browser
FILL = """
from datetime import timedelta
from django.test import Client
from ildsjel.channels.actions import switch
from ildsjel.dialogue.actions import reply
from ildsjel.dialogue.models import Message
from ildsjel.engine.items import Author
from ildsjel.flow.outbound import return_stranded
from ildsjel.organisation.models import Member, User
from tests.builders import make_channel, make_conversation
owner = Member.objects.get()
bluesky = make_channel(owner, "sample", name="Bluesky", identity="us")
form = make_channel(owner, "sample", name="Web form", identity="us")
def ask(name, text, channel):
    return make_conversation(owner, text, channel, author=Author(external_id=name, name=name))
def answer(row, text, **fields):
    late = timedelta(hours=1)
    message = reply(by=owner, conversation=row, text=text, seen=None, take_back=late)
    Message.objects.filter(pk=message.pk).update(**fields)
ask("Anne Berg", "When does the pool open?", bluesky)
answer(ask("Jonas Moe", "Is the bridge closed?", bluesky), "It opens again on Monday.",
       delivery="failed", error="The network said no: the thread is gone.", due_at=None)
answer(ask("Maja Lind", "Who clears our road?", bluesky), "The municipality does, by seven.",
       delivery="unsure", error="The connection was lost before the answer came.", due_at=None)
answer(ask("Ola Vik", "Where do I apply for day care?", form), "On our pages, until 1 March.")
switch(by=owner, channel=form, on=False)
return_stranded()
client = Client()
client.force_login(User.objects.get())
print(json.dumps(client.cookies["sessionid"].value))
"""


@pytest.fixture(scope="module")
def ildsjel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("unsent")) as made:
        made.prepare()
        made.start()
        yield made


@pytest.fixture(scope="module")
def session(ildsjel: Installation) -> str:
    return str(ildsjel.python(FILL))


def enter(page: Page, ildsjel: Installation, session: str, path: str) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": ildsjel.url}])
    page.goto(f"{ildsjel.url}/o/{ildsjel.slug}/{path}")


@pytest.mark.parametrize("width", [1280, 390])
def test_from_today_to_the_list_to_the_words(
    ildsjel: Installation, session: str, width: int
) -> None:
    with a_page(width=width) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=ildsjel.url)
        enter(page, ildsjel, session, "")
        group = page.get_by_role("region", name="Answers that were not sent")
        expect(group.locator(".conv")).to_have_count(3)
        assert axe_findings(page) == []
        group.get_by_text("Ola Vik").click()
        bubble = page.locator(".message-is-failed")
        expect(bubble).to_contain_text("The channel was switched off before this was sent.")
        expect(bubble.get_by_role("button", name="Send again")).to_have_count(0)
        assert axe_findings(page) == []
        bubble.get_by_role("button", name="Copy text").click()
        expect(page.locator("#toasts")).to_contain_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == "On our pages, until 1 March."
        page.goto(f"{ildsjel.url}/o/{ildsjel.slug}/dialogue/?view=unsent")
        expect(page.locator(".conv")).to_have_count(3)
        expect(page.locator(".conv", has_text="Maja Lind")).to_contain_text("Unsure if sent")
        assert axe_findings(page) == []


def test_a_note_and_a_reply_are_kept_beside_each_other(ildsjel: Installation, session: str) -> None:
    with a_page() as page:
        enter(page, ildsjel, session, "dialogue/?view=open")
        page.locator(".conv-link", has_text="Anne Berg").click()
        box = page.locator("#composer-text")
        box.fill("At ten on Saturdays")
        page.get_by_role("radio", name="Note").locator("..").click()
        expect(box).to_have_value("")
        expect(page.locator("[data-kept=reply]")).to_be_visible()
        with page.expect_response(lambda answer: "Siri" in (answer.request.post_data or "")):
            box.fill("Ask Siri about the holidays")
        page.reload()
        expect(box).to_have_value("At ten on Saturdays")
        page.locator("body").press("n")
        expect(box).to_have_value("Ask Siri about the holidays")
        page.get_by_role("button", name="Add note").click()
        expect(page.locator(".message-note")).to_contain_text("Ask Siri about the holidays")
        expect(box).to_have_value("At ten on Saturdays")
        expect(page.get_by_role("radio", name="Reply")).to_be_checked()
        expect(page.locator("[data-kept=note]")).to_be_hidden()


def test_what_is_put_aside_is_gone_from_the_list(ildsjel: Installation, session: str) -> None:
    with a_page() as page:
        enter(page, ildsjel, session, "dialogue/?view=unsent")
        page.locator(".conv-link", has_text="Jonas Moe").click()
        page.get_by_role("button", name="Put aside").click()
        expect(page.locator(".message-is-taken_back")).to_contain_text("It opens again on Monday.")
        expect(page.locator(".conv")).to_have_count(2)
        expect(page.locator("[data-count=view-unsent]")).to_have_text("2")
