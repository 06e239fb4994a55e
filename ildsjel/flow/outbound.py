"""An answer goes out, from the desk to the network.

Several senders work side by side, never two of them on one channel, so that a network that hangs
holds up its own answers only.

A due answer is claimed and marked `sending` in one transaction; the network is called with none
open; then it is `sent`, `failed`, `unsure`, or queued again where surely nothing was sent. A sender
that dies leaves `sending` behind: a network that takes the same key twice as one gets it again, any
other makes it `unsure` and asks a person. A double post is worse than a late one. What waits for a
channel that is switched off or removed does not wait for ever: it is `failed`, and says so.
"""

import logging
from datetime import timedelta

from django.utils.translation import gettext_noop

from ildsjel.channels import gateway
from ildsjel.channels.actions import note_alive, note_fault
from ildsjel.channels.models import Channel
from ildsjel.channels.sealing import SealBroken
from ildsjel.dialogue import delivery
from ildsjel.dialogue.models import Delivery, Message
from ildsjel.flow.inbound import backoff
from ildsjel.organisation.models import utc_now

log = logging.getLogger(__name__)

TRIES = 8
# Mastodon remembers a key for an hour; within half of it the same key surely is the same post.
SAFE_TO_REPEAT = timedelta(minutes=30)
UNKNOWN = gettext_noop(
    "Ildsjel was stopped while this was being sent. Look at the network: is it there?"
)
UNEXPECTED = gettext_noop("An unexpected fault in Ildsjel; see the log.")
OFF = gettext_noop(
    "The channel was switched off before this was sent. Send it again when the channel is on, or "
    "copy the words and answer in another way."
)
REMOVED = gettext_noop(
    "The channel was removed before this was sent. Copy the words and answer in another way."
)
DELETED = gettext_noop("The message that this answers was deleted by its author.")
CUT_SHORT = gettext_noop(
    "The channel was switched off after this had been tried. Look at the network: is it there?"
)


def send_due() -> int:
    """Send one answer that is due; says how many were tried."""
    taken = delivery.take_due(utc_now())
    for message in taken:
        send(message)
    return len(taken)


def send(message: Message) -> None:
    """Send a claimed answer and write down what became of it."""
    channel = message.conversation.channel
    if message.answers and message.answers.item and message.answers.item.deleted_at:
        tried = message.attempts > 1 and _may_have_arrived(channel)
        outcome = Delivery.UNSURE if tried else Delivery.FAILED
        delivery.mark(message, outcome, fault=DELETED)
        return
    repeatable = _repeatable(message, channel)
    try:
        sent = gateway.send(channel, outgoing(message))
    except gateway.RateLimited as wait:
        at = utc_now() + timedelta(seconds=max(wait.retry_after, 1))
        delivery.try_later(message, at=at, fault=wait)
    except gateway.Unreachable as fault:
        note_fault(channel, fault, at=utc_now())
        _again_or(message, Delivery.FAILED, fault, repeat=message.attempts < TRIES)
    except gateway.Unsure as fault:
        _again_or(message, Delivery.UNSURE, fault, repeat=repeatable)
    except (gateway.ConnectorError, SealBroken) as refused:
        delivery.mark(message, Delivery.FAILED, fault=refused)
    except Exception:
        log.exception("Message %s could not be sent.", message.pk)
        _again_or(message, Delivery.UNSURE, UNEXPECTED, repeat=False)
    else:
        now = utc_now()
        delivery.mark_sent(message, external_id=sent.external_id, url=sent.url, now=now)
        note_alive(channel, events=1, at=now)


def _again_or(
    message: Message, otherwise: Delivery, fault: Exception | str, *, repeat: bool
) -> None:
    if repeat:
        at = utc_now() + backoff(message.attempts)
        delivery.try_later(message, at=at, fault=fault)
    else:
        delivery.mark(message, otherwise, fault=fault)


def _repeatable(message: Message, channel: Channel) -> bool:
    young = utc_now() - message.created_at < SAFE_TO_REPEAT
    repeatable = gateway.is_installed(channel) and gateway.capabilities(channel).idempotent_publish
    return repeatable and young and message.attempts < TRIES


def outgoing(message: Message) -> gateway.Outgoing:
    """The answer as the connector takes it; the same for each try."""
    asked = message.answers.item if message.answers else None
    return gateway.Outgoing(
        key=str(message.key),
        text=message.text,
        thread_key=message.conversation.thread_key,
        parent_id=asked.external_id if asked else "",
        context=asked.reply_context if asked else {},
        visibility=asked.visibility if asked else "public",
        language=message.conversation.language,
    )


def return_stranded() -> int:
    """Give back to their writers what waits for a channel that is switched off or removed."""
    return sum(_give_up(message) for message in delivery.without_channel())


def _give_up(message: Message) -> bool:
    channel = message.conversation.channel
    if message.attempts and _may_have_arrived(channel):
        return delivery.give_up(message, Delivery.UNSURE, fault=CUT_SHORT)
    reason = REMOVED if channel.removed_at else OFF
    return delivery.give_up(message, Delivery.FAILED, fault=reason)


def _may_have_arrived(channel: Channel) -> bool:
    """Whether a try that came to nothing may have come to something: only where the same key again
    is harmless is an answer queued once more after an end that we can't know."""
    return not gateway.is_installed(channel) or gateway.capabilities(channel).idempotent_publish


def recover() -> int:
    """Take care of answers whose sender died on the way."""
    left = delivery.abandoned(utc_now())
    return sum(_recover_safely(message) for message in left)


def _recover_safely(message: Message) -> bool:
    """One that can't be taken care of must not keep the others from it."""
    try:
        repeat = _repeatable(message, message.conversation.channel)
        _again_or(message, Delivery.UNSURE, UNKNOWN, repeat=repeat)
    except Exception:
        log.exception("Message %s could not be recovered.", message.pk)
        return False
    return True
