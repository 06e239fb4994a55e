"""Channels in words: what a network lets us do, how a channel is, what columns may hold."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from ildsjel.channels.actions import said_by
from ildsjel.channels.gateway import Capabilities
from ildsjel.channels.models import Channel
from ildsjel.channels.queries import Condition, health_of
from ildsjel.engine.items import Address

ICONS = {"mail": "mail", "feeds": "feed", "webhook": "link", "files": "file", "sample": "simulated"}
STATUS: dict[Condition, tuple[str, str | Promise]] = {
    Condition.WELL: ("working", ""),
    Condition.WAITING: ("waiting", gettext_lazy("Waiting")),
    Condition.QUIET: ("warning", gettext_lazy("Quiet")),
    Condition.FAILING: ("stopped", gettext_lazy("Does not work")),
    Condition.OFF: ("off", ""),
}
READS: dict[str, Promise] = {
    Address.PUBLIC: gettext_lazy("public posts that match your watches"),
    Address.MENTION: gettext_lazy("posts that mention you"),
    Address.REPLY: gettext_lazy("answers to your posts"),
    Address.DIRECT: gettext_lazy("what is written to you alone"),
}
ADDRESSES: dict[str, Promise] = {
    "auto": gettext_lazy("As the file says"),
    Address.PUBLIC: gettext_lazy("Said in public, not to us"),
    Address.MENTION: gettext_lazy("Said to us in public"),
    Address.REPLY: gettext_lazy("Answers to our posts"),
    Address.DIRECT: gettext_lazy("Written to us alone"),
}
CHOICES: dict[str, Promise | str] = {
    "none": gettext_lazy("None"),
    "local": gettext_lazy("The server's own members"),
    "all": gettext_lazy("Everything the server knows"),
    "ssl": "TLS",
    "starttls": "STARTTLS",
    "day_first": gettext_lazy("Day first: 3/4 is the third of April"),
    "month_first": gettext_lazy("Month first: 3/4 is the fourth of March"),
}
TARGETS: dict[str, Promise] = {
    "text": gettext_lazy("Text"),
    "published_at": gettext_lazy("Time"),
    "author_name": gettext_lazy("Who wrote it: name"),
    "author_handle": gettext_lazy("Who wrote it: user name"),
    "author_id": gettext_lazy("Who wrote it: id"),
    "external_id": gettext_lazy("Id of the post"),
    "parent_id": gettext_lazy("Id of the post that it answers"),
    "thread_key": gettext_lazy("Id of the conversation"),
    "direction": gettext_lazy("In or out"),
    "own": gettext_lazy("Whether we wrote it"),
    "address": gettext_lazy("Whom it was said to"),
    "title": gettext_lazy("Title"),
    "url": gettext_lazy("Address of the original"),
    "updated_at": gettext_lazy("Time of the last change"),
    "language": gettext_lazy("Language"),
    "tags": gettext_lazy("Hashtags"),
    "repost": gettext_lazy("Whether it only passes on"),
}


# What Ildsjel itself says of a channel, found again by its English text.
OWN_WORDS = (
    gettext_noop("An unexpected fault in Ildsjel; see the log."),
    gettext_noop("Connected again."),
    gettext_noop("There is said to be more to read, but reading does not get any further."),
    gettext_noop("The stored password can't be opened: the installation's secret key has changed."),
)


def told(fault: Exception) -> str:
    """What went wrong, in the language of the one who is told."""
    return fault_in_words(str(fault), said_by(fault))


def fault_in_words(text: str, said: Mapping[str, Any]) -> str:
    """A fault in the person's language; its English text where its sentence is not translated."""
    sentence = said.get("sentence")
    if not sentence:
        return _(text) if text else ""
    try:
        shown: str = _(sentence) % said.get("about", {})
    except (KeyError, TypeError, ValueError):  # a third party's sentence
        return text
    return shown


def icon_of(kind: str) -> str:
    return ICONS.get(kind, "channel")


def reads_in_words(capabilities: Capabilities) -> str:
    """One sentence on what comes in."""
    if capabilities.pushes:
        return _("Takes in what another system sends us.")
    kinds = [str(words) for address, words in READS.items() if address in capabilities.reads]
    return _("Reads %(what)s.") % {"what": _listed(kinds)} if kinds else _("Reads nothing.")


def _listed(words: Iterable[str]) -> str:
    return get_text_list(list(words), _("and"))


def answers_in_words(capabilities: Capabilities) -> str:
    """One sentence on whether and how answers are sent."""
    if not capabilities.replies:
        return _("Can't be answered from here.")
    if capabilities.max_length:
        return _("You can answer from here, in up to %(n)s characters.") % {
            "n": capabilities.max_length
        }
    return _("You can answer from here.")


def more_in_words(capabilities: Capabilities) -> list[str]:
    """What else is good to know before connecting: pace, account, edits, time limits."""
    lines = [_pace(capabilities)]
    if capabilities.reads_without_credential:
        lines.append(_("Reading needs no account and no password."))
    lines.append(_changes(capabilities))
    if window := capabilities.reply_window:
        hours = round(window.total_seconds() / 3600)
        lines.append(
            ngettext(
                "An answer must be sent within %(n)s hour.",
                "An answer must be sent within %(n)s hours.",
                hours,
            )
            % {"n": hours}
        )
    if keep := capabilities.storage.keep:
        days = keep.days
        lines.append(
            ngettext(
                "The network lets us keep posts for %(n)s day.",
                "The network lets us keep posts for %(n)s days.",
                days,
            )
            % {"n": days}
        )
    return [line for line in lines if line]


def _pace(capabilities: Capabilities) -> str:
    if capabilities.streams:
        return _("What is written comes in at once.")
    if capabilities.pushes:
        return _("It comes in at once, when the other system calls.")
    return _("Looked at every few minutes.") if capabilities.polls else ""


def _changes(capabilities: Capabilities) -> str:
    if capabilities.edits and capabilities.deletes:
        return _("Edits and deletions are followed.")
    if capabilities.edits:
        return _("Edits are followed; deletions are not told to us.")
    if capabilities.deletes:
        return _("Deletions are followed; edits are not told to us.")
    return ""


def _is_fresh(at: datetime | None) -> bool:
    return at is not None and timezone.now() - at < timedelta(minutes=1)


def health_in_words(channel: Channel) -> str:
    """One sentence on how the channel is."""
    health = health_of(channel)
    ago = timesince(health.last_event_at, depth=1) if health.last_event_at else ""
    match health.condition:
        case Condition.WELL:
            if _is_fresh(health.last_event_at):
                return _("The last post or message came just now.")
            return _("The last post or message came %(ago)s ago.") % {"ago": ago}
        case Condition.WAITING:
            return _("Nothing has come yet.")
        case Condition.QUIET:
            return _("It answers, but nothing has come for %(ago)s.") % {"ago": ago}
        case Condition.FAILING:
            since = timesince(health.since, depth=1) if health.since else ""
            words = {"error": fault_in_words(health.error, channel.error_said), "ago": since}
            return _("Has not worked for %(ago)s: %(error)s") % words if since else words["error"]
        case Condition.OFF:
            return _("Nothing is read and nothing is sent.")


def status_of(channel: Channel) -> tuple[str, str]:
    """The key of the channel's badge in `web.statuses`, and its word where it has its own."""
    key, word = STATUS[health_of(channel).condition]
    return key, str(word)
