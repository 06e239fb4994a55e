"""A citizen asks on three real networks; a person answers in a real browser; the citizen reads
it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.line.installation import Installation, eventually, installation
from tests.line.networks import Network, all_networks
from tests.web.browser import a_page

pytestmark = [pytest.mark.servers, pytest.mark.browser]


@pytest.fixture(scope="module")
def networks() -> Iterator[dict[str, Network]]:
    with all_networks() as found:
        yield found


@pytest.fixture(scope="module")
def ildsjel(
    networks: dict[str, Network], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("line")) as made:
        made.prepare(*[each.channel for each in networks.values()], watch="Bergvik")
        made.start()
        yield made


@pytest.fixture
def page(ildsjel: Installation) -> Iterator[Page]:
    with a_page() as page:
        page.goto(f"{ildsjel.url}/accounts/login/")
        page.get_by_label(re.compile("e-?mail", re.I)).fill(ildsjel.email)
        page.get_by_label("Password", exact=True).fill(ildsjel.password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        yield page


@pytest.mark.parametrize("name", ["bluesky", "mastodon", "mail"])
def test_from_a_real_post_to_an_answer_on_the_network(
    ildsjel: Installation, networks: dict[str, Network], page: Page, name: str
) -> None:
    network = networks[name]
    question = f"When does the pool in Bergvik open on Sundays, asked by {name}?"
    page.goto(f"{ildsjel.url}/o/{ildsjel.slug}/dialogue/")
    asked = network.ask(question)
    row = page.get_by_text(question).first
    pill = page.get_by_text(re.compile(r"\d+ new"))
    expect(row.or_(pill).first).to_be_visible(timeout=30_000)
    page.keyboard.press(".")
    expect(row).to_be_visible()
    row.click()
    expect(page.get_by_text("Promised", exact=False).first).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type(f"At ten o'clock, dear {name}.")
    page.keyboard.press("Control+Enter")
    read = eventually(lambda: network.answers(asked), seconds=60)
    assert len(read) == 1
    assert f"At ten o'clock, dear {name}." in read[0]
