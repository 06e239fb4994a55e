"""Keeps one thread on each channel that streams; a lost connection is taken up again with a
pause."""

import logging
import threading
from datetime import timedelta
from uuid import uuid4

from django.db import close_old_connections, connection
from django.db.models import Q

from ildsjel.channels import gateway
from ildsjel.channels.actions import add_line, note_fault
from ildsjel.channels.models import Channel, HealthKind
from ildsjel.channels.sealing import SealBroken
from ildsjel.flow.inbound import backoff, follow
from ildsjel.organisation.models import utc_now
from ildsjel.work.holders import is_dead, this_process
from ildsjel.work.loop import beat

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
LOOK_EVERY = 5.0
ASK_AGAIN_AFTER_NO = timedelta(minutes=15)


class Line:
    """One channel's stream, in a thread of its own, as long as we hold the lease."""

    def __init__(self, channel: Channel) -> None:
        self.pk = channel.pk
        self.token = channel.stream_token
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"channel {channel.pk}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        failures = 0
        while not self.stop.is_set():
            began = utc_now()
            pause = self._follow_once()
            close_old_connections()
            failures = 0 if utc_now() - began > timedelta(minutes=1) else failures + 1
            self.stop.wait((pause or backoff(failures)).total_seconds())
        connection.close()

    def _follow_once(self) -> timedelta | None:
        """Follow until the connection ends; how long to wait now, or None for the usual pause."""
        channel = Channel.objects.filter(pk=self.pk, stream_token=self.token).first()
        if channel is None:
            self.stop.set()
            return None
        # A stream does not tell what was said while nobody listened: the poll does.
        if gateway.capabilities(channel).polls:
            Channel.objects.filter(pk=self.pk).update(due_at=utc_now())
        try:
            follow(channel, self.stop)
        except gateway.Refused as refused:
            # Polling may well go on: the network streams to others, or does not stream at all.
            add_line(channel, HealthKind.FAILED, refused, at=utc_now())
            return ASK_AGAIN_AFTER_NO
        except (gateway.ConnectorError, SealBroken) as fault:
            note_fault(channel, fault, at=utc_now())
        except Exception:
            log.exception("The stream of channel %s broke.", self.pk)
            note_fault(channel, "An unexpected fault in Ildsjel; see the log.", at=utc_now())
        return None

    def renew(self) -> bool:
        """Hold the lease a while longer; False when somebody else has it."""
        mine = Channel.objects.filter(
            pk=self.pk, stream_token=self.token, enabled=True, removed_at=None
        )
        return mine.update(stream_until=utc_now() + LEASE) == 1


def streaming() -> list[Channel]:
    """The channels that have something to stream."""
    rows = Channel.objects.filter(enabled=True, removed_at=None)
    return [channel for channel in rows if _streams(channel)]


def _streams(channel: Channel) -> bool:
    """One channel that can't be opened must not keep the others from being followed."""
    try:
        return gateway.streams(channel)
    except SealBroken as fault:
        if channel.error != str(fault):
            note_fault(channel, fault, at=utc_now())
    except Exception:
        log.exception("Channel %s could not be opened.", channel.pk)
    return False


def take_up(channel: Channel) -> bool:
    """Take the lease of a channel's stream, unless somebody holds it."""
    free = Q(stream_until=None) | Q(stream_until__lte=utc_now())
    if is_dead(channel.stream_holder):
        free |= Q(stream_token=channel.stream_token)
    token = uuid4()
    taken = Channel.objects.filter(free, pk=channel.pk).update(
        stream_until=utc_now() + LEASE, stream_token=token, stream_holder=this_process()
    )
    channel.stream_token = token
    return taken == 1


def run(stop: threading.Event) -> None:
    """Follow every stream until `stop` is set."""
    lines: dict[int, Line] = {}
    while not stop.is_set():
        try:
            _look_after(lines)
        except Exception:
            log.exception("The listener could not look after its streams; it tries again.")
        close_old_connections()
        stop.wait(LOOK_EVERY)
    for line in lines.values():
        line.stop.set()
    for line in lines.values():
        line.thread.join(timeout=3)
    _let_go(lines)


def _look_after(lines: dict[int, Line]) -> None:
    for pk, line in list(lines.items()):
        if not line.thread.is_alive() or not line.renew():
            line.stop.set()
            del lines[pk]
    for channel in streaming():
        if channel.pk not in lines and take_up(channel):
            lines[channel.pk] = Line(channel)
    beat("listen", f"{len(lines)} streams")


def _let_go(lines: dict[int, Line]) -> None:
    for line in lines.values():
        Channel.objects.filter(pk=line.pk, stream_token=line.token).update(
            stream_until=None, stream_token=None
        )
