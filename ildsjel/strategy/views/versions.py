"""The history of the plan: its versions, two of them compared, undoing, and signing off."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.plan.document import Element
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.paging import numbered_page
from ildsjel.organisation.undo import undo_offer
from ildsjel.strategy import actions, queries
from ildsjel.strategy.comparing import Difference, Fate, State, compare, title_of
from ildsjel.strategy.field_words import KINDS, field_word, said_word
from ildsjel.strategy.views.frame import tabs
from ildsjel.strategy.views.plan import standing

SIZE = 25


@member_page(Right.READ)
def versions(request: MemberRequest) -> HttpResponse:
    """What was changed, by whom, when and why; the newest first."""
    member = request.member
    page = numbered_page(queries.versions(member), request.GET, SIZE)
    head = queries.head_of(member)
    signed = {row.version: row for row in queries.signatures(member)[:100]}
    for row in page.rows:
        row.signature = signed.get(row.number)
    context = {
        "room": "strategy",
        "tabs": tabs(member, "versions"),
        "page": page,
        "newest": queries.version(member, head.version) if head else None,
        "standing": standing(member, queries.plan_of(member)),
        "may_plan": member.can(Right.PLAN),
        "may_sign": member.can(Right.SIGN),
        "undo": undo_offer(request.session),
    }
    return render(request, "strategy/versions.html", context)


@member_page(Right.READ)
def comparison(request: MemberRequest) -> HttpResponse:
    """Two versions side by side; without numbers, the newest beside the one before it."""
    member = request.member
    head = queries.head_of(member)
    newest = head.version if head else 0
    after = _number(request, "to", newest, newest)
    before = _number(request, "from", max(0, after - 1), newest)
    was, became = queries.state_at(member, before), queries.state_at(member, after)
    numbers = list(queries.versions(member).values_list("number", flat=True)[:200])
    context = {
        "room": "strategy",
        "before": before,
        "after": after,
        "numbers": [*numbers, 0],
        "version": queries.version(member, after),
        "differences": differences(was, became),
        "back": address(member, "strategy:versions"),
    }
    return render(request, "strategy/comparison.html", context)


def _number(request: MemberRequest, name: str, usual: int, newest: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= newest):
        raise Http404
    return int(text)


def differences(was: State, became: State) -> list[dict[str, Any]]:
    """What differs, kind by kind, in words."""
    titles = {name.key: title_of(said) for state in (was, became) for name, said in state.items()}
    found: list[dict[str, Any]] = []
    for each in compare(was, became):
        heading = KINDS[each.name.kind]
        if not found or found[-1]["heading"] != heading:
            found.append({"heading": heading, "rows": []})
        found[-1]["rows"].append(_row(each, titles))
    return found


def _row(each: Difference, titles: dict[str, str]) -> dict[str, Any]:
    words = {Fate.CAME: _("Added"), Fate.WENT: _("Taken out"), Fate.CHANGED: _("Changed")}
    return {
        "title": each.title or field_word(each.name.kind, each.name.key),
        "fate": each.fate.value,
        "word": words[each.fate],
        "fields": [
            {
                "label": field_word(each.name.kind, field.name),
                "before": said_word(field.before, titles),
                "after": said_word(field.after, titles),
            }
            for field in each.fields
        ],
    }


@require_POST
@member_page(Right.PLAN)
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Make the newest version undone."""
    version = get_object_or_404(queries.versions(request.member), pk=pk)
    try:
        actions.undo(by=request.member, number=version.number)
        messages.success(request, _("Undone. The plan is as it was before."))
    except actions.PlanMoved:
        messages.warning(
            request, _("Somebody has changed the plan since. Nothing was undone; look first.")
        )
    return redirect(address(request.member, "strategy:versions"))


@member_page(Right.SIGN)
def sign(request: MemberRequest) -> HttpResponse:
    """Look at what has changed since the last time, and sign."""
    member = request.member
    told = queries.plan_of(member)
    stand = standing(member, told)
    if request.method == "POST":
        return _signed(request)
    context = {
        "room": "strategy",
        "standing": stand,
        "plan": told,
        "differences": since_signed(member, stand),
        "back": address(member, "strategy:plan"),
    }
    return render(request, "strategy/sign.html", context)


def since_signed(member: Member, stand: dict[str, Any]) -> list[dict[str, Any]]:
    """What has changed since management signed; nothing where nobody has."""
    if stand["signature"] is None:
        return []
    was: State = queries.state_at(member, stand["signature"].version)
    became: dict[Element, Any] = queries.state_now(member)
    return differences(was, became)


def _signed(request: MemberRequest) -> HttpResponse:
    try:
        actions.sign(by=request.member, seen=request.POST.get("seen", ""))
        messages.success(request, _("Signed. Changes from now on are seen until you sign again."))
    except actions.PlanMoved:
        messages.warning(
            request, _("The plan has changed since you opened it. Look at it again, then sign.")
        )
        return redirect(address(request.member, "strategy:sign"))
    return redirect(address(request.member, "strategy:plan"))
