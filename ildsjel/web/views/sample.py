"""Removing the sample organisation: what goes is shown first, then it goes for good."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ildsjel.flow.sample import holding, remove_sample
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page


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
