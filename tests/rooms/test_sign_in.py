"""Signing in: password, second step, what is closed, and what happens after too many tries."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ildsjel.organisation.actions import switch_user
from ildsjel.organisation.models import User
from tests.builders import PASSWORD, make_owner, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limits_from_other_tests() -> None:
    cache.clear()


def sign_in(client: Client, user: User, password: str = PASSWORD) -> str:
    """Sign in; where it led ("" when it did not)."""
    given = {"login": user.email, "password": password}
    answer = client.post(reverse("account_login"), given)
    return answer["Location"] if answer.status_code == 302 else ""


def is_in(client: Client) -> bool:
    return client.get(reverse("web:profile")).status_code == 200


def test_the_password_lets_in_and_nothing_else_does() -> None:
    user = make_user()
    client = Client()
    assert client.get(reverse("account_login")).status_code == 200
    assert sign_in(client, user, "not the password") == ""
    assert not is_in(client)
    assert sign_in(client, user) == "/"
    assert is_in(client)
    client.post(reverse("account_logout"))
    assert not is_in(client)


def test_a_page_asked_for_is_reached_after_signing_in() -> None:
    user = make_user()
    client = Client()
    asked = client.get(reverse("web:profile"))
    assert "next=/me/" in asked["Location"]
    form = client.get(asked["Location"]).content.decode()
    assert 'name="next" value="/me/"' in form
    given = {"login": user.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("account_login"), given)["Location"] == "/"


def test_who_was_stopped_stays_out() -> None:
    user = make_user()
    switch_user(user=user, on=False)
    client = Client()
    sign_in(client, user)
    assert not is_in(client)


def test_too_many_tries_are_paused_even_with_the_right_password() -> None:
    user = make_user()
    client = Client()
    for _attempt in range(5):
        sign_in(client, user, "guess after guess")
    assert sign_in(client, user) == ""
    assert not is_in(client)
    other = Client()
    for _attempt in range(31):
        answer = other.post(reverse("account_login"), {"login": "", "password": ""})
    assert answer.status_code == 429
    assert "too often" in answer.content.decode()


def test_nobody_signs_up_out_of_nowhere() -> None:
    page = Client().get(reverse("account_signup"))
    assert "by invitation" in page.content.decode()
    given = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    Client().post(reverse("account_signup"), given)
    assert not User.objects.exists()


def test_nobody_takes_an_address_without_proof() -> None:
    client = Client()
    client.force_login(make_user())
    answer = client.post("/accounts/email/", {"email": "boss@example.org", "action_add": ""})
    assert answer.status_code in {302, 405}
    assert answer.get("Location", reverse("web:profile")) == reverse("web:profile")


def test_without_mail_the_page_says_what_to_do(settings: Settings) -> None:
    settings.MAIL_IS_SET = False
    user = make_user()
    page = Client().get(reverse("account_reset_password")).content.decode()
    assert "ildsjel user password" in page
    Client().post(reverse("account_reset_password"), {"email": user.email})
    assert mail.outbox == []


def test_with_mail_a_link_gives_a_new_password(settings: Settings) -> None:
    settings.MAIL_IS_SET = True
    user = make_user()
    client = Client()
    client.post(reverse("account_reset_password"), {"email": user.email})
    [letter] = mail.outbox
    found = re.search(r"http://[^\s]+", letter.body)
    assert found is not None
    page = client.get(found[0].replace("http://testserver", ""), follow=True)
    form_url = page.redirect_chain[-1][0]
    fresh = "en helt ny setning 7"
    client.post(form_url, {"password1": fresh, "password2": fresh})
    assert sign_in(Client(), user, PASSWORD) == ""
    assert sign_in(Client(), user, fresh) == "/"


def test_a_broken_mail_server_is_no_broken_page(settings: Settings) -> None:
    settings.MAIL_IS_SET = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = Client().post(reverse("account_reset_password"), {"email": make_user().email})
    assert answer.status_code == 302


def test_a_new_password_ends_all_sessions() -> None:
    user = make_user()
    here, there = Client(), Client()
    sign_in(here, user)
    sign_in(there, user)
    fresh = "en helt ny setning 7"
    page = reverse("account_change_password")
    wrong = here.post(page, {"oldpassword": "no", "password1": fresh, "password2": fresh})
    assert wrong.status_code == 200
    assert "oldpassword" in wrong.context["form"].errors
    here.post(page, {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert not is_in(here)
    assert not is_in(there)
    assert sign_in(Client(), user, fresh) == "/"


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def switch_on(client: Client) -> str:
    """Switch on two-step sign-in; the key that the app would hold."""
    asked = client.get(reverse("mfa_activate_totp"))
    again = {"password": PASSWORD, "next": reverse("mfa_activate_totp")}
    assert client.get(asked["Location"]).status_code == 200
    client.post(reverse("account_reauthenticate"), again)
    page = client.get(reverse("mfa_activate_totp"))
    assert "data:image/svg+xml" in page.content.decode()
    secret: str = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_the_second_step_is_asked_for_and_its_key_is_sealed() -> None:
    user = make_user()
    client = Client()
    sign_in(client, user)
    secret = switch_on(client)
    kept = str(Authenticator.objects.get(type=Authenticator.Type.TOTP).data)
    assert secret not in kept

    cache.clear()  # a code is good for one use; the next one would come half a minute later
    guest = Client()
    assert sign_in(guest, user) == reverse("mfa_authenticate")
    assert not is_in(guest)
    wrong = guest.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "code" in wrong.context["form"].errors
    guest.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert is_in(guest)


def test_a_recovery_code_lets_in_once() -> None:
    user = make_user()
    client = Client()
    sign_in(client, user)
    switch_on(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    for expected in (True, False):
        guest = Client()
        sign_in(guest, user)
        guest.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_in(guest) is expected


def test_the_second_step_is_switched_off() -> None:
    user = make_user()
    client = Client()
    sign_in(client, user)
    switch_on(client)
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert sign_in(Client(), user) == "/"


def test_pages_that_are_not_there_say_so_calmly() -> None:
    page = Client().get("/nowhere/")
    assert page.status_code == 404
    assert "There is no such page" in page.content.decode()
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(reverse("account_login"), {})
    assert refused.status_code == 403
    assert "open for too long" in refused.content.decode()


def test_an_error_page_needs_nothing_that_may_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_owner()
    client = Client(raise_request_exception=False)
    client.force_login(owner.user)

    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("ildsjel.organisation.views.settings.render", broken)
    page = client.get(f"/o/{owner.organisation.slug}/settings/")
    assert page.status_code == 500
    assert "Something went wrong here" in page.content.decode()
