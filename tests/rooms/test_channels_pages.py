"""The pages of channels: health, connecting for real, webhooks and their worked examples."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels import examples, gateway
from ildsjel.channels.actions import add_line, connect, note_alive, note_fault
from ildsjel.channels.models import Channel, HealthKind
from ildsjel.connectors.signing import SIGNATURE_HEADER, verify
from ildsjel.engine.items import Author, Item
from ildsjel.organisation.models import AuditEntry, Member, Role, utc_now
from tests.builders import make_member, make_owner
from tests.servers.processes import free_port

pytestmark = pytest.mark.django_db

FEED = """<rss version="2.0"><channel><title>Avisa</title><link>http://avis.example/</link>
<item><guid>1</guid><title>Ny vei</title><link>http://avis.example/1</link>
<pubDate>Sat, 21 Nov 2026 10:00:00 +0000</pubDate></item></channel></rss>"""
MAIL = {
    "name": "Postmottak",
    "setting_imap_port": "993",
    "setting_imap_security": "none",
    "setting_username": "post",
    "setting_password": "en hemmelighet",
    "setting_from_address": "post@bergvik.example",
    "setting_smtp_port": "587",
    "setting_smtp_security": "none",
}


class Answers(BaseHTTPRequestHandler):
    """Gives a feed at /feed, and keeps what is posted."""

    received: list[tuple[dict[str, str], bytes]]

    def do_GET(self) -> None:
        found = self.path == "/feed"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.end_headers()
        self.wfile.write(FEED.encode() if found else b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((dict(self.headers), body))
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def web_server() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server on loopback: its address, and what was posted to it."""
    received: list[tuple[dict[str, str], bytes]] = []
    handler = type("Handler", (Answers,), {"received": received})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def may_visit_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")


@pytest.fixture
def owner() -> Member:
    return make_owner()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object) -> str:
    return reverse(f"channels:{name}", args=[member.organisation.slug, *args])


def make_feed(by: Member, url: str = "http://avis.example/feed", name: str = "Avisa") -> Channel:
    return connect(by=by, kind="feeds", name=name, settings={"feed_urls": url})


def make_mail(by: Member) -> Channel:
    settings = {"imap_host": "imap.bergvik.example", "username": "post"}
    secrets = {"password": "en hemmelighet"}
    return connect(by=by, kind="mail", name="Postmottak", settings=settings, secrets=secrets)


def test_the_list_says_how_each_channel_is(owner: Member) -> None:
    now = utc_now()
    waits, works, quiet, fails, off = (make_feed(owner, name=f"Feed {n}") for n in range(5))
    note_alive(works, events=1, at=now - timedelta(minutes=5))
    note_alive(quiet, events=1, at=now - timedelta(days=3))
    note_fault(fails, "avis.example did not answer.", at=now - timedelta(hours=2))
    Channel.objects.filter(pk=off.pk).update(enabled=False)
    page = signed_in(owner).get(at(owner, "list"))
    words = {row["channel"].pk: row["health"].replace("\xa0", " ") for row in page.context["rows"]}
    assert words == {
        waits.pk: "Nothing has come yet.",
        works.pk: "The last post or message came 5 minutes ago.",
        quiet.pk: "It answers, but nothing has come for 3 days.",
        fails.pk: "Has not worked for 2 hours: avis.example did not answer.",
        off.pk: "Nothing is read and nothing is sent.",
    }
    for word in ["Working", "Quiet", "Does not work", "Switched off", "Waiting"]:
        assert f"{word}</span>" in page.content.decode()


def test_every_kind_is_offered_but_files_and_the_sample(owner: Member) -> None:
    page = signed_in(owner).get(at(owner, "add"))
    kinds = {kind["kind"] for kind in page.context["kinds"]}
    assert kinds == set(gateway.all_connectors()) - {"files", "sample"}
    for kind in kinds:
        assert signed_in(owner).get(at(owner, "connect", kind)).status_code == 200
    for kind in ["files", "sample", "fax"]:
        assert signed_in(owner).get(at(owner, "connect", kind)).status_code == 404


def test_connecting_tries_the_settings_for_real(owner: Member) -> None:
    with web_server() as (url, _):
        given = {"name": "Avisa", "setting_feed_urls": f"{url}/feed\r\n"}
        answer = signed_in(owner).post(at(owner, "connect", "feeds"), given)
    channel = Channel.objects.get()
    assert answer.headers["Location"] == at(owner, "detail", channel.pk)
    assert (channel.name, channel.settings) == ("Avisa", {"feed_urls": f"{url}/feed"})
    assert channel.due_at is not None
    assert AuditEntry.objects.filter(action="channel.connect").exists()


def test_with_htmx_the_browser_is_sent_on(owner: Member) -> None:
    with web_server() as (url, _):
        given = {"name": "Avisa", "setting_feed_urls": f"{url}/feed"}
        answer = signed_in(owner).post(
            at(owner, "connect", "feeds"), given, headers={"HX-Request": "true"}
        )
    assert answer.headers["HX-Redirect"] == at(owner, "detail", Channel.objects.get().pk)


def test_refused_settings_are_kept_and_nothing_is_saved(owner: Member) -> None:
    with web_server() as (url, _):
        given = {"name": "Avisa", "setting_feed_urls": f"{url}/nowhere"}
        answer = signed_in(owner).post(at(owner, "connect", "feeds"), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{url}/nowhere</textarea>" in page
    assert "Save anyway" not in page
    assert len(answer.context["form"].non_field_errors()) == 1
    assert not Channel.objects.exists()


def test_missing_fields_are_said_before_anything_is_tried(owner: Member) -> None:
    answer = signed_in(owner).post(at(owner, "connect", "feeds"), {"name": ""})
    assert set(answer.context["form"].errors) == {"name", "setting_feed_urls"}


def test_what_cannot_be_reached_may_be_saved_anyway(owner: Member) -> None:
    given = {**MAIL, "setting_imap_host": "127.0.0.1", "setting_imap_port": str(free_port())}
    client = signed_in(owner)
    answer = client.post(at(owner, "connect", "mail"), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Save anyway" in page
    assert "en hemmelighet" not in page
    assert 'value="post@bergvik.example"' in page
    client.post(at(owner, "connect", "mail"), {**given, "anyway": "yes"})
    channel = Channel.objects.get()
    assert channel.identity == ""
    assert gateway.stored_secrets(channel) == {"password": "en hemmelighet"}
    assert "password" not in channel.settings


def test_a_secret_left_empty_stays(owner: Member) -> None:
    channel = make_mail(owner)
    page = signed_in(owner).get(at(owner, "edit", channel.pk)).content.decode()
    assert "en hemmelighet" not in page
    assert "Leave empty to keep the one that is stored." in page
    given = {
        **MAIL,
        "name": "Innboksen",
        "setting_imap_host": "imap.bergvik.example",
        "setting_password": "",
        "anyway": "yes",
    }
    signed_in(owner).post(at(owner, "edit", channel.pk), given)
    channel.refresh_from_db()
    assert channel.name == "Innboksen"
    assert gateway.stored_secrets(channel)["password"] == "en hemmelighet"


def test_a_stored_password_is_not_sent_to_another_server(owner: Member) -> None:
    channel = make_mail(owner)
    given = {**MAIL, "setting_imap_host": "127.0.0.1", "setting_password": "", "anyway": "yes"}
    answer = signed_in(owner).post(at(owner, "edit", channel.pk), given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["setting_password"]
    channel.refresh_from_db()
    assert channel.settings["imap_host"] == "imap.bergvik.example"


def test_a_new_webhook_shows_its_secret_once(owner: Member) -> None:
    client = signed_in(owner)
    client.post(at(owner, "connect", "webhook"), {"name": "Skjema", "setting_reply_url": ""})
    channel = Channel.objects.get()
    secret = gateway.stored_secrets(channel)["secret"]
    first = client.get(at(owner, "detail", channel.pk)).content.decode()
    assert secret in first
    assert reverse("web:hook", args=[channel.pk]) in first
    assert secret not in client.get(at(owner, "detail", channel.pk)).content.decode()
    assert secret not in client.get(at(owner, "edit", channel.pk)).content.decode()


def test_a_new_secret_leaves_the_one_before_it_in_force(owner: Member) -> None:
    channel = connect(
        by=owner, kind="webhook", name="Skjema", settings={}, secrets={"secret": "gammel" * 5}
    )
    client = signed_in(owner)
    for _ in range(2):
        before = gateway.stored_secrets(channel)["secret"].splitlines()[0]
        client.post(at(owner, "renew-secret", channel.pk))
        fresh, still = gateway.stored_secrets(channel)["secret"].splitlines()
        assert still == before != fresh
    assert fresh in client.get(at(owner, "detail", channel.pk)).content.decode()
    feed = make_feed(owner)
    assert client.post(at(owner, "renew-secret", feed.pk)).status_code == 404


@pytest.mark.parametrize("form", ["PYTHON", "CURL"])
def test_the_worked_examples_work(form: str) -> None:
    secret = "hemmelig-nok-for-en-test"
    with web_server() as (url, received):
        text = examples.signed_call(getattr(examples, form), f"{url}/hooks/1/", secret)
        command = [sys.executable, "-c", text] if form == "PYTHON" else ["sh", "-c", text]
        subprocess.run(command, check=True, timeout=30, capture_output=True)
    headers, body = received[0]
    verify([secret], headers[SIGNATURE_HEADER], body, datetime.now(UTC))
    channel = Channel(kind="webhook")
    account = gateway.Account(settings={}, secrets={"secret": secret})
    batch = gateway.get_connector(channel.kind).receive(account, headers, body, datetime.now(UTC))
    assert [item.author for item in batch.items] == [
        Author(external_id="Kari Nordmann", name="Kari Nordmann")
    ]
    assert isinstance(batch.items[0], Item)
    assert not batch.rejected


def test_trying_a_channel_now(owner: Member) -> None:
    client = signed_in(owner)
    with web_server() as (url, _):
        channel = make_feed(owner, f"{url}/feed")
        note_fault(channel, "It did not answer.", at=utc_now())
        page = client.post(at(owner, "try", channel.pk), follow=True)
        assert "Everything is in order." in page.content.decode()
    channel.refresh_from_db()
    assert channel.error == ""
    page = client.post(at(owner, "try", channel.pk), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


def test_switching_removing_and_taking_back(owner: Member) -> None:
    channel = make_feed(owner)
    client = signed_in(owner)
    client.post(at(owner, "switch", channel.pk), {"on": "no"})
    channel.refresh_from_db()
    assert not channel.enabled
    client.post(at(owner, "switch", channel.pk), {"on": "yes"})
    page = client.post(at(owner, "remove", channel.pk), follow=True)
    assert page.context["undo"]["url"] == at(owner, "restore", channel.pk)
    assert client.get(at(owner, "detail", channel.pk)).status_code == 404
    client.post(at(owner, "restore", channel.pk))
    channel.refresh_from_db()
    assert channel.enabled
    assert channel.removed_at is None


def test_the_history_is_counted_and_paged(owner: Member) -> None:
    channel = make_feed(owner)
    now = utc_now()
    for number in range(25):
        add_line(channel, HealthKind.FAILED, f"Fault {number}.", at=now)
    add_line(channel, HealthKind.REJECTED, "No text.", at=now, sample="<b>raw</b>")
    client = signed_in(owner)
    page = client.get(at(owner, "detail", channel.pk))
    assert len(page.context["lines"]) == 20
    assert page.context["trouble"] == {"connected": 0, "failed": 25, "rejected": 1}
    assert "&lt;b&gt;raw&lt;/b&gt;" in page.content.decode()
    assert len(client.get(at(owner, "detail", channel.pk) + "?page=2").context["lines"]) == 6


def test_an_agent_sees_health_and_no_secrets_or_samples(owner: Member) -> None:
    channel = connect(
        by=owner, kind="webhook", name="Skjema", settings={}, secrets={"secret": "x" * 30}
    )
    add_line(channel, HealthKind.REJECTED, "No text.", at=utc_now(), sample="what she wrote")
    agent = signed_in(make_member(owner.organisation, Role.AGENT))
    page = agent.get(at(owner, "detail", channel.pk)).content.decode()
    assert "No text." in page
    assert "what she wrote" not in page
    assert reverse("web:hook", args=[channel.pk]) not in page
    listing = agent.get(at(owner, "list")).content.decode()
    assert f'href="{at(owner, "add")}"' not in listing


REFUSED = [
    ("get", "add"),
    ("get", "connect"),
    ("get", "edit"),
    ("get", "import"),
    ("post", "switch"),
    ("post", "try"),
    ("post", "renew-secret"),
    ("post", "remove"),
    ("post", "restore"),
]


@pytest.mark.parametrize(("method", "name"), REFUSED)
def test_who_may_not_connect_is_refused(owner: Member, method: str, name: str) -> None:
    channel = make_feed(owner)
    agent = make_member(owner.organisation, Role.AGENT)
    stranger = make_owner("Nabokommunen")
    args = {"add": [], "import": [], "connect": ["feeds"]}.get(name, [channel.pk])
    url = at(owner, name, *args)
    assert getattr(signed_in(agent), method)(url).status_code == 403
    assert getattr(signed_in(stranger), method)(url).status_code == 404
    assert getattr(Client(), method)(url).status_code == 302
    channel.refresh_from_db()
    assert (channel.enabled, channel.removed_at) == (True, None)


@pytest.mark.parametrize("name", ["detail", "edit", "switch", "try", "remove", "restore"])
def test_another_organisations_channel_is_not_there(owner: Member, name: str) -> None:
    theirs = make_feed(make_owner("Nabokommunen"))
    client = signed_in(owner)
    ask = client.get if name in {"detail", "edit"} else client.post
    assert ask(at(owner, name, theirs.pk)).status_code == 404
    assert list(client.get(at(owner, "list")).context["rows"]) == []
