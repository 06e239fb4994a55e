"""The first visit: a conversation of a few steps, at whose end the organisation listens.

What was typed is kept in the session until the end, where everything is made at once. The one-time
link leads here, and so does "set up your own organisation" for those who run the installation.
"""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ildsjel.dialogue.durations import parse_minutes
from ildsjel.flow.founding import Founding, found
from ildsjel.organisation.actions import close_setup, create_user, end_setup, order_sample
from ildsjel.organisation.hours import parse_hours
from ildsjel.organisation.models import Member, NotAllowed, User
from ildsjel.organisation.pages import address
from ildsjel.organisation.queries import setup_is_open
from ildsjel.web.forms import (
    DeskForm,
    OrganisationForm,
    PurposeForm,
    WordsForm,
    YouForm,
    query_fault,
)
from ildsjel.web.guesses import guess_place, hashtags_for, listens_for, words_for
from ildsjel.web.views.sample import is_being_made

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
KEY = "setup"
FORMS: dict[str, type[forms.Form]] = {
    "you": YouForm,
    "organisation": OrganisationForm,
    "purpose": PurposeForm,
    "desk": DeskForm,
    "words": WordsForm,
}


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way through the set-up. `secret` is that of the link, "" for `/new/`."""

    request: HttpRequest
    secret: str
    user: User | None  # who is signed in already

    @property
    def steps(self) -> list[str]:
        return [key for key in FORMS if key != "you" or self.user is None]

    @property
    def said(self) -> dict[str, dict[str, Any]]:
        """What has been answered, by step."""
        return self._held("said")

    @property
    def typed(self) -> dict[str, dict[str, Any]]:
        """What stands in the fields, readable or not, by step."""
        return self._held("typed")

    def _held(self, part: str) -> dict[str, dict[str, Any]]:
        held = self.request.session.setdefault(KEY, {"said": {}, "typed": {}})
        return cast(dict[str, dict[str, Any]], held[part])

    def missing(self) -> str:
        """The first step that has no answer yet, or "" when all have one."""
        return next((step for step in self.steps if step not in self.said), "")

    def url(self, step: str) -> str:
        if self.secret:
            return reverse("web:setup-step", args=[self.secret, step])
        return reverse("web:new-step", args=[step])

    def form(self, step: str, data: Any = None) -> forms.Form:
        initial = {**self._guesses(step), **self.typed.get(step, {})}
        kept = {"hashed": self.said.get("you", {}).get("hashed", "")} if step == "you" else {}
        form = FORMS[step](data, initial=initial, **kept)
        if step == "words":
            form.fields["words"].widget.attrs |= _checked_while_typing(self)
        return form

    def _guesses(self, step: str) -> dict[str, str]:
        name = self.said.get("organisation", {}).get("name", "")
        if step == "organisation":
            return guess_place(self.request.headers.get("Accept-Language", ""))
        if step == "desk":
            return {"desk": _("Service desk")}
        if step == "words":
            return {"words": words_for(name), "hashtags": "\n".join(hashtags_for(name))}
        return {}


@never_cache
def setup(request: HttpRequest, secret: str, step: str = "") -> HttpResponse:
    """The set-up behind the one-time link."""
    if not setup_is_open(secret):
        return render(request, "web/setup_closed.html", status=410)
    user = request.user if request.user.is_authenticated else None
    return _walk(Walk(request, secret, user), step)


@never_cache
@login_required
def new(request: HttpRequest, step: str = "") -> HttpResponse:
    """Another organisation, for those who run the installation."""
    return _walk(Walk(request, "", _operator(request)), step)


def _operator(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not user.is_operator:
        raise PermissionDenied
    return user


def _walk(walk: Walk, step: str) -> HttpResponse:
    chosen = walk.said.get("organisation", {}).get("language") or translation.get_language()
    with translation.override(chosen):
        missing = walk.missing()
        if step not in walk.steps:
            return redirect(walk.url(missing or walk.steps[-1]))
        if missing and walk.steps.index(missing) < walk.steps.index(step):
            return redirect(walk.url(missing))
        if walk.request.method == "POST":
            return _answer(walk, step)
        return _page(walk, step, walk.form(step))


def _answer(walk: Walk, step: str) -> HttpResponse:
    """Take an answer and go on, or back; what was typed is kept either way."""
    form = walk.form(step, walk.request.POST)
    fields = [name for name in form.fields if name != "password"]
    walk.typed[step] = {name: form[name].data for name in fields}
    walk.request.session.modified = True
    place = walk.steps.index(step)
    if "back" in walk.request.POST and place:
        return redirect(walk.url(walk.steps[place - 1]))
    if not form.is_valid():
        walk.said.pop(step, None)
        return _page(walk, step, form, status=422)
    walk.said[step] = form.cleaned_data
    missing = walk.missing()
    if missing or step != walk.steps[-1]:
        return redirect(walk.url(missing if missing else walk.steps[place + 1]))
    return _finish(walk)


def _finish(walk: Walk) -> HttpResponse:
    """Make everything, sign the person in, and show their Today page."""
    try:
        member = _make(walk)
    except NotAllowed:  # somebody used the link in the same moment
        return render(walk.request, "web/setup_closed.html", status=410)
    except IntegrityError:  # somebody took the address since it was asked
        walk.said.pop("you", None)
        walk.request.session.modified = True
        return redirect(walk.url(walk.missing() or walk.steps[0]))
    language = member.organisation.language
    _welcome(walk.request, member)
    with translation.override(language):
        messages.success(
            walk.request,
            _("%(name)s is ready, and listens from now on.") % {"name": member.organisation},
        )
    return redirect(address(member, "web:today"))


@transaction.atomic
def _make(walk: Walk) -> Member:
    said = walk.said
    language = said["organisation"]["language"]
    if walk.secret:
        close_setup(walk.secret)
    else:
        end_setup()
    owner = walk.user or _new_user(said["you"], language)
    with translation.override(language):
        return found(owner, _founding(said))


def _new_user(you: dict[str, Any], language: str = "") -> User:
    return create_user(
        email=you["email"],
        password=None,
        hashed=you["hashed"],
        name=you["name"],
        language=language,
        operator=True,
    )


def _founding(said: dict[str, dict[str, Any]]) -> Founding:
    place, purpose, desk, words = (
        said[step] for step in ("organisation", "purpose", "desk", "words")
    )
    days = [parse_hours(desk[name]) for name in ("weekdays", "saturday", "sunday")]
    return Founding(
        name=place["name"],
        language=place["language"],
        country=place["country"],
        timezone=place["timezone"],
        goal=purpose["goal"],
        goal_kind=purpose["goal_kind"],
        groups=purpose["groups"].splitlines(),
        desk=desk["desk"],
        weekly=[*[days[0]] * 5, *days[1:]],
        promise_minutes=parse_minutes(desk["promise"]),
        hours_name=_("Opening hours"),
        words=words["words"],
        bluesky=words["bluesky"],
        mastodon_servers=words["servers"].splitlines(),
        hashtags=words["hashtags"].splitlines(),
        feeds=words["feeds"].splitlines(),
    )


def _welcome(request: HttpRequest, member: Member) -> None:
    request.session.pop(KEY, None)
    if not request.user.is_authenticated:
        login(request, member.user, backend=BACKEND)


def _page(walk: Walk, step: str, form: forms.Form, status: int = 200) -> HttpResponse:
    place = walk.steps.index(step)
    context = {
        "form": form,
        "step": step,
        "number": place + 1,
        "total": len(walk.steps),
        "steps": [
            {"key": key, "name": _names()[key], "url": walk.url(key), "done": key in walk.said}
            for key in walk.steps
        ],
        "first": place == 0,
        "last": place + 1 == len(walk.steps),
        "heading": _names()[step],
        "sample_url": _sample_url(walk),
    }
    if step == "words":
        context |= _checked(str(form["words"].value() or ""))
    return render(walk.request, "web/setup.html", context, status=status)


def _names() -> dict[str, str]:
    return {
        "you": _("Who are you?"),
        "organisation": _("Your organisation"),
        "purpose": _("What is it for?"),
        "desk": _("Who answers, and when?"),
        "words": _("What shall we listen for?"),
    }


def _sample_url(walk: Walk) -> str:
    if walk.secret:
        return reverse("web:setup-sample", args=[walk.secret])
    return reverse("web:new-sample")


@never_cache
def setup_sample(request: HttpRequest, secret: str) -> HttpResponse:
    """Look around first: name, address, password, and a sample. The link stays open."""
    if not setup_is_open(secret):
        return render(request, "web/setup_closed.html", status=410)
    if request.user.is_authenticated:
        return _sample_for(request, request.user, back=_first(secret))
    form = YouForm(request.POST or None)
    user = _visitor(form) if form.is_bound else None
    if user is None:
        return _sample_page(request, form, back=_first(secret))
    login(request, user, backend=BACKEND)
    return _to_the_making(request)


def _visitor(form: YouForm) -> User | None:
    """The person with their sample asked for; None, with the reason in the form, where that can't
    be."""
    if form.is_valid():
        try:
            with transaction.atomic():
                user = _new_user(form.cleaned_data)
                order_sample(user=user)
            return user
        except IntegrityError:  # the same form came twice, or somebody took the address
            taken = _("Somebody with this address can sign in here already.")
            form.add_error("email", taken)
    return _came_before(form)


def _came_before(form: YouForm) -> User | None:
    """Whoever the same form has made just now: the button was pressed twice, and the browser
    dropped the first answer."""
    email, password = (str(form.data.get(name, "")) for name in ("email", "password"))
    user = User.objects.filter(email__iexact=email.strip()).first()
    making = user is not None and is_being_made(user)
    return user if user is not None and making and user.check_password(password) else None


@never_cache
@login_required
def new_sample(request: HttpRequest) -> HttpResponse:
    """A sample organisation for those who run the installation."""
    return _sample_for(request, _operator(request), back=reverse("web:new"))


def _first(secret: str) -> str:
    return reverse("web:setup", args=[secret])


def _sample_for(request: HttpRequest, user: User, *, back: str) -> HttpResponse:
    if request.method == "POST":
        order_sample(user=user)
        return _to_the_making(request)
    if is_being_made(user):
        return redirect(reverse("web:sample-making"))
    return _sample_page(request, None, back=back)


def _to_the_making(request: HttpRequest) -> HttpResponse:
    request.session.pop(KEY, None)
    return redirect(reverse("web:sample-making"))


def _sample_page(request: HttpRequest, form: YouForm | None, *, back: str) -> HttpResponse:
    status = 422 if form is not None and form.errors else 200
    return render(request, "web/setup_sample.html", {"form": form, "back": back}, status=status)


def _checked_while_typing(walk: Walk) -> dict[str, str]:
    check = ["web:setup-check", walk.secret] if walk.secret else ["web:new-check"]
    return {
        "hx-post": reverse(check[0], args=check[1:]),
        "hx-trigger": "input changed delay:400ms",
        "hx-target": "#words-check",
        "hx-include": "this",
    }


@require_POST
def check_words(request: HttpRequest, secret: str = "") -> HttpResponse:
    """What the words come to, while they are typed."""
    allowed = setup_is_open(secret) if secret else request.user.is_authenticated
    if not allowed:
        raise PermissionDenied
    context = _checked(request.POST.get("words", "")[:2000])
    return render(request, "web/setup_check.html", context)


def _checked(words: str) -> dict[str, Any]:
    if not words.strip():
        return {"fault": "", "heard": []}
    fault = query_fault(words)
    return {"fault": fault, "heard": [] if fault else listens_for(words)}
