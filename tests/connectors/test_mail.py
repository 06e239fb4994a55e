"""E-mail against a real IMAP server and a real SMTP server, and against ones that misbehave."""

import email
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default as parsed

import pytest

from ildsjel.connectors import mail as mail_module
from ildsjel.connectors.mail import Mail
from ildsjel.connectors.protocol import (
    Account,
    Outgoing,
    RateLimited,
    Refused,
    Unreachable,
    Unsure,
)
from ildsjel.engine.items import Address, Item, Visibility
from tests.servers.dovecot import PASSWORD, Dovecot, dovecot_server
from tests.servers.smtp import Faults, Smtp, smtp_server
from tools.server_installs import CannotInstall

DESK = "desk@kommune.test"
CITIZEN = "kari@example.test"


@pytest.fixture(autouse=True)
def _own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")


@pytest.fixture(scope="module")
def _dovecot() -> Iterator[Dovecot]:
    try:
        with dovecot_server() as server:
            yield server
    except CannotInstall as error:
        pytest.skip(str(error))


@pytest.fixture
def dovecot(_dovecot: Dovecot) -> Iterator[Dovecot]:
    yield _dovecot
    _dovecot.empty(DESK)


@pytest.fixture
def smtp(dovecot: Dovecot) -> Iterator[Smtp]:
    with smtp_server(dovecot.deliver) as server:
        yield server


def account(imap_port: int = 1, smtp_port: int = 0, **changes: str) -> Account:
    settings = {
        "imap_host": "127.0.0.1",
        "imap_port": str(imap_port),
        "imap_security": "none",
        "username": DESK,
        "folder": "INBOX",
        "from_address": DESK,
        "from_name": "Ås kommune",
        "smtp_host": "127.0.0.1" if smtp_port else "",
        "smtp_port": str(smtp_port),
        "smtp_security": "none",
    }
    return Account(settings=settings | changes, secrets={"password": PASSWORD}, identity=DESK)


def letter(subject: str = "Hei", text: str = "Når åpner det?", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Kari Nordmann <Kari@Example.test>"
    message["To"] = DESK
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def answer_to(item: Item, text: str = "Klokka ni.", key: str = "message-1") -> Outgoing:
    return Outgoing(
        key=key,
        text=text,
        thread_key=item.thread_key,
        parent_id=item.external_id,
        context=item.reply_context,
    )


def fetch_one(dovecot: Dovecot, message: EmailMessage) -> Item:
    dovecot.deliver(DESK, message.as_bytes())
    (item,) = Mail().fetch(account(dovecot.imap_port), "").items
    return item


@pytest.mark.servers
def test_a_mail_arrives_as_an_item(dovecot: Dovecot) -> None:
    message = letter("Åpningstider på biblioteket", Message_ID="<one@example.test>")
    message.add_attachment(b"...", maintype="image", subtype="png", filename="skjema æøå.png")
    item = fetch_one(dovecot, message)
    assert item.external_id == item.thread_key == "one@example.test"
    assert item.title == "Åpningstider på biblioteket"
    assert item.text == "Når åpner det?"
    assert item.author.external_id == "kari@example.test"
    assert item.author.name == "Kari Nordmann"
    assert (item.address, item.visibility) == (Address.DIRECT, Visibility.PRIVATE)
    assert not item.own and not item.automatic
    assert [media.alt for media in item.media] == ["skjema æøå.png"]


@pytest.mark.servers
def test_what_was_read_is_not_read_again_and_nothing_is_marked_seen(dovecot: Dovecot) -> None:
    fetch_one(dovecot, letter())
    connector, settings = Mail(), account(dovecot.imap_port)
    cursor = connector.fetch(settings, "").cursor
    assert connector.fetch(settings, cursor).items == []
    dovecot.deliver(DESK, letter("To").as_bytes())
    assert [item.title for item in connector.fetch(settings, cursor).items] == ["To"]
    with dovecot.mailbox(DESK) as client:
        assert client.search(None, "SEEN")[1] == [b""]


@pytest.mark.servers
def test_many_mails_come_in_batches(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "BATCH", 2)
    connector, settings = Mail(), account(dovecot.imap_port)
    cursor = connector.fetch(settings, "").cursor
    for number in range(5):
        dovecot.deliver(DESK, letter(f"Nr {number}").as_bytes())
    titles, more = [], True
    while more:
        batch = connector.fetch(settings, cursor)
        titles += [item.title for item in batch.items]
        cursor, more = batch.cursor, batch.more
    assert titles == ["Nr 0", "Nr 1", "Nr 2", "Nr 3", "Nr 4"]


@pytest.mark.servers
def test_a_renumbered_folder_is_read_again_under_the_same_ids(dovecot: Dovecot) -> None:
    first = fetch_one(dovecot, letter(Message_ID="<kept@example.test>"))
    no_id = letter("Uten id")
    dovecot.deliver(DESK, no_id.as_bytes())
    connector, settings = Mail(), account(dovecot.imap_port)
    before = connector.fetch(settings, "")
    time.sleep(1.1)  # UIDVALIDITY is made of seconds
    dovecot.renumber(DESK)
    after = connector.fetch(settings, before.cursor)
    assert first.external_id in {item.external_id for item in after.items}
    assert sorted(i.external_id for i in after.items) == sorted(i.external_id for i in before.items)
    assert connector.fetch(settings, after.cursor).items == []


@pytest.mark.servers
def test_idle_brings_a_new_mail_at_once(dovecot: Dovecot) -> None:
    stop = threading.Event()
    came: list[tuple[float, str]] = []

    def listen() -> None:
        for batch in Mail().stream(account(dovecot.imap_port), "", stop):
            came.extend((time.monotonic(), item.title) for item in batch.items)

    listener = threading.Thread(target=listen)
    listener.start()
    time.sleep(1)
    sent = time.monotonic()
    dovecot.deliver(DESK, letter("Straks").as_bytes())
    while not came and time.monotonic() < sent + 10:
        time.sleep(0.05)
    stop.set()
    listener.join(10)
    assert not listener.is_alive()
    assert [title for _, title in came] == ["Straks"]
    assert came[0][0] - sent < 5


@pytest.mark.servers
def test_a_stream_shows_that_it_lives(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "SIGN_OF_LIFE", 1.0)
    stream = Mail().stream(account(dovecot.imap_port), "", threading.Event())
    begun = time.monotonic()
    batches = [next(stream) for _ in range(3)]
    stream.close()  # type: ignore[attr-defined]
    assert all(not batch.items and batch.cursor for batch in batches)
    assert 1.5 < time.monotonic() - begun < 10


@pytest.mark.servers
def test_of_a_huge_mail_only_the_beginning_is_read(dovecot: Dovecot) -> None:
    message = letter("Stor")
    message.add_attachment(b"x" * 8_000_000, maintype="image", subtype="png", filename="a.png")
    dovecot.deliver(DESK, message.as_bytes())
    dovecot.deliver(DESK, letter("Liten").as_bytes())
    batch = Mail().fetch(account(dovecot.imap_port), "")
    assert [(item.title, item.text) for item in batch.items] == [
        ("Stor", "Når åpner det?"),
        ("Liten", "Når åpner det?"),
    ]
    (line,) = batch.rejected
    assert "10.8 MB" in line.reason or "10.9 MB" in line.reason or "11" in line.reason
    assert batch.items[0].external_id in line.where


@pytest.mark.servers
@pytest.mark.parametrize(
    ("changes", "password", "words"),
    [
        ({}, "wrong", "user name or password"),
        ({}, "blåbær", "user name or password"),
        ({"folder": "Nowhere"}, PASSWORD, "no such folder"),
        ({"folder": "INBOX\r\nA LOGOUT"}, PASSWORD, "one line"),
        ({"imap_port": "many"}, PASSWORD, "port"),
        ({"from_address": "desk"}, PASSWORD, "not an e-mail address"),
    ],
)
def test_wrong_settings_are_refused(
    dovecot: Dovecot, changes: dict[str, str], password: str, words: str
) -> None:
    settings = replace(account(dovecot.imap_port), secrets={"password": password})
    settings = replace(settings, settings={**settings.settings, **changes})
    with pytest.raises(Refused, match=words):
        Mail().check(settings)


@pytest.mark.servers
def test_check_logs_in_to_both_servers(dovecot: Dovecot, smtp: Smtp) -> None:
    good = account(dovecot.imap_port, smtp.port)
    identity = Mail().check(good)
    assert identity is not None and identity.external_id == DESK
    wrong = replace(good, secrets={"password": PASSWORD, "smtp_password": "wrong"})
    with pytest.raises(Refused, match="sending server did not accept"):
        Mail().check(wrong)


@pytest.mark.servers
def test_an_answer_reaches_the_citizen_in_the_thread(dovecot: Dovecot, smtp: Smtp) -> None:
    settings = account(dovecot.imap_port, smtp.port)
    item = fetch_one(dovecot, letter("Bør det", Message_ID="<q@example.test>"))
    sent = Mail().send(settings, answer_to(item, "Klokka ni.\n.\nVennlig hilsen Åse"))
    answer = email.message_from_bytes(dovecot.mails(CITIZEN)[-1], policy=parsed)
    assert answer["In-Reply-To"] == "<q@example.test>"
    assert answer["References"] == "<q@example.test>"
    assert answer["Subject"] == "Re: Bør det"
    assert str(answer["From"]) == "Ås kommune <desk@kommune.test>"
    assert answer["Message-ID"] == f"<{sent.external_id}>"
    assert answer["Auto-Submitted"] is None
    assert answer.get_content().replace("\r\n", "\n") == "Klokka ni.\n.\nVennlig hilsen Åse\n"
    follow_up = letter(
        "SV: Bør det", In_Reply_To=answer["Message-ID"], References=answer["References"]
    )
    assert Mail().fetch(settings, "").items[0].external_id == "q@example.test"
    dovecot.deliver(DESK, follow_up.as_bytes())
    assert Mail().fetch(settings, "").items[-1].thread_key == item.thread_key


@pytest.mark.servers
def test_our_own_answer_is_recognised_when_it_comes_back(dovecot: Dovecot, smtp: Smtp) -> None:
    item = fetch_one(dovecot, letter(Reply_To=DESK, Message_ID="<r@x>"))
    sent = Mail().send(account(dovecot.imap_port, smtp.port), answer_to(item))
    back = Mail().fetch(account(dovecot.imap_port), "").items[-1]
    assert (back.external_id, back.own, back.automatic) == (sent.external_id, True, True)
    assert back.thread_key == item.thread_key


@pytest.mark.servers
@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(refuse_recipient="550 No such person"), Refused),
        (Faults(refuse_recipient="450 Greylisted"), RateLimited),
        (Faults(refuse_content="554 Spam"), Refused),
        (Faults(close_at_recipient=True), Unreachable),
        (Faults(close_after_content=True), Unsure),
        (Faults(hang_at_content=True), Unsure),
    ],
)
def test_each_fault_of_the_sending_server_has_its_own_outcome(
    dovecot: Dovecot, smtp: Smtp, faults: Faults, error: type[Exception]
) -> None:
    item = fetch_one(dovecot, letter())
    smtp.faults = faults
    with pytest.raises(error):
        Mail(timeout=1).send(account(smtp_port=smtp.port), answer_to(item))
    assert bool(smtp.taken) == (error is Unsure)


@pytest.mark.servers
def test_a_repeated_answer_has_the_same_message_id(dovecot: Dovecot, smtp: Smtp) -> None:
    item = fetch_one(dovecot, letter())
    settings = account(smtp_port=smtp.port)
    first, again = (Mail().send(settings, answer_to(item)) for _ in range(2))
    other = Mail().send(settings, answer_to(item, key="message-2"))
    assert first.external_id == again.external_id != other.external_id


def test_nothing_listens() -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        Mail().fetch(account(imap_port=1), "")
    context = {"to": CITIZEN, "subject": "x"}
    with pytest.raises(Unreachable):
        Mail().send(account(smtp_port=1), Outgoing(key="k", text="Hei", context=context))
    assert time.monotonic() - begun < 5


def test_private_servers_need_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS")
    with pytest.raises(Refused, match="private network"):
        Mail().fetch(account(), "")


@contextmanager
def raw_server(greeting: bytes, *, drip: bool = False) -> Iterator[int]:
    """A server that says one thing to everybody, and then nothing, or one byte again and again."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()
    open_connections: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            open_connections.append(connection)
            connection.sendall(greeting)
            while drip and not done.wait(0.1):
                try:
                    connection.sendall(b"*")
                except OSError:
                    break

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        listener.close()
        for connection in open_connections:
            connection.close()


@pytest.mark.parametrize("greeting", [b"", b"* OK Welcome\r\n"])
def test_an_imap_server_that_hangs_is_given_up(greeting: bytes) -> None:
    begun = time.monotonic()
    with raw_server(greeting) as port, pytest.raises(Unreachable, match="does not answer"):
        Mail(timeout=1).fetch(account(port), "")
    assert time.monotonic() - begun < 3
    assert mail_module.LONGEST_LOG_IN < 30 and Mail().timeout < 30


def test_an_imap_server_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "LONGEST_LOG_IN", 1.0)
    begun = time.monotonic()
    with raw_server(b"* OK Welcome\r\n", drip=True) as port, pytest.raises(Unreachable):
        Mail(timeout=5).fetch(account(port), "")
    assert time.monotonic() - begun < 4


def test_a_server_that_is_no_mail_server() -> None:
    with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(Unreachable):
        Mail(timeout=1).fetch(account(port), "")


def test_a_hanging_smtp_server_is_given_up() -> None:
    outgoing = Outgoing(key="k", text="Hei", context={"to": CITIZEN, "subject": "x"})
    with raw_server(b"") as port, pytest.raises(Unreachable):
        Mail(timeout=1).send(account(smtp_port=port), outgoing)


def test_automatic_mail_is_never_answered() -> None:
    context = {"to": CITIZEN, "subject": "Out of office", "automatic": "yes"}
    with pytest.raises(Refused, match="machine"):
        Mail().send(account(smtp_port=1), Outgoing(key="k", text="Hei", context=context))
