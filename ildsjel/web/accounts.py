"""How people sign in and join: by invitation, never by signing up out of nowhere."""

import base64
import logging
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from ildsjel.channels.sealing import reseal, seal, unseal

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join through an invitation or the set-up link, not through a public form."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it, where mail is set up.

        The page answers the same either way, so that nobody learns which addresses have a sign-in;
        what went wrong is in the log.
        """
        if not settings.MAIL_IS_SET:
            log.warning("no mail is sent: ILDSJEL_MAIL_HOST is not set")
            return
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as fault:
            log.error("mail could not be sent: %s", fault)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the keys of two-step sign-in sealed, so that the database alone gives no codes."""

    def encrypt(self, text: str) -> str:
        return base64.urlsafe_b64encode(seal({"key": text})).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.urlsafe_b64decode(encrypted_text))["key"]


@transaction.atomic
def reseal_two_step(*, pk: int, old_keys: Sequence[str], dry: bool = False) -> bool:
    """Seal the keys of one person's two-step sign-in with the key of today; True where they were
    not. Raises `SealBroken`. `dry`: only say so."""
    row = Authenticator.objects.select_for_update().get(pk=pk)
    fresh = {name: _resealed(value, old_keys) for name, value in row.data.items()}
    if fresh == row.data:
        return False
    if not dry:
        row.data = fresh
        row.save(update_fields=["data"])
    return True


def _resealed(value: Any, old_keys: Sequence[str]) -> Any:
    """What allauth keeps of an authenticator: sealed texts, lists of them, and plain numbers."""
    if isinstance(value, list):
        return [_resealed(each, old_keys) for each in value]
    if not isinstance(value, str):
        return value
    fresh = reseal(base64.urlsafe_b64decode(value), old_keys)
    return value if fresh is None else base64.urlsafe_b64encode(fresh).decode("ascii")
