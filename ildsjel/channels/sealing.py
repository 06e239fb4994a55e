"""Secrets at rest: sealed with a key derived from the installation's secret key (Fernet, HKDF-
SHA256)."""

import base64
from collections.abc import Mapping

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


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ildsjel channel credentials")
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))
