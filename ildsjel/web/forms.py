"""The forms of the set-up, one for each step of the conversation."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ildsjel.dialogue.durations import DurationUnclear, parse_minutes
from ildsjel.engine.matching import QueryError, parse
from ildsjel.listening.query_words import fault_words
from ildsjel.organisation.forms.people import OrganisationForm
from ildsjel.organisation.hours import HoursUnclear, parse_hours
from ildsjel.organisation.models import User
from ildsjel.strategy.models import GoalKind

__all__ = ["DeskForm", "OrganisationForm", "PurposeForm", "WordsForm", "YouForm", "query_fault"]

# A goal in one sentence for each kind, for those who want to begin with a common one.
COMMON_GOALS: dict[str, Promise] = {
    GoalKind.SERVICE: _("People get a helpful answer the same day"),
    GoalKind.DIALOGUE: _("We take part where people talk about us"),
    GoalKind.COST: _("Fewer need to call about everyday things"),
    GoalKind.REVENUE: _("More people choose what we offer"),
    GoalKind.TRUST: _("People trust what we say, also when it matters"),
    GoalKind.RECRUITMENT: _("Good people want to work with us"),
    GoalKind.KNOWLEDGE: _("What one of us knows, all of us can find"),
    GoalKind.SAFETY: _("Everybody knows what to do when something happens"),
}
SERVERS = "mastodon.social\nsnabelen.no\nmastodon.nu\nhelvede.net"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SERVER = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+{_LABEL}(?::\d{{1,5}})?")
_TAG = re.compile(r"\w{1,100}")


class YouForm(forms.Form):
    """Who sets up. `cleaned_data["hashed"]` is the password as it may be kept."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As colleagues see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least ten characters. A short sentence is easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, hashed: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.hashed = hashed
        if hashed:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("It is kept. Write here only to change it.")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody with this address can sign in here already."))
        return email

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password or not self.hashed:
            name, email = self.cleaned_data.get("name", ""), self.cleaned_data.get("email", "")
            validate_password(password, User(name=name, email=email))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.pop("password", "")
        cleaned["hashed"] = make_password(password) if password else self.hashed
        return cleaned


def _goal_choices() -> list[tuple[str, str]]:
    return [(kind.value, f"{kind.label}: {COMMON_GOALS[kind.value]}") for kind in GoalKind]


class PurposeForm(forms.Form):
    goal_kind = forms.ChoiceField(
        label=_("What do you most want to achieve?"),
        choices=_goal_choices,
        widget=forms.RadioSelect,
        initial=GoalKind.SERVICE,
    )
    goal = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=200,
        help_text=_("One sentence. Left empty, it is the one you chose above."),
    )
    groups = forms.CharField(
        label=_("Who are you there for?"),
        required=False,
        max_length=4000,
        help_text=_(
            "One group a line, such as parents of small children, people new in town, "
            "local businesses, those who wait for an answer."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_groups(self) -> str:
        lines = _lines(self.cleaned_data["groups"])
        if long := next((line for line in lines if len(line) > 120), ""):
            raise ValidationError(
                _("“%(line)s…” is too long: at most 120 letters a line."),
                params={"line": long[:40]},
            )
        return "\n".join(lines[:30])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("goal_kind")
        if kind and not cleaned.get("goal", "").strip():
            cleaned["goal"] = str(COMMON_GOALS[kind])
        return cleaned


class HoursField(forms.CharField):
    """A day's opening hours as people write them; kept as written, read by `parse_hours`."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        try:
            parse_hours(str(value))
        except HoursUnclear as fault:
            raise ValidationError(str(fault)) from fault


class DeskForm(forms.Form):
    desk = forms.CharField(
        label=_("Name of the desk"),
        max_length=80,
        help_text=_("Those who answer. One is enough to begin with; add more when you need them."),
    )
    weekdays = HoursField(
        label=_("Monday to Friday"),
        required=False,
        initial="08:00–16:00",
        help_text=_("As 8–16, or 8–11, 12–16. Empty means closed."),
    )
    saturday = HoursField(label=_("Saturday"), required=False)
    sunday = HoursField(label=_("Sunday"), required=False)
    promise = forms.CharField(
        label=_("A first answer within"),
        initial="2 h",
        help_text=_("Counted in opening hours, as 45 min, 2 h or 1 h 30 min."),
    )

    def clean_promise(self) -> str:
        try:
            parse_minutes(self.cleaned_data["promise"])
        except DurationUnclear as fault:
            raise ValidationError(str(fault)) from fault
        return str(self.cleaned_data["promise"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        days = [cleaned.get(name) for name in ("weekdays", "saturday", "sunday")]
        if not self.errors and not any(parse_hours(str(day or "")) for day in days):
            raise ValidationError(_("Open at some time of the week, or no promise can be kept."))
        return cleaned


class WordsForm(forms.Form):
    words = forms.CharField(
        label=_("Words to listen for"),
        max_length=2000,
        help_text=_(
            "Your name, your services, your place. Write OR between words where one is enough, "
            "quotes around words that stand together, and * where a word may go on: bergvik*"
        ),
        widget=forms.Textarea(
            attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off", "class": "words"}
        ),
    )
    bluesky = forms.BooleanField(
        label=_("Listen on Bluesky"),
        required=False,
        initial=True,
        help_text=_("All public posts, as they are written. No account is needed."),
    )
    hashtags = forms.CharField(
        label=_("Hashtags on Mastodon"),
        required=False,
        max_length=2000,
        help_text=_("One a line, if any."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
    )
    servers = forms.CharField(
        label=_("On these Mastodon servers"),
        required=False,
        max_length=2000,
        initial=SERVERS,
        help_text=_("One a line."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
    )
    feeds = forms.CharField(
        label=_("News feeds"),
        required=False,
        max_length=8000,
        help_text=_("Addresses of RSS, Atom or JSON feeds, one a line: papers, blogs, forums."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "inputmode": "url"}),
    )

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"]).replace("\r\n", "\n").strip()
        if fault := query_fault(words):
            raise ValidationError(fault)
        return words

    def clean_servers(self) -> str:
        servers = [_server(line) for line in _lines(self.cleaned_data["servers"])]
        for server in servers:
            if not _SERVER.fullmatch(server):
                raise ValidationError(
                    _("“%(name)s” is not the name of a server, as mastodon.social is."),
                    params={"name": server[:60]},
                )
        return "\n".join(dict.fromkeys(servers))

    def clean_hashtags(self) -> str:
        tags = [tag for line in _lines(self.cleaned_data["hashtags"]) for tag in line.split()]
        tags = [tag.strip("#,;") for tag in tags]
        for tag in tags:
            if not _TAG.fullmatch(tag):
                raise ValidationError(
                    _("“%(tag)s” can't be a hashtag: letters and digits only."),
                    params={"tag": tag[:60]},
                )
        return "\n".join(dict.fromkeys(tags))

    def clean_feeds(self) -> str:
        check = URLValidator(schemes=["http", "https"])
        lines = _lines(self.cleaned_data["feeds"])
        for line in lines:
            try:
                check(line)
            except ValidationError as fault:
                raise ValidationError(
                    _("“%(address)s” is not a web address. It begins with https://"),
                    params={"address": line[:80]},
                ) from fault
        return "\n".join(dict.fromkeys(lines))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("hashtags") and "servers" in cleaned and not cleaned["servers"]:
            self.add_error("servers", _("Name at least one server to read the hashtags on."))
        return cleaned


def query_fault(words: str) -> str:
    """What is wrong with a query and what to do about it, or "" where it can be read."""
    try:
        parse(words)
    except QueryError as fault:
        return " ".join(filter(None, fault_words(fault)))
    return ""


def _lines(text: str) -> list[str]:
    found = (" ".join(line.split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in found if line))


def _server(line: str) -> str:
    """A server's name, also where its whole address was pasted."""
    host = urlsplit(line).netloc if "://" in line else line.partition("/")[0]
    return host.rpartition("@")[2].lower()
