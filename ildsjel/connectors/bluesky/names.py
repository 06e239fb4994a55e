"""The names and times of the AT Protocol: DIDs, at-URIs, record keys, TIDs, web addresses."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

POST = "app.bsky.feed.post"
WEB = "https://bsky.app"

_A_DID = r"did:[a-z]{1,30}:[A-Za-z0-9._:%-]{0,2000}[A-Za-z0-9._-]"
_A_COLLECTION = r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+\.[A-Za-z][A-Za-z0-9]*"
_AN_RKEY = r"(?!\.\.?\Z)[A-Za-z0-9._:~-]{1,512}"
_DID, _RKEY = re.compile(_A_DID), re.compile(_AN_RKEY)
_AT_URI = re.compile(rf"at://({_A_DID})/({_A_COLLECTION})/({_AN_RKEY})")
_LABEL = r"([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HANDLE = re.compile(rf"([A-Za-z0-9]{_LABEL}\.)+[A-Za-z]{_LABEL}")
_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TID_AS_BASE_32 = str.maketrans(_TID_DIGITS, "0123456789abcdefghijklmnopqrstuv")
_TID = re.compile(r"[234567a-j][234567a-z]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Record keys of our own lie in these three years, so that no server takes one for the future's.
_OWN_KEYS_FROM = 1_672_531_200_000_000
_OWN_KEYS_SPAN = 3 * 365 * 86_400_000_000


class AtUri(NamedTuple):
    """``at://repo/collection/rkey``, where the repository is named by its DID."""

    repo: str
    collection: str
    rkey: str

    def __str__(self) -> str:
        return f"at://{self.repo}/{self.collection}/{self.rkey}"


def is_did(value: object) -> bool:
    return isinstance(value, str) and _DID.fullmatch(value) is not None


def is_rkey(value: object) -> bool:
    return isinstance(value, str) and _RKEY.fullmatch(value) is not None


def clean_handle(value: object) -> str:
    """The handle in small letters; empty for what is none, or is known not to hold."""
    if not isinstance(value, str) or len(value) > 253 or _HANDLE.fullmatch(value) is None:
        return ""
    return "" if value.lower() == "handle.invalid" else value.lower()


def parse_at_uri(value: object) -> AtUri | None:
    """The three parts of a record's address, or None for anything else."""
    if not isinstance(value, str) or len(value) > 8000:
        return None
    match = _AT_URI.fullmatch(value)
    return AtUri(*match.groups()) if match else None


def profile_url(did: str) -> str:
    return f"{WEB}/profile/{did}"


def post_url(uri: AtUri) -> str:
    return f"{profile_url(uri.repo)}/post/{uri.rkey}"


def parse_time(value: object) -> datetime | None:
    """An RFC 3339 time in UTC, or None when it is none or lies before 1970."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        moment = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment >= _EPOCH else None


def to_micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The UTC time of so many microseconds since 1970; `OverflowError` past the year 9999."""
    return _EPOCH + timedelta(microseconds=micros)


def tid_micros(tid: object) -> int | None:
    """Microseconds since 1970 in a TID (a commit's `rev`), or None when it is none."""
    if not isinstance(tid, str) or _TID.fullmatch(tid) is None:
        return None
    return int(tid.translate(_TID_AS_BASE_32), 32) >> 10  # the lowest ten bits tell clocks apart


def own_rkey(key: str) -> str:
    """The record key under which message `key` is published: a TID, always the same."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big")
    micros = _OWN_KEYS_FROM + number % _OWN_KEYS_SPAN
    value = micros << 10 | (number >> 100) % 1024
    return "".join(_TID_DIGITS[value >> shift & 31] for shift in range(60, -1, -5))
