"""Where an answer is written: what the network takes, who will see it, and why one can't answer."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ildsjel.channels import gateway
from ildsjel.dialogue.actions import TAKE_BACK
from ildsjel.dialogue.answering import why_not
from ildsjel.dialogue.models import Conversation, Message
from ildsjel.dialogue.views.panes import who
from ildsjel.dialogue.views.place import Place, at
from ildsjel.organisation.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has written and what was wrong with it, to be shown again."""

    text: str = ""
    kind: str = "reply"
    error: str = ""
    stale: str = ""


def composer(
    member: Member, place: Place, conversation: Conversation, asked: Message | None, kept: Written
) -> dict[str, Any]:
    """Context of `web/inbox/composer.html`."""
    able = gateway.capabilities(conversation.channel)
    return {
        "action": at(member, "write", conversation.pk, place),
        "draft_url": at(member, "draft", conversation.pk, place),
        "kind": kept.kind,
        "value": kept.text,
        "error": kept.error,
        "stale": kept.stale,
        # The browser counts signs; the form counts in the network's own unit when it is sent.
        "limit": able.max_length or 0,
        "who_sees": _who_sees(conversation, asked),
        "on_send": _("It leaves after %(n)s seconds; until then you can take it back.")
        % {"n": int(TAKE_BACK.total_seconds())},
        "to": who(conversation),
        "no_reply": why_not(conversation, asked),
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
