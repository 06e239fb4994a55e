"""What people do with one conversation. Each act is a plain form's POST; htmx gets panes back."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.dialogue import actions, queries
from ildsjel.dialogue.forms import SnoozeForm, snooze_times
from ildsjel.dialogue.views.place import at, number_in, numbers_in, place_in
from ildsjel.dialogue.views.show import (
    Shown,
    after_act,
    conversation_or_404,
    is_partial,
    opened,
)
from ildsjel.dialogue.views.toasts import UNDOABLE_FOR
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, member_page
from ildsjel.organisation.queries import colleague
from ildsjel.strategy.queries import goals, groups, topics


@require_POST
@member_page(Right.REPLY)
def assign(request: MemberRequest, pk: int) -> HttpResponse:
    """Give it to a colleague, to oneself, or to nobody."""
    member, conversation = request.member, conversation_or_404(request.member, pk)
    # "Take it" says whom in its address, the menu in its form.
    asked = request.POST if "to" in request.POST else request.GET
    if "to" not in asked:
        raise Http404
    to = colleague(member, number_in(asked, "to") or 0)
    if asked["to"] and (to is None or not to.can(Right.REPLY)):
        messages.error(request, _("This colleague can't answer here. Nothing was changed."))
        return after_act(request, place_in(request.GET), pk)
    entry = actions.assign(by=member, conversation=conversation, to=to)
    return after_act(request, place_in(request.GET), pk, [entry])


@require_POST
@member_page(Right.REPLY)
def topic(request: MemberRequest, pk: int) -> HttpResponse:
    member, conversation = request.member, conversation_or_404(request.member, pk)
    number = number_in(request.POST, "topic")
    chosen = topics(member).filter(pk=number).first() if number else None
    if number and chosen is None:
        raise Http404
    entry = actions.set_topic(by=member, conversation=conversation, topic=chosen)
    return after_act(request, place_in(request.GET), pk, [entry])


@require_POST
@member_page(Right.REPLY)
def goal(request: MemberRequest, pk: int) -> HttpResponse:
    member, conversation = request.member, conversation_or_404(request.member, pk)
    number = number_in(request.POST, "goal")
    chosen = goals(member).filter(pk=number).first() if number else None
    if number and chosen is None:
        raise Http404
    entry = actions.set_goal(by=member, conversation=conversation, goal=chosen)
    return after_act(request, place_in(request.GET), pk, [entry])


@require_POST
@member_page(Right.REPLY)
def group(request: MemberRequest, pk: int) -> HttpResponse:
    member, conversation = request.member, conversation_or_404(request.member, pk)
    number = number_in(request.POST, "group")
    chosen = groups(member).filter(pk=number).first() if number else None
    if number and chosen is None:
        raise Http404
    entry = actions.set_group(by=member, conversation=conversation, group=chosen)
    return after_act(request, place_in(request.GET), pk, [entry])


@require_POST
@member_page(Right.REPLY)
def move(request: MemberRequest, pk: int) -> HttpResponse:
    """Hand it to another desk; where it leaves the list that one works through, on to the next."""
    member, conversation = request.member, conversation_or_404(request.member, pk)
    place = place_in(request.GET)
    desk = queries.desks(member).filter(pk=number_in(request.POST, "desk") or 0).first()
    if desk is None:
        raise Http404
    if desk.pk == conversation.desk_id:
        actions.stay(by=member, conversation=conversation)
        return after_act(request, place, pk)
    following = queries.next_in(member, place.view, conversation)
    entry = actions.move(by=member, conversation=conversation, desk=desk)
    leaves = place.desk is not None and place.desk != desk.pk
    return after_act(request, place, following if leaves else pk, [entry])


@require_POST
@member_page(Right.REPLY)
def snooze(request: MemberRequest, pk: int) -> HttpResponse:
    """Put it away until a time from the menu, or one of one's own; then on to the next."""
    member, conversation = request.member, conversation_or_404(request.member, pk)
    place = place_in(request.GET)
    until: datetime | None = snooze_times(utc_now()).get(request.POST.get("until", ""))
    if until is None:
        form = SnoozeForm(request.POST) if "until_at" in request.POST else SnoozeForm.offered()
        if not form.is_bound and not is_partial(request):
            return redirect(at(member, "thread", pk, place, snooze="own"))
        if not form.is_valid():
            shown = Shown(
                conversation=conversation, snooze=form, status=422 if form.is_bound else 200
            )
            return opened(request, place, shown)
        until = form.cleaned_data["until_at"]
    following = queries.next_in(member, place.view, conversation)
    entry = actions.snooze(by=member, conversation=conversation, until=until)
    return after_act(request, place, following, [entry])


@require_POST
@member_page(Right.REPLY)
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Close it, and on to the next."""
    member, conversation = request.member, conversation_or_404(request.member, pk)
    place = place_in(request.GET)
    following = queries.next_in(member, place.view, conversation)
    seen = number_in(request.GET, "seen")
    try:
        entry = actions.close(by=member, conversation=conversation, seen=seen)
    except actions.ThreadMoved:
        messages.error(request, _("A new message has come, so it was not closed. Read it first."))
        return after_act(request, place, pk)
    return after_act(request, place, following, [entry])


@require_POST
@member_page(Right.REPLY)
def reopen(request: MemberRequest, pk: int) -> HttpResponse:
    conversation = conversation_or_404(request.member, pk)
    entry = actions.reopen(by=request.member, conversation=conversation)
    return after_act(request, place_in(request.GET), pk, [entry])


@require_POST
@member_page(Right.REPLY)
def undo(request: MemberRequest) -> HttpResponse:
    """Undo what was just done: a reply that has not left, and changes to conversations."""
    member, place = request.member, place_in(request.GET)
    shown: int | None = None
    entries = queries.undoable(member, numbers_in(request.GET.get("entries", "")), UNDOABLE_FOR)
    undone = [actions.undo(by=member, entry=entry) for entry in reversed(entries)]
    if number := number_in(request.GET, "message"):
        shown = _take_back(request, number)
    back = [each.pk for each in undone if each is not None]
    if len(back) < len(undone) or not (undone or shown):
        messages.warning(
            request, _("Too late to undo: somebody has gone on since. Nothing was changed.")
        )
    one = entries[0].target.partition(":")[2] if len(entries) == 1 else ""
    there = one and queries.conversation(member, int(one))  # what was made is gone when undone
    return after_act(request, place, shown or (int(one) if there else None))


def _take_back(request: MemberRequest, pk: int) -> int:
    """Stop a reply, and say so; returns its conversation."""
    message = queries.message(request.member, pk)
    if message is None:
        raise Http404
    if actions.take_back(by=request.member, message=message):
        messages.success(request, _("Taken back. Your words are in the box below."))
    else:
        messages.warning(request, _("It was too late: the reply has left already."))
    return message.conversation_id
