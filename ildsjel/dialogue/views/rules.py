"""Routing rules: which desk an enquiry comes to, in which order they are asked, and a trial."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.dialogue import actions, queries, setup_queries
from ildsjel.dialogue.forms_rules import RuleForm, TrialForm
from ildsjel.dialogue.models import Rule
from ildsjel.dialogue.rule_words import condition_lines, failed_words, held_words
from ildsjel.dialogue.setup_queries import Names, RuleTried, TrialResult
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted
from ildsjel.organisation.paging import numbered_page


@member_page(Right.DESKS)
def rules(request: MemberRequest) -> HttpResponse:
    page = numbered_page(queries.rules(request.member), request.GET, size=100)
    names = setup_queries.names_for(request.member)
    context = {
        "room": "settings",
        "page": page,
        "rows": [
            {"rule": row, "lines": condition_lines(row.conditions, names)} for row in page.rows
        ],
        "default_desk": setup_queries.default_desk(request.member),
        "has_desks": queries.desks(request.member).exists(),
    }
    return render(request, "dialogue/rules/list.html", context)


@member_page(Right.DESKS)
def add_rule(request: MemberRequest) -> HttpResponse:
    if not queries.desks(request.member).exists():
        messages.info(request, _("Begin with a desk; then a rule can send something to it."))
        return redirect(address(request.member, "dialogue:desks"))
    return _rule_page(request, None)


@member_page(Right.DESKS)
def rule(request: MemberRequest, pk: int) -> HttpResponse:
    return _rule_page(request, _rule(request, pk))


def _rule(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(queries.rules(request.member), pk=pk)


def _rule_page(request: MemberRequest, rule: Rule | None) -> HttpResponse:
    form = RuleForm(posted(request), by=request.member, rule=rule)
    if form.is_bound and form.is_valid():
        enabled = rule.enabled if rule else True
        saved = actions.save_rule(by=request.member, rule=rule, enabled=enabled, **form.values())
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return redirect(_place(request, saved.pk))
    context = {"room": "settings", "form": form, "rule": rule}
    status = 422 if form.errors else 200
    return render(request, "dialogue/rules/rule.html", context, status=status)


def _place(request: MemberRequest, pk: int) -> str:
    return address(request.member, "dialogue:rules") + f"#rule-{pk}"


@require_POST
@member_page(Right.DESKS)
def move(request: MemberRequest, pk: int, way: str) -> HttpResponse:
    """Ask a rule one place earlier or later."""
    if way not in {"up", "down"}:
        raise Http404
    moved = _rule(request, pk)
    order = list(queries.rules(request.member).values_list("pk", flat=True))
    here = order.index(moved.pk)
    there = here - 1 if way == "up" else here + 1
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
        actions.order_rules(by=request.member, pks=order)
    return redirect(_place(request, pk))


@require_POST
@member_page(Right.DESKS)
def switch(request: MemberRequest, pk: int, state: str) -> HttpResponse:
    """Ask a rule, or pass it over."""
    if state not in {"on", "off"}:
        raise Http404
    row = _rule(request, pk)
    actions.save_rule(
        by=request.member,
        rule=row,
        name=row.name,
        desk=row.desk,
        conditions=row.conditions,
        topic=row.topic,
        goal=row.goal,
        enabled=state == "on",
    )
    told = _("“%(name)s” is asked again.") if state == "on" else _("“%(name)s” is passed over.")
    messages.success(request, told % {"name": row.name})
    return redirect(_place(request, pk))


@member_page(Right.DESKS)
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what goes with a rule, then remove it."""
    row = _rule(request, pk)
    if request.method == "POST":
        actions.remove_rule(by=request.member, rule=row)
        messages.success(request, _("“%(name)s” is removed.") % {"name": row.name})
        return redirect(address(request.member, "dialogue:rules"))
    names = setup_queries.names_for(request.member)
    context = {
        "room": "settings",
        "rule": row,
        "lines": condition_lines(row.conditions, names),
        "routed": setup_queries.routed_by(row),
    }
    return render(request, "dialogue/rules/remove.html", context)


@member_page(Right.DESKS)
def try_out(request: MemberRequest) -> HttpResponse:
    """Paste a text, and see for every rule what held and what failed first. Nothing is written."""
    form = TrialForm(posted(request), by=request.member)
    context: dict[str, Any] = {"room": "settings", "form": form}
    if form.is_bound and form.is_valid():
        result = setup_queries.try_rules(request.member, **form.values())
        context |= _result(result, setup_queries.names_for(request.member))
    status = 422 if form.errors else 200
    return render(request, "dialogue/rules/try.html", context, status=status)


def _result(result: TrialResult, names: Names) -> dict[str, Any]:
    desk = result.desk
    return {
        "desk": desk,
        "answer_by": actions.preview_promise(desk, utc_now()) if desk else None,
        "by_rule": any(each.outcome == "won" for each in result.tried),
        "heard": result.watches,
        "tried": [_tried(each, names) for each in result.tried],
        "asked": True,
    }


def _tried(each: RuleTried, names: Names) -> dict[str, Any]:
    held = [held_words(why, names) for why in each.held]
    failed = failed_words(each.failed, names) if each.failed else ""
    return {"rule": each.rule, "outcome": each.outcome, "held": held, "failed": failed}
