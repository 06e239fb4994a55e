"""Writing a watch in a real browser: the preview follows what is typed, and one click leaves a word
out."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.line.installation import Installation, installation
from tests.web.browser import a_page, axe_findings

pytestmark = pytest.mark.browser
FILL = """
from datetime import timedelta
from django.test import Client
from ildsjel.engine.items import Author, Item
from ildsjel.listening import archive, keeping
from ildsjel.organisation.models import utc_now
from tests.builders import make_channel, make_owner
owner = make_owner()
owner.organisation.archive_days = 30
owner.organisation.save()
channel = make_channel(owner)
texts = ["vann er borte", "farris er vann", "vatn i kjellaren", "sol", "skolevann"] * 4
items = [
    Item(
        external_id=f"post-{number}",
        text=f"{text} {number}",
        author=Author(external_id="did:1"),
        published_at=utc_now() - timedelta(days=number % 5),
        revision=1,
        thread_key=f"post-{number}",
    )
    for number, text in enumerate(texts)
]
rows = archive.table_of(items, channel=channel.pk, network="bluesky", received_at=utc_now())
archive.append(keeping.folder_of(owner.organisation_id), rows)
client = Client()
client.force_login(owner.user)
print(json.dumps({
    "slug": owner.organisation.slug, "session": client.cookies["sessionid"].value,
}))
"""


@pytest.fixture(scope="module")
def ildsjel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("preview")) as made:
        assert made.command("migrate").returncode == 0
        yield made


@pytest.fixture(scope="module")
def known(ildsjel: Installation) -> dict[str, Any]:
    made: dict[str, Any] = ildsjel.python(FILL)
    ildsjel.start()
    return made


def test_the_preview_follows_what_is_typed(ildsjel: Installation, known: dict[str, Any]) -> None:
    with a_page() as page:
        cookie = {"name": "sessionid", "value": known["session"], "url": ildsjel.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(f"{ildsjel.url}/o/{known['slug']}/listen/watches/add/")
        words, shown = page.locator("#id_query"), page.locator("#watch-check")
        words.press_sequentially("vann OR (vatn")
        expect(shown).to_contain_text("This parenthesis is never closed.")
        words.press_sequentially(")")
        expect(shown).to_contain_text("posts a day")
        expect(shown.locator("tbody code")).to_contain_text(["vann", "vatn"])
        expect(page.locator("#watch-said")).to_contain_text("posts a day")
        shown.get_by_text("that nearly match").click()
        expect(shown).to_contain_text("It holds vann only within a longer word.")
        assert axe_findings(page) == []
        noise = shown.locator(".trial li", has_text="farris er vann").first.get_by_label("Noise")
        noise.check()
        leave_out = shown.get_by_role("button", name="NOT farris")
        expect(leave_out).to_be_visible()
        expect(page.locator(":focus")).to_have_attribute("id", str(noise.get_attribute("id")))
        leave_out.click()
        expect(words).to_have_value("(vann OR (vatn)) NOT farris")
        expect(shown.locator(".preview-chart rect").first).to_be_attached()
        page.get_by_role("button", name="Begin listening").click()
        page.wait_for_url("**/archive/?new")
        expect(page.locator("main")).to_contain_text("The archive holds 5 days.")
        page.get_by_role("button", name="Look in the archive").click()
        expect(page.locator("#lookback")).to_contain_text("Done: 8 new posts found among 20.")
