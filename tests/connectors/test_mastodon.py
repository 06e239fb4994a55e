"""The Mastodon connector against servers that speak its API: snac2 and a broad double."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from ildsjel.connectors.mastodon import Mastodon
from ildsjel.connectors.protocol import Account, Batch, Outgoing, Refused, Sent
from ildsjel.engine.items import Address, Item
from tests.servers.mastodon_mock import Mock, mastodon_mock_server
from tests.servers.snac import Person, Snac, snac_server
from tools.server_installs import CannotInstall

pytestmark = pytest.mark.servers
mastodon = Mastodon()
T = TypeVar("T")


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")


@pytest.fixture(scope="module")
def snac() -> Iterator[Snac]:
    try:
        with snac_server() as server:
            yield server
    except CannotInstall as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with mastodon_mock_server("kommune", "citizen", "other") as server:
        yield server


def connected(url: str, token: str, **settings: str) -> Account:
    account = Account(settings={"instance_url": url, **settings}, secrets={"access_token": token})
    identity = mastodon.check(account)
    assert identity is not None
    return replace(account, identity=identity.external_id)


def fetch_until(
    account: Account, cursor: str, wanted: Callable[[Item], bool], *, seconds: float = 25
) -> tuple[Item, str]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        batch = mastodon.fetch(account, cursor)
        cursor = batch.cursor
        for item in batch.items:
            if wanted(item):
                return item, cursor
        time.sleep(0.3)
    raise AssertionError("it did not come")


def answer_to(item: Item, text: str, key: str) -> Outgoing:
    return Outgoing(
        key=key,
        text=text,
        thread_key=item.thread_key,
        parent_id=item.external_id,
        context=item.reply_context,
        language="nb-NO",
    )


def test_from_a_citizens_question_to_the_answer_on_a_real_server(snac: Snac) -> None:
    citizen, token = snac.person("citizen"), snac.add_user("kommune")
    account = connected(snac.url, token)
    cursor = mastodon.fetch(account, "").cursor
    asked = citizen.post("@kommune når åpner brua?")
    item, cursor = fetch_until(account, cursor, lambda item: item.address is not Address.PUBLIC)
    assert item.external_id == asked["uri"]
    assert item.address is Address.MENTION
    assert "når åpner brua?" in item.text

    sent = mastodon.send(account, answer_to(item, "Brua åpner mandag.", "key-1"))
    again = mastodon.send(account, answer_to(item, "Brua åpner mandag.", "key-1"))
    assert again.external_id == sent.external_id
    ours = _posts_of(citizen, "kommune")
    assert [each["uri"] for each in ours] == [sent.external_id]
    assert ours[0]["in_reply_to_id"] == asked["id"]
    assert "Brua åpner mandag." in ours[0]["content"]

    own, _ = fetch_until(account, cursor, lambda each: each.own)
    assert (own.external_id, own.thread_key) == (sent.external_id, item.external_id)
    thread = mastodon.thread(account, item.reply_context)
    assert [each.external_id for each in thread.items] == [item.external_id, sent.external_id]


def _posts_of(reader: Person, name: str) -> list[dict[str, Any]]:
    account = reader.call("GET", "/api/v1/accounts/lookup", params={"acct": name})
    found: list[dict[str, Any]] = reader.call("GET", f"/api/v1/accounts/{account['id']}/statuses")
    return found


def test_a_tag_is_heard_without_any_credential(snac: Snac) -> None:
    poster = snac.person("poster")
    account = Account(settings={"instance_urls": snac.url, "hashtags": "#brann\nflom"})
    assert mastodon.check(account) is None
    cursor = mastodon.fetch(account, "").cursor
    poster.post("Det brenner #brann")
    item, cursor = fetch_until(account, cursor, lambda _: True)
    assert (item.text, item.tags) == ("Det brenner #brann", ("brann",))
    assert mastodon.fetch(account, cursor).items == []


# snac does not read percent signs in a path: no æøå in its tags.
@pytest.mark.parametrize(
    ("server", "name", "tag"), [("snac", "burst", "utbrudd"), ("mock", "citizen", "brøyting")]
)
def test_nothing_is_lost_or_doubled_in_a_burst(
    server: str, name: str, tag: str, request: pytest.FixtureRequest
) -> None:
    found = request.getfixturevalue(server)
    person = found.person(name)
    account = Account(settings={"instance_urls": found.url, "hashtags": tag})
    person.post(f"først #{tag}")
    _, cursor = fetch_until(account, "", lambda _: True)
    posted = {person.post(f"nummer {number} #{tag}")["uri"] for number in range(210)}
    first = mastodon.fetch(account, cursor)
    assert first.more
    second = mastodon.fetch(account, first.cursor)
    assert not second.more
    seen = [item.external_id for batch in (first, second) for item in batch.items]
    assert len(seen) == len(posted)
    assert set(seen) == posted


def test_a_server_without_streaming_says_so(snac: Snac) -> None:
    account = connected(snac.url, snac.add_user("quiet"))
    with pytest.raises(Refused, match="no streaming"):
        for _ in mastodon.stream(account, "", threading.Event()):
            pass


def test_a_post_on_another_instance_is_answered_from_our_own(snac: Snac) -> None:
    with snac_server() as far:
        citizen = far.person("citizen")
        account = connected(snac.url, snac.add_user("answers"), instance_urls=far.url)
        account = replace(account, settings={**account.settings, "hashtags": "sludd"})
        # Unlike Mastodon, snac knows a foreign post only when somebody there follows the writer.
        snac.follow("answers", f"{far.url}/citizen")
        wait_for(lambda: far.has_followers("citizen"))
        cursor = mastodon.fetch(account, "").cursor
        asked = citizen.post("Hvem måker? #sludd")
        item, _ = fetch_until(account, cursor, lambda _: True)
        assert item.external_id == asked["uri"]
        assert item.reply_context["instance"] == far.url

        outgoing = answer_to(item, "Vi måker nå.", "key-3")
        sent = wait_for(lambda: _unless_refused(account, outgoing))
        assert sent.external_id.startswith(snac.url)
        (answer,) = wait_for(citizen.mentions)
        assert answer["uri"] == sent.external_id
        assert answer["in_reply_to_id"] == asked["id"]


def _unless_refused(account: Account, outgoing: Outgoing) -> Sent | None:
    try:
        return mastodon.send(account, outgoing)
    except Refused as error:
        assert "can't find the post" in str(error)
        return None


def wait_for(probe: Callable[[], T | None], *, seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = probe()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError("it did not come")


def test_replies_stand_in_one_thread_and_answers_are_no_wider(mock: Mock) -> None:
    citizen, other = mock.person("citizen"), mock.person("other")
    account = connected(mock.url, "kommune-token")
    cursor = mastodon.fetch(account, "").cursor
    root = citizen.post("Hvem rydder snøen?")
    middle = other.post("Spør @kommune", in_reply_to_id=root["id"])
    leaf = citizen.post("@kommune vet dere?", in_reply_to_id=middle["id"], visibility="unlisted")
    item, _ = fetch_until(account, cursor, lambda each: each.external_id == leaf["uri"])
    assert (item.thread_key, item.parent_id) == (root["uri"], middle["uri"])

    outgoing = answer_to(item, "Vi brøyter nå.", "key-2")
    assert outgoing.visibility == "public"
    sent = mastodon.send(account, outgoing)
    reply = next(each for each in citizen.replies(leaf["id"]) if each["uri"] == sent.external_id)
    assert reply["in_reply_to_id"] == leaf["id"]
    assert [each["acct"] for each in reply["mentions"]] == ["citizen"]
    assert reply["visibility"] == "unlisted"
    assert reply["language"] == "nb"


def test_the_same_key_twice_is_one_post_even_when_nothing_is_answered(mock: Mock) -> None:
    account = connected(mock.url, "kommune-token")
    outgoing = Outgoing(key="same-key", text="God morgen")
    first, second = (mastodon.send(account, outgoing) for _ in range(2))
    assert first.external_id == second.external_id
    other = mastodon.send(account, replace(outgoing, key="other-key"))
    assert other.external_id != first.external_id


def test_too_long_a_text_and_a_lost_post_are_refused(mock: Mock) -> None:
    account = connected(mock.url, "kommune-token")
    assert mastodon.max_length(account) == 500
    with pytest.raises(Refused, match="501 characters"):
        mastodon.send(account, Outgoing(key="long", text="x" * 501))
    with pytest.raises(Refused, match="can't find the post"):
        mastodon.send(account, Outgoing(key="lost", text="hei", parent_id="https://x.no/gone"))


def test_live_posts_edits_and_deletions(mock: Mock) -> None:
    citizen = mock.person("citizen")
    account = connected(mock.url, "kommune-token", hashtags="direkte")
    stop, batches = threading.Event(), list[Batch]()
    listener = threading.Thread(
        target=lambda: batches.extend(mastodon.stream(account, "", stop)), daemon=True
    )
    listener.start()
    time.sleep(1.5)
    posted = citizen.post("Hei @kommune #direkte")
    time.sleep(0.3)
    citizen.edit(posted["id"], "Hallo @kommune #direkte")
    time.sleep(0.3)
    citizen.delete(posted["id"])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not any(batch.deletions for batch in batches):
        time.sleep(0.1)
    stop.set()
    listener.join(5)
    assert not listener.is_alive()

    items = [each for batch in batches for each in batch.items if each.external_id == posted["uri"]]
    assert {item.address for item in items} == {Address.MENTION}
    newest = max(items, key=lambda item: item.revision)
    assert newest.text == "Hallo @kommune #direkte"
    assert newest.revision > min(item.revision for item in items)
    gone = {each.external_id for batch in batches for each in batch.deletions}
    assert gone == {posted["uri"]}


def test_what_was_written_while_nobody_listened_comes_with_the_next_stream(mock: Mock) -> None:
    account = connected(mock.url, "kommune-token")
    cursor = mastodon.fetch(account, "").cursor
    missed = mock.person("citizen").post("@kommune er noen der?")
    stop = threading.Event()
    for batch in mastodon.stream(account, cursor, stop):
        if any(item.external_id == missed["uri"] for item in batch.items):
            stop.set()
            assert batch.cursor != cursor


def test_a_wrong_token_is_told_in_plain_words(mock: Mock) -> None:
    account = Account(settings={"instance_url": mock.url}, secrets={"access_token": "wrong"})
    for work in (mastodon.check, lambda each: mastodon.fetch(each, "")):
        with pytest.raises(Refused, match="does not accept the access token"):
            work(account)
