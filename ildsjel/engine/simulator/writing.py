"""Posts, e-mails and news as each network would bring them: ids, threads, tags and addresses."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from ildsjel.engine.items import Address, Author, Deletion, Item, Visibility
from ildsjel.engine.simulator.people import Citizen
from ildsjel.engine.simulator.sample_organisation import Municipality

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAG = re.compile(r"#(\w+)")
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a post really is about, for tests, drills and benchmarks. `kind` is everyday, campaign
    or crisis; `answered_by` the name of the person here who answered or wrote it, or empty."""

    topic: str
    desk: str
    language: str
    kind: str
    answered_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a network brings at a moment (UTC)."""

    at: datetime
    network: str
    payload: Item | Deletion
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody says; the scribe adds what the network needs. `parent`: what it answers."""

    text: str
    at: datetime
    title: str = ""
    language: str = "nb"
    address: Address = Address.PUBLIC
    parent: Item | None = None
    automatic: bool = False


def micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


class Scribe:
    """Makes items. Ids follow from the time of writing and a seeded draw."""

    def __init__(self, chance: Random, organisation: Municipality) -> None:
        self._chance = chance
        self._organisation = organisation

    def by(self, citizen: Citizen, draft: Draft) -> Item:
        author = Author(
            external_id=citizen.identity,
            handle=citizen.handle,
            name=citizen.name,
            url="" if citizen.network == "mail" else _profile(citizen.network, citizen.handle),
        )
        return self._item(citizen.network, author, draft, own=False)

    def ours(self, network: str, draft: Draft) -> Item:
        channel = self._organisation.channel(network)
        author = Author(
            external_id=channel.identity,
            handle=channel.handle,
            name=self._organisation.name,
            url="" if network == "mail" else _profile(network, channel.handle),
        )
        return self._item(network, author, draft, own=True)

    def news(self, paper: str, draft: Draft) -> Item:
        feed = f"https://{paper}.example/feed"
        number = self._chance.randrange(10_000, 99_999)
        return Item(
            external_id=f"https://{paper}.example/artikkel/{number}-{micros(draft.at)}",
            url=f"https://{paper}.example/artikkel/{number}-{micros(draft.at)}",
            author=Author(external_id=feed, name=paper.replace("-", " ").title(), url=feed),
            text=draft.text,
            title=draft.title,
            published_at=draft.at,
            revision=micros(draft.at),
            thread_key=f"https://{paper}.example/artikkel/{number}-{micros(draft.at)}",
            languages=(draft.language,),
        )

    def repost(self, citizen: Citizen, post: Item, at: datetime) -> Item:
        draft = Draft(text=post.text, at=at)
        item = self.by(citizen, draft)
        return _changed(item, repost=True, tags=post.tags)

    def edited(self, item: Item, text: str, at: datetime) -> Item:
        return _changed(item, text=text, revision=micros(at), tags=_tags(text))

    def _item(self, network: str, author: Author, draft: Draft, *, own: bool) -> Item:
        external_id = self._id(network, author, draft.at)
        mail = network == "mail"
        return Item(
            external_id=external_id,
            text=draft.text,
            author=author,
            published_at=draft.at,
            revision=micros(draft.at),
            thread_key=draft.parent.thread_key if draft.parent else external_id,
            parent_id=draft.parent.external_id if draft.parent else "",
            title=draft.title,
            url="" if mail else f"{author.url}/{external_id.rsplit('/', 1)[-1]}",
            address=draft.address,
            visibility=Visibility.PRIVATE if mail else Visibility.PUBLIC,
            own=own,
            automatic=draft.automatic,
            languages=() if mail else (draft.language,),
            tags=() if mail else _tags(draft.text),
        )

    def _id(self, network: str, author: Author, at: datetime) -> str:
        if network == "bluesky":
            number = (micros(at) << 10) | self._chance.randrange(1024)
            key = "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))
            return f"at://{author.external_id}/app.bsky.feed.post/{key}"
        if network == "mastodon":
            number = (micros(at) // 1000 << 16) | self._chance.randrange(65_536)
            return f"{author.external_id}/statuses/{number}"
        domain = author.external_id.split("@")[-1]
        return f"<{self._chance.getrandbits(64):016x}.{micros(at)}@{domain}>"


def _changed(item: Item, **values: object) -> Item:
    fields = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    return Item(**{**fields, **values})


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_TAG.findall(text)))


def _profile(network: str, handle: str) -> str:
    if network == "bluesky":
        return f"https://himmel.example/profile/{handle}"
    user, server = handle.split("@")
    return f"https://{server}/@{user}"
