"""The elements of the plan: all of them, one with its history, and the forms that change them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.plan.document import AnyElement, Kind, elements, section
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted
from ildsjel.organisation.paging import numbered_page
from ildsjel.organisation.undo import offer_undo, undo_offer
from ildsjel.strategy import actions, queries
from ildsjel.strategy.codec import name_of, named_by
from ildsjel.strategy.documents import TABLES, element_of
from ildsjel.strategy.facts import facts_of
from ildsjel.strategy.field_words import ADD, EMPTY, KINDS, ONE
from ildsjel.strategy.findings import shown
from ildsjel.strategy.forms import WHY_NOW, ElementForm, TopicForm
from ildsjel.strategy.models import Goal, Mandate, PlanElement, Topic
from ildsjel.strategy.queries import head_of, plan_of
from ildsjel.strategy.views.channels import mandate_parts
from ildsjel.strategy.views.frame import (
    TOPICS,
    Names,
    kind_or_404,
    open_by_element,
    tabs,
    with_links,
)
from ildsjel.strategy.views.goals import goal_parts

ORDER = (
    Kind.GOAL, Kind.GROUP, Kind.TACTIC, Kind.CHANNEL, Kind.ROLE, Kind.GUARDRAIL, Kind.REVIEW,
    Kind.PERSON,
)  # fmt: skip
ICONS = {
    Kind.GOAL: "goal", Kind.GROUP: "people", Kind.TACTIC: "activity", Kind.CHANNEL: "channel",
    Kind.ROLE: "desk", Kind.GUARDRAIL: "ready", Kind.REVIEW: "calendar", Kind.PERSON: "person",
}  # fmt: skip
SHOWN = 12  # of each kind on the page of everything
HISTORY = 10


@member_page(Right.READ)
def parts(request: MemberRequest) -> HttpResponse:
    """Everything that the plan has, kind by kind, the topics beside it, and what is archived."""
    member = request.member
    told = plan_of(member)
    names = Names(member, told)
    context = {
        "room": "strategy",
        "tabs": tabs(member, "parts"),
        "sections": [_section(member, kind, names) for kind in ORDER],
        "topics": queries.topics(member),
        "archived": [_archived(row) for row in queries.archived(member)],
        "may_plan": member.can(Right.PLAN),
        "undo": undo_offer(request.session),
    }
    return render(request, "strategy/parts.html", context)


def _section(member: Member, kind: Kind, names: Names) -> dict[str, Any]:
    told = section(plan_of(member), kind)
    return {
        "key": kind.value,
        "heading": KINDS[kind],
        "icon": ICONS[kind],
        "empty": EMPTY[kind],
        "add": ADD[kind],
        "rows": [_row(names, each) for each in told[:SHOWN]],
        "more": max(0, len(told) - SHOWN),
        "number": len(told),
    }


def _row(names: Names, element: AnyElement) -> dict[str, Any]:
    name = name_of(element)
    facts = facts_of(element, names.titles)
    note = " · ".join(each.words for each in facts[:2])
    return {**names.link(name), "note": note}


def _archived(row: PlanElement | Topic) -> dict[str, object]:
    kind = TOPICS if isinstance(row, Topic) else row.KIND.value
    return {"row": row, "kind": kind}


@member_page(Right.READ)
def of_kind(request: MemberRequest, kind: str) -> HttpResponse:
    """All elements of one kind, a page at a time."""
    member, told = request.member, kind_or_404(kind)
    page = numbered_page(queries.rows_of(member, told), request.GET)
    names = Names(member, plan_of(member))
    rows = [_row(names, element_of(row)) for row in page.rows]
    context = {
        "room": "strategy",
        "heading": KINDS[told],
        "add": ADD[told],
        "icon": ICONS[told],
        "kind": kind,
        "rows": rows,
        "page": page,
        "may_plan": member.can(Right.PLAN),
    }
    return render(request, "strategy/of_kind.html", context)


def row_or_404(member: Member, kind: str, pk: int) -> Any:
    """The row of an element or a topic that is in force."""
    if kind == TOPICS:
        return get_object_or_404(queries.topics(member), pk=pk)
    return get_object_or_404(queries.rows_of(member, kind_or_404(kind)), pk=pk)


@member_page(Right.READ)
def show(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    """One element: what it says, what is found about it, what names it, and what became of it."""
    member = request.member
    row = row_or_404(member, kind, pk)
    if kind == TOPICS:
        return redirect(address(member, "strategy:parts") + "#topics")
    element, told = element_of(row), plan_of(member)
    name, names = name_of(element), Names(member, told)
    named = [names.link(other) for other, each in elements(told) if name in named_by(each)]
    history = queries.history_of(member, name)
    context = {
        "room": "strategy",
        "kind": kind,
        "row": row,
        "heading": names.title(name),
        "one": ONE[name.kind],
        "facts": [
            {"fact": each, "links": [names.link(other) for other in each.names]}
            for each in facts_of(element, names.titles)
        ],
        "findings": with_links(names, shown(open_by_element(member).get(name, ()))),
        "named": named[: 3 * SHOWN],
        "more_named": max(0, len(named) - 3 * SHOWN),
        "history": history[:HISTORY],
        "may_plan": member.can(Right.PLAN),
        "undo": undo_offer(request.session),
        **_special(request, row, element),
    }
    return render(request, "strategy/show.html", context)


def _special(request: MemberRequest, row: PlanElement, element: AnyElement) -> dict[str, Any]:
    """What only goals and channels have."""
    if isinstance(row, Goal):
        return goal_parts(request, row, element)
    if isinstance(row, Mandate):
        return mandate_parts(request, row, element)
    return {}


@member_page(Right.PLAN)
def add(request: MemberRequest, kind: str) -> HttpResponse:
    if kind == TOPICS:
        return _topic_page(request, None)
    return _form_page(request, kind_or_404(kind), None)


@member_page(Right.PLAN)
def edit(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    row = row_or_404(request.member, kind, pk)
    return _topic_page(request, row) if kind == TOPICS else _form_page(request, row.KIND, row)


def _form_page(request: MemberRequest, kind: Kind, row: PlanElement | None) -> HttpResponse:
    """The form of one element; what the address names is filled in on a new one."""
    head = head_of(request.member)
    form = ElementForm(
        posted(request),
        by=request.member,
        kind=kind,
        element=element_of(row) if row else None,
        seen=head.version if head else 0,
        initial={} if row else request.GET.dict(),
    )
    if form.is_bound and form.is_valid():
        return _saved(request, form, kind)
    member = request.member
    back = address(member, "strategy:show", kind.value, row.pk) if row else ""
    context = {
        "room": "strategy",
        "form": form,
        "row": row,
        "kind": kind.value,
        "heading": str(row) if row else ADD[kind],
        "back": back or address(member, "strategy:parts") + f"#{kind.value}",
    }
    return render(request, "strategy/form.html", context, status=422 if form.errors else 200)


def _saved(request: MemberRequest, form: ElementForm, kind: Kind) -> HttpResponse:
    element = form.element()
    actions.save(
        by=request.member,
        element=element,
        people=tuple(form.people),
        members=form.members,
        why=form.cleaned_data[WHY_NOW],
    )
    messages.success(request, _("Saved."))
    pk = queries.rows_of(request.member, kind).get(key=element.key).pk
    return redirect(address(request.member, "strategy:show", kind.value, pk))


def _topic_page(request: MemberRequest, row: Topic | None) -> HttpResponse:
    form = TopicForm(posted(request), by=request.member, row=row)
    back = address(request.member, "strategy:parts") + "#topics"
    if form.is_bound and form.is_valid():
        actions.save_topic(by=request.member, topic=row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(back)
    context = {
        "room": "strategy",
        "form": form,
        "row": row,
        "kind": TOPICS,
        "heading": str(row) if row else _("Add a topic"),
        "back": back,
    }
    return render(request, "strategy/form.html", context, status=422 if form.errors else 200)


@require_POST
@member_page(Right.PLAN)
def archive(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    """Take out of the plan; the next page offers to undo it, with all that it changed."""
    member = request.member
    row = row_or_404(member, kind, pk)
    version = actions.archive(by=member, row=row)
    back = address(member, "strategy:restore", kind, pk)
    if version is not None:
        back = address(member, "strategy:undo", version.pk)
    offer_undo(request.session, _("“%(name)s” is archived.") % {"name": row}, back)
    return redirect(address(member, "strategy:parts"))


@require_POST
@member_page(Right.PLAN)
def restore(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    gone: QuerySet[Any] = (
        Topic.objects.of(request.member)
        if kind == TOPICS
        else TABLES[kind_or_404(kind)]._default_manager.filter(
            organisation=request.member.organisation_id
        )
    )
    row = gone.filter(pk=pk).exclude(archived_at=None).first()
    if row is None:
        raise Http404
    actions.restore(by=request.member, row=row)
    messages.success(request, _("“%(name)s” is in use again.") % {"name": row})
    return redirect(address(request.member, "strategy:parts"))
