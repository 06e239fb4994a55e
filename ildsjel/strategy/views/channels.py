"""A channel's mandate beside what happens there."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.channels.queries import channels, health_of
from ildsjel.engine.plan.document import AnyElement, Channel, Kind, Presence
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.strategy import actions, queries
from ildsjel.strategy.evidence import BY_CHANNEL, counts_about
from ildsjel.strategy.forms import LinkForm
from ildsjel.strategy.models import Mandate


def mandate_parts(request: MemberRequest, row: Mandate, element: AnyElement) -> dict[str, Any]:
    """What `show.html` shows of a channel alone."""
    member = request.member
    counts = counts_about(member, BY_CHANNEL, row.key)
    kept, broken = (int(counts[key].value) if key in counts else 0 for key in ("kept", "broken"))
    link = queries.mandates(member).get(pk=row.pk).channel
    return {
        "mandate": {
            "here": isinstance(element, Channel) and element.presence is Presence.HERE,
            "counts": counts,
            "period": next(iter(counts.values()), None),
            "kept": kept,
            "answered": kept + broken,
            "share": round(100 * kept / (kept + broken)) if kept + broken else None,
            "channel": link,
            "health": health_of(link) if link else None,
            "channel_url": address(member, "channels:detail", link.pk) if link else "",
            "form": LinkForm(rows=channels(member), initial={"channel": link}),
        }
    }


@require_POST
@member_page(Right.PLAN)
def link(request: MemberRequest, pk: int) -> HttpResponse:
    """Say which connected channel a mandate is about."""
    row = get_object_or_404(queries.mandates(request.member), pk=pk)
    form = LinkForm(request.POST, rows=channels(request.member))
    if form.is_valid():
        actions.link_channel(by=request.member, mandate=row, channel=form.cleaned_data["channel"])
        messages.success(request, _("Saved. What happens there is counted within the hour."))
    return redirect(address(request.member, "strategy:show", Kind.CHANNEL.value, pk))
