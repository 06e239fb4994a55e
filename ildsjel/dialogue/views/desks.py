"""Desks: who takes care of what, when they are there, and what they promise."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.dialogue import actions, queries, setup_queries
from ildsjel.dialogue.durations import format_minutes
from ildsjel.dialogue.forms_desks import DeskForm
from ildsjel.dialogue.models import Desk
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted
from ildsjel.organisation.paging import numbered_page
from ildsjel.organisation.queries import calendars
from ildsjel.organisation.undo import offer_undo, undo_offer


@member_page(Right.DESKS)
def desks(request: MemberRequest) -> HttpResponse:
    rows = queries.desks(request.member).prefetch_related("members__user")
    page = numbered_page(rows, request.GET)
    context = {
        "room": "settings",
        "page": page,
        "rows": [_shown(desk) for desk in page.rows],
        "archived": setup_queries.archived_desks(request.member)[:100],
        "has_hours": calendars(request.member).exists(),
        "undo": undo_offer(request.session),
    }
    return render(request, "dialogue/desks/list.html", context)


def _shown(desk: Desk) -> dict[str, object]:
    return {
        "desk": desk,
        "promise": format_minutes(desk.first_response_minutes),
        "answer_by": actions.preview_promise(desk, utc_now()),
        "people": [str(person) for person in desk.members.all() if person.active],
    }


@member_page(Right.DESKS)
def add_desk(request: MemberRequest) -> HttpResponse:
    if not calendars(request.member).exists():
        messages.info(request, _("Begin with opening hours; then a desk can promise something."))
        return redirect(address(request.member, "organisation:calendar-add"))
    return _desk_page(request, None)


@member_page(Right.DESKS)
def desk(request: MemberRequest, pk: int) -> HttpResponse:
    return _desk_page(request, get_object_or_404(queries.desks(request.member), pk=pk))


def _desk_page(request: MemberRequest, desk: Desk | None) -> HttpResponse:
    form = DeskForm(posted(request), by=request.member, desk=desk)
    if form.is_bound and form.is_valid():
        saved = actions.save_desk(by=request.member, desk=desk, **form.values())
        told = _("“%(name)s” is saved. Promises already given keep their time.")
        messages.success(request, told % {"name": saved.name})
        return redirect(address(request.member, "dialogue:desks"))
    context = {
        "room": "settings",
        "form": form,
        "desk": desk,
        "shown": _shown(desk) if desk else None,
    }
    status = 422 if form.errors else 200
    return render(request, "dialogue/desks/desk.html", context, status=status)


@require_POST
@member_page(Right.DESKS)
def make_default(request: MemberRequest, pk: int) -> HttpResponse:
    """Let this desk take what no rule sends elsewhere."""
    desk = get_object_or_404(queries.desks(request.member), pk=pk)
    before = setup_queries.default_desk(request.member)
    _save_as_default(request.member, desk)
    told = _("What no rule sends elsewhere now comes to “%(name)s”.") % {"name": desk.name}
    if before is None or before.pk == desk.pk:
        messages.success(request, told)
    else:
        back = address(request.member, "dialogue:desk-default", before.pk)
        offer_undo(request.session, told, back)
    return redirect(address(request.member, "dialogue:desks"))


def _save_as_default(by: Member, desk: Desk) -> None:
    actions.save_desk(
        by=by,
        desk=desk,
        name=desk.name,
        calendar=desk.calendar,
        first_response_minutes=desk.first_response_minutes,
        members=list(desk.members.all()),
        default=True,
    )


@require_POST
@member_page(Right.DESKS)
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    desk = get_object_or_404(queries.desks(request.member), pk=pk)
    if desk.is_default:
        told = _(
            "The default desk stays in use: something must take the rest."
            " Make another the default first."
        )
        messages.error(request, told)
        return redirect(address(request.member, "dialogue:desk", pk))
    actions.archive_desk(by=request.member, desk=desk)
    back = address(request.member, "dialogue:desk-restore", pk)
    offer_undo(request.session, _("“%(name)s” is archived.") % {"name": desk.name}, back)
    return redirect(address(request.member, "dialogue:desks"))


@require_POST
@member_page(Right.DESKS)
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    desk = get_object_or_404(setup_queries.archived_desks(request.member), pk=pk)
    actions.archive_desk(by=request.member, desk=desk, archived=False)
    messages.success(request, _("“%(name)s” is in use again.") % {"name": desk.name})
    return redirect(address(request.member, "dialogue:desks"))
