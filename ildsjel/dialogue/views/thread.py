"""One conversation: its page, and what changes on it while it is open."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ildsjel.dialogue import queries
from ildsjel.dialogue.forms import SnoozeForm
from ildsjel.dialogue.models import Delivery
from ildsjel.dialogue.views import toasts
from ildsjel.dialogue.views.bubbles import UNSETTLED, bubbles
from ildsjel.dialogue.views.heads import Team, acts, head
from ildsjel.dialogue.views.place import list_at, number_in, numbers_in, place_in
from ildsjel.dialogue.views.show import Shown, conversation_or_404, live, opened
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, member_page


@require_GET
@member_page()
def thread(request: MemberRequest, pk: int) -> HttpResponse:
    """A conversation beside the list in which it was opened."""
    member, place = request.member, place_in(request.GET)
    wants_time = request.GET.get("snooze") == "own" and member.can(Right.REPLY)
    shown = Shown(
        conversation=conversation_or_404(member, pk),
        before=request.GET.get("until", "")[:40],
        snooze=SnoozeForm.offered() if wants_time else None,
        undo=toasts.from_address(member, place, request.GET),
    )
    return opened(request, place, shown)


@require_GET
@member_page()
def thread_live(request: MemberRequest, pk: int) -> HttpResponse:
    """What has changed in an open conversation: replies that have gone on, and that there is more.

    New messages are only announced: what somebody reads or writes never moves by itself.
    """
    member, place = request.member, place_in(request.GET)
    conversation = conversation_or_404(member, pk)
    seen, told = number_in(request.GET, "seen") or 0, number_in(request.GET, "told") or 0
    asked = queries.asked_since(conversation, seen)
    pending = queries.messages_among(conversation, numbers_in(request.GET.get("pending", "")))
    moved = [each for each in pending if each.delivery != Delivery.QUEUED]
    if not moved and asked == told:
        return HttpResponse(status=204)
    still = [each.pk for each in pending if each.delivery in UNSETTLED]
    context = {
        "live": live(member, place, conversation, seen=seen, pending=still, told=asked),
        "moved": bubbles(member, place, moved),
        "settled": len(still) < len(pending),
        "thread": head(conversation),
        "thread_actions": acts(member, place, conversation, Team.of(member), seen),
        "list_url": list_at(member, place),
    }
    return render(request, "dialogue/_live_answer.html", context)
