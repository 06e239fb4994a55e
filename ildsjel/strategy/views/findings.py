"""What the plan's self-check finds, and what we have decided to live with."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.plan.document import Element, Kind
from ildsjel.engine.plan.findings import Severity
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted
from ildsjel.organisation.undo import offer_undo, undo_offer
from ildsjel.strategy import actions, queries
from ildsjel.strategy.findings import Shown, findings_of, shown
from ildsjel.strategy.forms import AcceptForm
from ildsjel.strategy.models import EvidenceCount
from ildsjel.strategy.views.frame import Names, tabs, with_links

AT_ONCE = 50


@member_page(Right.READ)
def findings(request: MemberRequest) -> HttpResponse:
    """All findings, the worst first; those that we live with at the end."""
    member = request.member
    found = findings_of(member)
    chosen = request.GET.get("severity", "")
    open_ones = [each for each in found if each.accepted is None]
    wanted = [each for each in open_ones if chosen in {"", each.severity.value}]
    begin = _begin(request.GET.get("from", ""))
    names = Names(member, queries.plan_of(member))
    context = {
        "room": "strategy",
        "tabs": tabs(member, "findings"),
        "findings": with_links(names, shown(wanted[begin : begin + AT_ONCE])),
        "accepted": _accepted(member, names, found),
        "severities": _severities(open_ones, chosen),
        "previous": f"?severity={chosen}&from={max(0, begin - AT_ONCE)}" if begin else "",
        "following": (
            f"?severity={chosen}&from={begin + AT_ONCE}" if begin + AT_ONCE < len(wanted) else ""
        ),
        "evidence": EvidenceCount.objects.of(member).order_by("what", "about")[:200],
        "may_plan": member.can(Right.PLAN),
        "undo": undo_offer(request.session),
    }
    return render(request, "strategy/findings.html", context)


def _begin(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _severities(found: Any, chosen: str) -> list[dict[str, Any]]:
    words = {
        Severity.CRITICAL: _("Critical"),
        Severity.SERIOUS: _("Serious"),
        Severity.ADVICE: _("Advice"),
    }
    all_of_it = [{"label": _("All"), "url": "?", "count": len(found), "current": not chosen}]
    return all_of_it + [
        {
            "label": word,
            "url": f"?severity={severity.value}",
            "count": sum(each.severity is severity for each in found),
            "current": chosen == severity.value,
        }
        for severity, word in words.items()
    ]


def _accepted(member: Any, names: Names, found: Any) -> list[dict[str, Any]]:
    """What we live with: each with its reason, its date and who said so."""
    rows = {(row.rule, f"{row.kind}/{row.key}"): row for row in queries.acceptances(member)}
    silent = [each for each in found if each.accepted is not None]
    return [
        {**line, "row": rows.get((_rule(line), _place(line)))}
        for line in with_links(names, shown(silent))
    ]


def _rule(line: dict[str, Any]) -> str:
    said: Shown = line["said"]
    return said.finding.rule


def _place(line: dict[str, Any]) -> str:
    said: Shown = line["said"]
    name = said.finding.element
    return f"{name.kind.value}/{name.key}"


@member_page(Right.PLAN)
def accept(request: MemberRequest, rule: str, kind: str, key: str) -> HttpResponse:
    """Live with a finding until a date, with a reason."""
    member = request.member
    name = Element(_kind(kind), "" if key == "-" else key)
    found = [each for each in findings_of(member) if each.rule == rule and each.element == name]
    if not found:
        raise Http404
    form = AcceptForm(posted(request))
    if form.is_bound and form.is_valid():
        row = actions.accept_finding(by=member, rule=rule, element=name, **form.cleaned_data)
        back = address(member, "strategy:take-up", row.pk)
        offer_undo(request.session, _("You live with it until then."), back)
        return redirect(address(member, "strategy:findings"))
    context = {
        "room": "strategy",
        "form": form,
        "finding": with_links(Names(member, queries.plan_of(member)), shown(found[:1]))[0],
    }
    return render(request, "strategy/accept.html", context, status=422 if form.errors else 200)


def _kind(text: str) -> Kind:
    if text not in set(Kind):
        raise Http404
    return Kind(text)


@require_POST
@member_page(Right.PLAN)
def take_up(request: MemberRequest, pk: int) -> HttpResponse:
    """No longer live with it."""
    row = get_object_or_404(queries.acceptances(request.member), pk=pk)
    actions.take_up_finding(by=request.member, acceptance=row)
    messages.success(request, _("The finding is shown again."))
    return redirect(address(request.member, "strategy:findings"))
