"""Sending one e-mail, step by step, so that we know whether the server has taken it.

Until the line with the lone full stop has left us the server may not deliver anything (RFC 5321,
4.1.1.4), so an error before it is safe to repeat. A connection lost between that line and the
server's answer leaves us unsure.
"""

import base64
import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr

from ildsjel.connectors.http import check_url
from ildsjel.connectors.protocol import Account, Outgoing, RateLimited, Refused, Unreachable, Unsure

WAIT_WHEN_ASKED = 300.0  # seconds: greylisting servers take the second try after some minutes
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+")
_REPLY_PREFIX = re.compile(r"^\s*(re|sv|svar|vs|aw)\s*:", re.IGNORECASE)


def compose(account: Account, outgoing: Outgoing) -> EmailMessage:
    """The answer as a mail. Raises `Refused` where there is nobody to answer.

    The Message-ID follows from `outgoing.key`: a second copy can be recognised as the same mail.
    """
    context = outgoing.context
    if context.get("automatic"):
        raise Refused("This mail was sent by a machine; answering it could start a loop.")
    sender = valid_address(account.settings.get("from_address", ""), "Our own address")
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = _named(account.settings.get("from_name", ""), sender)
    mail["To"] = _named(
        context.get("to_name", ""), valid_address(context.get("to", ""), "The address")
    )
    mail["Subject"] = _subject(context.get("subject", ""))
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{own_message_id(outgoing.key, sender)}>"
    for name, value in _threading(context).items():
        mail[name] = value
    if outgoing.language:
        mail["Content-Language"] = _one_line(outgoing.language)
    mail.set_content(outgoing.text)
    return mail


def own_message_id(key: str, sender: str) -> str:
    """The Message-ID, without brackets, of the mail that is sent for this key."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"ildsjel.{digest}@{sender.rpartition('@')[2]}"


def valid_address(address: str, what: str) -> str:
    """The address, if it is one and nothing else; `Refused` otherwise."""
    if not _ADDRESS.fullmatch(address) or len(address) > 320:
        raise Refused(
            "%(what)s %(address)s is not an e-mail address.", what=what, address=repr(address[:80])
        )
    return address


def _named(name: str, address: str) -> str:
    return formataddr((_one_line(name), address))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _subject(subject: str) -> str:
    line = _one_line(subject)
    return line if _REPLY_PREFIX.match(line) else f"Re: {line}".strip()


def _threading(context: Mapping[str, str]) -> dict[str, str]:
    answered = _ids(context.get("message_id", ""))
    references = _ids(context.get("references", "")) or answered
    headers = {"In-Reply-To": answered, "References": references}
    return {name: " ".join(f"<{each}>" for each in ids) for name, ids in headers.items() if ids}


def _ids(text: str) -> list[str]:
    return [each for each in text.split() if not re.search(r"[<>]", each) and each.isascii()]


def deliver(account: Account, mail: EmailMessage, recipient: str, timeout: float) -> None:
    """Hand the mail over. Returns only when the server has said that it took it."""
    sender = account.settings["from_address"]
    with session(account, timeout) as smtp:
        utf8 = not (sender + recipient).isascii()
        if utf8 and not smtp.has_extn("smtputf8"):
            raise Refused(
                "Our mail server can't send to addresses like %(recipient)s.", recipient=recipient
            )
        options = ["SMTPUTF8"] if utf8 else []
        _expect(smtp.mail(sender, options), 250)
        _expect(smtp.rcpt(recipient), 250, 251)
        _expect(smtp.docmd("DATA"), 354)
        smtp.send(_dotted(mail.as_bytes(policy=SMTP_POLICY.clone(utf8=utf8))))
        _finish(smtp)


def _finish(smtp: smtplib.SMTP) -> None:
    try:
        smtp.send(b".\r\n")
        answer = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(
            "The mail server took the whole mail but the connection was lost before it said so. "
            "The mail may have been sent."
        ) from error
    _expect(answer, 250)


def _dotted(data: bytes) -> bytes:
    stuffed = re.sub(rb"(?m)^\.", b"..", data)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    code, words = answer
    if code in codes:
        return
    said = words.decode("utf-8", "replace")[:300].replace("\n", " ")
    if 400 <= code < 500:
        raise RateLimited(
            "The mail server asks us to try later: %(code)s %(said)s",
            WAIT_WHEN_ASKED,
            code=str(code),
            said=said,
        )
    raise Refused("The mail server said no: %(code)s %(said)s", code=str(code), said=said)


@contextmanager
def session(account: Account, timeout: float) -> Iterator[smtplib.SMTP]:
    """A connection to the sending server, logged in. Errors come as `ConnectorError`."""
    try:
        with _connected(account, timeout) as smtp:
            _log_in(smtp, account)
            yield smtp
    except ssl.SSLCertVerificationError as error:
        raise Refused(
            "The sending server's certificate is not valid: %(reason)s.", reason=error.reason
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Refused("The sending server did not accept the user name or password.") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(
            "The sending server can't do what the settings ask for: %(reason)s", reason=str(error)
        ) from error
    except smtplib.SMTPResponseException as error:
        _expect((error.smtp_code, _bytes(error.smtp_error)))
        raise Unreachable("The sending server broke off.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(
            "The sending server can't be reached: %(reason)s.", reason=str(error) or "no answer"
        ) from error


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


@contextmanager
def _connected(account: Account, timeout: float) -> Iterator[smtplib.SMTP]:
    settings = account.settings
    host, security = settings.get("smtp_host", ""), settings.get("smtp_security") or "starttls"
    port = port_of(settings.get("smtp_port", ""), {"ssl": 465, "starttls": 587}.get(security, 25))
    check_url(f"smtp://{host}:{port}", schemes=("smtp",))
    name = settings.get("from_address", "").rpartition("@")[2] or "localhost"
    smtp = _open(host, port, name, security, timeout)
    try:
        if security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        yield smtp
        _quit(smtp)
    finally:
        smtp.close()


def _quit(smtp: smtplib.SMTP) -> None:
    """Say goodbye, but never let a mail that is already sent look as if it failed."""
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(2)
        smtp.docmd("QUIT")


def _open(host: str, port: int, name: str, security: str, timeout: float) -> smtplib.SMTP:
    if security == "ssl":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, name, timeout=timeout, context=context)
    return smtplib.SMTP(host, port, name, timeout=timeout)


def port_of(text: str, default: int) -> int:
    """A port from the settings; `Refused` when it is none."""
    text = text.strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65_536):
        raise Refused("%(text)s is not a port number.", text=repr(text[:20]))
    return int(text)


def _log_in(smtp: smtplib.SMTP, account: Account) -> None:
    user = account.settings.get("smtp_username") or account.settings.get("username", "")
    password = account.secrets.get("smtp_password") or account.secrets.get("password", "")
    smtp.ehlo_or_helo_if_needed()
    if not user or not smtp.has_extn("auth"):
        return
    if (user + password).isascii():
        smtp.login(user, password)
        return
    # smtplib only knows ASCII; the mechanism itself takes UTF-8 (RFC 4616).
    plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    if smtp.docmd("AUTH", f"PLAIN {plain}")[0] != 235:
        raise Refused("The sending server did not accept the user name or password.")
