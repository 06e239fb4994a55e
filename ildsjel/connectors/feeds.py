"""RSS, Atom and JSON feeds: read by polling, with conditional requests.

A channel holds many feeds. Each has its own place in the cursor: validators for the next request,
and for every entry that is in the feed now its digest, its revision and when we first saw it. An
entry whose digest is known is not handed over again; one whose digest has changed is a new
revision, whether or not the feed says so.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from ildsjel.connectors import http
from ildsjel.connectors.feed_formats import Entry, ParsedFeed, parse_feed
from ildsjel.connectors.protocol import (
    Account,
    Batch,
    Capabilities,
    ConnectorError,
    Field,
    Identity,
    Outgoing,
    RateLimited,
    Refused,
    Sent,
    Stop,
    Unreachable,
)
from ildsjel.connectors.values import micros, short_id
from ildsjel.engine.items import Address, Author, Item, Rejected

MAX_BYTES = 5_000_000
MAX_ENTRIES = 1_000
WORKERS = 8  # feeds fetched side by side: one slow server must not hold up the others
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
PERMANENT = frozenset({301, 308})


@dataclass(slots=True)
class Place:
    """Where we are in one feed. `entries` maps an entry's key to (digest, revision, first seen)."""

    etag: str = ""
    modified: str = ""
    moved: str = ""
    wait_until: float = 0.0  # seconds since 1970
    entries: dict[str, tuple[str, int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Look:
    """What one look at one feed gave."""

    place: Place
    items: list[Item] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    seen: int = 0
    error: ConnectorError | None = None


class Feeds:
    kind = "feeds"
    title = "News feeds (RSS, Atom, JSON)"
    capabilities = Capabilities(
        reads=frozenset({Address.PUBLIC}),
        polls=True,
        poll_every=timedelta(minutes=5),
        edits=True,
        reads_without_credential=True,
    )
    fields = (
        Field(
            name="feed_urls",
            label="Feed addresses",
            kind="lines",
            required=True,
            help="One a line: the address of an RSS, Atom or JSON feed.",
        ),
    )

    def check(self, account: Account) -> Identity | None:
        """Read every feed once; `Refused` with a line for each that can't be read."""
        looks = _look_at_all(_urls(account), {}, datetime.now(UTC))
        problems = [_problem(url, look) for url, look in looks.items()]
        wrong = [problem for problem in problems if problem]
        said = " ".join(wrong)
        if wrong and len(wrong) == len(looks) and _all_unreachable(looks.values()):
            raise Unreachable(said)
        if wrong:
            raise Refused(said)
        return None

    def fetch(self, account: Account, cursor: str) -> Batch:
        """New and changed entries of all feeds. A feed that fails is a line in `rejected`.

        Raises `Unreachable` only when no feed at all could be reached.
        """
        places = _load(cursor)
        looks = _look_at_all(_urls(account), places, datetime.now(UTC))
        if _all_unreachable(looks.values()):
            raise next(look.error for look in looks.values() if look.error)
        return Batch(
            items=[item for look in looks.values() for item in look.items],
            rejected=[line for look in looks.values() for line in look.rejected],
            cursor=_dump({url: look.place for url, look in looks.items()}),
            seen=sum(look.seen for look in looks.values()),
        )

    def has_stream(self, account: Account) -> bool:
        return False

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        raise Refused("Feeds are fetched from time to time; they do not stream.")

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        raise Refused("A feed can only be read.")


def _urls(account: Account) -> list[str]:
    urls = list(dict.fromkeys(account.lines("feed_urls")))
    if not urls:
        raise Refused("Give at least one feed address.")
    return urls


def _problem(url: str, look: Look) -> str:
    if look.error is not None:
        return f"{url}: {look.error}"
    return f"{url}: {look.rejected[0].reason}" if look.rejected and not look.items else ""


def _all_unreachable(looks: Any) -> bool:
    return all(isinstance(look.error, Unreachable) for look in looks)


def _look_at_all(urls: list[str], places: dict[str, Place], now: datetime) -> dict[str, Look]:
    with (
        http.client(headers={"Accept": ACCEPT}) as session,
        ThreadPoolExecutor(min(WORKERS, len(urls))) as pool,
    ):
        looks = pool.map(lambda url: _look(session, url, places.get(url, Place()), now), urls)
        return dict(zip(urls, looks, strict=True))


def _look(session: httpx.Client, url: str, place: Place, now: datetime) -> Look:
    if place.wait_until > now.timestamp():
        return Look(place)
    place.wait_until = 0.0
    try:
        response = _ask(session, url, place)
    except ConnectorError as error:
        if isinstance(error, RateLimited):
            place.wait_until = now.timestamp() + error.retry_after
        return Look(place, rejected=[Rejected(where=url, reason=str(error))], error=error)
    look = Look(place, rejected=_moved(url, place, response))
    if response.status_code != 304:
        _read(url, response, look, now)
    return look


def _ask(session: httpx.Client, url: str, place: Place) -> httpx.Response:
    headers = {"If-None-Match": place.etag, "If-Modified-Since": place.modified}
    response = http.request(
        session,
        "GET",
        url,
        max_bytes=MAX_BYTES,
        accept_status=frozenset({410}),
        headers={name: value for name, value in headers.items() if value},
    )
    if response.status_code == 410:
        raise Refused("The feed is gone for good, says its server (410). Take it off the list.")
    return response


def _moved(url: str, place: Place, response: httpx.Response) -> list[Rejected]:
    """A notice, once, when the feed has a new address for good."""
    steps = [step.status_code for step in response.history]
    target = str(response.url) if steps and PERMANENT.issuperset(steps) else ""
    known, place.moved = place.moved, target
    if not target or target == known:
        return []
    reason = f"The feed has moved to {target} for good. It is still read; change its address."
    return [Rejected(where=url, reason=reason)]


def _read(url: str, response: httpx.Response, look: Look, now: datetime) -> None:
    final_url = str(response.url)
    feed = parse_feed(response.content, final_url, response.headers.get("Content-Type", ""))
    if feed.problem:
        look.rejected.append(Rejected(where=url, reason=feed.problem))
        if not feed.entries:
            look.error = Refused(feed.problem)
    if len(feed.entries) > MAX_ENTRIES:
        reason = f"The feed holds {len(feed.entries)} entries; the first {MAX_ENTRIES} were read."
        look.rejected.append(Rejected(where=url, reason=reason))
    if not feed.problem:
        # After trouble we ask for the whole feed again.
        look.place.etag = response.headers.get("ETag", "")[:500]
        look.place.modified = response.headers.get("Last-Modified", "")[:100]
    _take(url, feed, look, now)


def _take(url: str, feed: ParsedFeed, look: Look, now: datetime) -> None:
    known, entries = look.place.entries, feed.entries[:MAX_ENTRIES]
    # A broken feed shows only some of its entries: what we know of the others must stay.
    current = dict(known) if feed.problem else {}
    done: set[str] = set()
    for entry in entries:
        key, digest = _digest(entry.name), _digest(entry.content())
        if key in done:
            continue  # two entries with one guid would overwrite each other at every look
        done.add(key)
        before = known.get(key)
        first_seen = before[2] if before else micros(now)
        revision = _revision(entry, before, digest, first_seen)
        current[key] = (digest, revision, first_seen)
        if before is None or before[0] != digest:
            look.items.append(_item(url, feed, entry, revision, first_seen))
    look.place.entries = dict(list(current.items())[-MAX_ENTRIES:])
    look.seen = len(entries)


def _revision(
    entry: Entry, before: tuple[str, int, int] | None, digest: str, first_seen: int
) -> int:
    stated = entry.updated or entry.published
    revision = micros(stated) if stated else first_seen
    if before is None:
        return revision
    return before[1] if before[0] == digest else max(revision, before[1] + 1)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _item(url: str, feed: ParsedFeed, entry: Entry, revision: int, first_seen: int) -> Item:
    external_id = short_id(f"{url}#{entry.name}")
    return Item(
        external_id=external_id,
        text=entry.text or entry.title,
        author=_author(url, feed, entry),
        published_at=_published(entry, first_seen),
        revision=revision,
        thread_key=external_id,
        title=entry.title,
        url=entry.link,
        languages=tuple(filter(None, [entry.language or feed.language])),
        tags=entry.tags,
        links=entry.links,
        media=entry.media,
    )


def _author(url: str, feed: ParsedFeed, entry: Entry) -> Author:
    if entry.author:
        return Author(external_id=short_id(f"{url}#{entry.author}"), name=entry.author)
    return Author(external_id=short_id(url), name=feed.title, url=feed.link)


def _published(entry: Entry, first_seen: int) -> datetime:
    """The stated time, else when we first saw it; feeds also date entries into the future."""
    seen = datetime.fromtimestamp(first_seen / 1e6, UTC)
    stated = entry.published or entry.updated
    return stated if stated and stated <= seen + timedelta(days=1) else seen


def _load(cursor: str) -> dict[str, Place]:
    if not cursor:
        return {}
    try:
        saved = orjson.loads(cursor)
        return {url: _place(value) for url, value in saved.items()}
    except (ValueError, TypeError, AttributeError, KeyError):
        return {}


def _place(value: dict[str, Any]) -> Place:
    entries = {key: (str(d), int(r), int(s)) for key, (d, r, s) in value.pop("entries").items()}
    return Place(**value, entries=entries)


def _dump(places: dict[str, Place]) -> str:
    return orjson.dumps(places).decode()
