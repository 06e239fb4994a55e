"""Live events of our own account and of our hashtags, as server-sent events."""

import queue
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from ildsjel.connectors import http
from ildsjel.connectors.mastodon.api import Api, own_instance, read_json, segment
from ildsjel.connectors.mastodon.cursor import Cursor
from ildsjel.connectors.mastodon.reading import PAGE, Gathered, Reader
from ildsjel.connectors.mastodon.statuses import local_id, objects
from ildsjel.connectors.mastodon.threads import Threads
from ildsjel.connectors.mastodon.timelines import QUESTIONS, fetch, viewpoint
from ildsjel.connectors.protocol import (
    Account,
    Batch,
    RateLimited,
    Refused,
    Stop,
    Unreachable,
)
from ildsjel.connectors.values import short_id
from ildsjel.engine.items import Address, Deletion

MOST_TAGS = 4  # hashtags with a stream of their own; further ones are read by polling
SIGN_OF_LIFE = 15.0  # seconds
POLL_EVERY = 60.0
_SLICE = 1.0
_MOST_EVENTS = 500
_LONGEST_EVENT = 2_000_000  # bytes
_REMEMBERED = 5_000  # posts whose deletion we can recognise
_SILENCE = httpx.Timeout(20.0, connect=10.0, read=60.0)  # servers send a comment every 15 s


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: str
    of_tag: bool = False


_Arrival = Event | Batch | Exception
Work = Callable[[], None]


def stream(account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
    """Events as they come, until `stop` is set; on a lost connection `Unreachable` is raised.

    Beside the live streams, `fetch` runs at the start and once a minute. Only its batches move the
    cursor, so that nothing is lost between two connections or with a dropped event, timelines
    without a stream are read too, and the caller has nothing to fetch after a reconnect. What came
    live therefore comes once more within the minute.

    A deletion names a post by an id of our instance only. Posts seen since the stream began, our
    own latest and the latest mentions are recognised; deletions of others are passed over.
    `Refused` without a token, or where the server has no streaming: poll instead.
    """
    instance, token = own_instance(account)
    with Api(instance, token) as api, Listeners() as listeners:
        live = _Live(api, account)
        base = _streaming_base(api)
        listeners.listen(f"{base}/api/v1/streaming/user", token)
        for tag in _tags(account):
            url = f"{base}/api/v1/streaming/hashtag"
            listeners.listen(str(httpx.URL(url, params={"tag": tag})), token, of_tag=True)
        listeners.poll(account, cursor)
        yield from _batches(live, listeners, cursor, stop)


class Listeners:
    """Threads that put what they hear into one queue. Leaving the context ends them."""

    def __init__(self) -> None:
        self.heard: queue.Queue[_Arrival] = queue.Queue(maxsize=2_000)
        self._done = threading.Event()
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> "Listeners":
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for the next event
            except OSError:
                continue

    def listen(self, url: str, token: str, *, of_tag: bool = False) -> None:
        """Hear the stream at that address."""
        self._start(lambda: self._listen(url, token, of_tag))

    def poll(self, account: Account, cursor: str) -> None:
        """Run `fetch` now and every minute."""
        self._start(lambda: self._poll(account, cursor))

    def _start(self, work: Work) -> None:
        threading.Thread(target=self._guarded, args=(work,), daemon=True).start()

    def _guarded(self, work: Work) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised again by the reader of the queue
            self._put(error)

    def _put(self, arrival: _Arrival) -> None:
        while not self._done.is_set():
            try:
                self.heard.put(arrival, timeout=1)
                return
            except queue.Full:
                continue

    def _poll(self, account: Account, cursor: str) -> None:
        while not self._done.is_set():
            try:
                batch = fetch(account, cursor)
            except RateLimited as error:
                self._done.wait(error.retry_after)
                continue
            moved, cursor = batch.cursor != cursor, batch.cursor
            self._put(batch)
            if not (batch.more and moved):
                self._done.wait(POLL_EVERY)

    def _listen(self, url: str, token: str, of_tag: bool) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        host = urlsplit(url).netloc
        try:
            with (
                http.client(headers=headers, timeout=_SILENCE) as client,
                client.stream("GET", url) as response,
            ):
                _check_stream(response, host)
                self._keep_socket(response)
                for name, data in events(response.iter_bytes()):
                    self._put(Event(name, data, of_tag))
        except httpx.HTTPError as error:
            raise Unreachable(
                "The stream of %(host)s was lost: %(reason)s.", host=host, reason=str(error)
            ) from error
        raise Unreachable("%(host)s ended the stream.", host=host)

    def _keep_socket(self, response: httpx.Response) -> None:
        network = response.extensions.get("network_stream")
        found = network.get_extra_info("socket") if network else None
        if isinstance(found, socket.socket):
            self._sockets.append(found)


class _Live:
    """Makes events into batches, remembering which posts their local ids stand for."""

    def __init__(self, api: Api, account: Account) -> None:
        self._place = Cursor()
        view = viewpoint(api, account, self._place)
        self._reader = Reader(api, view, Threads(api, QUESTIONS), Gathered())
        self._uris: OrderedDict[str, str] = OrderedDict()
        self._remember_latest(api)

    def batch(self, arrivals: Iterable[Event], cursor: str) -> Batch:
        found = self._reader.found = Gathered()
        self._reader.threads = Threads(self._reader.api, QUESTIONS)
        gone = [each for each in map(self._take, arrivals) if each]
        return Batch(
            items=found.items,
            deletions=gone,
            rejected=found.rejected,
            cursor=cursor,
            seen=found.seen,
        )

    def recognise(self, batch: Batch) -> None:
        """Remember what `fetch` found on our own instance."""
        for item in batch.items:
            if item.reply_context.get("instance") == self._reader.view.instance:
                self._remember(item.reply_context.get("status_id", ""), item.external_id)

    def _take(self, event: Event) -> Deletion | None:
        self._reader.found.seen += 1
        if event.name == "delete":
            uri = self._uris.get(event.data.strip().strip('"'), "")
            return Deletion(at=datetime.now(UTC), external_id=uri) if uri else None
        status = _status_of(event)
        if status is None:
            return None
        item = self._reader.item(status, where=f"{self._reader.api.host} stream")
        if item and event.name == "notification" and item.address is Address.PUBLIC:
            item = replace(item, address=Address.MENTION)
        # Our account's home also carries people it follows: those are not what we listen for.
        if item and (event.of_tag or item.own or item.address is not Address.PUBLIC):
            self._remember(item.reply_context["status_id"], item.external_id)
            self._reader.found.items.append(item)
        return None

    def _remember(self, status_id: str, uri: str) -> None:
        self._uris[status_id] = uri
        if len(self._uris) > _REMEMBERED:
            self._uris.popitem(last=False)

    def _remember_latest(self, api: Api) -> None:
        params = {"types[]": "mention", "limit": str(PAGE)}
        mentions = api.get_list("/api/v1/notifications", params)
        own = api.get_list(
            f"/api/v1/accounts/{segment(self._reader.view.own_id)}/statuses",
            {"limit": str(PAGE)},
        )
        told = [each.get("status") for each in objects({"all": mentions}, "all")]
        for status in [*told, *own]:
            uri = status.get("uri") if isinstance(status, dict) else None
            if isinstance(uri, str):
                self._remember(local_id(status), short_id(uri))


def events(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Name and data of each server-sent event. `Unreachable` when one is beyond all measure."""
    name, data, rest = "", [], b""
    size = 0
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_EVENT:
            raise Unreachable("The stream sent an event without end.")
        for raw in lines:
            line = raw.rstrip(b"\r").decode("utf-8", "replace")
            size = size + len(line) if line else 0
            if size > _LONGEST_EVENT:
                raise Unreachable("The stream sent an event without end.")
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif not line:
                if data:
                    yield name, "\n".join(data)
                name, data = "", []


def _batches(live: _Live, listeners: Listeners, cursor: str, stop: Stop) -> Iterator[Batch]:
    last = time.monotonic()
    while not stop.is_set():
        arrivals = _slice(listeners.heard)
        for polled in (each for each in arrivals if isinstance(each, Batch)):
            cursor = polled.cursor
            live.recognise(polled)
            yield polled
        heard = [each for each in arrivals if isinstance(each, Event)]
        if heard:
            yield live.batch(heard, cursor)
        errors = [each for each in arrivals if isinstance(each, Exception)]
        if errors:
            raise errors[0]
        if arrivals:
            last = time.monotonic()
        elif time.monotonic() - last > SIGN_OF_LIFE:
            last = time.monotonic()
            yield Batch(cursor=cursor)


def _slice(heard: "queue.Queue[_Arrival]") -> list[_Arrival]:
    """What has come: waits up to a second for the first, then takes all there is."""
    found: list[_Arrival] = []
    try:
        found.append(heard.get(timeout=_SLICE))
        while len(found) < _MOST_EVENTS:
            found.append(heard.get_nowait())
    except queue.Empty:
        pass
    return found


def _status_of(event: Event) -> Any:
    """The status that the event brings, or None for events that bring none of interest."""
    if event.name in ("update", "status.update", "status_update"):
        return read_json(event.data.encode("utf-8", "replace")) or {}
    if event.name not in ("notification", "conversation"):
        return None
    value = read_json(event.data.encode("utf-8", "replace"))
    if not isinstance(value, dict):
        return {}
    if event.name == "conversation":
        return value.get("last_status")
    return value.get("status") if value.get("type") in ("mention", "update") else None


def _streaming_base(api: Api) -> str:
    """Where the instance says its streams are, on the web (it names a websocket)."""
    found: Any = {}
    try:
        found = api.get_object("/api/v2/instance")
    except Refused:
        return api.instance  # older or other servers
    for name in ("configuration", "urls", "streaming"):
        found = found.get(name) if isinstance(found, dict) else None
    parts = urlsplit(found) if isinstance(found, str) else None
    if parts is None or not parts.netloc or parts.scheme not in ("ws", "wss", "http", "https"):
        return api.instance
    secure = api.instance.startswith("https:") or parts.scheme in ("wss", "https")
    return f"{'https' if secure else 'http'}://{parts.netloc}"  # the token never travels in clear


def _check_stream(response: httpx.Response, host: str) -> None:
    if response.status_code in (404, 501):
        raise Refused("%(host)s offers no streaming; its timelines are polled instead.", host=host)
    if response.status_code == 401:
        raise Refused("%(host)s does not accept the access token (401). Make a new one.", host=host)
    if response.status_code >= 400:
        http.raise_for_status(httpx.Response(response.status_code, request=response.request))


def _tags(account: Account) -> list[str]:
    tags = dict.fromkeys(line.lstrip("#").strip() for line in account.lines("hashtags"))
    return [tag for tag in tags if tag][:MOST_TAGS]
