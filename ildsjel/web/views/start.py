"""The door: to sign-in, to one's organisation, to a choice between several, or to what lacks."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from ildsjel.organisation.models import Member
from ildsjel.organisation.pages import address
from ildsjel.organisation.queries import memberships, somebody_can_sign_in
from ildsjel.web.views.sample import is_being_made


@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Lead everybody on from the front address."""
    user = request.user
    if not user.is_authenticated:
        if somebody_can_sign_in():
            return redirect_to_login(reverse("web:start"))
        return render(request, "web/setup_none.html")
    found = list(memberships(user))
    if len(found) == 1:
        return redirect(address(found[0], "web:today"))
    if not found and is_being_made(user):
        return redirect(reverse("web:sample-making"))
    context: dict[str, Any] = {
        "choices": [_choice(member) for member in found],
        "may_begin": user.is_operator,
        "user_name": user.name,
        "sign_out_url": reverse("account_logout"),
        "public_url": settings.PUBLIC_URL,
    }
    return render(request, "web/setup_choose.html", context)


def _choice(member: Member) -> dict[str, Any]:
    return {
        "name": member.organisation.name,
        "url": address(member, "web:today"),
        "role": member.get_role_display(),
        "simulated": member.organisation.simulated,
    }
