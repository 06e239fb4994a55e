"""Bluesky's AppView in odd shapes that the real one does not take by itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from ildsjel.connectors.bluesky import Bluesky
from ildsjel.connectors.protocol import Account, Batch, Refused
from tests.servers.appview_double import AppViewDouble, appview_double, view
from tests.servers.pds import Pds, Session, pds_server
from tools.server_installs import CannotInstall

pytestmark = pytest.mark.servers

BLUESKY = Bluesky()
Page = dict[str, Any]


@pytest.fixture(scope="module")
def appview() -> Iterator[AppViewDouble]:
    with appview_double() as server:
        yield server


@pytest.fixture(scope="module")
def pds(appview: AppViewDouble) -> Iterator[Pds]:
    try:
        with pds_server(appview_url=appview.url) as server:
            yield server
    except CannotInstall as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def citizen(pds: Pds) -> Session:
    return pds.create_account("citizen")


@pytest.fixture(scope="module")
def library(pds: Pds) -> Session:
    return pds.create_account("library")


@pytest.fixture
def account(pds: Pds, appview: AppViewDouble, library: Session) -> Account:
    return Account(
        settings={"service_url": pds.url, "appview_url": appview.url, "handle": library.handle},
        secrets={"app_password": library.password},
        identity=library.did,
    )


def read_pages(account: Account, appview: AppViewDouble, *pages: Page) -> list[Batch]:
    """What comes of these pages; the cursor of each is the number of the next."""
    appview.answers["listNotifications"] = lambda query: pages[int(query.get("cursor", "0"))]
    batches = [BLUESKY.fetch(account, "")]
    while batches[-1].more:
        assert len(batches) <= len(pages)
        batches.append(BLUESKY.fetch(account, batches[-1].cursor))
    return batches


def ids(batches: list[Batch]) -> list[str]:
    return [item.external_id for batch in batches for item in batch.items]


def page(*notifications: object, cursor: str = "") -> Page:
    return {"notifications": list(notifications), **({"cursor": cursor} if cursor else {})}


def mention(author: Session, text: str) -> dict[str, Any]:
    return {**view(author, author.post(text)[0]), "reason": "mention", "isRead": False}


def test_an_empty_page_is_not_the_end(
    account: Account, appview: AppViewDouble, citizen: Session
) -> None:
    below = mention(citizen, "Nederst")
    batches = read_pages(account, appview, page(cursor="1"), page(cursor="2"), page(below))
    assert ids(batches) == [below["uri"]]


def test_a_notification_without_a_time_is_not_the_end(
    account: Account, appview: AppViewDouble, citizen: Session
) -> None:
    below = mention(citizen, "Nederst")
    timeless = {**mention(citizen, "Når som helst"), "indexedAt": "i går"}
    assert ids(read_pages(account, appview, page(timeless, cursor="1"), page(below))) == [
        below["uri"]
    ]


def test_pages_that_lead_back_to_themselves_end(
    account: Account, appview: AppViewDouble, citizen: Session
) -> None:
    top, below = mention(citizen, "Øverst"), mention(citizen, "Nederst")
    batches = read_pages(account, appview, page(top, cursor="1"), page(below, cursor="1"))
    assert ids(batches) == [top["uri"], below["uri"]]


@pytest.mark.parametrize("answer", [{"notifications": "none"}, {}, page(None, 7, {"reason": []})])
def test_nonsense_instead_of_notifications_is_passed_over(
    account: Account, appview: AppViewDouble, answer: Page
) -> None:
    assert ids(read_pages(account, appview, answer)) == []


def test_notifications_that_are_refused(account: Account, appview: AppViewDouble) -> None:
    appview.answers["listNotifications"] = lambda _: None
    with pytest.raises(Refused, match="NotFound"):
        BLUESKY.fetch(account, "")


def test_fetch_without_credentials_asks_nobody() -> None:
    account = Account(settings={"service_url": "http://localhost:9"})
    assert BLUESKY.fetch(account, "here") == Batch(cursor="here", asked=False)


def test_thread_with_a_post_that_is_nonsense(
    account: Account, appview: AppViewDouble, citizen: Session
) -> None:
    root = citizen.post("Hva skjer på lørdag?")
    nonsense = {"uri": "at://did:plc:x/app.bsky.feed.post/1", "record": "nonsense"}
    kind = {"$type": "app.bsky.feed.defs#threadViewPost"}
    replies = [{**kind, "post": nonsense}, {"$type": "app.bsky.feed.defs#unheardOf"}, None]
    thread = {**kind, "post": view(citizen, root[0]), "replies": replies}
    appview.answers["getPostThread"] = lambda _: {"thread": thread}
    batch = BLUESKY.thread(account, root[0])
    assert ids([batch]) == [root[0]]
    assert len(batch.rejected) == 1


def test_profiles_that_are_nonsense(account: Account, appview: AppViewDouble) -> None:
    did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
    profiles = [{"did": did, "handle": 7, "displayName": []}, None, {"did": "rubbish"}, {}]
    appview.answers["getProfiles"] = lambda _: {"profiles": profiles}
    found = BLUESKY.authors(account, [did])
    assert {key: (author.handle, author.name) for key, author in found.items()} == {did: ("", "")}
