"""The sample organisation: how far its making has come, stopping that, and removing it: what goes
is shown first, then it goes for good."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from ildsjel.flow.sample import holding, remove_sample
from ildsjel.organisation.actions import order_sample, stop_sample
from ildsjel.organisation.models import Right, SampleOrder, SampleState, User, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.queries import memberships, sample_order

BEGINS_WITHIN = timedelta(seconds=20)  # the loop looks twice a second


@never_cache
@login_required
def making(request: HttpRequest) -> HttpResponse:
    """How far one's own sample has come; leads on as soon as it is done. A form sent here asks for
    another try."""
    user = cast(User, request.user)
    order = sample_order(user)
    if order is None:
        return _lead_on(request, reverse("web:start"))
    if request.method == "POST":
        order_sample(user=user)
        return redirect(reverse("web:sample-making"))
    if order.state == SampleState.DONE:
        return _lead_on(request, _finished(user, order))
    is_part = bool(getattr(request, "htmx", False))
    if order.state == SampleState.FAILED and is_part:
        return _lead_on(request, reverse("web:sample-making"))
    template = "web/_making.html" if is_part else "web/setup_making.html"
    return render(request, template, _progress(request, order))


def _lead_on(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, also where only a part of this one was asked for."""
    part = bool(getattr(request, "htmx", False))
    return HttpResponseClientRedirect(url) if part else redirect(url)


def _finished(user: User, order: SampleOrder) -> str:
    """The address of the organisation that was made, or the door for one who has left it."""
    member = memberships(user).filter(organisation=order.organisation_id).first()
    return address(member, "web:today") if member else reverse("web:start")


def _progress(request: HttpRequest, order: SampleOrder) -> dict[str, Any]:
    """`told` is what the page has read out already; it is said again only when it has changed."""
    return {
        "order": order,
        "failed": order.state == SampleState.FAILED,
        "stage": _stage(order),
        "told": request.GET.get("told", ""),
        "nobody_works": _nobody_works(order),
    }


def _nobody_works(order: SampleOrder) -> bool:
    due, taken_up = order.due_at, order.leased_until is not None
    return due is not None and not taken_up and due < utc_now() - BEGINS_WITHIN


def _stage(order: SampleOrder) -> str:
    if not order.total:
        return "furnish"
    return "messages" if order.done < order.total else "desks"


def is_being_made(user: User) -> bool:
    """Whether a sample is on its way for that person just now."""
    order = sample_order(user)
    return order is not None and order.state == SampleState.RUNNING


@login_required
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Stop the making; nothing of it stays."""
    if not stop_sample(user=cast(User, request.user)):
        return redirect(reverse("web:sample-making"))
    messages.success(request, _("Stopped. Nothing of the sample is kept."))
    return redirect(reverse("web:start"))


@member_page(Right.SETTINGS)
def remove(request: MemberRequest) -> HttpResponse:
    """Preview, then removal. The banner's button posts here without `sure`: that is the preview."""
    member = request.member
    if not member.organisation.simulated:
        raise Http404
    if request.method == "POST" and request.POST.get("sure"):
        name = member.organisation.name
        remove_sample(by=member)
        messages.success(
            request, _("%(name)s and all that was simulated is gone.") % {"name": name}
        )
        return redirect(reverse("web:start"))
    context = {"room": "", "holding": holding(member), "back_url": address(member, "web:today")}
    return render(request, "web/setup_remove.html", context)
