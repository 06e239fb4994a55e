"""An invitation goes out by mail where the installation has a mail server, in its language."""

import email
from email.policy import default

import pytest
from django.test import Client
from pytest_django import Settings

from ildsjel.organisation.models import Member
from ildsjel.organisation.pages import address
from tests.builders import make_owner
from tests.servers.dovecot import PASSWORD
from tests.servers.smtp import smtp_server

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = {"email": "ny@example.org", "role": "agent"}


def invite(owner: Member) -> str:
    client = Client()
    client.force_login(owner.user)
    page = client.post(address(owner, "organisation:invite"), ASKED, follow=True)
    assert page.status_code == 200
    return page.content.decode()


def use_server(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_IS_SET, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ildsjel", PASSWORD


def test_the_link_comes_by_mail_in_the_language_of_the_organisation(
    settings: Settings,
) -> None:
    owner = make_owner()
    owner.organisation.language = "da"
    owner.organisation.save()
    with smtp_server() as smtp:
        use_server(settings, smtp.port)
        page = invite(owner)
    [taken] = smtp.taken
    letter = email.message_from_bytes(taken.content, policy=default)
    body = letter.get_content()
    assert taken.recipients == ["ny@example.org"]
    assert "inviterer dig" in body
    [link] = [word for word in body.split() if word.startswith("http")]
    assert link in page
    assert "on its way" in page


def test_a_mail_server_that_says_no_leaves_the_link_to_pass_on(settings: Settings) -> None:
    with smtp_server() as smtp:
        use_server(settings, smtp.port)
        smtp.faults.refuse_recipient = "550 unknown"
        page = invite(make_owner())
    assert smtp.taken == []
    assert "Send this link to the person yourself" in page
