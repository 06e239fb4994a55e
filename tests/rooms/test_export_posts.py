"""What was heard as a file: any selection, in three formats, for those who may."""

import csv
import io
from datetime import UTC, datetime

import orjson
import pyarrow.parquet as pq
import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponseBase
from django.test import Client

from ildsjel.channels.models import Channel
from ildsjel.listening import exporting
from ildsjel.listening.queries import Wanted
from ildsjel.organisation.actions import create_token
from ildsjel.organisation.models import AuditEntry, Member, NotAllowed, Role
from tests.builders import make_channel, make_member, make_owner
from tests.rooms.test_access import _gathered
from tests.rooms.test_listening_pages import at, hear, make_watch, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, name="Bygdelista")


def content(response: HttpResponseBase) -> bytes:
    return async_to_sync(_gathered)(response)  # type: ignore[arg-type]


def test_each_format_holds_the_same_posts(owner: Member, channel: Channel) -> None:
    water, school = make_watch(owner, "vann"), make_watch(owner, "skole")
    hear(channel, "=vann og skole\nto linjer", water, school, tags=["a", "b"], languages=["nb"])
    hear(channel, "skole", school, minutes_ago=9, parent_id="post-0", url="https://x.example/1")
    client = signed_in(owner)
    files = {kind: content(client.get(at(owner, "export", kind))) for kind in exporting.KINDS}
    lines = [orjson.loads(line) for line in files["jsonl"].splitlines()]
    table = pq.read_table(io.BytesIO(files["parquet"]))
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode(), newline="")))
    assert [row["id"] for row in lines] == table["id"].to_pylist() == [r["id"] for r in rows]
    assert list(lines[0]) == table.column_names == list(rows[0]) == list(exporting.COLUMNS)
    assert lines[0]["watches"] == table["watches"][0].as_py() == ["skole", "vann"]
    assert rows[0]["watches"] == "skole | vann"
    assert rows[0]["body"] == "'=vann og skole\nto linjer"
    assert lines[0]["body"] == "=vann og skole\nto linjer"
    assert (rows[1]["is_reply"], rows[1]["domain"]) == ("True", "x.example")
    when = table["timestamp"][0].as_py()
    assert when == datetime.fromisoformat(lines[0]["timestamp"])
    assert rows[0]["timestamp"] == f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def test_the_file_holds_what_the_stream_is_narrowed_to(owner: Member, channel: Channel) -> None:
    water, school = make_watch(owner, "vann"), make_watch(owner, "skole")
    hear(channel, "vann", water, languages=["nb"])
    hear(channel, "vand", make_watch(owner, "vand"), languages=["da"])
    hear(channel, "skole", school, languages=["nb"])
    page = signed_in(owner).get(at(owner, "mentions", watch=water.pk, language="nb"))
    (url,) = [url for kind, url in page.context["exports"] if kind == "jsonl"]
    (line,) = content(signed_in(owner).get(url)).splitlines()
    assert orjson.loads(line)["body"] == "vann"
    entry = AuditEntry.objects.get(action="mentions.export")
    assert entry.details == {"kind": "jsonl", "watches": [water.pk], "language": "nb"}


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_page_by_page_each_post_comes_once(
    owner: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    watches = [make_watch(owner, "vann"), make_watch(owner, "vann*"), make_watch(owner, "*ann")]
    for number in range(11):
        hear(channel, "vann", *watches, minutes_ago=number // 3)
    monkeypatch.setattr(exporting, "BATCH", size)
    chunks = list(exporting.export(owner, Wanted(), "jsonl"))
    ids = [orjson.loads(line)["id"] for line in b"".join(chunks).splitlines()]
    assert sorted(ids) == sorted(f"post-{number}" for number in range(11))
    assert len(chunks) >= 33 // size


def test_an_empty_selection_is_a_file_without_rows(owner: Member) -> None:
    files = {k: b"".join(exporting.export(owner, Wanted(), k)) for k in exporting.KINDS}
    assert files["csv"].decode().strip().split(",") == list(exporting.COLUMNS)
    assert files["jsonl"] == b""
    assert pq.read_table(io.BytesIO(files["parquet"])).num_rows == 0


def test_who_may_not_export_gets_no_file(owner: Member, channel: Channel) -> None:
    hear(channel, "vann", make_watch(owner, "vann"))
    agent = make_member(owner.organisation, Role.AGENT)
    assert signed_in(agent).get(at(owner, "export", "csv")).status_code == 403
    assert signed_in(agent).get(at(owner, "mentions")).context["exports"] == []
    with pytest.raises(NotAllowed):
        exporting.export(agent, Wanted(), "csv")
    assert not AuditEntry.objects.filter(action="mentions.export").exists()
    assert signed_in(owner).get(at(owner, "export", "xlsx")).status_code == 404


def test_the_api_gives_the_same_selection(owner: Member, channel: Channel) -> None:
    water = make_watch(owner, "vann")
    hear(channel, "vann", water, languages=["nb"])
    hear(channel, "Vann på dansk", water, languages=["da"], minutes_ago=5)

    def client(member: Member) -> Client:
        return Client(HTTP_AUTHORIZATION=f"Bearer {create_token(by=member, name='test')}")

    asked = f"watch={water.pk}&language=da&channel={channel.pk}&word=dansk"
    listed = client(owner).get(f"/api/v1/mentions?{asked}").json()["items"]
    assert [each["post"]["text"] for each in listed] == ["Vann på dansk"]
    got = client(owner).get(f"/api/v1/mentions/export?format=jsonl&{asked}")
    assert [orjson.loads(line)["body"] for line in content(got).splitlines()] == ["Vann på dansk"]
    agent = make_member(owner.organisation, Role.AGENT)
    assert client(agent).get("/api/v1/mentions/export").status_code == 403
    assert client(owner).get("/api/v1/mentions/export?color=red").status_code == 422
    assert content(client(owner).get("/api/v1/mentions/export?watch=98765")) == b""
