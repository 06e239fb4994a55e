"""Signed JSON from anything that has no connector of its own: forms, telephony, in-house systems.

The sender POSTs to the channel's address. Its signature covers the time and the raw bytes:

    X-Ildsjel-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>." + body>

The body is one item, or ``{"items": [...], "deletions": [...]}``. An item:

    id            required; names the item over all its revisions
    text          required; plain text
    author        required; object with at least one of id, handle, name; may hold url
    published_at  required; RFC 3339 with time zone
    revision      whole number that grows with each edit (default: updated_at, else published_at)
    updated_at    RFC 3339
    thread        same for all items of one conversation (default: parent, else id)
    parent        id of the item that this one answers
    title, url    text
    address       public, mention, reply or direct (default: direct)
    own           true for what the organisation itself wrote
    automatic     true for what must not be answered
    language      BCP 47
    tags, links   lists of text
    context       object of texts that comes back with the answer

A deletion: ``{"id": …}`` or ``{"author_id": …}``, with ``at`` if it did not happen now.

Answers, where the channel has a reply address, are POSTed there as JSON, signed in the same way,
with an ``Idempotency-Key``; the receiver answers ``{"id": …, "url": …}``.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from ildsjel.connectors import http
from ildsjel.connectors.html import clean_text
from ildsjel.connectors.protocol import (
    Account,
    Batch,
    Capabilities,
    Field,
    Identity,
    Outgoing,
    Refused,
    Sent,
    Stop,
)
from ildsjel.connectors.signing import SIGNATURE_HEADER, NotAccepted, secrets_of, sign, verify
from ildsjel.connectors.values import MAX_ID, micros, rfc3339, sample
from ildsjel.engine.items import Address, Author, Deletion, Item, Rejected, Visibility

MAX_BODY = 1_000_000  # bytes
MAX_ITEMS = 1_000
MAX_LINE = 2_000  # characters, for names and addresses
MAX_REVISION = 2**63 - 1


class BadItem(ValueError):
    """One item can't be read; the text says why."""


class Webhook:
    kind = "webhook"
    title = "Webhook"
    capabilities = Capabilities(
        reads=frozenset({Address.DIRECT, Address.MENTION, Address.REPLY, Address.PUBLIC}),
        pushes=True,
        replies=True,
        edits=True,
        deletes=True,
    )
    fields = (
        Field(
            name="secret",
            label="Signing secrets",
            kind="lines",
            secret=True,
            required=True,
            help="One a line. To change the secret, add the new one above the old, and take the "
            "old one away when every sender uses the new.",
        ),
        Field(
            name="reply_url",
            label="Address for answers",
            kind="url",
            for_writing=True,
            required_for_writing=True,
            help="Answers are sent here as signed JSON. Leave empty to only receive.",
        ),
    )

    def check(self, account: Account) -> Identity | None:
        """Look at the settings; nothing is sent."""
        secrets_of(account)
        if reply_url := account.settings.get("reply_url", ""):
            http.check_url(reply_url)
        return None

    def fetch(self, account: Account, cursor: str) -> Batch:
        raise Refused("A webhook is not fetched: the sender calls us.")

    def has_stream(self, account: Account) -> bool:
        return False

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        raise Refused("A webhook is not streamed: the sender calls us.")

    def receive(
        self, account: Account, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Batch:
        """One delivery as a batch. Raises `NotAccepted` when the whole of it is turned away.

        Items that can't be read are listed in `rejected` with their index; the others are taken.
        """
        if len(body) > MAX_BODY:
            raise NotAccepted(
                f"The delivery is {len(body) / 1e6:.1f} MB; the limit is {MAX_BODY / 1e6:g} MB.",
                413,
            )
        verify(secrets_of(account), _header(headers, SIGNATURE_HEADER), body, now)
        items, deletions = _parts(_parse(body))
        return _batch(items, deletions, now)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """POST the answer to the channel's reply address."""
        reply_url = account.settings.get("reply_url", "")
        if not reply_url:
            raise Refused("This channel has no address for answers.")
        body = orjson.dumps(_reply(outgoing))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": outgoing.key,
            SIGNATURE_HEADER: sign(secrets_of(account)[0], body, datetime.now(UTC)),
        }
        with http.client(headers=headers) as session:
            response = http.request(session, "POST", reply_url, content=body)
        return _sent(response, outgoing)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _parse(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotAccepted(f"The body is not valid JSON: {error}.") from error
    if not isinstance(value, dict):
        raise NotAccepted("The body must be a JSON object.")
    return value


def _parts(body: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    if "items" not in body and "deletions" not in body:
        return [body], []
    items, deletions = body.get("items", []), body.get("deletions", [])
    if not isinstance(items, list) or not isinstance(deletions, list):
        raise NotAccepted("items and deletions must be lists.")
    if len(items) + len(deletions) > MAX_ITEMS:
        raise NotAccepted(
            f"The delivery holds {len(items) + len(deletions)} items; the limit is {MAX_ITEMS}.",
            413,
        )
    return items, deletions


def _batch(items: list[Any], deletions: list[Any], now: datetime) -> Batch:
    taken: list[Item] = []
    gone: list[Deletion] = []
    rejected: list[Rejected] = []
    for index, value in enumerate(items):
        try:
            taken.append(_item(value, now))
        except BadItem as error:
            rejected.append(_rejected(f"items[{index}]", error, value))
    for index, value in enumerate(deletions):
        try:
            gone.append(_deletion(value, now))
        except BadItem as error:
            rejected.append(_rejected(f"deletions[{index}]", error, value))
    return Batch(items=taken, deletions=gone, rejected=rejected, seen=len(items) + len(deletions))


def _rejected(where: str, error: BadItem, value: Any) -> Rejected:
    return Rejected(where=where, reason=str(error), sample=sample(orjson.dumps(value).decode()))


def _item(value: Any, now: datetime) -> Item:
    if not isinstance(value, dict):
        raise BadItem("It is not an object.")
    external_id = _id(value, "id")
    published_at = _time(value, "published_at", now)
    parent_id = _id(value, "parent", required=False)
    address = _address(value)
    return Item(
        external_id=external_id,
        text=_text(value, "text", required=True, longest=MAX_BODY),
        author=_author(value.get("author")),
        published_at=published_at,
        revision=_revision(value, published_at, now),
        thread_key=_id(value, "thread", required=False) or parent_id or external_id,
        parent_id=parent_id,
        title=_text(value, "title"),
        url=_text(value, "url"),
        address=address,
        visibility=Visibility.PRIVATE if address is Address.DIRECT else Visibility.PUBLIC,
        own=_flag(value, "own"),
        automatic=_flag(value, "automatic"),
        languages=tuple(filter(None, [_text(value, "language")])),
        tags=_texts(value, "tags"),
        links=_texts(value, "links"),
        reply_context=_context(value),
    )


def _deletion(value: Any, now: datetime) -> Deletion:
    if not isinstance(value, dict):
        raise BadItem("It is not an object.")
    external_id = _id(value, "id", required=False)
    author_id = _id(value, "author_id", required=False)
    if not external_id and not author_id:
        raise BadItem("id is missing.")
    at = _time(value, "at", now) if "at" in value else now
    return Deletion(at=at, external_id=external_id, author_id=author_id)


def _author(value: Any) -> Author:
    if not isinstance(value, dict):
        raise BadItem("author is missing, or is not an object.")
    handle, name = _text(value, "handle"), _text(value, "name")
    external_id = _id(value, "id", required=False) or handle or name
    if not external_id:
        raise BadItem("author needs an id, a handle or a name.")
    return Author(
        external_id=external_id[:MAX_ID], handle=handle, name=name, url=_text(value, "url")
    )


def _id(value: dict[str, Any], name: str, *, required: bool = True) -> str:
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if found is None or found == "":
        if required:
            raise BadItem(f"{name} is missing.")
        return ""
    if not isinstance(found, str):
        raise BadItem(f"{name} must be text or a whole number of at most 64 bits.")
    if len(found) > MAX_ID:
        raise BadItem(f"{name} is longer than {MAX_ID} characters.")
    return clean_text(found)


def _text(
    value: dict[str, Any], name: str, *, required: bool = False, longest: int = MAX_LINE
) -> str:
    found = value.get(name)
    if found is None and not required:
        return ""
    if not isinstance(found, str):
        raise BadItem(f"{name} is missing." if found is None else f"{name} must be text.")
    if len(found) > longest:
        raise BadItem(f"{name} is longer than {longest} characters.")
    return clean_text(found)


def _texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    found = value.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadItem(f"{name} must be a list of texts.")
    return tuple(clean_text(each[:MAX_LINE]) for each in found)


def _flag(value: dict[str, Any], name: str) -> bool:
    found = value.get(name, False)
    if not isinstance(found, bool):
        raise BadItem(f"{name} must be true or false.")
    return found


def _time(value: dict[str, Any], name: str, now: datetime) -> datetime:
    text = _text(value, name, required=True)
    try:
        moment = rfc3339(text)
    except ValueError as error:
        raise BadItem(f"{name}: {error}.") from error
    if moment > now + timedelta(days=1):
        raise BadItem(f"{name} is more than a day in the future.")
    return moment


def _revision(value: dict[str, Any], published_at: datetime, now: datetime) -> int:
    if value.get("revision") is None:
        changed = _time(value, "updated_at", now) if value.get("updated_at") else published_at
        return micros(changed)
    revision = value["revision"]
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise BadItem("revision must be a whole number.")
    if not 0 <= revision <= MAX_REVISION:
        raise BadItem("revision must lie between 0 and 2^63 − 1.")
    return revision


def _address(value: dict[str, Any]) -> Address:
    try:
        return Address(value.get("address", Address.DIRECT))
    except ValueError as error:
        known = ", ".join(Address)
        raise BadItem(f"address must be one of {known}.") from error


def _context(value: dict[str, Any]) -> dict[str, str]:
    found = value.get("context") or {}
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise BadItem("context must be an object of texts.")
    return {clean_text(key): clean_text(text) for key, text in found.items()}


def _reply(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "key": outgoing.key,
        "text": outgoing.text,
        "thread": outgoing.thread_key,
        "parent": outgoing.parent_id,
        "visibility": outgoing.visibility,
        "language": outgoing.language,
        "context": dict(outgoing.context),
    }


def _sent(response: httpx.Response, outgoing: Outgoing) -> Sent:
    """The receiver has it; an answer without a usable id is still an answer sent."""
    try:
        value = orjson.loads(response.content)
        if isinstance(value, dict):
            return Sent(
                external_id=_id(value, "id", required=False) or outgoing.key,
                url=_text(value, "url"),
            )
    except (orjson.JSONDecodeError, BadItem):
        pass
    return Sent(external_id=outgoing.key)
