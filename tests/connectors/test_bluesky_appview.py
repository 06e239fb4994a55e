"""Bluesky's threads and notifications: a real PDS, in front of a double of the AppView."""

from collections.abc import Iterator

import pytest

from ildsjel.connectors.bluesky import Bluesky
from ildsjel.connectors.protocol import Account, Batch, Refused
from ildsjel.engine.items import Address
from tests.servers.appview import AppView, appview_server, view
from tests.servers.pds import Pds, Session, pds_server
from tools.server_installs import CannotInstall

pytestmark = pytest.mark.servers

BLUESKY = Bluesky()


@pytest.fixture(scope="module")
def appview() -> Iterator[AppView]:
    with appview_server() as server:
        yield server


@pytest.fixture(scope="module")
def pds(appview: AppView) -> Iterator[Pds]:
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
def account(pds: Pds, appview: AppView, library: Session) -> Account:
    return Account(
        settings={"service_url": pds.url, "appview_url": appview.url, "handle": library.handle},
        secrets={"app_password": library.password},
        identity=library.did,
    )


def fetch_all(account: Account, cursor: str) -> list[Batch]:
    batches = [BLUESKY.fetch(account, cursor)]
    while batches[-1].more:
        batches.append(BLUESKY.fetch(account, batches[-1].cursor))
    return batches


def ids(batches: list[Batch]) -> list[str]:
    return [item.external_id for batch in batches for item in batch.items]


def test_notifications_page_by_page_and_only_what_is_new(
    account: Account, appview: AppView, citizen: Session, library: Session
) -> None:
    ours = library.post("Vi er her")
    answers = [citizen.reply(f"Spørsmål {n}", ours, ours)[0] for n in range(5)]
    for uri in answers[:4]:
        appview.notify("reply", citizen, uri)
    appview.notify("like", citizen, answers[0])
    first = fetch_all(account, "")
    assert len(first) == 3
    assert sorted(ids(first)) == sorted(answers[:4])
    assert first[0].items[0].address is Address.REPLY
    assert first[0].items[0].author.handle == "citizen.test"
    assert first[0].secrets is not None

    appview.notify("reply", citizen, answers[4])
    second = fetch_all(account, first[-1].cursor)
    assert answers[4] in ids(second)
    # Inclusive: the newest of last time may come again, older ones do not.
    assert set(ids(second)) <= {answers[4], answers[3]}


def test_fetch_without_credentials_asks_nobody() -> None:
    account = Account(settings={"service_url": "http://localhost:9"})
    assert BLUESKY.fetch(account, "here") == Batch(cursor="here")


def test_thread_brings_what_came_before_and_after(
    account: Account, appview: AppView, citizen: Session, library: Session
) -> None:
    root = citizen.post("Hva skjer på lørdag?")
    ours = library.reply("Lesestund!", root, root)
    thanks = citizen.reply("Takk!", ours, root)
    kind = {"$type": "app.bsky.feed.defs#threadViewPost"}
    hidden = {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True}
    appview.threads[ours[0]] = {
        **kind,
        "post": view(library, ours[0]),
        "parent": {**kind, "post": view(citizen, root[0]), "replies": []},
        "replies": [
            hidden,
            {**kind, "post": view(citizen, thanks[0])},
            {**kind, "post": {"uri": "at://did:plc:x/app.bsky.feed.post/1", "record": "nonsense"}},
        ],
    }
    batch = BLUESKY.thread(account, ours[0])
    assert sorted(ids([batch])) == sorted([root[0], ours[0], thanks[0]])
    assert {item.thread_key for item in batch.items} == {root[0]}
    assert len(batch.rejected) == 1


def test_thread_that_is_gone(account: Account) -> None:
    with pytest.raises(Refused, match="any more"):
        BLUESKY.thread(account, "at://did:plc:x/app.bsky.feed.post/3gone")


def test_authors_are_looked_up_in_bulk(account: Account, appview: AppView) -> None:
    dids = [f"did:plc:{n:024}" for n in range(30)]
    for did in dids:
        appview.profiles[did] = {"did": did, "handle": f"p{did[-3:]}.test", "displayName": "Å"}
    found = BLUESKY.authors(account, [*dids, "did:plc:gone", "rubbish"])
    assert set(found) == set(dids)
    assert found[dids[7]].handle == "p007.test"
