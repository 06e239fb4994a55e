"""The forms of signing in, in our words: labels that say what to write, fields without text."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as two_steps
from allauth.mfa.totp import forms as totp
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "oldpassword": _("Password now"),
    "code": _("Code"),
}
HELP = {
    "password1": _("At least ten characters. A short sentence is easy to remember."),
    "code": _("Six digits from your app, or one of your recovery codes."),
}


class _Plain:
    """Labels of our own; placeholders, which repeat the label and vanish, taken out."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP.get(name, "")


class LoginForm(_Plain, account.LoginForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class _Code(_Plain):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].widget.attrs["autocapitalize"] = "none"


class AuthenticateForm(_Code, two_steps.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateWithCodeForm(_Code, two_steps.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTotpForm(_Code, totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].help_text = _("Six digits, as the app shows them now.")
