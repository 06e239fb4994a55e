"""A watch looks back over the archive: the offer after it is saved, how far it has come, Stop."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ildsjel.listening.lookback_actions import (
    archived_days,
    look_back,
    lookbacks,
    stop_looking_back,
)
from ildsjel.listening.models import LookbackState, Watch
from ildsjel.listening.queries import watches
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted


class DaysForm(forms.Form):
    """From which day to which."""

    first = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _("This day is before the first one."))
        return given


@member_page(Right.LISTEN)
def page(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose the days and begin, or see how far it has come."""
    watch = get_object_or_404(watches(request.member), pk=pk)
    days = archived_days(request.member)
    whole = {"first": days[0], "last": days[-1]} if days else None
    form = DaysForm(posted(request), initial=whole)
    if form.is_bound and form.is_valid():
        look_back(by=request.member, watch=watch, **form.cleaned_data)
        return redirect(address(request.member, "listening:lookback", watch.pk))
    context = {
        "room": "listening",
        "form": form,
        "days": len(days),
        "is_new": "new" in request.GET,
        **_progress(request.member, watch),
    }
    status = 422 if form.errors else 200
    return render(request, "listening/lookback.html", context, status=status)


def _progress(member: Member, watch: Watch) -> dict[str, Any]:
    last = lookbacks(member, watch).first()
    running = last is not None and last.state == LookbackState.RUNNING
    return {"watch": watch, "lookback": last, "running": running}


@member_page(Right.LISTEN)
def progress(request: MemberRequest, pk: int) -> HttpResponse:
    """How far it has come: a part of the page, asked for again each second."""
    watch = get_object_or_404(watches(request.member), pk=pk)
    return render(request, "listening/_lookback.html", _progress(request.member, watch))


@member_page(Right.LISTEN)
@require_POST
def stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop after the piece at hand."""
    watch = get_object_or_404(watches(request.member), pk=pk)
    stop_looking_back(by=request.member, watch=watch)
    messages.success(request, _("Stopped. What was found is kept."))
    return redirect(address(request.member, "listening:lookback", watch.pk))
