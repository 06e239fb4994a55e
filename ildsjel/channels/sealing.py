"""Secrets at rest: sealed with a key derived from the installation's secret key (Fernet, HKDF-
SHA256)."""

import base64
from collections.abc import Mapping, Sequence

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(Exception):
    """The secrets were sealed with another key: the account must be connected again."""


def seal(secrets: Mapping[str, str]) -> bytes:
    return _fernet().encrypt(orjson.dumps(dict(secrets)))


def unseal(sealed: bytes | memoryview) -> dict[str, str]:
    try:
        opened: dict[str, str] = orjson.loads(_fernet().decrypt(bytes(sealed)))
    except InvalidToken as fault:
        raise SealBroken(
            "The stored password can't be opened: the installation's secret key has changed."
        ) from fault
    return opened


def reseal(sealed: bytes | memoryview, old_keys: Sequence[str]) -> bytes | None:
    """The same secrets sealed with the key of today; None where they are already.

    Raises `SealBroken` where neither that key nor one of `old_keys` opens them.
    """
    token = bytes(sealed)
    current = Fernet(_derived(settings.SECRET_KEY))
    try:
        current.decrypt(token)
    except InvalidToken:
        return _rotated(token, [current, *(Fernet(_derived(key)) for key in old_keys)])
    return None


def _rotated(token: bytes, keys: Sequence[Fernet]) -> bytes:
    try:
        return MultiFernet(keys).rotate(token)
    except InvalidToken as fault:
        raise SealBroken("None of the keys opens what is stored.") from fault


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ildsjel channel credentials")
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))
