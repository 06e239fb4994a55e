"""The plan as a picture, as a matrix, and as one page for management."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ildsjel.engine.plan.document import (
    Channel,
    Element,
    Goal,
    Kind,
    Plan,
    Presence,
    Tactic,
    fingerprint,
    section,
)
from ildsjel.engine.plan.findings import Finding, Severity
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import undo_offer
from ildsjel.strategy import picture, queries
from ildsjel.strategy.codec import name_of
from ildsjel.strategy.facts import facts_of, summary_of
from ildsjel.strategy.field_words import ONE, choice_word
from ildsjel.strategy.findings import findings_of, gravest, shown, today_in
from ildsjel.strategy.views.frame import Names, open_by_element, tabs, with_links

FIRST = 3  # findings on the picture's own page
GOALS, GROUPS = 20, 12  # rows and columns of one page of the matrix


@member_page(Right.READ)
def plan(request: MemberRequest) -> HttpResponse:
    """The picture, how the plan stands with management, and what is worst."""
    member = request.member
    told = queries.plan_of(member)
    names = Names(member, told)
    part = picture.part_of(told, _page(request.GET.get("page", "")))
    findings = open_by_element(member)
    chosen = _chosen(request.GET.get("chosen", ""), part)
    drawn = picture.draw(part)
    context = {
        "room": "strategy",
        "tabs": tabs(member, "picture"),
        "empty": not (told.goals or told.channels or told.groups),
        "picture": drawn,
        "width": picture.WIDTH,
        "columns": [str(word) for word in _column_words()],
        "nodes": _nodes(drawn, names, findings, chosen, part),
        "lines": [
            {"line": each, "lit": bool(drawn.lit(chosen) & each.threads)} for each in drawn.lines
        ],
        "chosen": _panel(names, told, findings, chosen) if chosen else None,
        "list": _as_list(part, names, findings),
        "part": part,
        "standing": standing(member, told),
        "first": with_links(names, gravest(member, FIRST)),
        "may_plan": member.can(Right.PLAN),
        "may_sign": member.can(Right.SIGN),
        "undo": undo_offer(request.session),
    }
    return render(request, "strategy/plan.html", context)


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _column_words() -> tuple[Any, ...]:
    return (_("Goals"), _("Groups"), _("Tactics"), _("Channels"))


def _chosen(text: str, part: picture.Part) -> Element | None:
    """What the address says is chosen, where the picture has it."""
    there = {str(name_of(each)): name_of(each) for column in part.columns for each in column}
    return there.get(text)


def _nodes(
    drawn: picture.Picture,
    names: Names,
    findings: Any,
    chosen: Element | None,
    part: picture.Part,
) -> list[dict[str, Any]]:
    lit = drawn.lit(chosen)
    here = address(names.member, "strategy:plan")
    page = f"&page={part.page}" if part.pages > 1 else ""
    return [
        {
            "node": node,
            "url": f"{here}?chosen={node.name}{page}#chosen",
            "kind": str(ONE[node.name.kind]),
            "marks": _marks(findings.get(node.name, ())),
            "mark_x": node.x + picture.NODE - 4,
            "mark_y": node.y + 2,
            "lit": bool(lit & node.threads) or node.name == chosen,
            "chosen": node.name == chosen,
        }
        for node in drawn.nodes
    ]


def _marks(found: Iterable[Finding]) -> dict[str, Any] | None:
    """The mark on an element with grave findings: how many, and how grave the worst is."""
    grave = [each for each in found if each.severity is not Severity.ADVICE]
    if not grave:
        return None
    words = _("%(n)s findings") % {"n": len(grave)} if len(grave) > 1 else _("1 finding")
    return {"number": len(grave), "severity": grave[0].severity.value, "words": words}


def _panel(names: Names, told: Plan, findings: Any, chosen: Element) -> dict[str, Any]:
    """What is chosen, in short, with its findings."""
    element = next(each for each in section(told, chosen.kind) if each.key == chosen.key)
    return {
        "title": names.title(chosen),
        "kind": str(ONE[chosen.kind]),
        "url": names.url(chosen),
        "facts": facts_of(element, names.titles)[:6],
        "findings": with_links(names, shown(findings.get(chosen, ()))),
    }


def _as_list(part: picture.Part, names: Names, findings: Any) -> list[dict[str, Any]]:
    """The same for narrow screens: a goal with what is done for whom, and where."""
    goals, _groups, tactics, channels = part.columns
    by_goal: dict[str, list[Tactic]] = defaultdict(list)
    for each in tactics:
        if isinstance(each, Tactic):
            by_goal[each.goal].append(each)
    found = [
        _list_of_goal(goal, by_goal[goal.key], names, findings)
        for goal in goals
        if isinstance(goal, Goal)
    ]
    if by_goal[""]:
        loose = [_list_line(each, names, findings) for each in by_goal[""]]
        found.append({"title": _("Without a goal"), "url": "", "marks": None, "lines": loose})
    away = [each for each in channels if _is_away(each)]
    if away:
        lines = [
            {**names.link(name_of(each)), "marks": _marks(findings.get(name_of(each), ()))}
            for each in away
        ]
        found.append({"title": _("Where we are not"), "url": "", "marks": None, "lines": lines})
    return found


def _is_away(element: object) -> bool:
    return isinstance(element, Channel) and element.presence is Presence.NOT_HERE


def _list_of_goal(goal: Goal, tactics: list[Tactic], names: Names, findings: Any) -> dict[str, Any]:
    return {
        "title": goal.statement,
        "url": names.url(name_of(goal)),
        "marks": _marks(findings.get(name_of(goal), ())),
        "lines": [_list_line(each, names, findings) for each in tactics],
    }


def _list_line(tactic: Tactic, names: Names, findings: Any) -> dict[str, Any]:
    where = [names.title(Element(Kind.CHANNEL, key)) for key in tactic.channels]
    whom = names.title(Element(Kind.GROUP, tactic.group)) if tactic.group else ""
    role = choice_word(tactic.role) if tactic.role else ""
    return {
        **names.link(name_of(tactic)),
        "note": " · ".join(word for word in (whom, role, ", ".join(where)) if word),
        "marks": _marks(findings.get(name_of(tactic), ())),
    }


def standing(member: Member, told: Plan) -> dict[str, Any]:
    """Whether management stands behind the plan as it is now."""
    newest = queries.signatures(member).first()
    now = fingerprint(told)
    return {
        "signature": newest,
        "holds": newest is not None and newest.fingerprint == now,
        "fingerprint": now,
    }


@member_page(Right.READ)
def matrix(request: MemberRequest) -> HttpResponse:
    """Goals by groups, with what a medium does in each square."""
    member = request.member
    told = queries.plan_of(member)
    names = Names(member, told)
    down, across = _page(request.GET.get("page", "")), _page(request.GET.get("across", ""))
    goals = told.goals[(down - 1) * GOALS : down * GOALS]
    groups = told.groups[(across - 1) * GROUPS : across * GROUPS]
    squares: dict[tuple[str, str], list[Tactic]] = defaultdict(list)
    for each in told.tactics:
        squares[each.goal, each.group].append(each)
    add = address(member, "strategy:add", Kind.TACTIC.value)
    context = {
        "room": "strategy",
        "tabs": tabs(member, "matrix"),
        "groups": [names.link(name_of(each)) for each in groups],
        "rows": [
            {
                "goal": names.link(name_of(goal)),
                "cells": [
                    {
                        "tactics": [_square(each, names) for each in squares[goal.key, group.key]],
                        "add_url": f"{add}?goal={goal.key}&group={group.key}",
                        "label": f"{goal.statement} · {group.name}",
                    }
                    for group in groups
                ],
            }
            for goal in goals
        ],
        "pages": _pages(down, across, len(told.goals), len(told.groups)),
        "loose": [_square(each, names) for each in told.tactics if not (each.goal and each.group)][
            :GOALS
        ],
        "may_plan": member.can(Right.PLAN),
    }
    return render(request, "strategy/matrix.html", context)


def _square(tactic: Tactic, names: Names) -> dict[str, Any]:
    return {
        **names.link(name_of(tactic)),
        "role": choice_word(tactic.role) if tactic.role else _("No role yet"),
        "horizon": choice_word(tactic.horizon) if tactic.horizon else "",
    }


def _pages(down: int, across: int, goals: int, groups: int) -> list[dict[str, Any]]:
    """The ways to the rest of a matrix that is too large for a screen."""
    found = [
        (_("Goals before"), down - 1, across, down > 1),
        (_("More goals"), down + 1, across, down * GOALS < goals),
        (_("Groups before"), down, across - 1, across > 1),
        (_("More groups"), down, across + 1, across * GROUPS < groups),
    ]
    return [
        {"label": label, "url": f"?page={row}&across={column}"}
        for label, row, column, there in found
        if there
    ]


@member_page(Right.READ)
def management(request: MemberRequest) -> HttpResponse:
    """One page for management, to be printed: what for, how it stands, what to decide."""
    member = request.member
    told = queries.plan_of(member)
    found = [each for each in findings_of(member) if each.accepted is None]
    context = {
        "room": "strategy",
        "plan": told,
        "today": today_in(member.organisation),
        "standing": standing(member, told),
        **summary_of(member, told),
        "findings": with_links(Names(member, told), shown(found[:5])),
        "more": max(0, len(found) - 5),
    }
    return render(request, "strategy/management.html", context)
