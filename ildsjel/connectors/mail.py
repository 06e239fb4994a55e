"""E-mail: read through IMAP, live through IDLE, answered through SMTP.

The cursor holds the folder's UIDVALIDITY and the last UID read. When the server numbers the folder
anew, the mails from our first day on are read again; the Message-ID makes that harmless.
"""

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import orjson
from imap_tools import (
    BaseMailBox,
    MailboxFolderSelectError,
    MailboxLoginError,
)
from imap_tools.errors import ImapToolsError

from ildsjel.connectors import mail_send
from ildsjel.connectors.http import check_url
from ildsjel.connectors.mail_message import read_mail
from ildsjel.connectors.protocol import (
    POLL,
    STREAM,
    Account,
    Batch,
    Capabilities,
    Field,
    Identity,
    Outgoing,
    Refused,
    Sent,
    Stop,
    Unreachable,
)
from ildsjel.engine.items import Address, Item, Rejected

BATCH = 50  # mails
BATCH_BYTES = 20_000_000
MAX_MAIL = 10_000_000  # bytes
HEAD = 256_000  # bytes read of a larger mail: its headers and, as a rule, its text
SIGN_OF_LIFE = 25.0  # seconds between empty batches of a stream
LONGEST_LOG_IN = 25.0  # seconds for connection, greeting, log-in and folder together
LONGEST_COMMAND = 120.0  # seconds for one mail: a server may drip
SECURITY = ("ssl", "starttls", "none")
FOLDER = frozenset({POLL, STREAM})  # what names the folder that both cursors count in

IMAP_FIELDS = (
    Field(name="imap_host", label="Incoming server (IMAP)", required=True, places=FOLDER),
    Field(name="imap_port", label="Port", kind="number", default="993", places=FOLDER),
    Field(name="imap_security", label="Encryption", kind="choice", choices=SECURITY, default="ssl"),
    Field(name="username", label="User name", required=True, places=FOLDER),
    Field(name="password", label="Password", kind="password", secret=True, required=True),
    Field(name="folder", label="Folder", default="INBOX", places=FOLDER),
    Field(
        name="from_address",
        label="Our address",
        kind="email",
        required=True,
        help="The address that people write to, and that answers come from.",
    ),
)
SMTP_FIELDS = (
    Field(name="from_name", label="Name shown with answers", for_writing=True),
    Field(
        name="smtp_host",
        label="Outgoing server (SMTP)",
        for_writing=True,
        required_for_writing=True,
    ),
    Field(name="smtp_port", label="Port", kind="number", default="587", for_writing=True),
    Field(
        name="smtp_security",
        label="Encryption",
        kind="choice",
        choices=SECURITY,
        default="starttls",
        for_writing=True,
    ),
    Field(
        name="smtp_username",
        label="User name",
        help="Empty: the same as for reading.",
        for_writing=True,
    ),
    Field(
        name="smtp_password",
        label="Password",
        kind="password",
        secret=True,
        help="Empty: the same as for reading.",
        for_writing=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a folder has been read. `since` is the day of the first mail that we ever took."""

    validity: int = 0
    uid: int = 0
    since: str = ""

    @classmethod
    def parse(cls, cursor: str) -> "Position":
        if not cursor:
            return cls()
        try:
            value = orjson.loads(cursor)
            return cls(int(value["validity"]), int(value["uid"]), str(value["since"]))
        except (ValueError, TypeError, KeyError):
            return cls()

    def dump(self) -> str:
        return orjson.dumps(self).decode()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the server says about a mail before it is read."""

    uid: int
    size: int
    received_at: datetime


class Mail:
    kind = "mail"
    title = "E-mail"
    capabilities = Capabilities(
        reads=frozenset({Address.DIRECT}), polls=True, streams=True, replies=True
    )
    fields = IMAP_FIELDS + SMTP_FIELDS

    def __init__(self, timeout: float = 20.0) -> None:
        self.timeout = timeout  # seconds for every single wait on a server

    def check(self, account: Account) -> Identity | None:
        """Log in to both servers and open the folder."""
        address = mail_send.valid_address(account.settings.get("from_address", ""), "Our address")
        with self._mailbox(account):
            pass
        if account.settings.get("smtp_host"):
            with mail_send.session(account, self.timeout):
                pass
        return Identity(external_id=address.lower(), handle=address)

    def fetch(self, account: Account, cursor: str) -> Batch:
        """At most 50 mails since the cursor; the first time the 50 newest."""
        with self._mailbox(account) as (mailbox, validity):
            return _next_batch(mailbox, validity, account, Position.parse(cursor))

    def has_stream(self, account: Account) -> bool:
        return True

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        """What is there, then what comes, over one connection that stays open."""
        position = Position.parse(cursor)
        with self._mailbox(account) as (mailbox, validity):
            while not stop.is_set():
                batch = _next_batch(mailbox, validity, account, position)
                position = Position.parse(batch.cursor)
                yield batch
                if not batch.more:
                    _wait_for_mail(mailbox, stop)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """Answer a mail. Automatic mail is never answered (`Refused`)."""
        mail = mail_send.compose(account, outgoing)
        mail_send.deliver(account, mail, outgoing.context["to"], self.timeout)
        return Sent(external_id=str(mail["Message-ID"]).strip("<>"))

    @contextmanager
    def _mailbox(self, account: Account) -> Iterator[tuple[BaseMailBox, int]]:
        """The folder, opened for reading, with its UIDVALIDITY. Errors come as `ConnectorError`."""
        mailbox: BaseMailBox | None = None
        try:
            with _plain_errors(account.settings.get("imap_host", "")):
                mailbox = _connect(account, self.timeout)
                with _deadline(mailbox, LONGEST_LOG_IN):
                    validity = _log_in(mailbox, account)
                yield mailbox, validity
                with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
                    mailbox.client.sock.settimeout(2)
                    mailbox.logout()
        finally:
            if mailbox is not None:
                # No polite goodbye on the way out of an error: a hanging server would hang us too.
                with suppress(OSError):
                    mailbox.client.shutdown()


def _connect(account: Account, timeout: float) -> BaseMailBox:
    settings = account.settings
    host, security = settings.get("imap_host", ""), settings.get("imap_security") or "ssl"
    port = mail_send.port_of(settings.get("imap_port", ""), 993 if security == "ssl" else 143)
    check_url(f"imap://{host}:{port}", schemes=("imap",))
    return _Box(host, port, security, timeout)


class _Limited(imaplib.IMAP4):
    """A client that gives up on a server that drips while the connection is made."""

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self.limit = threading.Timer(LONGEST_LOG_IN, _cut, [self])
        self.limit.daemon = True
        self.limit.start()


class _LimitedTls(_Limited, imaplib.IMAP4_SSL):  # type: ignore[misc]  # only the port differs
    pass


class _Box(BaseMailBox):
    """imap-tools' mailbox over our own client."""

    def __init__(self, host: str, port: int, security: str, timeout: float) -> None:
        self._where, self._security, self._timeout = (host, port), security, timeout
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        host, port = self._where
        tls = ssl.create_default_context()
        if self._security == "ssl":
            client: _Limited = _LimitedTls(host, port, ssl_context=tls, timeout=self._timeout)
        else:
            client = _Limited(host, port, self._timeout)
        if self._security == "starttls":
            if "STARTTLS" not in client.capabilities:
                raise Refused(
                    "The mail server %(host)s offers no encryption (STARTTLS).", host=host
                )
            client.starttls(tls)
        client.limit.cancel()
        return client


def _cut(client: imaplib.IMAP4) -> None:
    with suppress(OSError):
        client.sock.shutdown(socket.SHUT_RDWR)


def _log_in(mailbox: BaseMailBox, account: Account) -> int:
    user = account.settings.get("username", "")
    password = account.secrets.get("password", "")
    folder = account.settings.get("folder") or "INBOX"
    if re.search(r"[\r\n\0]", user + password + folder):
        raise Refused("User name, password and folder must each be one line.")
    log_in = mailbox.login if (user + password).isascii() else mailbox.login_utf8
    try:
        log_in(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        raise _log_in_error(str(error)) from error
    mailbox.folder.set(folder, readonly=True)
    validity = mailbox.client.untagged_responses.get("UIDVALIDITY", [b"0"])[-1]
    return int(validity) if isinstance(validity, bytes) else 0


@contextmanager
def _plain_errors(host: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Refused(
            "The certificate of %(host)s is not valid: %(reason)s.",
            host=host,
            reason=error.verify_message,
        ) from error
    except MailboxFolderSelectError as error:
        raise Refused("The mail server has no such folder.") from error
    except TimeoutError as error:
        raise Unreachable("The mail server %(host)s does not answer.", host=host) from error
    except (OSError, imaplib.IMAP4.abort, EOFError) as error:
        reason = str(error) or "closed"
        raise Unreachable(
            "The connection to %(host)s was lost: %(reason)s.", host=host, reason=reason
        ) from error
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        raise Unreachable(
            "The mail server %(host)s answered something odd: %(reason)s",
            host=host,
            reason=str(error),
        ) from error


def _log_in_error(words: str) -> Refused | Unreachable:
    if re.search(r"UNAVAILABLE|INUSE|LIMIT", words, re.IGNORECASE):
        return Unreachable("The mail server does not let anybody in just now.")
    return Refused("The mail server did not accept the user name or password.")


@contextmanager
def _deadline(mailbox: BaseMailBox, seconds: float) -> Iterator[None]:
    """Cut the connection when a server drips: each byte in time, but never an end."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        _cut(mailbox.client)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        if late.is_set():
            raise TimeoutError("too slow") from error
        raise
    finally:
        timer.cancel()


def _next_batch(mailbox: BaseMailBox, validity: int, account: Account, position: Position) -> Batch:
    with _deadline(mailbox, LONGEST_COMMAND):
        uids = _waiting(mailbox, validity, position)
        envelopes = _envelopes(mailbox, uids[:BATCH])
    since = position.since or _day_of_first(envelopes)
    start = position.uid if position.validity == validity else 0
    reached = replace(position, validity=validity, uid=start, since=since)
    own_address = account.settings.get("from_address", "")
    items: list[Item] = []
    rejected: list[Rejected] = []
    volume = 0
    for envelope in envelopes:
        if volume > BATCH_BYTES:
            break
        volume += min(envelope.size, MAX_MAIL)
        with _deadline(mailbox, LONGEST_COMMAND):
            raw = _raw(mailbox, envelope)
        reached = replace(reached, uid=envelope.uid)
        if raw is not None:
            items.append(read_mail(raw, received_at=envelope.received_at, own_address=own_address))
            rejected += _too_large(envelope, items[-1])
    if not envelopes and uids:
        reached = replace(reached, uid=max(uids[:BATCH]))  # deleted while we were looking
    more = bool(uids) and reached.uid < uids[-1]
    return Batch(items=items, rejected=rejected, cursor=reached.dump(), more=more, seen=len(items))


def _waiting(mailbox: BaseMailBox, validity: int, position: Position) -> list[int]:
    """UIDs not read yet, the oldest first; the first time the newest 50."""
    if position.validity == validity:
        # "n:*" always names the newest mail, also when its UID is below n.
        found = [int(uid) for uid in mailbox.uids(f"UID {position.uid + 1}:*")]
        return sorted(uid for uid in found if uid > position.uid)
    if position.since:
        day = date.fromisoformat(position.since)
        return sorted(int(uid) for uid in mailbox.uids(f"SINCE {_imap_date(day)}"))
    return sorted(int(uid) for uid in mailbox.uids("ALL"))[-BATCH:]


def _imap_date(day: date) -> str:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day.day:02d}-{months[day.month - 1]}-{day.year}"


def _day_of_first(envelopes: Sequence[Envelope]) -> str:
    days = [envelope.received_at.date() for envelope in envelopes]
    return min(days, default=datetime.now(UTC).date()).isoformat()


def _envelopes(mailbox: BaseMailBox, uids: Sequence[int]) -> list[Envelope]:
    if not uids:
        return []
    wanted = ",".join(map(str, uids))
    status, lines = mailbox.client.uid("FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)")
    if status != "OK":
        raise imaplib.IMAP4.abort("FETCH failed")
    found = [_envelope(line) for line in lines if isinstance(line, bytes)]
    known = {envelope.uid: envelope for envelope in found if envelope is not None}
    return [known[uid] for uid in uids if uid in known]


def _envelope(line: bytes) -> Envelope | None:
    uid = re.search(rb"\bUID (\d+)", line)
    size = re.search(rb"\bRFC822\.SIZE (\d+)", line)
    if uid is None or size is None:
        return None
    return Envelope(int(uid[1]), int(size[1]), _internal_date(line))


def _internal_date(line: bytes) -> datetime:
    found = re.search(rb'INTERNALDATE "([^"]+)"', line)
    text = found[1].decode("ascii", "replace").strip() if found else ""
    try:
        return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.now(UTC)


def _raw(mailbox: BaseMailBox, envelope: Envelope) -> bytes | None:
    """The bytes of a mail, the first part of a large one; None when it is gone by now."""
    # A bound also for small ones: the size is what the server claims.
    length = HEAD if envelope.size > MAX_MAIL else MAX_MAIL
    status, parts = mailbox.client.uid("FETCH", str(envelope.uid), f"(BODY.PEEK[]<0.{length}>)")
    if status != "OK":
        raise imaplib.IMAP4.abort("FETCH failed")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def _too_large(envelope: Envelope, item: Item) -> list[Rejected]:
    if envelope.size <= MAX_MAIL:
        return []
    reason = (
        f"The mail is {envelope.size / 1e6:.1f} MB; above {MAX_MAIL / 1e6:g} MB only the headers "
        "and the beginning are read. Open it in the mail program to see all of it."
    )
    return [Rejected(where=f"mail {item.external_id}", reason=reason, sample=item.title)]


def _wait_for_mail(mailbox: BaseMailBox, stop: Stop) -> None:
    """Return when the server has news, when it is time for a sign of life, or on stop."""
    until = time.monotonic() + SIGN_OF_LIFE
    if "IDLE" not in mailbox.client.capabilities:
        stop.wait(SIGN_OF_LIFE)
        mailbox.client.noop()
        return
    mailbox.idle.start()  # type: ignore[no-untyped-call]
    while not stop.is_set() and time.monotonic() < until:
        begun = time.monotonic()
        news = mailbox.idle.poll(timeout=1)
        # No news before the time was up: the other side has closed, and `stop` below finds out.
        if news or time.monotonic() - begun < 0.5:
            break
    mailbox.idle.stop()  # type: ignore[no-untyped-call]
