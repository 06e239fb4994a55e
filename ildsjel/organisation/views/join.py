"""Joining an organisation with the one-time link of an invitation."""

from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ildsjel.organisation import actions
from ildsjel.organisation.forms.people import ROLE_WORDS, JoinForm
from ildsjel.organisation.models import Invitation, Member, NotAllowed, User
from ildsjel.organisation.pages import address, posted
from ildsjel.organisation.queries import invitation_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Welcome a person: as a new user, or, where they are signed in, as themselves."""
    invitation = invitation_for(secret)
    if invitation is None:
        return render(request, "organisation/join_closed.html", status=410)
    if request.user.is_authenticated:
        return _join_as(request, invitation, request.user)
    if User.objects.filter(email__iexact=invitation.email).exists():
        return _ask_to_sign_in(request, invitation)
    return _join_anew(request, invitation)


def _join_as(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if request.method != "POST":
        return _page(request, invitation, {"signed_in": user})
    try:
        member = actions.accept_invitation(invitation=invitation, user=user)
    except actions.WasRemoved:
        context = {"organisation_name": invitation.organisation.name}
        return render(request, "organisation/join_removed.html", context, status=403)
    except NotAllowed:
        messages.info(request, _("You are a member already. The link is still unused."))
        return redirect(reverse("web:start"))
    return _welcome(request, member)


def _ask_to_sign_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    return _page(request, invitation, {"sign_in_url": sign_in})


def _join_anew(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(posted(request), email=invitation.email)
    if not form.is_bound or not form.is_valid():
        return _page(request, invitation, {"form": form}, status=422 if form.errors else 200)
    try:
        member = actions.join(
            invitation=invitation,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
        )
    except (IntegrityError, NotAllowed):  # somebody used the link in the same moment
        return redirect(request.path)
    login(request, member.user, backend=BACKEND)
    return _welcome(request, member)


def _welcome(request: HttpRequest, member: Member) -> HttpResponse:
    messages.success(request, _("Welcome to %(name)s.") % {"name": member.organisation})
    return redirect(address(member, "web:today"))


def _page(
    request: HttpRequest, invitation: Invitation, more: dict[str, object], status: int = 200
) -> HttpResponse:
    context = {"invitation": invitation, "role_words": ROLE_WORDS[invitation.role], **more}
    return render(request, "organisation/join.html", context, status=status)
