"""Messages as `web/inbox/message.html` takes them: who, what, seen by whom, and how far it came."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from ildsjel.channels.words import fault_in_words
from ildsjel.dialogue.models import IN_TROUBLE, Delivery, Message, MessageKind
from ildsjel.dialogue.views.place import Place, at
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Member, Right

UNSETTLED = {Delivery.QUEUED, Delivery.SENDING}


def bubbles(member: Member, place: Place, messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Messages in their order; the key that takes back is that of the newest reply."""
    shown = [bubble(member, place, message) for message in messages]
    for each in reversed(shown):
        if "undo_url" in each:
            each["undo_key"] = True
            break
    return shown


def bubble(member: Member, place: Place, message: Message) -> dict[str, Any]:
    """One message with what the member may do with it."""
    shown = {
        "id": message.pk,
        "kind": message.kind,
        "at": message.at,
        "text": message.words,
        "visibility": "" if message.kind == MessageKind.NOTE else message.visibility,
        "delivery": message.delivery,
        "error": fault_in_words(message.error, message.error_said),
        "copy": message.delivery in IN_TROUBLE,
        "url": message.url,
        "name": str(message.author) if message.author else _("Us, from elsewhere"),
    }
    if message.item is not None:
        shown |= _of_item(message.item, ours=message.kind == MessageKind.REPLY)
        if message.author is not None:
            shown |= {"name": str(message.author), "handle": ""}
    if member.can(Right.REPLY):
        shown |= _acts(member, place, message)
    return shown


def _of_item(item: Item, *, ours: bool) -> dict[str, Any]:
    """What the network says of it: edits, deletion, pictures, the place where it stands."""
    unknown = _("Us, from elsewhere") if ours else _("Somebody unknown")
    return {
        "name": item.author_name or item.author_handle or unknown,
        "handle": item.author_handle if item.author_name else "",
        "title": item.title,
        "visibility": item.visibility,
        "url": item.url if _opens_in_browser(item.url) else "",
        "media": [each for each in item.media if _opens_in_browser(each.get("url", ""))],
        "edited_at": item.edited_at,
        "earlier": [{"at": was.replaced_at, "text": was.text} for was in item.revisions.all()],
        "deleted_at": item.deleted_at,
    }


def _opens_in_browser(url: str) -> bool:
    """Only web addresses become links: a network may say anything, `javascript:` included."""
    return url.startswith(("https://", "http://"))


def _acts(member: Member, place: Place, message: Message) -> dict[str, str]:
    """Addresses for what can be done with a reply as far as it has come."""
    match message.delivery:
        case Delivery.QUEUED:
            return {"undo_url": at(member, "take-back", message.pk, place)}
        case Delivery.UNSURE:
            return {"resolve_url": at(member, "decide", message.pk, place)}
        case Delivery.FAILED:
            aside = {"aside_url": at(member, "put-aside", message.pk, place)}
            if not message.conversation.channel.enabled:  # it would only come back
                return aside
            return aside | {
                "retry_url": at(member, "send-again", message.pk, place),
                "edit_url": at(member, "rewrite", message.pk, place),
            }
    return {}


def original(item: Item | None) -> dict[str, Any] | None:
    """The post that the conversation hangs below, as `web/inbox/thread.html` takes it."""
    if item is None:
        return None
    return {
        "name": item.author_name or item.author_handle or _("Somebody unknown"),
        "at": item.published_at,
        "text": item.text,
        "title": item.title,
        "url": item.url if _opens_in_browser(item.url) else "",
        "deleted_at": item.deleted_at,
    }


def waiting(messages: Iterable[Message]) -> list[int]:
    """Which of these may change without anybody doing anything: replies on their way."""
    return [message.pk for message in messages if message.delivery in UNSETTLED]
