"""Live updates and the sign of life: browsers learn that something has changed, never what.

One task in each web process looks at the pulses of all organisations that somebody watches; the
streams only wait for it. A stream ends itself after a minute and the browser opens the next one.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections, connection
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

from ildsjel.organisation.models import User
from ildsjel.organisation.queries import member_for, pulse_of, pulses_of

LOOK_EVERY = 0.5
STREAM_LASTS = 55.0
BREATH_EVERY = 15.0


class Pulses:
    """The newest pulse of each organisation that is watched in this process."""

    def __init__(self) -> None:
        self.versions: dict[int, int] = {}
        self.watchers: dict[int, int] = defaultdict(int)
        self.news = asyncio.Condition()
        self.task: asyncio.Task[None] | None = None
        self.ended = False

    @contextmanager
    def watching(self, organisation_id: int) -> Iterator[None]:
        """Have that organisation's pulse looked at meanwhile."""
        self.watchers[organisation_id] += 1
        try:
            yield
        finally:
            self.watchers[organisation_id] -= 1
            if not self.watchers[organisation_id]:
                del self.watchers[organisation_id]
                self.versions.pop(organisation_id, None)

    async def wait(self, organisation_id: int, known: int, seconds: float) -> int:
        """The pulse as soon as it is another than `known`; `known` after that time or at the
        end."""
        self._begin()

        def over() -> bool:
            return self.ended or self.versions.get(organisation_id, known) != known

        try:
            async with asyncio.timeout(seconds), self.news:
                await self.news.wait_for(over)
        except TimeoutError:
            return known
        return self.versions.get(organisation_id, known)

    async def end(self) -> None:
        self.ended = True
        async with self.news:
            self.news.notify_all()

    def _begin(self) -> None:
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while self.watchers:
            found = await sync_to_async(_pulses)(list(self.watchers))
            if any(self.versions.get(pk) != version for pk, version in found.items()):
                self.versions.update(found)
                async with self.news:
                    self.news.notify_all()
            await asyncio.sleep(LOOK_EVERY)


def _pulses(organisation_ids: list[int]) -> dict[int, int]:
    close_old_connections()
    try:
        return pulses_of(organisation_ids)
    finally:
        connection.close()


_PULSES: dict[int, Pulses] = {}  # one for each event loop; a server has one


def _of_this_loop() -> Pulses:
    return _PULSES.setdefault(id(asyncio.get_running_loop()), Pulses())


async def end_streams() -> None:
    """Let all streams of this process end by themselves, now and from now on: it is told to stop.
    The browsers come back to the process that follows."""
    await _of_this_loop().end()


async def live(request: HttpRequest, organisation: str) -> HttpResponseBase:
    """Server-sent events for one organisation: the word "changed", and comments in between."""
    user = await request.auser()
    organisation_id = await sync_to_async(_organisation_id)(user, organisation)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(
        _events(organisation_id, _seen(request)), content_type="text/event-stream", headers=headers
    )


def _organisation_id(user: User | AnonymousUser, slug: str) -> int:
    member = member_for(user, slug) if isinstance(user, User) else None
    if member is None:
        raise Http404
    return member.organisation_id


def _seen(request: HttpRequest) -> int | None:
    """The pulse that the page was made at, or the last one that this browser was told."""
    told = request.headers.get("Last-Event-ID", "") or request.GET.get("since", "")
    return int(told) if told.isdecimal() and len(told) < 19 else None


async def _events(organisation_id: int, seen: int | None) -> AsyncIterator[bytes]:
    pulses = _of_this_loop()
    known = await sync_to_async(pulse_of)(organisation_id)
    until = asyncio.get_running_loop().time() + STREAM_LASTS
    yield b"retry: 1000\n\n"
    if seen is not None and seen != known:
        yield _changed(known)
    with pulses.watching(organisation_id):
        while not pulses.ended and asyncio.get_running_loop().time() < until:
            fresh = await pulses.wait(organisation_id, known, BREATH_EVERY)
            yield b": here\n\n" if fresh == known else _changed(fresh)
            known = fresh


def _changed(pulse: int) -> bytes:
    return f"event: changed\nid: {pulse}\ndata: {pulse}\n\n".encode()


def health(request: HttpRequest) -> HttpResponse:
    """For a proxy or a monitor: 200 as long as pages can be served and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
