"""The plan in its first form: goals, stakeholder groups and topics, on one page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page, posted
from ildsjel.organisation.undo import offer_undo, undo_offer
from ildsjel.strategy import actions, queries
from ildsjel.strategy.forms import GoalForm, GroupForm, TopicForm
from ildsjel.strategy.models import Goal, PlanElement, StakeholderGroup, Topic


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of row is read, written and named."""

    model: type[Goal] | type[StakeholderGroup] | type[Topic]
    rows: Callable[[Member], QuerySet[Any]]
    form: type[GoalForm] | type[GroupForm] | type[TopicForm]
    save: Callable[..., Any]
    argument: str  # what `save` calls the row
    adding: Promise


KINDS = {
    "goals": Kind(Goal, queries.goals, GoalForm, actions.save_goal, "goal", _("Add a goal")),
    "groups": Kind(
        StakeholderGroup, queries.groups, GroupForm, actions.save_group, "group", _("Add a group")
    ),
    "topics": Kind(Topic, queries.topics, TopicForm, actions.save_topic, "topic", _("Add a topic")),
}


@member_page(Right.READ)
def plan(request: MemberRequest) -> HttpResponse:
    member = request.member
    context = {
        "room": "strategy",
        "goals": queries.goals(member).select_related("owner__user"),
        "groups": queries.groups(member),
        "topics": queries.topics(member),
        "archived": [_archived(row) for row in queries.archived(member) if _is_shown(row)],
        "may_plan": member.can(Right.PLAN),
        "undo": undo_offer(request.session),
    }
    return render(request, "strategy/plan.html", context)


def _is_shown(row: PlanElement | Topic) -> bool:
    return any(isinstance(row, kind.model) for kind in KINDS.values())


def _archived(row: PlanElement | Topic) -> dict[str, object]:
    return {"row": row, "kind": _key(row)}


def _key(row: PlanElement | Topic) -> str:
    return next(key for key, kind in KINDS.items() if isinstance(row, kind.model))


@member_page(Right.PLAN)
def add(request: MemberRequest, kind: str) -> HttpResponse:
    return _form_page(request, kind, None)


@member_page(Right.PLAN)
def edit(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    return _form_page(request, kind, get_object_or_404(_kind(kind).rows(request.member), pk=pk))


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def _form_page(request: MemberRequest, key: str, row: Any) -> HttpResponse:
    kind = _kind(key)
    form: Form = kind.form(posted(request), by=request.member, row=row)
    if form.is_bound and form.is_valid():
        kind.save(by=request.member, **{kind.argument: row}, **form.cleaned_data)
        messages.success(request, _now("Saved."))
        return redirect(address(request.member, "strategy:plan") + f"#{key}")
    context = {
        "room": "strategy",
        "form": form,
        "row": row,
        "kind": key,
        "heading": str(row) if row else kind.adding,
    }
    status = 422 if form.errors else 200
    return render(request, "strategy/form.html", context, status=status)


@require_POST
@member_page(Right.PLAN)
def archive(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    row = get_object_or_404(_kind(kind).rows(request.member), pk=pk)
    actions.archive(by=request.member, row=row)
    back = address(request.member, "strategy:restore", kind, pk)
    offer_undo(request.session, _now("“%(name)s” is archived.") % {"name": row}, back)
    return redirect(address(request.member, "strategy:plan"))


@require_POST
@member_page(Right.PLAN)
def restore(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    gone: QuerySet[Any] = _kind(kind).model.objects.of(request.member)
    row = get_object_or_404(gone.exclude(archived_at=None), pk=pk)
    actions.restore(by=request.member, row=row)
    messages.success(request, _now("“%(name)s” is in use again.") % {"name": row})
    return redirect(address(request.member, "strategy:plan"))
