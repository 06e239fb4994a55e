"""Forms about the organisation and its people."""

from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation.forms.fields import choose_from
from ildsjel.organisation.models import Member, Organisation, Role, User
from ildsjel.organisation.places import (
    country_choices,
    language_choices,
    timezone_choices,
)

ROLE_WORDS: dict[str, Promise] = {
    Role.OWNER: _("Everything, also people, settings and the audit trail"),
    Role.ADVISER: _("Plan, watches, channels, desks and rules, and answering"),
    Role.LEAD: _("Watches, desks, rules and opening hours, and answering"),
    Role.AGENT: _("Answering, notes, and sorting of conversations"),
    Role.READER: _("Reading, and nothing else"),
    Role.AUDITOR: _("Reading, the audit trail, and exports"),
}


def role_choices() -> list[tuple[str, str]]:
    return [(role.value, f"{role.label}: {ROLE_WORDS[role.value]}") for role in Role]


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("What is written for the whole organisation is written in this language."),
        choices=language_choices,
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Offered first where opening hours ask for public holidays."),
        choices=lambda: country_choices(_("Another country")),
    )
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)

    def clean_timezone(self) -> str:
        return ZoneInfo(self.cleaned_data["timezone"]).key


class SettingsForm(OrganisationForm):
    """The organisation as it can be changed later; the set-up asks for less."""

    archive_days = forms.IntegerField(
        label=_("Days that public posts are archived"),
        help_text=_(
            "Public posts that the channels bring are kept this long, also those that match no "
            "watch, so that a new watch can look back. E-mail, private messages and posts for "
            "followers alone are never archived, and what is deleted at its source is deleted "
            "here. Older posts are removed within a day. 0 archives nothing."
        ),
        min_value=0,
        max_value=3650,
    )

    @classmethod
    def of(cls, organisation: Organisation) -> "SettingsForm":
        names = ("name", "language", "country", "timezone", "archive_days")
        return cls(initial={name: getattr(organisation, name) for name in names})


class RoleField(forms.ChoiceField):
    def __init__(self, **more: Any) -> None:
        super().__init__(label=_("Role"), choices=role_choices, widget=forms.RadioSelect, **more)


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"))
    role = RoleField(initial=Role.AGENT)

    def __init__(self, *args: Any, by: Member, **more: Any) -> None:
        super().__init__(*args, **more)
        self.by = by

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        members = Member.objects.filter(organisation=self.by.organisation, active=True)
        if members.filter(user__email__iexact=email).exists():
            raise forms.ValidationError(_("This person is a member already."))
        return email


class MemberForm(forms.Form):
    role = RoleField()


class _NewPassword(forms.Form):
    """A password written twice; `self.user` is who it is for."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least ten characters. A short sentence is easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def person(self) -> User:
        raise NotImplementedError

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.person())
        return password

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class JoinForm(_NewPassword):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As colleagues see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "password", "again"]

    def __init__(self, *args: Any, email: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.email = email

    def person(self) -> User:
        return User(email=self.email, name=str(self.cleaned_data.get("name", "")))


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As colleagues see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the pages"),
        required=False,
        choices=lambda: [("", _("As the browser says")), *language_choices()],
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("For example: figures for the intranet."),
    )
    member = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Member.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, memberships: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choose_from(self, "member", memberships)
        field = cast("forms.ModelChoiceField[Member]", self.fields["member"])
        field.label_from_instance = _organisation_name  # type: ignore[assignment,method-assign]
        if len(memberships) == 1:
            field.widget = forms.HiddenInput()
            field.initial = memberships[0].pk


def _organisation_name(member: Any) -> str:
    return str(member.organisation)
