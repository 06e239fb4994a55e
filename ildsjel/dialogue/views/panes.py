"""What the panes of views and of conversations show, as the components of the shell take it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from ildsjel.dialogue import queries
from ildsjel.dialogue.models import IN_TROUBLE, Conversation, Desk, Message, State
from ildsjel.dialogue.views.place import ICONS, NAMES, VIEWS, Place, at, list_at
from ildsjel.organisation.models import Member, utc_now
from ildsjel.organisation.pages import address

COUNTED = ("needs", "open", "mine", "unassigned", "unsent", "snoozed")


URGENT = {"needs": "late", "unsent": "stuck"}  # views in ember, and the count that makes them so


def count_word(number: int) -> str:
    """A count as it is shown: exact up to the limit, "1000+" beyond it."""
    limit = queries.COUNTED_UP_TO
    return f"{limit}+" if number > limit else str(number)


def counts_of(member: Member, desks: Sequence[Desk]) -> dict[str, int]:
    """Counts by the key that stands beside them on the page, and whether anything is late."""
    wanted = {f"view-{key}": queries.conversations(member, VIEWS[key]) for key in COUNTED}
    for desk in desks:
        wanted[f"desk-{desk.pk}"] = queries.conversations(
            member, replace(VIEWS["open"], desk=desk.pk)
        )
    late = queries.conversations(member, VIEWS["needs"]).filter(promised_at__lte=utc_now())
    return queries.counts({**wanted, "late": late, "stuck": queries.stuck(member)}, member)


def views_pane(member: Member, place: Place, desks: Sequence[Desk]) -> list[dict[str, Any]]:
    """The groups of links in the first pane."""
    counts = counts_of(member, desks)
    return [
        {"label": _("Views"), "items": _views(member, place, counts)},
        {"label": _("Desks"), "items": _desks(member, place, desks, counts)},
    ]


def _views(member: Member, place: Place, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "label": NAMES[key](),
            "url": list_at(member, Place(key)),
            "icon": icon,
            "key": f"view-{key}" if key in COUNTED else "",
            "count": _shown(counts.get(f"view-{key}", 0)),
            "current": place.key == key and place.desk is None and place.goal is None,
            "urgent": counts[URGENT[key]] > 0 if key in URGENT else False,
        }
        for key, icon in ICONS.items()
    ]


def _desks(
    member: Member, place: Place, desks: Sequence[Desk], counts: dict[str, int]
) -> list[dict[str, Any]]:
    return [
        {
            "label": desk.name,
            "url": list_at(member, Place("open", desk.pk)),
            "icon": "desk",
            "key": f"desk-{desk.pk}",
            "count": _shown(counts[f"desk-{desk.pk}"]),
            "current": place.desk == desk.pk,
        }
        for desk in desks
    ]


def _shown(count: int) -> str:
    return count_word(count) if count else ""


def list_pane(member: Member, place: Place, current: int | None = None) -> dict[str, Any]:
    """A page of the list, with the addresses of its neighbours and of the count of what is new."""
    since = queries.newest_message()
    page = queries.page_of(member, place.view, after=place.after, before=place.before)
    newest = queries.newest_of(page.rows)
    unsent = queries.unsent_in(member, page.rows) if place.view.unsent else {}
    first = place.first_page()
    asked = f"{'&' if first.query else '?'}since={since}"
    return {
        "rows": [
            row(member, place, each, newest[each.pk], current) | unsent_words(unsent.get(each.pk))
            for each in page.rows
        ],
        "newer_url": list_at(member, replace(first, before=page.newer)) if page.newer else "",
        "older_url": list_at(member, replace(first, after=page.older)) if page.older else "",
        "live_url": list_at(member, first),
        "live_count_url": address(member, "dialogue:count-new") + first.query + asked,
    }


def row(
    member: Member,
    place: Place,
    conversation: Conversation,
    newest: queries.Newest,
    current: int | None,
) -> dict[str, Any]:
    """One conversation as `web/inbox/row.html` takes it."""
    trouble = newest.delivery if newest.delivery in IN_TROUBLE else ""
    clock_runs = conversation.state == State.OPEN and not trouble
    return {
        "id": conversation.pk,
        "url": at(member, "thread", conversation.pk, place),
        "current": conversation.pk == current,
        "name": who(conversation),
        "channel": conversation.channel.name,
        "preview": conversation.preview or _("(no words)"),
        "at": conversation.last_at,
        "topic": conversation.topic.name if conversation.topic else "",
        "maybe": conversation.suggested_topic.name if conversation.suggested_topic else "",
        "desk": conversation.desk.name,
        "assignee": str(conversation.assignee) if conversation.assignee else "",
        "due": conversation.promised_at if clock_runs else None,
        "started": conversation.waiting_since,
        "state": trouble or _state(conversation),
        "private": newest.visibility == "private",
    }


def unsent_words(answer: Message | None) -> dict[str, Any]:
    """What a row shows of an answer that has not left, in place of the conversation's own."""
    if answer is None:
        return {}
    return {
        "preview": " ".join(answer.text.split())[:200],
        "at": answer.at,
        "due": None,
        "state": answer.delivery,
        "assignee": str(answer.author or ""),
    }


def _state(conversation: Conversation) -> str:
    """Where it stands; "waiting" where an answer is owed, though none was promised by a time."""
    open_now = conversation.state == State.OPEN
    return "waiting" if open_now and conversation.waiting_since else conversation.state


def who(conversation: Conversation) -> str:
    """Whom the conversation is with."""
    name = conversation.person.name if conversation.person else ""
    return name or _("Somebody unknown")
