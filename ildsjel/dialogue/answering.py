"""Whether a conversation can be answered, and how long the answer is, as its network sees it."""

import regex
from django.utils.translation import gettext as _

from ildsjel.channels import gateway
from ildsjel.channels.models import Channel
from ildsjel.channels.sealing import SealBroken
from ildsjel.dialogue.durations import duration_words
from ildsjel.dialogue.models import Conversation, Message
from ildsjel.organisation.models import utc_now

SIGN = regex.compile(r"\X")  # what a reader counts as one sign: æ, é, an emoji with its colour


def why_not(conversation: Conversation, asked: Message | None) -> str:
    """Why one cannot answer here, in plain words; empty where one can."""
    channel = conversation.channel
    able = gateway.capabilities(channel)
    if asked is None:
        return _("There is no message here to answer.")
    if not able.replies:
        return _("%(channel)s can only be read, so answers can't be sent there.") % {
            "channel": channel.name
        }
    if not channel.enabled:
        return _("%(channel)s is switched off, so answers can't be sent.") % {
            "channel": channel.name
        }
    if missing := missing_for_writing(channel):
        return _(
            "%(channel)s is connected for reading only. To answer here, add under Channels: "
            "%(missing)s."
        ) % {"channel": channel.name, "missing": ", ".join(missing)}
    if able.reply_window and utc_now() - asked.at > able.reply_window:
        hours = duration_words(int(able.reply_window.total_seconds()) // 60)
        return _("The network takes answers for %(time)s after a message; that time is over.") % {
            "time": hours
        }
    return ""


def missing_for_writing(channel: Channel) -> list[str]:
    """What the network needs for answering and has not been given, as the form calls it."""
    fields = gateway.get_connector(channel.kind).fields
    needed = [each for each in fields if each.required_for_writing]
    if not needed:
        return []
    try:
        account = gateway.account_of(channel)
    except SealBroken:
        return [_(each.label) for each in fields if each.secret]
    given = {**account.settings, **account.secrets}
    return [_(each.label) for each in needed if not str(given.get(each.name) or each.default)]


def length_of(text: str, unit: str) -> int:
    """How long a text is as the network counts: graphemes, characters or bytes."""
    if unit == "graphemes":
        return len(SIGN.findall(text))
    return len(text.encode()) if unit == "bytes" else len(text)
