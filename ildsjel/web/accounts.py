"""How people sign in and join: by invitation, never by signing up out of nowhere."""

import base64
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from ildsjel.channels.sealing import seal, unseal

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
