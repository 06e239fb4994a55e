"""Jetstream, versions 1 and 2, made from the firehose of a real PDS.

    with pds_server() as pds, jetstream_server(pds.url) as jetstream:
        jetstream.v1, jetstream.v2        # websocket addresses for the connector
        jetstream.kill()                  # as if the machine had lost power

It is a process of its own, so that it can be killed. Its numbers come from the firehose alone: one
that is started again gives every event the same `seq` and time, as a real server does. The zstd
dictionaries are not part of the project; without them it speaks uncompressed only.
"""

import argparse
import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libipld
import websockets.asyncio.client
import websockets.asyncio.server
import zstandard
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import WebSocketException
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.servers.processes import end, free_port, wait_for_line

ROOT = Path(__file__).resolve().parent.parent.parent
V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
DICTIONARY = "/xrpc/network.bsky.jetstream.getZstdDictionary"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def shared_data() -> Path | None:
    """The folder with real traffic and dictionaries, if this machine has it."""
    folder = Path(os.environ.get("ILDSJEL_SHARED", ROOT.parent / "shared")) / "data" / "jetstream"
    return folder if folder.is_dir() else None


@dataclass
class Jetstream:
    port: int
    process: subprocess.Popen[str]

    @property
    def v1(self) -> str:
        return f"ws://localhost:{self.port}/subscribe"

    @property
    def v2(self) -> str:
        return f"ws://localhost:{self.port}{V2}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)


@contextmanager
def jetstream_server(
    pds_url: str, *, port: int = 0, floor: int = 0, dictionaries: Path | None = None
) -> Iterator[Jetstream]:
    """Serve the PDS's events from its first one on. `floor`: the oldest `seq` that is still kept.

    `dictionaries` is a folder with the zstd dictionaries, as `shared_data` gives it.
    """
    port = port or free_port()
    arguments = [pds_url, str(port), "--floor", str(floor)]
    if dictionaries is not None:
        arguments += ["--dictionaries", str(dictionaries)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.jetstream", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for_line(process)
        yield Jetstream(port, process)
    finally:
        end(process)


@dataclass(frozen=True)
class Event:
    seq: int
    micros: int
    kind: str
    did: str
    body: dict[str, Any]

    def as_v1(self) -> str:
        named = {"did": self.did, "time_us": self.micros, "kind": self.kind, self.kind: self.body}
        return json.dumps(named, ensure_ascii=False)

    def as_v2(self) -> str:
        moment = EPOCH + timedelta(microseconds=self.micros)
        payload = {
            "$type": f"{V2.rpartition('/')[2]}#{self.kind}",
            "seq": self.seq,
            "did": self.did,
            "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }
        payload |= self.body if self.kind == "commit" else {self.kind: self.body}
        return json.dumps({"$type": "message", "payload": payload}, ensure_ascii=False)


def events_of(frame: bytes, after_micros: int) -> Iterator[Event]:
    """The events in one frame of the firehose; their times grow, beginning after `after_micros`."""
    header, body = libipld.decode_dag_cbor_multi(frame)
    kind = str(header.get("t", "")).removeprefix("#")
    if header.get("op") != 1 or kind not in ("commit", "identity", "account", "sync"):
        return
    seen = (datetime.fromisoformat(body["time"]) - EPOCH) // timedelta(microseconds=1)
    parts = _operations(body) if kind == "commit" else [_plain(body)]
    for index, part in enumerate(parts):
        did = body["repo"] if kind == "commit" else body["did"]
        micros = max(seen, after_micros + 1) + index
        yield Event(body["seq"] * 1000 + index, micros, kind, did, part)


def _operations(commit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    blocks = libipld.decode_car(commit["blocks"])[1] if commit["blocks"] else {}
    for operation in commit["ops"]:
        collection, rkey = operation["path"].split("/", 1)
        body = {"rev": commit["rev"], "operation": operation["action"]}
        body |= {"collection": collection, "rkey": rkey}
        if operation["cid"] is not None:
            body |= {"record": _json(blocks[operation["cid"]]), "cid": _cid(operation["cid"])}
        yield body


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    return {key: _json(value) for key, value in body.items() if key != "blocks"}


def _json(value: Any) -> Any:
    """DAG-CBOR's values as the protocol writes them in JSON."""
    if isinstance(value, dict):
        return {key: _json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_json(part) for part in value]
    if isinstance(value, bytes):
        is_link = len(value) == 36 and value[0] == 1  # a version 1 CID with a SHA-256 inside
        text = base64.b64encode(value).decode().rstrip("=")
        return {"$link": _cid(value)} if is_link else {"$bytes": text}
    return value


def _cid(value: bytes | str) -> str:
    return value if isinstance(value, str) else str(libipld.encode_cid(value))


@dataclass
class Emitter:
    """All events so far, and those who wait for more."""

    pds_url: str
    floor: int
    dictionary_v1: bytes
    dictionary_v2: bytes
    events: list[Event] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def follow(self) -> None:
        """Read the firehose for ever, from its beginning."""
        cursor = 0
        while True:
            url = f"{self.pds_url.replace('http', 'ws', 1)}/xrpc/com.atproto.sync.subscribeRepos"
            try:
                async with websockets.asyncio.client.connect(
                    f"{url}?cursor={cursor}", max_size=None
                ) as firehose:
                    async for frame in firehose:
                        assert isinstance(frame, bytes)
                        await self._add(frame)
                        cursor = self.events[-1].seq // 1000 if self.events else 0
            except (OSError, WebSocketException):
                await asyncio.sleep(0.3)

    async def _add(self, frame: bytes) -> None:
        last = self.events[-1].micros if self.events else 0
        self.events += events_of(frame, last)
        async with self.grown:
            self.grown.notify_all()

    def answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        """Before the websocket opens: the dictionary, and what a request is refused for."""
        path, _, query = request.path.partition("?")
        if path == DICTIONARY:
            return self._dictionary()
        values = parse_qs(query)
        cursor = int(values.get("cursor", ["-1"])[0])
        if path == V2 and 0 <= cursor < min(self.floor, 10**15):
            return _refusal("CursorTooOld", f"the oldest event is {self.floor}")
        wanted = values.get("zstdDictionary")
        if wanted and wanted != [str(_dictionary_id(self.dictionary_v2))]:
            return _refusal("UnknownZstdDictionary", "not a dictionary of this server")
        return None

    def _dictionary(self) -> Response:
        if not self.dictionary_v2:
            return _response(HTTPStatus.NOT_FOUND, b"{}")
        return _response(HTTPStatus.OK, self.dictionary_v2)

    async def serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        parts = urlsplit(connection.request.path)
        subscription = Subscription(self, parts.path == V2, parse_qs(parts.query))
        position = subscription.first()
        if subscription.clamped:
            await connection.send(OUTDATED)
        while True:
            while position < len(self.events):
                event = self.events[position]
                position += 1
                if subscription.wants(event):
                    await connection.send(subscription.frame(event))
            async with self.grown:
                if position >= len(self.events):
                    await self.grown.wait()


OUTDATED = json.dumps(
    {
        "$type": "message",
        "payload": {"$type": f"{V2.rpartition('/')[2]}#info", "name": "OutdatedCursor"},
    }
)


class Subscription:
    """What one client asked for."""

    def __init__(self, emitter: Emitter, is_v2: bool, query: dict[str, list[str]]) -> None:
        self._events = emitter.events
        self._floor = emitter.floor
        self._is_v2 = is_v2
        self._collections = query.get("collections" if is_v2 else "wantedCollections", [])
        self._kinds = query.get("kinds", [])
        self._cursor = int(query["cursor"][0]) if "cursor" in query else None
        compressed = "zstdDictionary" in query if is_v2 else query.get("compress") == ["true"]
        dictionary = emitter.dictionary_v2 if is_v2 else emitter.dictionary_v1
        self._zstd = _compressor(dictionary) if compressed and dictionary else None
        self.clamped = False

    def first(self) -> int:
        """Position of the first event to send."""
        if self._cursor is None:
            return len(self._events)
        by_time = not self._is_v2 or self._cursor >= 10**15
        for position, event in enumerate(self._events):
            if event.seq < self._floor:
                self.clamped |= self._is_v2 and by_time and event.micros >= self._cursor
            elif (event.micros if by_time else event.seq) >= self._cursor:
                return position
        return len(self._events)

    def wants(self, event: Event) -> bool:
        if (self._kinds and event.kind not in self._kinds) or (
            event.kind == "sync" and not self._is_v2
        ):
            return False
        if event.kind != "commit" or not self._collections:
            return True
        return event.body["collection"] in self._collections

    def frame(self, event: Event) -> str | bytes:
        text = event.as_v2() if self._is_v2 else event.as_v1()
        return bytes(self._zstd.compress(text.encode())) if self._zstd else text


def _compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))


def _dictionary_id(dictionary: bytes) -> int:
    return int(zstandard.ZstdCompressionDict(dictionary).dict_id()) if dictionary else 0


def _refusal(name: str, message: str) -> Response:
    body = json.dumps({"error": name, "message": message}).encode()
    return _response(HTTPStatus.BAD_REQUEST, body)


def _response(status: HTTPStatus, body: bytes) -> Response:
    headers = websockets.Headers({"Content-Length": str(len(body)), "Connection": "close"})
    return Response(status.value, status.phrase, headers, body)


async def run(emitter: Emitter, port: int) -> None:
    following = asyncio.create_task(emitter.follow())
    async with websockets.asyncio.server.serve(
        emitter.serve,
        "127.0.0.1",
        port,
        process_request=emitter.answer,
        subprotocols=[Subprotocol("xrpc.v1.json")],
        select_subprotocol=lambda _, offered: offered[0] if offered else None,
        compression=None,
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await following


def main() -> None:
    parser = argparse.ArgumentParser(description="Jetstream over a PDS's firehose, for tests.")
    parser.add_argument("pds_url")
    parser.add_argument("port", type=int)
    parser.add_argument("--floor", type=int, default=0, help="oldest seq that is still kept")
    parser.add_argument("--dictionaries", type=Path, help="folder with the zstd dictionaries")
    given = parser.parse_args()
    emitter = Emitter(
        given.pds_url,
        given.floor,
        _read(given.dictionaries, "legacy_subscribe.zdict"),
        _read(given.dictionaries, "subscribe_events_20260811.zdict"),
    )
    asyncio.run(run(emitter, given.port))


def _read(folder: Path | None, name: str) -> bytes:
    return (folder / name).read_bytes() if folder is not None else b""


if __name__ == "__main__":
    main()
