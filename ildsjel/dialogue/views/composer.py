"""Where an answer is written: what the network takes, who will see it, and why one can't answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from ildsjel.channels import gateway
from ildsjel.dialogue.actions import TAKE_BACK
from ildsjel.dialogue.answering import why_not
from ildsjel.dialogue.models import Conversation, DraftKind, Message
from ildsjel.dialogue.views.panes import who
from ildsjel.dialogue.views.place import Place, at
from ildsjel.organisation.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has written and what was wrong with it, to be shown again."""

    text: str = ""
    kind: str = "reply"
    other: str = ""  # what has been begun of the other kind
    error: str = ""
    stale: str = ""


def begun(drafts: Mapping[str, str]) -> Written:
    """What somebody goes on with: the reply, or a note where only that was begun."""
    reply, note = drafts.get(DraftKind.REPLY, ""), drafts.get(DraftKind.NOTE, "")
    if note and not reply:
        return Written(text=note, kind=DraftKind.NOTE)
    return Written(text=reply, other=note)


def composer(
    member: Member, place: Place, conversation: Conversation, asked: Message | None, kept: Written
) -> dict[str, Any]:
    """Context of `web/inbox/composer.html`."""
    able = gateway.capabilities(conversation.channel)
    no_reply = why_not(conversation, asked)
    kept_reply = ""
    if no_reply and kept.kind == DraftKind.REPLY:  # only notes are written here now
        kept_reply = kept.text
        kept = replace(kept, kind=DraftKind.NOTE, text=kept.other, other="")
    return {
        "action": at(member, "write", conversation.pk, place),
        "draft_url": at(member, "draft", conversation.pk, place),
        "kind": kept.kind,
        "value": kept.text,
        "other": kept.other,
        "kept_reply": kept_reply or (kept.other if no_reply else ""),
        "error": kept.error,
        "stale": kept.stale,
        # The browser counts signs; the form counts in the network's own unit when it is sent.
        "limit": able.max_length or 0,
        "who_sees": _who_sees(conversation, asked),
        "on_send": _("It leaves after %(n)s seconds; until then you can take it back.")
        % {"n": int(TAKE_BACK.total_seconds())},
        "to": who(conversation),
        "no_reply": no_reply,
        "hidden": [("seen", asked.pk if asked else "")],
        "close_too": True,
    }


def _who_sees(conversation: Conversation, asked: Message | None) -> str:
    name, channel = who(conversation), conversation.channel.name
    visibility = asked.item.visibility if asked and asked.item else "public"
    match visibility:
        case "private":
            return _("Only %(name)s sees it, through %(channel)s.") % {
                "name": name,
                "channel": channel,
            }
        case "followers":
            return _("Followers see it, on %(channel)s.") % {"channel": channel}
        case "unlisted":
            return _("Everyone with the link sees it, on %(channel)s.") % {"channel": channel}
    return _("Everyone sees it, on %(channel)s.") % {"channel": channel}
