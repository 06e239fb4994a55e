"""Bluesky's notifications, threads and profiles, from a real AppView in front of a real PDS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ildsjel.connectors.bluesky import Bluesky, notifications
from ildsjel.connectors.protocol import Account, Batch, Refused
from ildsjel.engine.items import Address, Item
from tests.servers.appview import AppView, bluesky_network
from tests.servers.pds import Pds, Session
from tools.server_installs import CannotInstall

pytestmark = pytest.mark.servers

BLUESKY = Bluesky()
Post = tuple[str, str]


@pytest.fixture(scope="module")
def network() -> Iterator[tuple[Pds, AppView]]:
    try:
        with bluesky_network() as servers:
            yield servers
    except CannotInstall as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def pds(network: tuple[Pds, AppView]) -> Pds:
    return network[0]


@pytest.fixture(scope="module")
def appview(network: tuple[Pds, AppView]) -> AppView:
    return network[1]


@pytest.fixture(scope="module")
def citizen(pds: Pds) -> Session:
    return pds.create_account("citizen")


@pytest.fixture(scope="module")
def library(pds: Pds) -> Session:
    return pds.create_account("library")


@pytest.fixture(scope="module")
def ours(appview: AppView, library: Session) -> Post:
    """A post of the library's that is there for all."""
    return shown(appview, library.post("Vi er her"))


@pytest.fixture
def one_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "PAGE", 1)


@pytest.fixture
def account(pds: Pds, appview: AppView, library: Session) -> Account:
    return Account(
        settings={"service_url": pds.url, "appview_url": appview.url, "handle": library.handle},
        secrets={"app_password": library.password},
        identity=library.did,
    )


def shown(appview: AppView, post: Post) -> Post:
    appview.wait_for(post[0])
    return post


def fetch_all(account: Account, cursor: str = "") -> list[Batch]:
    """From the cursor to the end, as the loop reads: with the tokens that were given."""
    batches = [BLUESKY.fetch(account, cursor)]
    if (secrets := batches[0].secrets) is not None:
        account = replace(account, secrets=secrets)
    while batches[-1].more:
        batches.append(BLUESKY.fetch(account, batches[-1].cursor))
    return batches


def items(batches: list[Batch]) -> dict[str, Item]:
    assert [rejected for batch in batches for rejected in batch.rejected] == []
    return {item.external_id: item for batch in batches for item in batch.items}


def ago(**distance: float) -> str:
    return (datetime.now(UTC) - timedelta(**distance)).isoformat().replace("+00:00", "Z")


def quote_of(post: Post) -> dict[str, object]:
    record = {"uri": post[0], "cid": post[1]}
    return {"embed": {"$type": "app.bsky.embed.record", "record": record}}


def test_notifications_are_mentions_answers_and_quotes(
    account: Account, appview: AppView, citizen: Session, library: Session, ours: Post
) -> None:
    mention = shown(appview, citizen.mention(library, "har dere åpent?"))
    answer = shown(appview, citizen.reply("Så fint", ours, ours))
    quote = shown(appview, citizen.post("Se her!", **quote_of(ours)))
    citizen.like(ours)
    citizen.post("Til alle og ingen")
    last = shown(appview, citizen.reply("Og takk", ours, ours))
    batches = fetch_all(account)
    read = items(batches)
    assert {uri: read[uri].address for uri in read} == {
        mention[0]: Address.MENTION,
        answer[0]: Address.REPLY,
        quote[0]: Address.MENTION,
        last[0]: Address.REPLY,
    }
    assert read[mention[0]].text == f"@{library.handle} har dere åpent?"
    assert read[mention[0]].author.handle == citizen.handle
    assert read[answer[0]].thread_key == ours[0]
    assert read[answer[0]].reply_context["cid"] == answer[1]
    assert batches[0].secrets is not None


def test_notifications_page_by_page(
    account: Account,
    appview: AppView,
    citizen: Session,
    ours: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [citizen.reply(f"Spørsmål {n}", ours, ours) for n in range(5)]
    appview.wait_for(answers[-1][0])
    at_once = items(fetch_all(account))
    assert {uri for uri, _ in answers} <= set(at_once)
    monkeypatch.setattr(notifications, "PAGE", 2)
    pages = fetch_all(account)
    assert len(pages) > 2
    assert max(len(page.items) for page in pages) <= 2
    assert items(pages) == at_once


@pytest.mark.usefixtures("one_a_page")
def test_a_question_below_a_heap_of_likes_is_found(
    account: Account, appview: AppView, citizen: Session, library: Session, ours: Post
) -> None:
    """Asked for questions alone, the AppView would give up after ten pages of likes."""
    question = shown(appview, citizen.reply("Er det plass til flere?", ours, ours))
    liked = [library.post(f"Nyhet {n}") for n in range(12)]
    appview.wait_for(liked[-1][0])
    for post in liked:
        citizen.like(post)
    shown(appview, citizen.post("Jeg liker alt"))
    assert question[0] in items(fetch_all(account))


def test_what_was_read_long_ago_is_not_read_again(
    account: Account, appview: AppView, citizen: Session, ours: Post
) -> None:
    old = shown(appview, citizen.reply("I går", ours, ours, createdAt=ago(hours=20)))
    new = shown(appview, citizen.reply("I dag", ours, ours))
    first = fetch_all(account)
    assert {old[0], new[0]} <= set(items(first))
    second = items(fetch_all(account, first[-1].cursor))
    assert new[0] in second
    assert old[0] not in second


def test_what_comes_late_is_read_though_it_stands_below(
    account: Account, appview: AppView, citizen: Session, ours: Post
) -> None:
    """The AppView lists by the time that the author's clock gave; clocks are wrong."""
    shown(appview, citizen.reply("Nå", ours, ours))
    cursor = fetch_all(account)[-1].cursor
    slow = citizen.reply("Klokka mi går sakte", ours, ours, createdAt=ago(minutes=20))
    appview.wait_for(slow[0])
    assert slow[0] in items(fetch_all(account, cursor))


def test_a_deleted_question_is_no_longer_told(
    account: Account, appview: AppView, citizen: Session, ours: Post
) -> None:
    regretted = shown(appview, citizen.reply("Glem det", ours, ours))
    citizen.delete(regretted[0])
    shown(appview, citizen.post("Puh"))
    assert regretted[0] not in items(fetch_all(account))
    with pytest.raises(Refused, match="any more"):
        BLUESKY.thread(account, regretted[0])


def test_thread_brings_what_came_before_and_after(
    account: Account, appview: AppView, citizen: Session, library: Session
) -> None:
    root = shown(appview, citizen.post("Hva skjer på lørdag?"))
    question = shown(appview, citizen.reply("For barn, altså", root, root))
    answer = shown(appview, library.reply("Lesestund!", question, root))
    thanks = [shown(appview, citizen.reply(text, answer, root)) for text in ("Takk!", "Når?")]
    beside = shown(appview, library.reply("Det gjør vi også", root, root))
    read = items([BLUESKY.thread(account, answer[0])])
    assert set(read) == {post[0] for post in (root, question, answer, *thanks)}
    assert {item.thread_key for item in read.values()} == {root[0]}
    assert {uri for uri in read if read[uri].own} == {answer[0]}
    assert read[answer[0]].parent_id == question[0]
    whole = items([BLUESKY.thread(account, root[0])])
    assert set(whole) == {*read, beside[0]}


def test_thread_shows_an_edited_post_as_it_is_now(
    account: Account, appview: AppView, citizen: Session
) -> None:
    root = shown(appview, citizen.post("Åpent til ti"))
    citizen.edit(root[0], "Åpent til fem")
    shown(appview, citizen.post("Rettet"))
    assert items([BLUESKY.thread(account, root[0])])[root[0]].text == "Åpent til fem"


def test_thread_passes_over_what_is_gone_or_blocked(
    account: Account, appview: AppView, pds: Pds, citizen: Session, ours: Post
) -> None:
    angry = pds.create_account("angry")
    root = shown(appview, citizen.post("Er dette riktig?"))
    regretted = shown(appview, citizen.reply("Nei", root, root))
    below = shown(appview, citizen.reply("Jo", regretted, root))
    shouted = shown(appview, angry.reply("NEI", root, root))
    citizen.delete(regretted[0])
    citizen.create("app.bsky.graph.block", subject=angry.did)
    shown(appview, citizen.post("Slik"))
    assert set(items([BLUESKY.thread(account, root[0])])) == {root[0]}
    assert set(items([BLUESKY.thread(account, below[0])])) == {below[0]}
    assert set(items([BLUESKY.thread(account, shouted[0])])) == {shouted[0]}


@pytest.mark.parametrize("repo", ["citizen", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"])
def test_thread_that_is_not_there(account: Account, citizen: Session, repo: str) -> None:
    did = citizen.did if repo == "citizen" else repo
    with pytest.raises(Refused, match="any more"):
        BLUESKY.thread(account, f"at://{did}/app.bsky.feed.post/3aaaaaaaaaaaa")


def test_authors_are_looked_up_in_bulk(
    account: Account, appview: AppView, pds: Pds, library: Session, ours: Post
) -> None:
    kari = pds.create_account("kari")
    kari.put_profile("Kari Å. Nordmann")
    shown(appview, kari.post("Hei"))
    nobody = [f"did:plc:{n:a>24}" for n in range(30)]
    found = BLUESKY.authors(account, [kari.did, *nobody, "rubbish", library.did])
    assert {did: author.handle for did, author in found.items()} == {
        kari.did: kari.handle,
        library.did: library.handle,
    }
    assert found[kari.did].name == "Kari Å. Nordmann"
