"""The saved groups of words: the list, adding, changing, putting away, with the watches that use
them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.matching import QueryError
from ildsjel.listening.forms import WatchGroupForm
from ildsjel.listening.group_actions import (
    GroupBreaks,
    GroupNeeded,
    GroupTaken,
    archive_watch_group,
    save_watch_group,
)
from ildsjel.listening.group_queries import archived_groups, use_counts, users_of, watch_groups
from ildsjel.listening.models import Watch, WatchGroup
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
ARCHIVED_SHOWN = 10


@member_page(Right.READ)
def listing(request: MemberRequest) -> HttpResponse:
    """Every group in use: its words, and how many watches it stands in."""
    page = Paginator(watch_groups(request.member), ROWS).get_page(request.GET.get("page"))
    counts = use_counts(request.member)
    context = {
        "room": "listening",
        "page": page,
        "rows": [{"group": row, "uses": counts[row.name]} for row in page],
        "archived": archived_groups(request.member)[:ARCHIVED_SHOWN],
        "may_listen": request.member.can(Right.LISTEN),
        "undo": undo_offer(request.session),
    }
    return render(request, "listening/groups.html", context)


@member_page(Right.LISTEN)
def add(request: MemberRequest) -> HttpResponse:
    """A new group."""
    return _form_page(request, None)


@member_page(Right.LISTEN)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a group; what it changes for is named."""
    return _form_page(request, get_object_or_404(watch_groups(request.member), pk=pk))


def _form_page(request: MemberRequest, group: WatchGroup | None) -> HttpResponse:
    initial = {"name": group.name, "query": group.query} if group else None
    form = WatchGroupForm(request.member, with_exclusion(request), initial=initial)
    looks = only_looks(request)
    if form.is_bound and not looks and form.is_valid() and _save(request, form, group):
        return redirect(address(request.member, "listening:groups"))
    checked_while_typing(request, form)
    context = {
        "room": "listening",
        "form": form,
        "group": group,
        "users": _named(users_of(group)) if group else [],
        **looked(request, form["query"].value() or ""),
    }
    wrong = form.is_bound and not looks
    return render(request, "listening/group_form.html", context, status=422 if wrong else 200)


def _save(request: MemberRequest, form: WatchGroupForm, group: WatchGroup | None) -> bool:
    """Whether it was written; else the form says why not."""
    try:
        save_watch_group(by=request.member, group=group, **form.cleaned_data)
    except QueryError as fault:
        form.fault = fault
        form.add_error("query", " ".join(filter(None, fault_words(fault))))
        return False
    except (GroupTaken, GroupNeeded, GroupBreaks) as refused:
        form.add_error("query" if isinstance(refused, GroupBreaks) else "name", _why(refused))
        return False
    saved = _("The group “%s” is saved. It counts in all its watches from the next post on.")
    messages.success(request, saved % form.cleaned_data["name"])
    return True


def _why(refused: GroupTaken | GroupNeeded | GroupBreaks) -> str:
    if isinstance(refused, GroupTaken):
        return _("Another group has this name.")
    if isinstance(refused, GroupNeeded):
        named = ", ".join(str(row) for row in refused.users[:5])
        return _("It is used by %(names)s. Take it out of these first.") % {"names": named}
    told = {"name": refused.user, "fault": " ".join(filter(None, fault_words(refused.fault)))}
    return _("With these words “%(name)s” could no longer be read: %(fault)s") % told


def _named(users: list[Watch | WatchGroup]) -> list[dict[str, Any]]:
    return [{"row": row, "is_watch": isinstance(row, Watch)} for row in users]


@member_page(Right.LISTEN)
@require_POST
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a group away that no watch needs; the next page offers to take that back."""
    group = get_object_or_404(watch_groups(request.member), pk=pk)
    try:
        archive_watch_group(by=request.member, group=group)
    except GroupNeeded as refused:
        messages.error(request, _why(refused))
        return redirect(address(request.member, "listening:group", group.pk))
    back = address(request.member, "listening:group-restore", group.pk)
    offer_undo(request.session, _("“%(name)s” is archived.") % {"name": group}, back)
    return redirect(address(request.member, "listening:groups"))


@member_page(Right.LISTEN)
@require_POST
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Take an archived group back into use."""
    group = get_object_or_404(archived_groups(request.member), pk=pk)
    try:
        archive_watch_group(by=request.member, group=group, archived=False)
    except GroupTaken as refused:
        messages.error(request, _why(refused))
    except QueryError as fault:
        messages.error(request, " ".join(filter(None, fault_words(fault))))
    else:
        messages.success(request, _("“%(name)s” is in use again.") % {"name": group})
    return redirect(address(request.member, "listening:groups"))
