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
from ildsjel.listening.forms import INBOX, LISTEN, QueryForm, WatchForm, one_line_ends
from ildsjel.listening.models import Watch
from ildsjel.listening.queries import (
    TRIED_ON,
    mentions_of_the_week,
    removed_watches,
    try_words,
    watches,
)
from ildsjel.listening.query_words import fault_words
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo, undo_offer

ROWS = 50
REMOVED_SHOWN = 10
AROUND = 60  # characters of the words shown on each side of a fault


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
    form = WatchForm(request.member, request.POST or None, initial=_initial(request, watch))
    looks = request.method == "POST" and "preview" in request.POST
    if request.method == "POST" and not looks and form.is_valid():
        return _save(request, form.cleaned_data, watch)
    checked_while_typing(request, form)
    context = {
        "room": "listening",
        "form": form,
        "watch": watch,
        **looked(request, form["query"].value() or ""),
    }
    wrong = request.method == "POST" and not looks
    return render(request, "listening/watch_form.html", context, status=422 if wrong else 200)


def checked_while_typing(request: MemberRequest, form: QueryForm) -> None:
    """Let the field of the words ask what they would find, while they are written."""
    form.fields["query"].widget.attrs |= {
        "hx-post": address(request.member, "listening:watch-check"),
        "hx-trigger": "input changed delay:400ms",
        "hx-target": "#watch-check",
        "hx-sync": "this:replace",
        "hx-params": "query",
    }


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
    actions.save_watch(
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
    return redirect(address(request.member, "listening:watches"))


@member_page(Right.LISTEN)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """What is wrong with the words, or what they would find: a part of the form, while typing."""
    context = looked(request, request.POST.get("query", ""))
    return render(request, "listening/_check.html", context)


def looked(request: MemberRequest, words: str) -> dict[str, Any]:
    """What is wrong with the words, or what they would find, as listening/_check.html shows it."""
    query = one_line_ends(words)
    context: dict[str, Any] = {"tried_on": TRIED_ON, "fault": None, "trial": None}
    if not query.strip():
        return context
    try:
        return context | {"trial": try_words(request.member, query)}
    except QueryError as fault:
        return context | {"fault": _fault(query, fault)}


def _fault(query: str, fault: QueryError) -> dict[str, str]:
    """The fault in words, and the query cut at its character."""
    message, hint = fault_words(fault)
    at = min(fault.position, len(query))
    start, end = max(at - AROUND, 0), at + 1 + AROUND
    return {
        "message": message,
        "hint": hint,
        "before": ("…" if start else "") + query[start:at],
        "character": query[at : at + 1].strip(),
        "after": query[at + 1 : end] + ("…" if end < len(query) else ""),
        "place": str(at + 1),
    }


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
