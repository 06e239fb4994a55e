"""The top of a conversation: where it stands, and what can be done with it, each with its key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ildsjel.dialogue import queries
from ildsjel.dialogue.forms import snooze_times
from ildsjel.dialogue.models import Conversation, Desk, State
from ildsjel.dialogue.views.panes import who
from ildsjel.dialogue.views.place import Place, at
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.organisation.queries import members_of
from ildsjel.strategy.models import Goal, StakeholderGroup
from ildsjel.strategy.queries import goals, groups, topics
from ildsjel.strategy.suggesting import suggest

Row = TypeVar("Row", Goal, StakeholderGroup)


@dataclass(frozen=True, slots=True)
class Team:
    """Whom and which desk a conversation can be given to."""

    desks: list[Desk]
    colleagues: list[Member]

    @classmethod
    def of(cls, member: Member) -> "Team":
        people = [each for each in members_of(member) if each.can(Right.REPLY)]
        return cls(list(queries.desks(member)), people)


def head(conversation: Conversation) -> dict[str, Any]:
    """Context of `web/inbox/thread_head.html`."""
    is_open = conversation.state == State.OPEN
    return {
        "name": who(conversation),
        "title": conversation.title,
        "channel": conversation.channel.name,
        "desk": conversation.desk.name,
        "assignee": str(conversation.assignee) if conversation.assignee else "",
        "state": "" if is_open else conversation.state,
        "due": conversation.promised_at if conversation.state != State.CLOSED else None,
        "started": conversation.waiting_since,
    }


def acts(
    member: Member, place: Place, conversation: Conversation, team: Team, seen: int
) -> list[dict[str, Any]]:
    """What this member can do, in the order of the buttons; nothing for those who only read.

    `seen` is the newest message that they have before their eyes, 0 where there is none.
    """
    if not member.can(Right.REPLY):
        return []
    given = (member, place, conversation)
    found = [_close_or_reopen(*given, seen), _snooze(*given), _take(*given)]
    found += [_assign(*given, team.colleagues), _topic(*given), *_plan(*given)]
    found += [_move(*given, team.desks)]
    return [act for act in found if act]


def _choice(value: object, label: object, *, current: bool = False) -> dict[str, Any]:
    return {"value": value, "label": str(label), "current": current}


def _take(member: Member, place: Place, conversation: Conversation) -> dict[str, Any] | None:
    if conversation.assignee_id == member.pk:
        return None
    return {
        "label": _("Take it"),
        "icon": "assign",
        "key": "a",
        "post": at(member, "assign", conversation.pk, place, to=str(member.pk)),
    }


def _assign(
    member: Member, place: Place, conversation: Conversation, people: Sequence[Member]
) -> dict[str, Any]:
    chosen = conversation.assignee_id
    return {
        "label": _("Assign"),
        "icon": "people",
        "key": "A" if chosen != member.pk else "a",
        "post": at(member, "assign", conversation.pk, place),
        "name": "to",
        "choices": [_choice("", _("Nobody"), current=chosen is None)]
        + [_choice(each.pk, each, current=chosen == each.pk) for each in people],
    }


def _topic(member: Member, place: Place, conversation: Conversation) -> dict[str, Any] | None:
    found = list(topics(member))
    if not found:
        return None
    chosen = conversation.topic_id
    return {
        "label": _("Topic"),
        "icon": "topic",
        "key": "t",
        "post": at(member, "topic", conversation.pk, place),
        "name": "topic",
        "choices": [_choice("", _("No topic"), current=chosen is None)]
        + [_choice(each.pk, each, current=chosen == each.pk) for each in found],
    }


def _plan(member: Member, place: Place, conversation: Conversation) -> list[dict[str, Any] | None]:
    """The goal and the group, what the plan suggests first."""
    aims, people = list(goals(member)), list(groups(member))
    if not aims and not people:
        return []
    plan = suggest(member.organisation, conversation.channel_id, conversation.goal_id)
    return [
        _goal(member, place, conversation, _suggested_first(aims, plan.goals)),
        _group(member, place, conversation, _suggested_first(people, plan.groups)),
    ]


def _goal(
    member: Member, place: Place, conversation: Conversation, found: Sequence[Goal]
) -> dict[str, Any] | None:
    if not found:
        return None
    chosen = conversation.goal_id
    return {
        "label": _("Goal"),
        "icon": "goal",
        "key": "g",
        "post": at(member, "goal", conversation.pk, place),
        "name": "goal",
        "choices": [_choice("", _("No goal"), current=chosen is None)]
        + [_choice(each.pk, each, current=chosen == each.pk) for each in found],
    }


def _group(
    member: Member, place: Place, conversation: Conversation, found: Sequence[StakeholderGroup]
) -> dict[str, Any] | None:
    if not found:
        return None
    chosen = conversation.group_id
    return {
        "label": _("Group"),
        "icon": "people",
        "key": "w",
        "post": at(member, "group", conversation.pk, place),
        "name": "group",
        "choices": [_choice("", _("No group"), current=chosen is None)]
        + [_choice(each.pk, each, current=chosen == each.pk) for each in found],
    }


def _suggested_first(rows: Iterable[Row], suggested: Sequence[int]) -> list[Row]:
    """What the plan suggests stands first, the likeliest on top."""
    places = {pk: place for place, pk in enumerate(suggested)}
    return sorted(rows, key=lambda row: places.get(row.pk, len(places)))


def _move(
    member: Member, place: Place, conversation: Conversation, desks: Sequence[Desk]
) -> dict[str, Any] | None:
    if len(desks) < 2:
        return None
    chosen = conversation.desk_id
    return {
        "label": _("Move"),
        "icon": "desk",
        "key": "m",
        "post": at(member, "move", conversation.pk, place),
        "name": "desk",
        "choices": [_choice(each.pk, each, current=chosen == each.pk) for each in desks],
    }


def _snooze(member: Member, place: Place, conversation: Conversation) -> dict[str, Any]:
    times = snooze_times(utc_now())
    labels = {"hour": _("In an hour"), "tomorrow": _("Tomorrow"), "monday": _("Next Monday")}
    form = _("D j M H:i")
    choices = [
        _choice(key, f"{labels[key]}, {formats.date_format(timezone.localtime(when), form)}")
        for key, when in times.items()
        if key != "monday" or when != times["tomorrow"]
    ]
    return {
        "label": _("Snooze"),
        "icon": "snooze",
        "key": "s",
        "post": at(member, "snooze", conversation.pk, place),
        "name": "until",
        "choices": [*choices, _choice("own", _("At another time …"))],
    }


def _close_or_reopen(
    member: Member, place: Place, conversation: Conversation, seen: int
) -> dict[str, Any]:
    if conversation.state == State.OPEN:
        newest = {"seen": str(seen)} if seen else {}
        return {
            "label": _("Close"),
            "icon": "done",
            "key": "e",
            "main": True,
            "post": at(member, "close", conversation.pk, place, **newest),
        }
    return {
        "label": _("Reopen"),
        "icon": "undo",
        "key": "o",
        "main": True,
        "post": at(member, "reopen", conversation.pk, place),
    }
