"""Bluesky against a real PDS, its firehose as Jetstream, and people on it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import orjson
import pytest

from ildsjel.connectors.bluesky import Bluesky
from ildsjel.connectors.protocol import (
    Account,
    Batch,
    Identity,
    Outgoing,
    Refused,
    Sent,
    Unreachable,
)
from ildsjel.engine.items import Address, Deletion, Item
from tests.servers.jetstream import Jetstream, jetstream_server, shared_data
from tests.servers.pds import PASSWORD, Pds, Session, pds_server
from tools.server_installs import CannotInstall

pytestmark = pytest.mark.servers

BLUESKY = Bluesky()


@pytest.fixture(scope="module")
def pds() -> Iterator[Pds]:
    try:
        with pds_server() as server:
            yield server
    except CannotInstall as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def jetstream(pds: Pds) -> Iterator[Jetstream]:
    with jetstream_server(pds.url, dictionaries=shared_data()) as server:
        yield server


@pytest.fixture(scope="module")
def citizen(pds: Pds) -> Session:
    return pds.create_account("citizen")


@pytest.fixture(scope="module")
def library(pds: Pds) -> Session:
    return pds.create_account("library")


def reading(url: str, identity: str = "", **settings: str) -> Account:
    return Account(settings={"jetstream_url": url, **settings}, identity=identity)


def writing(pds: Pds, jetstream: Jetstream, person: Session, **secrets: str) -> Account:
    return Account(
        settings={"jetstream_url": jetstream.v2, "service_url": pds.url, "handle": person.handle},
        secrets={"app_password": person.password, **secrets},
        identity=person.did,
    )


def listen_until(
    account: Account, found: Callable[[list[Batch]], bool], cursor: str = "", seconds: float = 15
) -> list[Batch]:
    """What the stream gives until `found` says that it is enough; fails after `seconds`."""
    batches: list[Batch] = []
    deadline = time.monotonic() + seconds
    with closing(BLUESKY.stream(account, cursor, threading.Event())) as stream:
        for batch in stream:
            batches.append(batch)
            if found(batches):
                return batches
            assert time.monotonic() < deadline, f"not seen in {seconds} s: {batches}"
    raise AssertionError("the stream ended by itself")


def items(batches: list[Batch]) -> dict[str, Item]:
    """The newest revision of each item."""
    newest: dict[str, Item] = {}
    for item in (item for batch in batches for item in batch.items):
        known = newest.get(item.external_id)
        if known is None or known.revision <= item.revision:
            newest[item.external_id] = item
    return newest


def deletions(batches: list[Batch]) -> list[Deletion]:
    return [deletion for batch in batches for deletion in batch.deletions]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_post_is_heard_edited_and_deleted(
    jetstream: Jetstream, citizen: Session, version: str
) -> None:
    account = reading(getattr(jetstream, version))
    uri, cid = citizen.post("Når åpner bibliotéket på Tøyen? 📚", langs=["nb"])
    batches = listen_until(account, lambda seen: uri in items(seen))
    item = items(batches)[uri]
    assert item.text == "Når åpner bibliotéket på Tøyen? 📚"
    assert item.author.external_id == citizen.did
    assert item.languages == ("nb",)
    assert item.address is Address.PUBLIC
    assert not item.own
    assert item.thread_key == uri
    assert item.reply_context == {"cid": cid, "root_uri": uri, "root_cid": cid}

    citizen.edit(uri, "Når åpner bibliotéket på Grünerløkka?")
    cursor = batches[-1].cursor
    batches = listen_until(
        account, lambda seen: uri in items(seen) and "Grüner" in items(seen)[uri].text, cursor
    )
    assert items(batches)[uri].revision > item.revision

    citizen.delete(uri)
    batches = listen_until(account, lambda seen: bool(deletions(seen)), batches[-1].cursor)
    assert deletions(batches)[-1].external_id == uri


def test_versions_agree_on_what_was_said(jetstream: Jetstream, citizen: Session) -> None:
    uri, _ = citizen.post("Samme sak, to strømmer")
    heard = [
        items(listen_until(reading(url), lambda seen: uri in items(seen)))[uri]
        for url in (jetstream.v1, jetstream.v2)
    ]
    assert heard[0] == heard[1]


@pytest.mark.skipif(shared_data() is None, reason="needs the zstd dictionaries in shared/data")
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_compressed_stream(
    jetstream: Jetstream, citizen: Session, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared_data()
    assert folder is not None
    monkeypatch.setenv("ILDSJEL_JETSTREAM_DICTIONARY", str(folder / "legacy_subscribe.zdict"))
    uri, _ = citizen.post("Komprimert, men like lesbart")
    heard = items(
        listen_until(reading(getattr(jetstream, version)), lambda seen: uri in items(seen))
    )
    assert heard[uri].text == "Komprimert, men like lesbart"


def test_mentions_and_answers_are_addressed_to_us(
    pds: Pds, jetstream: Jetstream, citizen: Session, library: Session
) -> None:
    ours = library.post("Vi åpner klokka 8.")
    text = "Hei @library.test!"
    facet = {
        "index": {"byteStart": 4, "byteEnd": 17},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": library.did}],
    }
    mention, _ = citizen.post(text, facets=[facet])
    answer, _ = citizen.reply("Også på søndager?", parent=ours, root=ours)
    account = reading(jetstream.v2, identity=library.did)
    heard = items(listen_until(account, lambda seen: answer in items(seen)))
    assert heard[ours[0]].own
    assert heard[mention].address is Address.MENTION
    assert heard[answer].address is Address.REPLY
    assert heard[answer].thread_key == ours[0]
    assert heard[answer].parent_id == ours[0]


def test_nothing_is_lost_when_the_server_dies(pds: Pds, citizen: Session) -> None:
    """Killed without warning, started again on its port: listening goes on at the stored cursor."""
    with jetstream_server(pds.url) as first:
        account = reading(first.v2)
        before, _ = citizen.post("før strømbruddet")
        stream = BLUESKY.stream(account, "", threading.Event())
        stored: list[Batch] = []
        with pytest.raises(Unreachable):
            for batch in stream:
                stored.append(batch)
                if before in items(stored) and first.process.poll() is None:
                    first.kill()
    during = [citizen.post(f"under strømbruddet {n}")[0] for n in range(5)]
    with pytest.raises(Unreachable):
        next(BLUESKY.stream(account, stored[-1].cursor, threading.Event()))
    with jetstream_server(pds.url, port=first.port):
        after, _ = citizen.post("etter strømbruddet")
        resumed = listen_until(account, lambda seen: after in items(seen), stored[-1].cursor)
    assert set(during) <= set(items(resumed))
    assert not [batch.rejected for batch in resumed if batch.rejected]


def test_a_cursor_carries_over_between_versions(jetstream: Jetstream, citizen: Session) -> None:
    first, _ = citizen.post("på versjon én")
    batches = listen_until(reading(jetstream.v1), lambda seen: first in items(seen))
    second, _ = citizen.post("på versjon to")
    batches = listen_until(
        reading(jetstream.v2), lambda seen: second in items(seen), batches[-1].cursor
    )
    third, _ = citizen.post("og tilbake")
    listen_until(reading(jetstream.v1), lambda seen: third in items(seen), batches[-1].cursor)


def test_a_cursor_that_is_too_old_is_told(pds: Pds, jetstream: Jetstream, citizen: Session) -> None:
    known, _ = citizen.post("det siste vi hørte")
    batches = listen_until(reading(jetstream.v2), lambda seen: known in items(seen))
    place = orjson.loads(batches[-1].cursor)
    citizen.post("aldri hørt")
    kept, _ = citizen.post("det eldste serveren har")
    latest = listen_until(reading(jetstream.v2), lambda seen: kept in items(seen))
    floor = orjson.loads(latest[-1].cursor)["s"]
    with jetstream_server(pds.url, floor=floor) as forgetful:
        server = forgetful.v2.split("/")[2]
        cursor = orjson.dumps({**place, "h": server}).decode()
        resumed = listen_until(
            reading(forgetful.v2), lambda seen: kept in items(seen), cursor=cursor
        )
    told = [line for batch in resumed for line in batch.rejected]
    assert len(told) == 1
    assert "may be missing" in told[0].reason
    # All of it happened within a minute, but the line must name a period, not only say "some".
    assert " to " in told[0].reason


def test_an_unreadable_cursor_begins_anew_and_says_so(jetstream: Jetstream) -> None:
    batches = listen_until(reading(jetstream.v2), lambda seen: len(seen) == 2, cursor="]rubbish[")
    assert "anew" in batches[0].rejected[0].reason


def test_stop_ends_the_stream_quickly(jetstream: Jetstream) -> None:
    stop = threading.Event()
    stream = BLUESKY.stream(reading(jetstream.v2), "", stop)
    next(stream)
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    list(stream)
    assert time.monotonic() - began < 3


def test_a_deleted_account_takes_its_posts_along(pds: Pds, jetstream: Jetstream) -> None:
    leaver = pds.create_account("leaver")
    leaver.post("Ha det")
    pds.delete_account(leaver)

    def has_left(seen: list[Batch]) -> bool:
        return leaver.did in {deletion.author_id for deletion in deletions(seen)}

    assert has_left(listen_until(reading(jetstream.v2), has_left))


def test_check_says_who_we_are_and_keeps_tokens(
    pds: Pds, jetstream: Jetstream, library: Session
) -> None:
    identity = checked(writing(pds, jetstream, library))
    assert (identity.external_id, identity.handle) == (library.did, "library.test")
    assert identity.secrets is not None
    assert identity.secrets["app_password"] == PASSWORD
    again = checked(writing(pds, jetstream, library, **without_password(identity.secrets)))
    assert again.secrets is not None
    assert again.secrets["refresh_jwt"] != identity.secrets["refresh_jwt"]


def test_check_without_credentials_only_reads(jetstream: Jetstream) -> None:
    assert BLUESKY.check(reading(jetstream.v1)) is None


def test_check_refuses_a_wrong_password_even_with_good_tokens(
    pds: Pds, jetstream: Jetstream, library: Session
) -> None:
    secrets = checked(writing(pds, jetstream, library)).secrets
    assert secrets is not None
    wrong = {**secrets, "app_password": "something-else"}
    account = writing(pds, jetstream, library, **wrong)
    with pytest.raises(Refused, match="does not accept"):
        BLUESKY.check(account)


def test_check_of_a_server_that_is_not_there(pds: Pds, library: Session) -> None:
    with pytest.raises(Unreachable):
        BLUESKY.check(reading("ws://localhost:9/subscribe"))


def test_answer_is_read_back_by_the_citizen(
    pds: Pds, jetstream: Jetstream, citizen: Session, library: Session
) -> None:
    question = citizen.post("Har dere åpent på 1. mai?")
    heard = items(listen_until(reading(jetstream.v2), lambda seen: question[0] in items(seen)))
    outgoing = Outgoing(
        key="message-1",
        text="Nei, @citizen.test – men 2. mai! Se https://example.org/åpent.",
        parent_id=question[0],
        context=heard[question[0]].reply_context,
        language="nb",
    )
    sent = send(writing(pds, jetstream, library), outgoing)
    value = citizen.record(sent.external_id)["value"]
    assert value["text"] == outgoing.text
    assert value["langs"] == ["nb"]
    assert value["reply"]["parent"] == {"uri": question[0], "cid": question[1]}
    assert value["reply"]["root"] == {"uri": question[0], "cid": question[1]}
    marked = [
        outgoing.text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        for facet in value["facets"]
    ]
    assert marked == ["@citizen.test", "https://example.org/åpent"]
    assert value["facets"][0]["features"][0]["did"] == citizen.did


def test_sending_twice_is_one_record(pds: Pds, jetstream: Jetstream, library: Session) -> None:
    account = writing(pds, jetstream, library)
    outgoing = Outgoing(key="message-twice", text="Bare én gang")
    before = len(library.records(library.did))
    first = send(account, outgoing)
    record = library.record(first.external_id)
    second = send(account, outgoing)
    assert second.external_id == first.external_id
    assert len(library.records(library.did)) == before + 1
    assert library.record(first.external_id) == record


def test_sending_at_the_same_moment_is_one_record(
    pds: Pds, jetstream: Jetstream, library: Session
) -> None:
    """As when a worker is thought dead, its message is taken over, and both go on."""
    account = with_tokens(writing(pds, jetstream, library))
    outgoing = Outgoing(key="message-race", text="To tråder, én post")
    before = len(library.records(library.did))
    sent: list[Sent] = []
    threads = [
        threading.Thread(target=lambda: sent.append(send(account, outgoing))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 4
    assert len({each.external_id for each in sent}) == 1
    assert len(library.records(library.did)) == before + 1


def test_answer_deep_in_a_thread_without_context(
    pds: Pds, jetstream: Jetstream, citizen: Session, library: Session
) -> None:
    root = library.post("Åpent møte i kveld")
    question = citizen.reply("Hvor?", parent=root, root=root)
    outgoing = Outgoing(key="message-deep", text="I storsalen", parent_id=question[0])
    sent = send(writing(pds, jetstream, library), outgoing)
    reply = citizen.record(sent.external_id)["value"]["reply"]
    assert (reply["root"]["uri"], reply["root"]["cid"]) == root
    assert (reply["parent"]["uri"], reply["parent"]["cid"]) == question


def test_answer_to_a_post_that_is_gone(
    pds: Pds, jetstream: Jetstream, citizen: Session, library: Session
) -> None:
    uri, _ = citizen.post("Glem det")
    citizen.delete(uri)
    account = writing(pds, jetstream, library)
    with pytest.raises(Refused, match="is gone"):
        send(account, Outgoing(key="message-gone", text="Hei", parent_id=uri))


def test_expired_access_token_is_renewed(pds: Pds, jetstream: Jetstream, library: Session) -> None:
    account = with_tokens(writing(pds, jetstream, library))
    stale = Account(
        settings=account.settings,
        secrets={**account.secrets, "access_jwt": "eyJhbGciOiJub25lIn0.e30."},
        identity=account.identity,
    )
    sent = send(stale, Outgoing(key="message-renewed", text="Fortsatt her"))
    assert sent.secrets is not None
    assert sent.secrets["access_jwt"] not in ("", stale.secrets["access_jwt"])


def test_kept_tokens_are_used_without_signing_in(
    pds: Pds, jetstream: Jetstream, library: Session
) -> None:
    account = with_tokens(writing(pds, jetstream, library))
    sent = send(account, Outgoing(key="message-tokens", text="Uten ny innlogging"))
    assert sent.secrets is None


@pytest.mark.parametrize(
    ("text", "visibility", "reason"),
    [
        ("å" * 301, "public", "301"),
        ("  \n ", "public", "empty"),
        ("bare til deg", "private", "public"),
    ],
)
def test_refused_before_anything_is_sent(text: str, visibility: str, reason: str) -> None:
    account = Account(
        settings={"handle": "library.test", "service_url": "http://localhost:9"},
        secrets={"app_password": "x"},
    )
    with pytest.raises(Refused, match=reason):
        send(account, Outgoing(key="k", text=text, visibility=visibility))


def test_length_counts_what_a_reader_sees(pds: Pds, jetstream: Jetstream, library: Session) -> None:
    """120 families are 120 signs to a reader, and 840 code points."""
    text = "👩‍👩‍👧‍👦" * 120
    sent = send(writing(pds, jetstream, library), Outgoing(key="message-emoji", text=text))
    assert library.record(sent.external_id)["value"]["text"] == text


def checked(account: Account) -> Identity:
    identity = BLUESKY.check(account)
    assert identity is not None
    return identity


def with_tokens(account: Account) -> Account:
    secrets = checked(account).secrets
    assert secrets is not None
    return Account(settings=account.settings, secrets=secrets, identity=account.identity)


def without_password(secrets: object) -> dict[str, str]:
    assert isinstance(secrets, dict)
    return {name: value for name, value in secrets.items() if name != "app_password"}


def send(account: Account, outgoing: Outgoing) -> Sent:
    return BLUESKY.send(account, outgoing)
