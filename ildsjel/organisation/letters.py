"""Mail to people who are not here yet: an invitation with its link."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from ildsjel.organisation.models import Member

log = logging.getLogger(__name__)


def send_invitation(*, by: Member, email: str, link: str) -> bool:
    """Mail the link in the organisation's language; False where it could not be sent.

    Call it with no transaction open: the mail server may be slow.
    """
    if not settings.MAIL_IS_SET:
        return False
    with override(by.organisation.language):
        subject, text = _words(by, link)
    try:
        send_mail(subject, text, from_email=None, recipient_list=[email])
    except (OSError, SMTPException) as fault:
        log.error("an invitation could not be mailed: %s", fault)
        return False
    return True


def _words(by: Member, link: str) -> tuple[str, str]:
    about = {"name": str(by), "organisation": by.organisation.name, "link": link}
    subject = _("Invitation to %(organisation)s in Ildsjel") % about
    text = (
        _(
            "Hello,\n\n%(name)s invites you to work with %(organisation)s in Ildsjel, where "
            "enquiries from social media are answered.\n\nJoin here:\n%(link)s\n\nThe link works "
            "once, for 14 days, and is for you alone. If you did not expect this, you need not do "
            "anything."
        )
        % about
    )
    return " ".join(subject.split()), text
