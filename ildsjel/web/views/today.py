"""The Today page: what needs me now, what is new, how the channels are, and the first goal."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ildsjel.channels.models import Channel
from ildsjel.channels.queries import Condition, channels, health_of
from ildsjel.dialogue import queries
from ildsjel.dialogue.models import Conversation
from ildsjel.dialogue.queries import View
from ildsjel.dialogue.views.panes import count_word, row, unsent_words
from ildsjel.dialogue.views.place import VIEWS, Place, list_at
from ildsjel.listening.burst_queries import CARDS, bursts_after, newest_burst, unseen
from ildsjel.listening.queries import watches
from ildsjel.listening.views.bursts import cards
from ildsjel.organisation.actions import note_visit
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.queries import memberships
from ildsjel.strategy.findings import gravest
from ildsjel.strategy.models import Goal
from ildsjel.strategy.queries import goals, plan_of
from ildsjel.strategy.views.frame import Names, with_links
from ildsjel.web.guesses import listens_for

TALLIES = ("needs", "mine", "unassigned")
SHOWN = 6
NEXT_SHOWN = 3
TOUCHING = 4
CHANNELS_SHOWN = 6
FINDINGS_SHOWN = 3
FIRST_WORDS = 12
FIRST_STEPS = 3
FIRST_LOOK = timedelta(hours=24)  # how far back "new" goes on the very first visit
ORDER = [Condition.FAILING, Condition.WAITING, Condition.QUIET, Condition.OFF, Condition.WELL]
STATUS = {
    Condition.FAILING: "stopped",
    Condition.WAITING: "waiting",
    Condition.QUIET: "warning",
    Condition.OFF: "off",
    Condition.WELL: "working",
}


@member_page()
def today(request: MemberRequest) -> HttpResponse:
    """The whole page."""
    member = request.member
    note_visit(member)
    return render(request, "web/today.html", _page(member))


@member_page()
def count(request: MemberRequest) -> JsonResponse:
    """For the live pill: in how many conversations a citizen has written since, and the bursts."""
    since = _number(request, "since")
    wanted = {"new": queries.new_in(request.member, View(), since), **_tallies(request.member)}
    found = queries.counts(wanted, request.member)
    return JsonResponse(
        {
            "count": found.pop("new") + bursts_after(request.member, _number(request, "bursts")),
            "counts": {f"today-{key}": count_word(number) for key, number in found.items()},
        }
    )


def _number(request: MemberRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


@member_page()
def channel_part(request: MemberRequest) -> HttpResponse:
    """The channels alone: fetched again when something has changed."""
    return render(request, "web/today_channels.html", {"health": _health(request.member)})


def _page(member: Member) -> dict[str, Any]:
    since, heard = queries.newest_message(), newest_burst(member)
    visited = member.previous_visit_at or utc_now() - FIRST_LOOK
    needs = queries.needs(member, limit=SHOWN)
    # Where nothing is due within the hour or two that count as soon, what comes after that.
    following = [] if needs.due_soon_count else queries.following(member, NEXT_SHOWN)
    fresh, fresh_count = queries.new_since(member, visited, limit=SHOWN)
    stuck, stuck_count = queries.stuck_first(member, SHOWN)
    above = {each.pk for each in (*stuck, *needs.overdue, *needs.due_soon, *following)}
    goal = goals(member).first()
    touched = queries.touching(member, goal.pk, limit=TOUCHING) if goal else []
    rows = _Rows(member, [*stuck, *needs.overdue, *needs.due_soon, *following, *fresh, *touched])
    health = _health(member)
    quiet = not Conversation.objects.of(member).exists()
    tallies = queries.counts(_tallies(member), member)
    return {
        "room": "today",
        "now": utc_now(),
        "needs": _unsent(member, stuck, stuck_count, rows) + _needs(member, needs, following, rows),
        "fresh": {
            "rows": rows.of([each for each in fresh if each.pk not in above]),
            "above": above,
            "count": count_word(fresh_count),
            "more_url": list_at(member, Place("open")) if fresh_count > len(fresh) else "",
            "since": member.previous_visit_at,
        },
        "tallies": _figures(member, tallies),
        "goal": _goal(member, goal, rows.of(touched)),
        "plan": _plan(member),
        "health": health,
        "summary": summary(needs.overdue_count, needs.due_soon_count),
        "quiet": quiet,
        "may_begin": _may_begin(member),
        "cards": cards(member, list(unseen(member)[:CARDS])),
        "count_url": f"{address(member, 'web:today-count')}?since={since}&bursts={heard}",
        "inbox_url": address(member, "dialogue:list"),
        "first": _first(member, health) if quiet else None,
    }


class _Rows:
    """Conversations as the list shows them, with what the newest messages say read at once."""

    def __init__(self, member: Member, rows: Sequence[Conversation]) -> None:
        self.member = member
        self.newest = queries.newest_of(rows)

    def of(self, rows: Sequence[Conversation], place: Place = Place()) -> list[dict[str, Any]]:  # noqa: B008 - a frozen value
        return [row(self.member, place, each, self.newest[each.pk], None) for each in rows]


def _unsent(
    member: Member, stuck: list[Conversation], number: int, rows: _Rows
) -> list[dict[str, Any]]:
    """The answers that somebody must decide about, as a group of what waits; none where none do."""
    if not stuck:
        return []
    place = Place("unsent")
    answers = queries.unsent_in(member, stuck)
    shown = zip(rows.of(stuck, place), stuck, strict=True)
    return [
        {
            "key": "unsent",
            "label": _("Answers that were not sent"),
            "count": count_word(number),
            "rows": [each | unsent_words(answers.get(of.pk)) for each, of in shown],
            "more_url": list_at(member, place),
        }
    ]


def _needs(
    member: Member, needs: queries.Needs, following: list[Conversation], rows: _Rows
) -> list[dict[str, Any]]:
    """The groups of what waits, the most pressing first; empty groups are left out."""
    groups: list[tuple[str, str, list[Conversation], int]] = [
        ("overdue", _("Overdue"), needs.overdue, needs.overdue_count),
        ("soon", _("Due within two hours"), needs.due_soon, needs.due_soon_count),
        ("next", _("Next"), following, 0),
    ]
    return [
        {
            "key": key,
            "label": label,
            "count": count_word(number) if number else "",
            "rows": rows.of(found),
            "more_url": list_at(member, Place()) if number > len(found) else "",
        }
        for key, label, found, number in groups
        if found
    ]


def summary(overdue: int, soon: int) -> str:
    """The page in one sentence."""
    if overdue and soon:
        return _("%(late)s past their promised time, %(soon)s due within two hours.") % {
            "late": count_word(overdue),
            "soon": count_word(soon),
        }
    if overdue:
        return _("%(late)s past their promised time, nothing else is due soon.") % {
            "late": count_word(overdue)
        }
    if soon:
        return _("%(soon)s due within two hours, nothing is late.") % {"soon": count_word(soon)}
    return _("Nothing is late, and nothing is due within two hours.")


def _tallies(member: Member) -> dict[str, QuerySet[Conversation]]:
    return {key: queries.conversations(member, VIEWS[key]) for key in TALLIES}


def _may_begin(member: Member) -> bool:
    """Whether to offer a real organisation to somebody who looks around in the sample."""
    if not (member.organisation.simulated and member.user.is_operator):
        return False
    return not memberships(member.user).filter(organisation__simulated=False).exists()


def _figures(member: Member, tallies: dict[str, int]) -> list[dict[str, str]]:
    labels = (_("wait for an answer"), _("mine"), _("without anybody"))
    return [
        {
            "label": label,
            "value": count_word(tallies[key]),
            "url": list_at(member, Place(key)),
            "key": f"today-{key}",
        }
        for key, label in zip(TALLIES, labels, strict=True)
    ]


def _goal(member: Member, goal: Goal | None, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    if goal is None:
        return None
    return {
        "statement": goal.statement,
        "rows": rows,
        "url": list_at(member, Place("all", goal=goal.pk)),
        "plan_url": address(member, "strategy:plan"),
    }


def _plan(member: Member) -> dict[str, Any]:
    """The few findings about the plan that somebody ought to look at."""
    return {
        "findings": with_links(Names(member, plan_of(member)), gravest(member, FINDINGS_SHOWN)),
        "url": address(member, "strategy:findings"),
    }


def _health(member: Member) -> dict[str, Any]:
    """The channels, those that fail first; the rest is counted."""
    rows = [(channel, health_of(channel)) for channel in channels(member)]
    rows.sort(key=lambda pair: ORDER.index(pair[1].condition))
    return {
        "channels": [_channel(channel) for channel, _health in rows[:CHANNELS_SHOWN]],
        "more": max(0, len(rows) - CHANNELS_SHOWN),
        "failing": sum(health.condition == Condition.FAILING for _channel, health in rows),
        "url": address(member, "channels:list"),
        "part_url": address(member, "web:today-channels"),
        "add_url": address(member, "channels:add") if member.can(Right.CHANNELS) else "",
    }


def _channel(channel: Channel) -> dict[str, Any]:
    health = health_of(channel)
    return {
        "name": channel.name,
        "status": STATUS[health.condition],
        "word": _word(health.condition),
        "error": health.error if health.condition == Condition.FAILING else "",
        "since": health.since,
        "last": health.last_event_at,
        "advice": advice(health.condition),
    }


def _word(condition: Condition) -> str:
    return {
        Condition.FAILING: _("Failing"),
        Condition.WAITING: _("Nothing heard yet"),
        Condition.QUIET: _("Quiet"),
        Condition.OFF: _("Switched off"),
        Condition.WELL: _("Working"),
    }[condition]


def advice(condition: Condition) -> str:
    """What to do about it, where there is something to do."""
    return {
        Condition.FAILING: _("It is tried again by itself. If it goes on, look at its settings."),
        Condition.QUIET: _("It answers, but nothing has come for a day."),
    }.get(condition, "")


def _first(member: Member, health: dict[str, Any]) -> dict[str, Any]:
    """What is listened for, and how to begin, where nothing has come yet."""
    queried = [watch.query for watch in watches(member)[:FIRST_WORDS] if watch.enabled]
    words = [word for query in queried for word in listens_for(query)][:FIRST_WORDS]
    steps = [
        (not words, _("Choose words to listen for"), "listening:watch-add", Right.LISTEN),
        (not health["channels"], _("Connect a channel"), "channels:add", Right.CHANNELS),
        (True, _("Invite colleagues"), "organisation:members", Right.PEOPLE),
        (health["channels"], _("Connect another channel"), "channels:add", Right.CHANNELS),
        (True, _("Import earlier conversations"), "channels:import", Right.CHANNELS),
    ]
    offered = [
        {"label": label, "url": address(member, name)}
        for wanted, label, name, right in steps
        if wanted and member.can(right)
    ]
    return {"words": words, "steps": offered[:FIRST_STEPS]}
