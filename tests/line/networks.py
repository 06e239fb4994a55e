"""The three networks of the whole-line tests: real servers, an account of ours, a citizen."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from tests.servers import dovecot, smtp
from tests.servers.dovecot import Dovecot, dovecot_server
from tests.servers.jetstream import Jetstream, jetstream_server
from tests.servers.pds import Session, pds_server
from tests.servers.smtp import smtp_server
from tests.servers.snac import snac_server

OUR_MAIL = "post@bergvik.test"
CITIZENS_MAIL = "citizen@example.test"


@dataclass(frozen=True)
class Network:
    """What a test does on a network as the citizen, and the settings of our own account there."""

    kind: str
    channel: dict[str, Any]
    ask: Callable[[str], str]  # publishes a question to us; gives its id
    answers: Callable[[str], list[str]]  # the texts that stand below it


def bluesky_channel(ours: Session, jetstream: Jetstream, *, appview_url: str) -> dict[str, Any]:
    """Our own account, as the set-up is told of it."""
    return {
        "kind": "bluesky",
        "name": "Bluesky",
        "settings": {
            "jetstream_url": jetstream.v2,
            "service_url": ours.url,
            "appview_url": appview_url,
            "handle": ours.handle,
        },
        "secrets": {"app_password": ours.password},
    }


@contextmanager
def bluesky() -> Iterator[Network]:
    with pds_server() as pds, jetstream_server(pds.url) as jetstream:
        ours, citizen = pds.create_account("bergvik"), pds.create_account("kari")
        channel = bluesky_channel(ours, jetstream, appview_url=pds.url)

        def answers(uri: str) -> list[str]:
            below = [post["value"] for post in citizen.records(ours.did)]
            return [
                v["text"] for v in below if v.get("reply", {}).get("parent", {}).get("uri") == uri
            ]

        yield Network("bluesky", channel, lambda text: citizen.post(text)[0], answers)


@contextmanager
def mastodon() -> Iterator[Network]:
    with snac_server() as snac:
        token, citizen = snac.add_user("bergvik"), snac.person("kari")
        channel = {
            "kind": "mastodon",
            "name": "Mastodon",
            "settings": {
                "instance_url": snac.url,
                "instance_urls": snac.url,
                "hashtags": "bergvik",
                "public_timeline": "none",
            },
            "secrets": {"access_token": token},
        }

        def answers(status: str) -> list[str]:
            return [reply["content"] for reply in citizen.replies(status)]

        yield Network(
            "mastodon", channel, lambda text: str(citizen.post(f"{text} #bergvik")["id"]), answers
        )


@contextmanager
def mail() -> Iterator[Network]:
    with dovecot_server() as box, smtp_server(box.deliver) as out:
        channel = {
            "kind": "mail",
            "name": "E-mail",
            "settings": {
                "imap_host": box.host,
                "imap_port": str(box.imap_port),
                "imap_security": "none",
                "username": OUR_MAIL,
                "folder": "INBOX",
                "smtp_host": out.host,
                "smtp_port": str(out.port),
                "smtp_security": "none",
                "from_address": OUR_MAIL,
                "from_name": "Bergvik",
            },
            "secrets": {"password": dovecot.PASSWORD},
        }
        assert dovecot.PASSWORD == smtp.PASSWORD
        yield Network("mail", channel, lambda text: _write(box, text), lambda key: _mails(box, key))


def _write(box: Dovecot, text: str) -> str:
    message = EmailMessage()
    key = f"<{abs(hash(text))}@example.test>"
    message["Message-ID"], message["Subject"] = key, "A question"
    message["From"], message["To"] = f"Kari <{CITIZENS_MAIL}>", OUR_MAIL
    message.set_content(text)
    box.deliver(OUR_MAIL, message.as_bytes(), CITIZENS_MAIL)
    return key


def _mails(box: Dovecot, key: str) -> list[str]:
    found = [BytesParser(policy=default).parsebytes(raw) for raw in box.mails(CITIZENS_MAIL)]
    bodies = [(m["In-Reply-To"], m.get_body(("plain",))) for m in found]
    return [body.get_content() for parent, body in bodies if parent == key and body is not None]


@contextmanager
def all_networks() -> Iterator[dict[str, Network]]:
    with ExitStack() as stack:
        yield {each.__name__: stack.enter_context(each()) for each in (bluesky, mastodon, mail)}
