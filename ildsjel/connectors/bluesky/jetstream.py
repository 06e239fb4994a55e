"""Listening to Jetstream over a websocket, in batches, with a cursor that never runs ahead.

A batch's cursor covers what is in it and what came before, nothing else: whoever stores the two
together loses nothing when the connection, or the whole machine, goes away.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import orjson
import zstandard
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from ildsjel.connectors import http
from ildsjel.connectors.bluesky.cursor import LEAST_TIME_CURSOR, Cursor
from ildsjel.connectors.bluesky.events import (
    LONGEST_EVENT,
    Event,
    Folder,
    Malformed,
    Notice,
    StreamError,
)
from ildsjel.connectors.bluesky.names import POST
from ildsjel.connectors.protocol import (
    Batch,
    ConnectorError,
    RateLimited,
    Refused,
    Stop,
    Unreachable,
    sentence,
)
from ildsjel.engine.items import Rejected

BATCH_ITEMS = 500
BATCH_SECONDS = 0.5
SIGN_OF_LIFE = 20.0  # seconds without events until an empty batch is given
LONGEST_PUBLIC_SILENCE = 60.0  # the public servers carry many posts a second: silent means stuck
V1_KEEPS = timedelta(hours=24)
LONGEST_FRAME = 64_000_000  # bytes; longer ones end the connection
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
V2_DICTIONARY = "/xrpc/network.bsky.jetstream.getZstdDictionary"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One Jetstream server: a websocket address with its path, and the version it speaks (1, 2)."""

    url: str
    version: int

    @classmethod
    def parse(cls, address: str, version: str = "") -> "Endpoint":
        """From what a person gave: the path tells the version, or the version the path."""
        for scheme, socket in (("https://", "wss://"), ("http://", "ws://")):
            if address.startswith(scheme):
                address = socket + address.removeprefix(scheme)
        parts = urlsplit(address if "://" in address else f"wss://{address}")
        path = parts.path.rstrip("/")
        spoken = 2 if path.startswith("/xrpc/") or (not path and version == "2") else 1
        if not path:
            path = V2_PATH if spoken == 2 else "/subscribe"
        return cls(f"{parts.scheme}://{parts.netloc}{path}", spoken)

    @property
    def server(self) -> str:
        return urlsplit(self.url).netloc

    def web_address(self, path: str) -> str:
        scheme = "https" if self.url.startswith("wss:") else "http"
        return f"{scheme}://{self.server}{path}"


class Decoder:
    """Takes zstd frames apart with the server's dictionary; plain frames pass as they are."""

    def __init__(self, dictionary: bytes | None = None) -> None:
        shared = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self.dictionary_id: int = shared.dict_id() if shared else 0
        self._zstd = zstandard.ZstdDecompressor(dict_data=shared)

    def decode(self, frame: bytes) -> bytes:
        if not frame.startswith(ZSTD_MAGIC):
            return frame
        try:
            if zstandard.frame_content_size(frame) > LONGEST_EVENT:
                raise Malformed("the event is too large")
            plain: bytes = self._zstd.decompress(frame, max_output_size=LONGEST_EVENT)
        except zstandard.ZstdError as error:
            raise Malformed(f"not readable as zstd: {error}") from error
        return plain


def decoder_for(endpoint: Endpoint) -> Decoder:
    """With the server's dictionary (version 2), with one on this machine (version 1), or without.

    Version 1's dictionary is not given out by its servers: it is used where the environment names a
    copy of it in ILDSJEL_JETSTREAM_DICTIONARY.
    """
    if endpoint.version == 2:
        with http.client() as session, suppress(Refused):
            answer = http.request(session, "GET", endpoint.web_address(V2_DICTIONARY))
            return Decoder(answer.content)
    elif path := os.environ.get("ILDSJEL_JETSTREAM_DICTIONARY"):
        with suppress(OSError, zstandard.ZstdError):
            return Decoder(Path(path).read_bytes())
    return Decoder()


def dial(endpoint: Endpoint, decoder: Decoder, cursor: int | None) -> ClientConnection:
    """Connect. `InvalidStatus` is left to the caller; all else becomes a `ConnectorError`."""
    address = http.checked_address(endpoint.url)
    try:
        return connect(
            f"{endpoint.url}?{_query(endpoint, decoder, cursor)}",
            legacy=True,
            # The address that was checked: another answer to a second look-up can't slip through.
            address=address,
            subprotocols=[Subprotocol("xrpc.v1.json")] if endpoint.version == 2 else None,
            compression=None,
            user_agent_header=http.USER_AGENT,
            proxy=None,
            open_timeout=15,
            close_timeout=2,
            max_size=LONGEST_FRAME,
            max_queue=512,
        )
    except InvalidStatus:
        raise
    except InvalidURI as error:
        raise Refused(
            "%(url)s is not an address of a Jetstream server.", url=repr(endpoint.url)
        ) from error
    except InvalidHandshake as error:
        raise Refused(
            "%(host)s does not answer like a Jetstream server.", host=endpoint.server
        ) from error
    except (OSError, WebSocketException) as error:
        reason = str(error) or "no answer"
        raise Unreachable(
            "%(host)s can't be reached: %(reason)s.", host=endpoint.server, reason=reason
        ) from error


def _query(endpoint: Endpoint, decoder: Decoder, cursor: int | None) -> str:
    values: list[tuple[str, str | int]] = [("maxMessageSizeBytes", LONGEST_EVENT)]
    if endpoint.version == 2:
        values += [("kinds", kind) for kind in ("commit", "identity", "account")]
        values.append(("collections", POST))
        if decoder.dictionary_id:
            values.append(("zstdDictionary", decoder.dictionary_id))
    else:
        values.append(("wantedCollections", POST))
        if decoder.dictionary_id:
            values.append(("compress", "true"))
    if cursor is not None:
        values.append(("cursor", cursor))
    return urlencode(values)


def explain(endpoint: Endpoint, refusal: InvalidStatus) -> ConnectorError:
    """What a refused connection means for us."""
    status = refusal.response.status_code
    if status == 429:
        return RateLimited(
            "%(host)s asks us to wait.",
            http.retry_after(refusal.response.headers),
            host=endpoint.server,
        )
    kind = Unreachable if status >= 500 else Refused
    answer = f"{status} {_error_name(refusal)}".rstrip()
    return kind(sentence("%(host)s answered %(answer)s."), host=endpoint.server, answer=answer)


def _error_name(refusal: InvalidStatus) -> str:
    try:
        body = orjson.loads(refusal.response.body or b"")
    except orjson.JSONDecodeError:
        return ""
    return str(body.get("error", ""))[:100] if isinstance(body, dict) else ""


class Listener:
    """One connection's worth of listening, from `cursor` on."""

    def __init__(
        self, endpoint: Endpoint, cursor: Cursor, folder: Folder, *, resumed: bool
    ) -> None:
        self.endpoint = endpoint
        self.cursor = cursor
        self.folder = folder
        self.resumed = resumed  # the cursor was stored: a gap behind it is worth telling
        self._gap_from: datetime | None = None
        self._decoder = Decoder()
        self._last_event = time.monotonic()

    def open(self) -> ClientConnection:
        """Connect where we left off, or at the oldest event that the server still has."""
        self._decoder = decoder_for(self.endpoint)
        if self.endpoint.version == 1:
            self._expect_gap(datetime.now(UTC) - self.cursor.time > V1_KEEPS)
            return self._dial(self.cursor.for_v1())
        return self._dial(self.cursor.for_v2(self.endpoint.server))

    def _dial(self, cursor: int) -> ClientConnection:
        try:
            return dial(self.endpoint, self._decoder, cursor)
        except InvalidStatus as refusal:
            name = _error_name(refusal)
            if name == "CursorTooOld" and cursor < LEAST_TIME_CURSOR:
                self._expect_gap(True)
                return self._dial(max(self.cursor.for_v1(), LEAST_TIME_CURSOR))
            if name == "UnknownZstdDictionary" and self._decoder.dictionary_id:
                self._decoder = Decoder()
                return self._dial(cursor)
            raise explain(self.endpoint, refusal) from refusal

    def listen(self, connection: ClientConnection, stop: Stop) -> Iterator[Batch]:
        """Batches until `stop`; the first, empty one says that we are connected."""
        yield self._batch()
        self._last_event = time.monotonic()
        while not stop.is_set():
            lost = self._gather(connection, stop)
            if self.folder.seen or lost is None:
                yield self._batch()
            if lost is not None:
                raise lost

    def _gather(self, connection: ClientConnection, stop: Stop) -> Unreachable | None:
        """Fill the folder; gives back why the connection ended, if it did."""
        deadline = time.monotonic() + SIGN_OF_LIFE
        try:
            while len(self.folder) < BATCH_ITEMS and not stop.is_set():
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return self._stuck()
                with suppress(TimeoutError):
                    frame = connection.recv(timeout=min(remaining, BATCH_SECONDS), decode=False)
                    self._take(frame)
                    deadline = min(deadline, self._last_event + BATCH_SECONDS)
        except ConnectionClosed as error:
            return Unreachable(
                "%(host)s closed the connection: %(reason)s.",
                host=self.endpoint.server,
                reason=str(error),
            )
        except StreamError as error:
            return Unreachable(
                "%(host)s ended the stream: %(reason)s.",
                host=self.endpoint.server,
                reason=str(error),
            )
        return None

    def _stuck(self) -> Unreachable | None:
        silence = time.monotonic() - self._last_event
        if silence > LONGEST_PUBLIC_SILENCE and self.endpoint.server.endswith(".bsky.network"):
            return Unreachable(
                "%(host)s has been silent for %(seconds)s seconds.",
                host=self.endpoint.server,
                seconds=f"{silence:.0f}",
            )
        return None

    def _take(self, frame: bytes) -> None:
        if not self.folder.seen:
            self._last_event = time.monotonic()
        try:
            message = self.folder.add(self._decoder.decode(frame))
        except Malformed as error:
            self.folder.reject(b"", str(error))
            return
        if isinstance(message, Event):
            self._advance(message)
        elif isinstance(message, Notice):
            self._expect_gap(message.name == "OutdatedCursor")

    def _advance(self, event: Event) -> None:
        self._tell_gap(event.time)
        micros = max(self.cursor.time_us, Cursor.at(event.time).time_us)
        if self.endpoint.version == 2:
            self.cursor = Cursor(micros, event.seq, self.endpoint.server)
        else:
            self.cursor = Cursor(micros)

    def _expect_gap(self, expected: bool) -> None:
        if expected and self.resumed:
            self._gap_from = self.cursor.time

    def _tell_gap(self, until: datetime) -> None:
        since, self._gap_from = self._gap_from, None
        if since is not None and since < until:
            reason = (
                f"{self.endpoint.server} no longer has everything since we last listened. "
                f"Posts from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC may be missing."
            )
            self.folder.rejected.append(Rejected(where="Bluesky Jetstream", reason=reason))

    def _batch(self) -> Batch:
        folder = self.folder
        batch = Batch(
            items=tuple(folder.items),
            deletions=tuple(folder.deletions),
            rejected=tuple(folder.rejected),
            cursor=str(self.cursor),
            seen=folder.seen,
        )
        folder.clear()
        return batch
