"""Whether one can answer through a channel, and what is missing where one can't."""

import pytest
from django.utils import translation

from ildsjel.channels.actions import connect
from ildsjel.dialogue.answering import missing_for_writing, why_not
from ildsjel.dialogue.queries import last_asked
from ildsjel.organisation.models import Member
from tests.builders import make_conversation, make_owner

pytestmark = pytest.mark.django_db
READING = {"imap_host": "mail.example.org", "username": "post", "from_address": "post@example.org"}
SERVER = {"smtp_host": "mail.example.org"}


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["Outgoing server (SMTP)"]),
        ({"from_name": "Bergvik", "smtp_port": "587"}, ["Outgoing server (SMTP)"]),
        ({"smtp_username": "post", "smtp_security": "ssl"}, ["Outgoing server (SMTP)"]),
        (SERVER, []),
        (SERVER | {"from_name": "Bergvik"}, []),
    ],
)
def test_mail_needs_a_server_to_send_through(
    owner: Member, given: dict[str, str], missing: list[str]
) -> None:
    secrets = {"password": "a password"}
    channel = connect(by=owner, kind="mail", name="Post", settings=READING | given, secrets=secrets)
    row = make_conversation(owner, channel=channel)
    with translation.override("en"):
        assert missing_for_writing(channel) == missing
        said = why_not(row, last_asked(row))
    assert all(label in said for label in missing)
    assert bool(said) == bool(missing)


@pytest.mark.parametrize(
    ("kind", "given", "secrets", "missing"),
    [
        ("bluesky", {"handle": "b.no"}, {}, ["App password"]),
        ("bluesky", {"handle": "b.no"}, {"app_password": "x"}, []),
        ("mastodon", {}, {"access_token": "x"}, ["The server of your own account"]),
        ("webhook", {}, {"secret": "x"}, ["Address for answers"]),
        ("webhook", {"reply_url": "https://b.no"}, {"secret": "x"}, []),
    ],
)
def test_each_network_says_what_it_needs(
    owner: Member,
    kind: str,
    given: dict[str, str],
    secrets: dict[str, str],
    missing: list[str],
) -> None:
    channel = connect(by=owner, kind=kind, name=kind, settings=given, secrets=secrets)
    with translation.override("en"):
        assert missing_for_writing(channel) == missing
