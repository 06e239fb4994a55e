"""Bluesky's records and events as values: real traffic, and what nobody should have sent."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.connectors.bluesky.cursor import Cursor
from ildsjel.connectors.bluesky.events import LONGEST_EVENT, Event, Folder, Malformed
from ildsjel.connectors.bluesky.jetstream import Decoder, Endpoint
from ildsjel.connectors.bluesky.names import (
    clean_handle,
    is_did,
    is_rkey,
    own_rkey,
    parse_at_uri,
    parse_time,
    tid_micros,
)
from ildsjel.engine.items import Address, Item
from tests.servers.jetstream import shared_data

US = "did:plc:us"
THEM = "did:plc:them"
MICROS = 1_783_175_888_085_434
REV = "3mptbypluud2a"
OURS = f"at://{US}/app.bsky.feed.post/3aaa"


def commit(record: Any, **more: Any) -> bytes:
    """A post as version 1 of Jetstream tells it; `more` replaces parts of the commit."""
    body = {
        "rev": REV,
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3mptbyoeyc22k",
        "record": record,
        "cid": "bafyrei",
        **more,
    }
    event = {"did": THEM, "time_us": MICROS, "kind": "commit", "commit": body}
    return json.dumps(event).encode()


def post(text: str = "Hei", **more: Any) -> dict[str, Any]:
    return {"text": text, "createdAt": "2026-07-04T14:38:06.240Z", **more}


def folded(raw: bytes, us: str = US) -> Folder:
    folder = Folder(us=us)
    folder.add(raw)
    return folder


def item(record: Any, **more: Any) -> Item:
    folder = folded(commit(record, **more))
    assert not folder.rejected, folder.rejected
    return folder.items[0]


def facet(kind: str, start: int = 0, end: int = 3, **values: str) -> dict[str, Any]:
    feature = {"$type": f"app.bsky.richtext.facet#{kind}", **values}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def real_traffic() -> Path:
    folder = shared_data()
    if folder is None:
        pytest.skip("real traffic is not on this machine (ILDSJEL_SHARED names its folder)")
    return folder


def test_real_traffic_is_read_whole() -> None:
    folder = real_traffic()
    expected = json.loads((folder / "manifest.json").read_text())
    lines = (folder / "expected_v1.jsonl").read_bytes().splitlines()
    posts = [json.loads(line)["commit"] for line in lines if b'"app.bsky.feed.post"' in line]
    posts = [each for each in posts if each["collection"] == "app.bsky.feed.post"]
    heard = Folder()
    for line in lines:
        assert isinstance(heard.add(line), Event)
    assert heard.seen == expected["v1_events"]
    assert heard.rejected == []
    assert [each.text for each in heard.items] == [
        each["record"]["text"] for each in posts if each["operation"] != "delete"
    ]
    assert len(heard.deletions) == sum(each["operation"] == "delete" for each in posts)


def test_revision_is_the_commits_own_clock() -> None:
    moment = datetime(2026, 7, 4, 14, 38, 9, 100_000, tzinfo=UTC)
    assert abs(item(post()).revision / 1e6 - moment.timestamp()) < 60
    assert item(post(), rev="nonsense").revision == MICROS


@pytest.mark.parametrize(
    ("claimed", "shown"),
    [
        ("2026-07-04T14:38:06.240Z", datetime(2026, 7, 4, 14, 38, 6, 240_000, tzinfo=UTC)),
        ("2026-07-04T16:38:06+02:00", datetime(2026, 7, 4, 14, 38, 6, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", datetime(2026, 7, 4, 14, 38, 8, 85_434, tzinfo=UTC)),
        ("yesterday", datetime(2026, 7, 4, 14, 38, 8, 85_434, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(2026, 7, 4, 14, 38, 8, 85_434, tzinfo=UTC)),
        (None, datetime(2026, 7, 4, 14, 38, 8, 85_434, tzinfo=UTC)),
    ],
)
def test_time_is_what_was_claimed_but_never_later_than_seen(claimed: Any, shown: datetime) -> None:
    assert item(post(createdAt=claimed)).published_at == shown


def test_marks_count_bytes() -> None:
    text = "Blåbær på #Tøyen"
    start = len("Blåbær på ".encode())
    tag = facet("tag", start, len(text.encode()), tag="Tøyen")
    assert item(post(text, facets=[tag])).tags == ("Tøyen",)
    outside = facet("mention", start, len(text.encode()) + 1, did=US)
    assert item(post(text, facets=[outside])).address is Address.PUBLIC


def test_addresses() -> None:
    ref = {"uri": OURS, "cid": "bafyours"}
    other = {"uri": f"at://{THEM}/app.bsky.feed.post/3bbb", "cid": "bafyother"}
    named = post(facets=[facet("mention", did=US)])
    answer = post(reply={"root": other, "parent": ref})
    aside = post(reply={"root": ref, "parent": other})
    quote = post(embed={"$type": "app.bsky.embed.record", "record": ref})
    assert item(post()).address is Address.PUBLIC
    assert item(named).address is Address.MENTION
    assert item(quote).address is Address.MENTION
    assert item(answer).address is Address.REPLY
    assert item(answer).reply_context == {
        "cid": "bafyrei",
        "root_uri": other["uri"],
        "root_cid": "bafyother",
    }
    assert item(aside).address is Address.PUBLIC
    assert item(aside).thread_key == OURS
    assert folded(commit(named), us="").items[0].address is Address.PUBLIC


def test_links_tags_pictures_and_quotes() -> None:
    quoted = {"uri": f"at://{THEM}/app.bsky.feed.post/3bbb", "cid": "bafyq"}
    image = {"image": {"ref": {"$link": "bafkimg"}}, "alt": "Et tre"}
    record = post(
        facets=[facet("link", uri="https://example.org/å"), facet("link", uri="javascript:1")],
        tags=["vår", "#vår"],
        langs=["nb", "en", "nb", 7],
        embed={
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"$type": "app.bsky.embed.record", "record": quoted},
            "media": {"$type": "app.bsky.embed.images", "images": [image, "nonsense"]},
        },
    )
    seen = item(record)
    assert seen.links == ("https://example.org/å", f"https://bsky.app/profile/{THEM}/post/3bbb")
    assert seen.tags == ("vår",)
    assert seen.languages == ("nb", "en")
    assert [(each.kind, each.alt) for each in seen.media] == [("image", "Et tre")]
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.org/card"}}
    assert item(post(embed=card)).links == ("https://example.org/card",)
    video = {"$type": "app.bsky.embed.video", "video": {"ref": {"$link": "bafkvid"}}, "alt": "Film"}
    assert [(each.kind, each.alt) for each in item(post(embed=video)).media] == [("video", "Film")]


HOSTILE = [
    b"",
    b"\xff\xfe\x00",
    b"[1, 2]",
    b"null",
    b'{"kind": "commit"}',
    b"[" * 100_000,
    b'{"did": "did:plc:x", "time_us": 1e400, "kind": "commit"}',
    b'{"did": "did:plc:x", "time_us": 9' + b"9" * 17 + b', "kind": "account"}',
    b'{"$type": "message", "payload": {"$type": "x#commit", "seq": -1, "did": "did:plc:x"}}',
    b'{"$type": "message"}',
    b" " * (LONGEST_EVENT + 1),
    commit(None),
    commit("text"),
    commit({}),
    commit({"text": 7}),
    commit(post("x" * 100_000)),
    commit(post(), rkey="../../etc/passwd"),
    commit(post(), rkey=None),
    commit(post(), operation="explode"),
    commit(post()).replace(b'"Hei"', b'"\\ud800"'),
    commit(post()).replace(THEM.encode(), b"did:plc:them\\n"),
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_can_not_be_read_is_told_and_the_line_goes_on(raw: bytes) -> None:
    folder = folded(raw)
    assert len(folder.rejected) == 1
    assert folder.rejected[0].reason
    assert len(folder.rejected[0].sample) <= 500
    folder.add(commit(post("Videre")))
    assert [each.text for each in folder.items] == ["Videre"]


@pytest.mark.parametrize(
    "more",
    [
        {"facets": "no list"},
        {"facets": [None, {"index": None}, {"index": {"byteStart": "0"}, "features": 1}]},
        {"facets": [facet("link"), facet("tag", 3, 0, tag="bakvendt")]},
        {"reply": {"root": 1, "parent": {"uri": "at://x/y/z", "cid": "c"}}},
        {"reply": []},
        {"embed": {"$type": 7, "images": {"image": 1}}},
        {"langs": {"nb": 1}, "tags": "nb"},
        {"createdAt": 17},
    ],
)
def test_parts_that_make_no_sense_are_left_out(more: dict[str, Any]) -> None:
    seen = item(post("Lesbart", **more))
    assert seen.text == "Lesbart"
    assert (seen.links, seen.tags, seen.media, seen.languages) == ((), (), (), ())
    assert seen.thread_key == seen.external_id


def test_nul_is_taken_out() -> None:
    assert item(post("a\x00b")).text == "ab"


NAMES = """
text facets index byteStart byteEnd features $type reply root parent uri cid embed record images
image ref $link langs tags createdAt external media video alt did time_us kind commit account
"""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=6)
    ),
    max_leaves=25,
)


@given(record=json_values, more=st.dictionaries(st.sampled_from(["rev", "cid"]), json_values))
def test_no_record_raises(record: Any, more: dict[str, Any]) -> None:
    folder = folded(commit(record, **more))
    assert len(folder) == 1


@given(st.dictionaries(st.sampled_from(NAMES.split()), json_values))
def test_no_event_raises(event: dict[str, Any]) -> None:
    folded(json.dumps(event).encode())


def account_event(**status: Any) -> bytes:
    event = {"did": THEM, "time_us": MICROS, "kind": "account", "account": status}
    return json.dumps(event).encode()


def test_only_accounts_that_are_gone_for_good_take_their_posts_along() -> None:
    for status in ("deleted", "takendown"):
        gone = folded(account_event(active=False, status=status)).deletions
        assert [each.author_id for each in gone] == [THEM]
    for status in ("suspended", "deactivated"):
        assert not folded(account_event(active=False, status=status)).deletions
    assert not folded(account_event(active=True)).deletions


def test_a_batch_holds_the_last_word() -> None:
    gone = commit(None, operation="delete")
    folder = folded(commit(post("skrevet")))
    folder.add(gone)
    assert (len(folder.items), len(folder.deletions)) == (0, 1)
    folder.add(commit(post("skrevet igjen")))
    assert [each.text for each in folder.items] == ["skrevet igjen"]
    assert folder.deletions == []
    folder.add(account_event(active=False, status="deleted"))
    assert (len(folder.items), len(folder.deletions)) == (0, 1)
    folder.clear()
    folder.add(commit(post("videre")))
    assert (len(folder.items), len(folder.deletions)) == (1, 0)


def test_a_handle_that_was_heard_is_used() -> None:
    event = {
        "did": THEM,
        "time_us": MICROS,
        "kind": "identity",
        "identity": {"handle": "Kari.Test"},
    }
    folder = folded(json.dumps(event).encode())
    folder.add(commit(post()))
    assert folder.items[0].author.handle == "kari.test"


def test_languages_filter_keeps_what_is_said_to_us() -> None:
    folder = Folder(us=US, languages=frozenset({"nb", "nn"}))
    folder.add(commit(post("engelsk", langs=["en"])))
    folder.add(commit(post("norsk", langs=["nn-NO"])))
    folder.add(commit(post("ukjent")))
    folder.add(commit(post("til oss", langs=["en"], facets=[facet("mention", did=US)])))
    assert [each.text for each in folder.items] == ["norsk", "ukjent", "til oss"]
    assert folder.seen == 4


def test_a_zstd_bomb_is_not_unpacked() -> None:
    bomb = zstandard.ZstdCompressor().compress(b" " * (LONGEST_EVENT + 1))
    assert len(bomb) < 1000
    with pytest.raises(Malformed):
        Decoder().decode(bomb)
    with pytest.raises(Malformed):
        Decoder().decode(bomb[:40])


@pytest.mark.parametrize(
    ("address", "version", "url", "spoken"),
    [
        ("wss://j.example/subscribe", "", "wss://j.example/subscribe", 1),
        ("https://j.example", "1", "wss://j.example/subscribe", 1),
        ("j.example", "", "wss://j.example/subscribe", 1),
        (
            "j.example",
            "2",
            "wss://j.example/xrpc/network.bsky.jetstream.subscribeEvents",
            2,
        ),
        (
            "ws://localhost:6008/xrpc/network.bsky.jetstream.subscribeEvents",
            "1",
            "ws://localhost:6008/xrpc/network.bsky.jetstream.subscribeEvents",
            2,
        ),
    ],
)
def test_address_of_the_stream(address: str, version: str, url: str, spoken: int) -> None:
    assert Endpoint.parse(address, version) == Endpoint(url, spoken)


def test_cursor_goes_there_and_back() -> None:
    cursor = Cursor(MICROS, 7, "j.example")
    assert Cursor.parse(str(cursor)) == cursor
    assert cursor.for_v2("j.example") == 7
    assert cursor.for_v2("other.example") == MICROS - 5_000_000
    assert Cursor(MICROS).for_v1() == MICROS - 5_000_000
    for wrong in ("", "7", "{}", '{"t": -1}', '{"t": "x"}', '{"t": 1e30}', "[]", "null"):
        with pytest.raises(ValueError):
            Cursor.parse(wrong)


def interop(name: str) -> list[str]:
    folder = real_traffic().parent / "atproto-interop" / "syntax"
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_names_agree_with_the_protocols_own_examples() -> None:
    assert all(tid_micros(each) is not None for each in interop("tid_syntax_valid.txt"))
    assert all(tid_micros(each) is None for each in interop("tid_syntax_invalid.txt"))
    assert all(clean_handle(each) for each in interop("handle_syntax_valid.txt"))
    assert not any(clean_handle(each) for each in interop("handle_syntax_invalid.txt"))
    assert not any(parse_at_uri(each) for each in interop("aturi_syntax_invalid.txt"))
    assert all(is_did(each) for each in interop("did_syntax_valid.txt"))
    assert not any(is_did(each) for each in interop("did_syntax_invalid.txt"))
    assert all(is_rkey(each) for each in interop("recordkey_syntax_valid.txt"))
    assert not any(is_rkey(each) for each in interop("recordkey_syntax_invalid.txt"))


def test_time_is_utc_or_nothing() -> None:
    assert parse_time("2026-07-04T12:00:00+02:00") == datetime(2026, 7, 4, 10, tzinfo=UTC)
    for wrong in ("", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", 7, None, "1" * 100):
        assert parse_time(wrong) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_own_record_keys_are_tids_of_the_past_and_differ(one: str, other: str) -> None:
    micros = tid_micros(own_rkey(one))
    assert micros is not None
    assert micros < datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1e6
    assert (own_rkey(one) == own_rkey(other)) == (one == other)
