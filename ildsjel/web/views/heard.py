"""A post that was heard, by itself and beside the inbox: what it says, and who takes it up."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.dialogue.taking_up import conversations_with
from ildsjel.flow.taking_up import NothingToAnswer, take_up
from ildsjel.listening.highlight import shown
from ildsjel.listening.models import Item
from ildsjel.listening.queries import heard_item, in_thread, mentions_of
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page

AT_ONCE = 60  # posts of a page whose place in the inbox is asked for
WHOLE = 100_000  # characters


@member_page(Right.READ)
def heard(request: MemberRequest, pk: int) -> HttpResponse:
    """One post: all its words, where it was found and why, and what else its thread holds."""
    item = _item(request.member, pk)
    (post,) = shown(mentions_of(request.member, item), length=WHOLE)
    context = {
        "room": "listening",
        "post": post,
        "item": item,
        "revisions": item.revisions.order_by("-revision"),
        "thread": in_thread(item),
        "act": _acts(request.member, [item])[0],
        "may_reply": request.member.can(Right.REPLY),
    }
    return render(request, "web/heard.html", context)


@member_page(Right.READ)
def heard_in_inbox(request: MemberRequest) -> HttpResponse:
    """For the posts of a page, those that the inbox has already: each one's button anew."""
    asked = request.GET.get("items", "").split("-")
    pks = [int(each) for each in asked[:AT_ONCE] if each.isdecimal() and len(each) < 19]
    items = Item.objects.filter(organisation=request.member.organisation, pk__in=pks)
    found = [act for act in _acts(request.member, list(items)) if act["conversation"]]
    return render(request, "web/heard_in_inbox.html", {"acts": found})


def _acts(member: Member, items: Sequence[Item]) -> list[dict[str, Any]]:
    """What can be done with each post: open its conversation, or make one of it."""
    standing = conversations_with(member, [item.pk for item in items])
    return [{"item": item, "conversation": standing.get(item.pk)} for item in items]


@require_POST
@member_page(Right.REPLY)
def take(request: MemberRequest, pk: int) -> HttpResponse:
    """Open the conversation in which a post stands; one is made where there is none."""
    item = _item(request.member, pk)
    try:
        taken = take_up(by=request.member, item=item)
    except NothingToAnswer:
        messages.error(request, _("This post is our own or deleted: there is nothing to answer."))
        return redirect(address(request.member, "web:heard", pk))
    where = address(request.member, "dialogue:thread", taken.conversation.pk)
    if taken.entry is None:
        messages.info(request, _("The inbox has this post already. Here it is."))
        return redirect(where)
    return redirect(f"{where}?done={taken.entry.pk}")


def _item(member: Member, pk: int) -> Item:
    found = heard_item(member, pk)
    if found is None:
        raise Http404
    return found
