"""Encrypted mail servers: a certificate that nobody vouches for is refused, before any password."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ildsjel.connectors.mail import Mail
from ildsjel.connectors.protocol import Account, Outgoing, Refused, Unreachable


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def tls_server(pem: Path, greeting: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that greets over TLS; gives its port and what it was told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))
    told: list[bytes] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
                    secure.sendall(greeting)
                    told.append(secure.recv(1000))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], told
    finally:
        listener.close()


def account(port: int) -> Account:
    settings = {
        "imap_host": "127.0.0.1",
        "imap_port": str(port),
        "imap_security": "ssl",
        "username": "desk",
        "from_address": "desk@kommune.test",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(port),
        "smtp_security": "ssl",
    }
    return Account(settings=settings, secrets={"password": "secret"})


OUTGOING = Outgoing(key="k", text="Hei", context={"to": "kari@example.test", "subject": "x"})


@pytest.fixture(autouse=True)
def _own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")


def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    with tls_server(certificate(tmp_path), b"") as (port, told):
        with pytest.raises(Refused, match="certificate"):
            Mail(timeout=2).fetch(account(port), "")
        with pytest.raises(Refused, match="certificate"):
            Mail(timeout=2).send(account(port), OUTGOING)
    assert told == []


def test_a_trusted_certificate_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with tls_server(pem, b"* OK Hei\r\n") as (port, told), pytest.raises(Unreachable):
        Mail(timeout=2).fetch(account(port), "")  # it hangs up after the first command
    assert told and b"CAPABILITY" in told[0]


def test_a_server_without_starttls_gets_no_password() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    told: list[bytes] = []

    def serve() -> None:
        plain, _ = listener.accept()
        with plain, suppress(OSError):
            plain.sendall(b"* OK Hei\r\n")
            tag = plain.recv(1000).split()[0]
            plain.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            told.append(plain.recv(1000))

    threading.Thread(target=serve, daemon=True).start()
    start = account(listener.getsockname()[1])
    settings = {**start.settings, "imap_security": "starttls"}
    with listener, pytest.raises(Refused, match="STARTTLS"):
        Mail(timeout=2).fetch(Account(settings=settings, secrets=start.secrets), "")
    assert b"LOGIN" not in b"".join(told)
