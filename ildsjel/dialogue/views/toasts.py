"""A word about what was just done, with the way to undo it while it is fresh."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ildsjel.dialogue import queries
from ildsjel.dialogue.actions import TAKE_BACK
from ildsjel.dialogue.models import Delivery
from ildsjel.dialogue.views.place import Place, number_in, numbers_in
from ildsjel.organisation.models import AuditEntry, Member, Right
from ildsjel.organisation.pages import address

SHOWN_FOR = timedelta(seconds=20)
UNDOABLE_FOR = timedelta(minutes=10)  # a slow reader's click still counts


def _done(one: str, number: int) -> str:
    words: dict[str, Callable[[], str]] = {
        "conversation.assign": lambda: ngettext("Assigned.", "%(n)s assigned.", number),
        "conversation.move": lambda: _("Moved to another desk."),
        "conversation.topic": lambda: _("Topic changed."),
        "conversation.goal": lambda: _("Goal changed."),
        "conversation.group": lambda: _("Group changed."),
        "conversation.snooze": lambda: _("Put away until later."),
        "conversation.close": lambda: ngettext("Closed.", "%(n)s closed.", number),
        "conversation.reopen": lambda: _("Opened again."),
        "conversation.take_up": lambda: _("It is in the inbox now."),
    }
    word = words.get(one)
    return word() % {"n": number} if word else _("Done.")


def marks(entries: Sequence[int], message: int | None) -> dict[str, str]:
    """What an address says of what was just done, for the page after a plain form."""
    said = {"done": "-".join(map(str, entries)), "sent": str(message or "")}
    return {name: value for name, value in said.items() if value}


def with_marks(url: str, said: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(said)}" if said else url


def from_address(member: Member, place: Place, asked: QueryDict) -> dict[str, Any] | None:
    """The word for what the address says was just done, if that is still fresh."""
    message = number_in(asked, "sent")
    pks = numbers_in(asked.get("done", ""))
    if not member.can(Right.REPLY) or not (pks or message):
        return None
    return undo(member, place, queries.undoable(member, pks, SHOWN_FOR), message)


def undo(
    member: Member, place: Place, entries: Sequence[AuditEntry], message: int | None = None
) -> dict[str, Any] | None:
    """Context of `web/toast.html`: None where nothing was done that can be undone."""
    reply = _still_queued(member, message)
    if not entries and reply is None:
        return None
    said = [_("Your reply is on its way.")] if reply else []
    said += [_done(entries[0].action, len(entries))] if entries else []
    asked = {"entries": "-".join(str(entry.pk) for entry in entries)}
    asked |= {"message": str(reply)} if reply else {}
    seconds = TAKE_BACK if reply else SHOWN_FOR
    return {
        "text": " ".join(said),
        "url": with_marks(address(member, "dialogue:undo") + place.query, asked),
        "seconds": int(seconds.total_seconds()),
    }


def _still_queued(member: Member, pk: int | None) -> int | None:
    message = queries.message(member, pk) if pk else None
    queued = message is not None and message.delivery == Delivery.QUEUED
    return pk if queued and message is not None and message.author_id == member.pk else None
