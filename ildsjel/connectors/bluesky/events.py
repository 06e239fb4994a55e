"""Jetstream's events, of either version, become items and deletions. Pure, and never raises.

Version 1: ``{did, time_us, kind, commit|identity|account}``. Version 2: ``{"$type": "message",
"payload": {"$type": "…#commit", seq, did, time, …}}``, where a commit's fields stand in the payload
itself and the other kinds have an object of their own.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from ildsjel.connectors.bluesky.names import (
    POST,
    AtUri,
    clean_handle,
    from_micros,
    is_did,
    is_rkey,
    parse_time,
    tid_micros,
    to_micros,
)
from ildsjel.connectors.bluesky.posts import Source, Unreadable, author, to_item
from ildsjel.engine.items import Address, Deletion, Item, Rejected

GONE = frozenset({"deleted", "takendown"})  # a suspension or deactivation may be lifted again
HANDLES_KEPT = 10_000
SAMPLE = 500  # characters
LONGEST_EVENT = 5_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What both versions have in common. `seq` is 0 in version 1."""

    kind: str
    did: str
    time: datetime
    seq: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """A word from the server that is no event: ``OutdatedCursor`` is the one that is known."""

    name: str


class Malformed(Exception):
    """Not an event at all; the text says why."""


class StreamError(Exception):
    """The server says that it ends the stream, and why."""


def parse(raw: bytes) -> Event | Notice:
    """One message of the stream; raises `Malformed` or `StreamError`."""
    if len(raw) > LONGEST_EVENT:
        raise Malformed(f"the event is {len(raw) / 1e6:.1f} MB large")
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"not readable as JSON: {error}") from error
    if not isinstance(message, dict):
        raise Malformed("not a JSON object")
    if message.get("$type") == "error" or "error" in message:
        raise StreamError(f"{message.get('error', 'error')}: {message.get('message', '')}"[:300])
    return _parse_v2(message) if "$type" in message else _parse_v1(message)


def _parse_v1(message: dict[str, Any]) -> Event:
    kind, micros = message.get("kind"), message.get("time_us")
    if not isinstance(kind, str):
        raise Malformed("the event does not say of what kind it is")
    return Event(kind=kind, did=_did(message), time=_time(micros), seq=0, body=_body(message, kind))


def _parse_v2(message: dict[str, Any]) -> Event | Notice:
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("$type"), str):
        raise Malformed("the message has no payload")
    kind = payload["$type"].rpartition("#")[2]
    if kind == "info":
        return Notice(str(payload.get("name")))
    seq, moment = payload.get("seq"), parse_time(payload.get("time"))
    if not isinstance(seq, int) or seq < 0 or moment is None:
        raise Malformed("the event has no number or no time")
    body = payload if kind == "commit" else _body(payload, kind)
    return Event(kind=kind, did=_did(payload), time=moment, seq=seq, body=body)


def _did(message: Mapping[str, Any]) -> str:
    did = message.get("did")
    if not isinstance(did, str) or not is_did(did):
        raise Malformed("the event names no account")
    return did


def _time(micros: object) -> datetime:
    try:
        if isinstance(micros, int) and micros >= 0:
            return from_micros(micros)
    except OverflowError:
        pass
    raise Malformed("the event has no time")


def _body(message: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    body = message.get(kind)
    return body if isinstance(body, dict) else {}


@dataclass(slots=True, kw_only=True)
class Folder:
    """Gathers what events mean, until `clear`.

    `us` is our own DID (empty when we only listen). `languages` keeps only posts that declare one
    of these languages, or none; what is said to us or by us is always kept.
    """

    us: str = ""
    languages: frozenset[str] = frozenset()
    items: list[Item] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    seen: int = 0
    _deleted: set[str] = field(default_factory=set)
    _handles: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self.items) + len(self.deletions) + len(self.rejected)

    def add(self, raw: bytes) -> Event | Notice | None:
        """Fold one message in and give back what it was; raises only `StreamError`."""
        self.seen += 1
        message = None
        try:
            message = parse(raw)
            if isinstance(message, Event):
                self._fold(message)
        except (Malformed, Unreadable) as error:
            self.reject(raw, str(error), message)
        return message

    def clear(self) -> None:
        """Begin the next batch; handles that were learnt are kept."""
        self.items, self.deletions, self.rejected, self.seen = [], [], [], 0
        self._deleted = set()

    def reject(self, raw: bytes, reason: str, message: Event | Notice | None = None) -> None:
        where = "Bluesky event"
        if isinstance(message, Event):
            where += f" {message.seq or to_micros(message.time)}"
        sample = raw[:SAMPLE].decode(errors="replace").replace("\x00", "")
        self.rejected.append(Rejected(where=where, reason=reason, sample=sample))

    def _fold(self, event: Event) -> None:
        if event.kind == "commit":
            self._fold_commit(event)
        elif event.kind == "account":
            self._fold_account(event)
        elif event.kind == "identity":
            self._learn_handle(event)

    def _fold_account(self, event: Event) -> None:
        if event.body.get("active") is False and event.body.get("status") in GONE:
            self.items = [item for item in self.items if item.author.external_id != event.did]
            self.deletions.append(Deletion(at=event.time, author_id=event.did))

    def _learn_handle(self, event: Event) -> None:
        self._handles.pop(event.did, None)
        if handle := clean_handle(event.body.get("handle")):
            self._handles[event.did] = handle
        if len(self._handles) > HANDLES_KEPT:
            self._handles.popitem(last=False)

    def _fold_commit(self, event: Event) -> None:
        body = event.body
        if body.get("collection") != POST:
            return
        rkey, operation = body.get("rkey"), body.get("operation")
        if not isinstance(rkey, str) or not is_rkey(rkey):
            raise Malformed("the post has no record key")
        uri = AtUri(event.did, POST, rkey)
        if operation == "delete":
            self._delete(str(uri), event.time)
        elif operation in ("create", "update"):
            self._keep(to_item(body.get("record"), self._source(event, uri)))
        else:
            raise Malformed("the commit neither creates, updates nor deletes")

    def _source(self, event: Event, uri: AtUri) -> Source:
        cid, handle = event.body.get("cid"), self._handles.get(event.did, "")
        # The commit's own clock is the same at every Jetstream server; the server's time is not.
        revision = tid_micros(event.body.get("rev")) or to_micros(event.time)
        return Source(
            uri=uri,
            cid=cid if isinstance(cid, str) and len(cid) < 200 else "",
            seen_at=event.time,
            revision=revision,
            us=self.us,
            author=author(event.did, handle),
        )

    def _delete(self, uri: str, at: datetime) -> None:
        # A batch does not say what came first, so what is gone at its end is not in it.
        self.items = [item for item in self.items if item.external_id != uri]
        self.deletions.append(Deletion(at=at, external_id=uri))
        self._deleted.add(uri)

    def _keep(self, item: Item) -> None:
        if item.external_id in self._deleted:
            # Published again under the same key: the last word counts.
            self._deleted.remove(item.external_id)
            self.deletions = [
                gone for gone in self.deletions if gone.external_id != item.external_id
            ]
        if item.own or item.address is not Address.PUBLIC or self._wanted(item):
            self.items.append(item)

    def _wanted(self, item: Item) -> bool:
        if not self.languages or not item.languages:
            return True
        return any(tag.lower().partition("-")[0] in self.languages for tag in item.languages)
