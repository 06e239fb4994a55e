"""What the AppView shows: threads and notifications, as batches. Pure: answers in, values out."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ildsjel.connectors.bluesky.names import is_did, parse_time
from ildsjel.connectors.bluesky.posts import Unreadable, view_author, view_to_item
from ildsjel.engine.items import Author, Item, Rejected

MOST_POSTS = 1000
TO_US = frozenset({"mention", "reply", "quote"})


def read_views(views: Iterable[object], us: str) -> tuple[list[Item], list[Rejected]]:
    """Posts as the AppView shows them; those that can't be read are told one by one."""
    items: list[Item] = []
    rejected: list[Rejected] = []
    for view in views:
        try:
            items.append(view_to_item(view, us))
        except Unreadable as error:
            uri = view.get("uri") if isinstance(view, Mapping) else None
            where = f"Bluesky post {str(uri)[:300]}" if uri else "Bluesky post"
            rejected.append(Rejected(where=where, reason=str(error), sample=repr(view)[:500]))
    return items, rejected


def posts_in_thread(thread: object) -> Iterator[object]:
    """All posts around one, in no promised order; gone and blocked ones are passed over."""
    waiting = [thread]
    given = 0
    while waiting and given < MOST_POSTS:
        node = waiting.pop()
        if not isinstance(node, Mapping):
            continue
        if "post" in node:
            given += 1
            yield node["post"]
        replies = node.get("replies")
        waiting += [node.get("parent"), *(replies if isinstance(replies, list) else [])]


def addressed_to_us(notifications: Iterable[object]) -> list[Mapping[str, Any]]:
    """Mentions, answers and quotes among notifications: each is a post's view by itself."""
    return [each for each in notifications if isinstance(each, Mapping) and _reason(each) in TO_US]


def _reason(notification: Mapping[str, Any]) -> str:
    return str(notification.get("reason"))


def notified_at(notification: object) -> datetime | None:
    return parse_time(notification.get("indexedAt")) if isinstance(notification, Mapping) else None


def read_profiles(profiles: object) -> dict[str, Author]:
    """Authors by their DID."""
    found: dict[str, Author] = {}
    for profile in profiles if isinstance(profiles, list) else []:
        did = profile.get("did") if isinstance(profile, Mapping) else None
        if isinstance(did, str) and is_did(did):
            found[did] = view_author(profile, did)
    return found
