"""A person's own page: name, language, password, two-step sign-in and API tokens."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.organisation import actions, queries
from ildsjel.organisation.forms.people import ProfileForm, TokenForm
from ildsjel.organisation.models import User
from ildsjel.organisation.pages import posted

NEW_TOKEN = "new_token"  # noqa: S105


def own_page(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For those who are signed in, framed by the organisation where they were last."""

    @login_required
    @wraps(page)
    def door(request: HttpRequest, *args: object, **more: object) -> HttpResponse:
        member = queries.most_recent(cast(User, request.user))
        if member is not None:
            request.member = member  # type: ignore[attr-defined]
        return page(request, *args, **more)

    return door


@own_page
def profile(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    initial = {"name": user.name, "language": user.language}
    form = ProfileForm(posted(request), initial=initial)
    if form.is_bound and form.is_valid():
        actions.update_person(user=user, **form.cleaned_data)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect(reverse("web:profile"))
    return _page(request, form, TokenForm(memberships=queries.memberships(user)))


@require_POST
@own_page
def add_token(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret is shown once, on the page that follows."""
    user = cast(User, request.user)
    form = TokenForm(request.POST, memberships=queries.memberships(user))
    if not form.is_valid():
        initial = {"name": user.name, "language": user.language}
        return _page(request, ProfileForm(initial=initial), form)
    name = form.cleaned_data["name"]
    secret = actions.create_token(by=form.cleaned_data["member"], name=name)
    request.session[NEW_TOKEN] = {"name": name, "secret": secret}
    return redirect(reverse("web:profile") + "#tokens")


@require_POST
@own_page
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(queries.own_tokens(cast(User, request.user)), pk=pk)
    actions.revoke_token(by=token.member, token=token)
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    return redirect(reverse("web:profile") + "#tokens")


def _page(request: HttpRequest, form: ProfileForm, token_form: TokenForm) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "form": form,
        "token_form": token_form,
        "tokens": queries.own_tokens(user)[:200],
        "new_token": request.session.pop(NEW_TOKEN, None),
        "two_steps": is_mfa_enabled(user),
        "has_memberships": bool(queries.memberships(user)),
    }
    status = 422 if form.errors or token_form.errors else 200
    return render(request, "organisation/profile.html", context, status=status)
