"""The watches: the list, adding, changing with a look at what would be found, resting, removing."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.matching import QueryError
from ildsjel.listening import actions
from ildsjel.listening.forms import INBOX, LISTEN, WatchForm
from ildsjel.listening.lookback_actions import archived_days
from ildsjel.listening.models import Watch
from ildsjel.listening.queries import mentions_of_the_week, removed_watches, watches
from ildsjel.listening.query_words import fault_words
from ildsjel.listening.views.looking import (
    checked_while_typing,
    looked,
    only_looks,
    with_exclusion,
)
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo, undo_offer

ROWS = 50
REMOVED_SHOWN = 10


@member_page(Right.READ)
def listing(request: MemberRequest) -> HttpResponse:
    """Every watch: its words, what it opens, what it found in the last seven days."""
    page = Paginator(watches(request.member), ROWS).get_page(request.GET.get("page"))
    counts = mentions_of_the_week(request.member, page.object_list)
    return render(
        request,
        "listening/watches.html",
        {
            "room": "listening",
            "page": page,
            "rows": [{"watch": row, "week": counts.get(row.pk, 0)} for row in page],
            "removed": removed_watches(request.member)[:REMOVED_SHOWN],
            "may_listen": request.member.can(Right.LISTEN),
            "undo": undo_offer(request.session),
        },
    )


@member_page(Right.LISTEN)
def add(request: MemberRequest) -> HttpResponse:
    """A new watch."""
    return _form_page(request, None)


@member_page(Right.LISTEN)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a watch."""
    return _form_page(request, get_object_or_404(watches(request.member), pk=pk))


def _form_page(request: MemberRequest, watch: Watch | None) -> HttpResponse:
    form = WatchForm(request.member, with_exclusion(request), initial=_initial(request, watch))
    looks = only_looks(request)
    if form.is_bound and not looks and form.is_valid():
        return _save(request, form.cleaned_data, watch)
    checked_while_typing(request, form)
    context = {
        "room": "listening",
        "form": form,
        "watch": watch,
        **looked(request, form["query"].value() or ""),
    }
    wrong = form.is_bound and not looks
    return render(request, "listening/watch_form.html", context, status=422 if wrong else 200)


def _initial(request: MemberRequest, watch: Watch | None) -> dict[str, Any]:
    if watch is None:
        return {"query": request.GET.get("words", "")[:200]}
    return {
        "query": watch.query,
        "opens": INBOX if watch.opens_conversations else LISTEN,
        "goal": watch.goal_id,
        "group": watch.group_id,
        "name": watch.name,
    }


def _save(
    request: MemberRequest, given: dict[str, Any], watch: Watch | None
) -> HttpResponseRedirect:
    saved = actions.save_watch(
        by=request.member,
        name=given["name"],
        query=given["query"],
        opens_conversations=given["opens"] == INBOX,
        goal=given["goal"],
        group=given["group"],
        enabled=watch.enabled if watch else True,
        watch=watch,
    )
    done = (
        _("“%s” is changed. It counts from the next post on.")
        if watch
        else _("Listening for “%s”.")
    )
    messages.success(request, done % given["name"])
    if watch is None and archived_days(request.member):
        return redirect(address(request.member, "listening:lookback", saved.pk) + "?new")
    return redirect(address(request.member, "listening:watches"))


@member_page(Right.LISTEN)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """What is wrong with the words, or what they would find: a part of the form, while typing."""
    words = request.POST.get("query", "")
    return render(request, "listening/_check.html", {**looked(request, words), "alone": True})


@member_page(Right.LISTEN)
@require_POST
def switch(request: MemberRequest, pk: int) -> HttpResponse:
    """Let a watch rest, or listen again."""
    watch = get_object_or_404(watches(request.member), pk=pk)
    on = request.POST.get("on") == "yes"
    actions.switch_watch(by=request.member, watch=watch, on=on)
    done = _("“%s” listens again.") if on else _("“%s” rests. What it found is kept.")
    messages.success(request, done % watch.name)
    return redirect(address(request.member, "listening:watches"))


@member_page(Right.LISTEN)
@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a watch out of use; the next page offers to take that back."""
    watch = get_object_or_404(watches(request.member), pk=pk)
    actions.remove_watch(by=request.member, watch=watch)
    restore_url = address(request.member, "listening:watch-restore", watch.pk)
    offer_undo(
        request.session, _("“%s” is removed. What it found is kept.") % watch.name, restore_url
    )
    return redirect(address(request.member, "listening:watches"))


@member_page(Right.LISTEN)
@require_POST
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a removed watch back as it was."""
    watch = get_object_or_404(removed_watches(request.member), pk=pk)
    try:
        actions.remove_watch(by=request.member, watch=watch, removed=False)
    except QueryError as fault:  # a group that it names has gone since
        messages.error(request, " ".join(filter(None, fault_words(fault))))
    else:
        messages.success(request, _("“%s” is back.") % watch.name)
    return redirect(address(request.member, "listening:watches"))
