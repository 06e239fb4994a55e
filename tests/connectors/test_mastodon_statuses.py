"""What an instance says about a status becomes an item, whatever instance and whatever it holds."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.connectors.mastodon.cursor import Cursor, Position
from ildsjel.connectors.mastodon.publishing import counted_length
from ildsjel.connectors.mastodon.statuses import Place, Viewpoint, read_status
from ildsjel.connectors.mastodon.streaming import events
from ildsjel.connectors.protocol import Unreachable
from ildsjel.engine.items import Address, Visibility

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ILDSJEL_SHARED") or ROOT.parent / "shared")
CASSETTES = SHARED / "data" / "mastodonpy"
HOME = Viewpoint(instance="https://by.no", own_url="https://by.no/@kommune", own_id="7")
ELSEWHERE = Viewpoint(instance="https://fjern.no", own_url="https://by.no/@kommune")


def status(**changes: Any) -> dict[str, Any]:
    return {
        "id": "110",
        "uri": "https://land.no/users/kari/statuses/5",
        "url": "https://land.no/@kari/5",
        "created_at": "2026-02-03T04:05:06.007Z",
        "edited_at": None,
        "content": "<p>Når åpner <b>brua</b>?</p>",
        "visibility": "public",
        "language": "nb",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "account": {
            "id": "31",
            "acct": "kari@land.no",
            "display_name": "Kari\nNordmann",
            "url": "https://land.no/@kari",
        },
        "mentions": [],
        "tags": [{"name": "bru"}],
        **changes,
    }


def test_a_status_is_read_in_full() -> None:
    item = read_status(
        status(
            spoiler_text="Om brua",
            media_attachments=[
                {"type": "image", "url": "https://land.no/b.png", "description": "Ei bru"},
                {"type": "gifv", "url": None, "remote_url": "https://land.no/c.mp4"},
            ],
            poll={"options": [{"title": "I dag"}, {"title": "Aldri"}]},
        ),
        HOME,
        Place(root="https://land.no/rot", parent="https://land.no/mor"),
    )
    assert item.external_id == "https://land.no/users/kari/statuses/5"
    assert item.text == "Når åpner brua?\n\n○ I dag\n○ Aldri"
    assert item.title == "Om brua"
    assert item.author.external_id == "https://land.no/@kari"
    assert (item.author.handle, item.author.name) == ("kari@land.no", "Kari Nordmann")
    assert item.revision == 1770091506007000
    assert (item.thread_key, item.parent_id) == ("https://land.no/rot", "https://land.no/mor")
    assert (item.tags, item.languages) == (("bru",), ("nb",))
    assert [(m.kind, m.alt) for m in item.media] == [("image", "Ei bru"), ("video", "")]
    assert item.reply_context["status_id"] == "110"
    assert item.address is Address.PUBLIC
    assert not item.own


def test_an_edit_is_a_higher_revision_of_the_same_post() -> None:
    first = read_status(status(), HOME, Place())
    edited = read_status(status(edited_at="2026-02-03T05:00:00Z"), HOME, Place())
    assert edited.external_id == first.external_id
    assert edited.revision > first.revision
    assert edited.published_at == first.published_at


OURS = {"id": "7", "acct": "kommune", "url": "https://by.no/@kommune"}
OURS_ELSEWHERE = {"id": "999", "acct": "kommune@by.no", "url": "https://by.no/@kommune"}


@pytest.mark.parametrize(
    ("view", "changes", "address"),
    [
        (HOME, {}, Address.PUBLIC),
        (HOME, {"mentions": [OURS]}, Address.MENTION),
        (HOME, {"in_reply_to_account_id": "7"}, Address.REPLY),
        (HOME, {"in_reply_to_account_id": "31", "mentions": [OURS]}, Address.MENTION),
        (HOME, {"visibility": "direct", "mentions": [OURS]}, Address.DIRECT),
        # Ids are local: on another instance 7 is somebody else, and we are 999.
        (ELSEWHERE, {"in_reply_to_account_id": "7"}, Address.PUBLIC),
        (ELSEWHERE, {"mentions": [OURS_ELSEWHERE]}, Address.MENTION),
        (
            ELSEWHERE,
            {"mentions": [OURS_ELSEWHERE], "in_reply_to_account_id": "999"},
            Address.REPLY,
        ),
        (Viewpoint(instance="https://fjern.no"), {"mentions": [OURS_ELSEWHERE]}, Address.PUBLIC),
    ],
)
def test_how_far_a_post_is_directed_at_us(
    view: Viewpoint, changes: dict[str, Any], address: Address
) -> None:
    assert read_status(status(**changes), view, Place()).address is address


@pytest.mark.parametrize("view", [HOME, ELSEWHERE])
def test_our_own_posts_are_known_on_every_instance(view: Viewpoint) -> None:
    account = OURS if view is HOME else OURS_ELSEWHERE
    item = read_status(status(account=account), view, Place())
    assert item.own
    assert item.author.handle == "kommune@by.no"


def test_visibility_and_what_is_unknown_stays_private() -> None:
    read = [
        read_status(status(visibility=name), HOME, Place()).visibility
        for name in ("public", "unlisted", "private", "direct", "circle", None)
    ]
    assert read == [
        Visibility.PUBLIC,
        Visibility.UNLISTED,
        Visibility.FOLLOWERS,
        Visibility.PRIVATE,
        Visibility.PRIVATE,
        Visibility.PRIVATE,
    ]


def test_a_boost_is_a_repost_in_the_thread_of_the_original() -> None:
    original = status(content="<p>Opphav</p>")
    boost = status(uri="https://land.no/b/1", content="", reblog=original)
    item = read_status(boost, HOME, Place())
    assert (item.repost, item.text, item.external_id) == (True, "Opphav", "https://land.no/b/1")
    assert item.thread_key == original["uri"]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "x",
        status(uri=None, url=None),
        status(created_at=None),
        status(created_at="i går"),
        status(created_at="2026-02-03T04:05:06"),
        status(edited_at="nå"),
        status(account=None),
        status(account={"url": "javascript:alert(1)"}),
    ],
)
def test_a_status_that_lacks_the_needful_is_refused_in_plain_words(broken: object) -> None:
    with pytest.raises(ValueError, match=r"status|time"):
        read_status(broken, HOME, Place())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(status())), _JSON))
def test_wrong_kinds_of_values_never_do_worse_than_be_refused(changes: dict[str, Any]) -> None:
    try:
        item = read_status(status(**changes), HOME, Place())
    except ValueError:
        return
    repr(item).encode("utf-8", "backslashreplace")


def test_late_arrivals_and_what_was_seen() -> None:
    hour = 110_000_000_000_000_000
    position = Position(at=str(hour))
    back = int(position.start(timedelta(seconds=10)))
    assert hour - back == 10_000 << 16
    assert Position(at=str(hour), caught_up=False).start(timedelta(seconds=10)) == str(hour)
    assert Position(at="1795311128b0").start(timedelta(seconds=10)) == "1795311128b0"
    assert (position.is_new("a"), position.is_new("a"), position.is_new("b")) == (True, False, True)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", '{"timelines": 3}', '{"timelines": {"a": {"recent": 1}}}']
)
def test_a_damaged_cursor_begins_anew(text: str) -> None:
    assert Cursor.load(Cursor.load(text).dump()).dump() == Cursor.load(text).dump()


def test_server_sent_events_across_chunks() -> None:
    raw = ':thump\n\nevent: update\r\ndata: {"a":\ndata: 1}\r\n\r\nevent: delete\ndata: 12\n\n'
    pieces = [raw.encode()[at : at + 3] for at in range(0, len(raw), 3)]
    assert list(events(pieces)) == [("update", '{"a":\n1}'), ("delete", "12")]


def test_an_event_without_end_is_given_up() -> None:
    with pytest.raises(Unreachable):
        list(events(b"data: " + b"x" * 60_000 for _ in range(100)))
    with pytest.raises(Unreachable):
        list(events(b"data: " + b"x" * 60_000 + b"\n" for _ in range(100)))


def test_length_counts_as_the_network_counts() -> None:
    text = "@kari@land.no æøå https://land.no/" + "x" * 300
    assert counted_length(text) == len("@kari æøå ") + 23


def _statuses(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if {"uri", "content", "account"} <= value.keys():
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _statuses(each)


def _bodies() -> Iterator[object]:
    for path in sorted(CASSETTES.rglob("*.yaml")):
        recorded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for each in recorded["interactions"]:
            body = each["response"]["body"].get("string") or ""
            text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
            data = [found for _, found in events([text.encode()])] or [text]
            for one in data:
                try:
                    yield json.loads(one)
                except ValueError:
                    continue


@pytest.mark.skipif(not CASSETTES.exists(), reason="the recorded traffic is not on this machine")
def test_every_recorded_status_of_real_servers_is_read() -> None:
    found = [each for body in _bodies() for each in _statuses(body)]
    assert len(found) > 500
    seen_from = Viewpoint(instance="http://localhost:3000")
    items = [read_status(each, seen_from, Place()) for each in found]
    assert all(item.author.handle.count("@") == 1 for item in items)
    assert not [item.text for item in items if "</" in item.text]
