"""What a network says happened: posts, messages, edits and deletions, as plain values.

Every connector turns its network's traffic into these, and every later step reads only these.
All times are timezone-aware and in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Address(StrEnum):
    """How far a post is directed at the organisation whose channel brought it."""

    PUBLIC = "public"  # said in the open, not to us
    MENTION = "mention"  # names our account
    REPLY = "reply"  # answers something we wrote
    DIRECT = "direct"  # written to us and to nobody else: private message, e-mail, form


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote it, as the network knows them. `external_id` is stable, `handle` may change."""

    external_id: str
    handle: str = ""
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Something shown with the post. `kind` is image, video, audio or file."""

    url: str
    kind: str = "image"
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post, comment, message, e-mail or feed entry, in one of its revisions.

    `external_id` names it within its channel, over all revisions. `revision` is a number that grows
    with each edit (microseconds since 1970 where the network gives a time): the highest wins,
    whatever the order of arrival. `thread_key` is the same for all items of one conversation.
    `text` is plain text; markup is taken out by the connector.
    """

    external_id: str
    text: str
    author: Author
    published_at: datetime
    revision: int
    thread_key: str
    parent_id: str = ""
    title: str = ""
    url: str = ""
    address: Address = Address.PUBLIC
    visibility: Visibility = Visibility.PUBLIC
    own: bool = False  # written by the organisation's own account
    automatic: bool = False  # an auto-reply, bounce or list mail: never answered, opens no clock
    repost: bool = False
    languages: tuple[str, ...] = ()  # BCP 47, as declared by the author or the network
    tags: tuple[str, ...] = ()  # hashtags without the sign
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    reply_context: dict[str, str] = field(default_factory=dict)  # what sending an answer needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The network says that an item, or all of an author's items, are gone."""

    at: datetime
    external_id: str = ""
    author_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Something that arrived and could not be read: where it stood and why, in plain words."""

    where: str
    reason: str
    sample: str = ""
