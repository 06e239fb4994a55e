"""Who is here, what each may do, and who is invited."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.organisation import actions, queries
from ildsjel.organisation.forms.people import InviteForm, MemberForm
from ildsjel.organisation.letters import send_invitation
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted
from ildsjel.organisation.paging import numbered_page
from ildsjel.organisation.undo import offer_undo, undo_offer

NEW_LINK = "new_invitation"


@member_page(Right.PEOPLE)
def members(request: MemberRequest) -> HttpResponse:
    context = {
        "room": "settings",
        "page": numbered_page(queries.members_of(request.member), request.GET),
        "invitations": queries.invitations(request.member)[:200],
        "now": utc_now(),
        "new_link": request.session.pop(NEW_LINK, None),
        "undo": undo_offer(request.session),
    }
    return render(request, "organisation/members.html", context)


@member_page(Right.PEOPLE)
def invite(request: MemberRequest) -> HttpResponse:
    """Make a one-time link; it is mailed, and shown once on the page that follows."""
    form = InviteForm(posted(request), by=request.member)
    if form.is_bound and form.is_valid():
        secret = actions.invite(by=request.member, **form.cleaned_data)
        link = request.build_absolute_uri(reverse("web:join", args=[secret]))
        email = form.cleaned_data["email"]
        mailed = send_invitation(by=request.member, email=email, link=link)
        request.session[NEW_LINK] = {"email": email, "link": link, "mailed": mailed}
        return redirect(address(request.member, "organisation:members"))
    context = {"room": "settings", "form": form}
    status = 422 if form.errors else 200
    return render(request, "organisation/invite.html", context, status=status)


@require_POST
@member_page(Right.PEOPLE)
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(queries.invitations(request.member), pk=pk)
    actions.withdraw_invitation(by=request.member, invitation=invitation)
    told = _("The invitation to %(email)s is withdrawn. Its link no longer works.")
    messages.success(request, told % {"email": invitation.email})
    return redirect(address(request.member, "organisation:members"))


@member_page(Right.PEOPLE)
def member(request: MemberRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(queries.members_of(request.member), pk=pk)
    form = MemberForm(posted(request), initial={"role": person.role})
    if form.is_bound and form.is_valid():
        problem = _change(request.member, person, form.cleaned_data["role"], person.active)
        if not problem:
            told = _("%(name)s has a new role.") % {"name": person}
            messages.success(request, told)
            return redirect(address(request.member, "organisation:members"))
        form.add_error("role", problem)
    context = {"room": "settings", "form": form, "person_shown": person}
    status = 422 if form.errors else 200
    return render(request, "organisation/member.html", context, status=status)


@require_POST
@member_page(Right.PEOPLE)
def let(request: MemberRequest, pk: int, where: str) -> HttpResponse:
    """Let a member out, or in again with the role they had."""
    if where not in {"in", "out"}:
        raise Http404
    person = get_object_or_404(queries.members_of(request.member), pk=pk)
    problem = _change(request.member, person, person.role, where == "in")
    if problem:
        messages.error(request, problem)
        return redirect(address(request.member, "organisation:member", pk))
    if where == "in":
        messages.success(request, _("%(name)s is a member again.") % {"name": person})
    else:
        back = address(request.member, "organisation:member-let", pk, "in")
        told = _("%(name)s can no longer come in here.") % {"name": person}
        offer_undo(request.session, told, back)
    return redirect(_after(request.member, person))


def _change(by: Member, person: Member, role: str, active: bool) -> str:
    """Change a member; the reason why not, where it may not be."""
    try:
        with transaction.atomic():
            actions.change_member(by=by, member=person, role=role, active=active)
    except actions.LastOwner:
        person.refresh_from_db()
        return _("An organisation must keep one owner. Make somebody else an owner first.")
    return ""


def _after(by: Member, person: Member) -> str:
    """Those who have let themselves out have no members page to come back to."""
    out = person.pk == by.pk and not person.active
    return reverse("web:start") if out else address(by, "organisation:members")
