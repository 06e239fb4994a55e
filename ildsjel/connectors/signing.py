"""Signatures of webhook deliveries: the time and the raw bytes under a shared secret."""

import hashlib
import hmac
from datetime import datetime, timedelta

from ildsjel.connectors.protocol import Account, Refused

SIGNATURE_HEADER = "X-Ildsjel-Signature"
TOLERANCE = timedelta(minutes=5)
SHORTEST_SECRET = 16  # characters


class NotAccepted(Refused):
    """A delivery that is turned away whole. `status` is the HTTP status that says so."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def sign(secret: str, body: bytes, now: datetime) -> str:
    """The value of the signature header for `body`, signed at `now`."""
    stamp = int(now.timestamp())
    return f"t={stamp},v1={_digest(secret, str(stamp), body)}"


def verify(secrets: list[str], header: str, body: bytes, now: datetime) -> None:
    """Raise `NotAccepted` unless one of the secrets signed the body within the tolerance."""
    if not header:
        raise NotAccepted(f"The delivery has no {SIGNATURE_HEADER} header.", 401)
    stamp, signatures = _read_signature(header)
    expected = [_digest(secret, stamp, body).encode() for secret in secrets]
    matches = [hmac.compare_digest(given.encode(), own) for given in signatures for own in expected]
    if not any(matches):
        raise NotAccepted("The signature does not match any secret of this channel.", 401)
    _check_time(int(stamp), now)


def _digest(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _read_signature(header: str) -> tuple[str, list[str]]:
    pairs = [part.strip().partition("=")[::2] for part in header[:4_000].split(",")]
    stamps = [value for name, value in pairs if name == "t"]
    signatures = [value.lower() for name, value in pairs if name == "v1"]
    stamp = stamps[0] if stamps else ""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and signatures):
        raise NotAccepted(f"{SIGNATURE_HEADER} does not look like t=…,v1=….", 401)
    return stamp, signatures[:10]


def _check_time(stamp: int, now: datetime) -> None:
    skew = stamp - now.timestamp()
    if abs(skew) > TOLERANCE.total_seconds():
        direction = "ahead of" if skew > 0 else "behind"
        raise NotAccepted(
            f"The signature's time is {abs(skew):.0f} seconds {direction} our clock; at most "
            f"{TOLERANCE.total_seconds():.0f} are allowed. Check the sender's clock.",
            401,
        )


def secrets_of(account: Account) -> list[str]:
    """The secrets in use, the first one for signing; `NotAccepted` when there is none."""
    secrets = [line.strip() for line in account.secrets.get("secret", "").splitlines()]
    secrets = [secret for secret in secrets if secret]
    if not secrets:
        raise NotAccepted("This channel has no signing secret.", 401)
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise NotAccepted(f"A signing secret must have at least {SHORTEST_SECRET} characters.", 401)
    return secrets
