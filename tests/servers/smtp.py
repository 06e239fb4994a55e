"""A real SMTP server on loopback that asks for a password, and hands mail on to Dovecot.

    with smtp_server(deliver=mail.deliver) as smtp:
        ...
        smtp.taken  # what it accepted

`smtp.faults` makes it misbehave: see `Faults`.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.dovecot import PASSWORD
from tests.servers.processes import free_port

Deliver = Callable[[str, bytes, str], None]


@dataclass
class Faults:
    """What the server does wrong from now on."""

    refuse_recipient: str = ""  # the words it says, with the code
    refuse_content: str = ""
    close_at_recipient: bool = False
    close_after_content: bool = False  # it has taken the mail, but its answer is lost
    hang_at_content: bool = False


@dataclass
class Taken:
    """One mail that the server accepted."""

    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Smtp:
    port: int
    host: str = "127.0.0.1"
    taken: list[Taken] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    deliver: Deliver | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.faults.close_at_recipient:
            _drop(server)
        if self.faults.refuse_recipient:
            return self.faults.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.faults.refuse_content:
            return self.faults.refuse_content
        content = envelope.original_content or b""
        self.taken.append(Taken(str(envelope.mail_from), list(envelope.rcpt_tos), content))
        if self.deliver:
            for address in envelope.rcpt_tos:
                await asyncio.to_thread(self.deliver, address, content, str(envelope.mail_from))
        if self.faults.close_after_content:
            _drop(server)
        if self.faults.hang_at_content:
            await asyncio.sleep(60)
        return "250 Message accepted"


def _drop(server: SMTP) -> None:
    """Break the connection without a word."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@contextmanager
def smtp_server(deliver: Deliver | None = None) -> Iterator[Smtp]:
    """A server of its own; `deliver` is given each accepted mail (address, content, sender)."""
    smtp = Smtp(free_port(), deliver=deliver)
    controller = Controller(
        smtp,
        hostname=smtp.host,
        port=smtp.port,
        authenticator=_authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield smtp
    finally:
        controller.stop(no_assert=True)
