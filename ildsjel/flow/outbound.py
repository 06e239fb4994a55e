"""An answer goes out, from the desk to the network.

A due answer is claimed and marked `sending` in one transaction; the network is called with none
open; then it is `sent`, `failed`, `unsure`, or queued again where surely nothing was sent. A sender
that dies leaves `sending` behind: a network that takes the same key twice as one gets it again, any
other makes it `unsure` and asks a person. A double post is worse than a late one.
"""

import logging
from datetime import timedelta

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
UNKNOWN = "Ildsjel was stopped while this was being sent. Look at the network: is it there?"


def send_due() -> int:
    """Send one answer that is due; says how many were tried."""
    taken = delivery.take_due(utc_now())
    for message in taken:
        send(message)
    return len(taken)


def send(message: Message) -> None:
    """Send a claimed answer and write down what became of it."""
    channel = message.conversation.channel
    repeatable = _repeatable(message, channel)
    try:
        sent = gateway.send(channel, outgoing(message))
    except gateway.RateLimited as wait:
        at = utc_now() + timedelta(seconds=max(wait.retry_after, 1))
        delivery.try_later(message, at=at, error=str(wait))
    except gateway.Unreachable as fault:
        note_fault(channel, str(fault), at=utc_now())
        _again_or(message, Delivery.FAILED, str(fault), repeat=message.attempts < TRIES)
    except gateway.Unsure as fault:
        _again_or(message, Delivery.UNSURE, str(fault), repeat=repeatable)
    except (gateway.ConnectorError, SealBroken) as refused:
        delivery.mark(message, Delivery.FAILED, error=str(refused))
    except Exception:
        log.exception("Message %s could not be sent.", message.pk)
        error = "An unexpected fault in Ildsjel; see the log."
        _again_or(message, Delivery.UNSURE, error, repeat=False)
    else:
        now = utc_now()
        delivery.mark_sent(message, external_id=sent.external_id, url=sent.url, now=now)
        note_alive(channel, events=1, at=now)


def _again_or(message: Message, otherwise: Delivery, error: str, *, repeat: bool) -> None:
    if repeat:
        at = utc_now() + backoff(message.attempts)
        delivery.try_later(message, at=at, error=error)
    else:
        delivery.mark(message, otherwise, error=error)


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
