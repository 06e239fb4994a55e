"""Reading one timeline page by page, and gathering what all of them give."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import orjson

from ildsjel.connectors.mastodon.api import Api
from ildsjel.connectors.mastodon.cursor import Position
from ildsjel.connectors.mastodon.statuses import (
    Viewpoint,
    local_id,
    read_status,
    revision_mark,
)
from ildsjel.connectors.mastodon.threads import Threads
from ildsjel.connectors.protocol import ConnectorError
from ildsjel.connectors.values import sample
from ildsjel.engine.items import Address, Item, Rejected

PAGE = 40  # the most that Mastodon gives at once
PAGES = 5  # a timeline and fetch; the next fetch goes on
_UNREAD = ""
_EMPTY = "0"  # read, and there was nothing: whatever comes from now on is new


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One list of statuses (or of notifications with a status) on one instance.

    `overlap` is how far before the newest post read the next look begins.
    """

    key: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    overlap: timedelta = timedelta(0)
    notifications: bool = False


@dataclass(slots=True)
class Gathered:
    """What one fetch has found so far, and what went wrong without stopping it."""

    items: list[Item] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    errors: list[ConnectorError] = field(default_factory=list)
    read: int = 0  # timelines that answered
    seen: int = 0
    more: bool = False

    def failed(self, where: str, error: ConnectorError) -> None:
        self.errors.append(error)
        self.rejected.append(Rejected(where=where, reason=str(error)))


@dataclass(slots=True)
class Reader:
    """Reads one instance's timelines into `found`."""

    api: Api
    view: Viewpoint
    threads: Threads
    found: Gathered

    def read(self, timeline: Timeline, position: Position) -> None:
        """Read on from the position, the oldest page first, and move the position.

        Raises what `Api.get` raises; what was read before that is kept.
        """
        if position.at in (_UNREAD, _EMPTY) and self._read_newest(timeline, position):
            return
        after = position.start(timeline.overlap)
        for _ in range(PAGES):
            newest = self._page(timeline, position, {"min_id": after} if after else {})
            # The same newest id as before: the end, or a server that does not know min_id.
            if not newest or newest == after:
                position.caught_up = True
                return
            position.at = after = newest
            position.caught_up = False
            if self.api.spent:
                return
        self.found.more = True

    def _read_newest(self, timeline: Timeline, position: Position) -> bool:
        """Read the newest page; False when a timeline that was empty has more than that by now."""
        seen = self.found.seen
        newest = self._page(timeline, position, {})
        if position.at == _EMPTY and self.found.seen - seen >= PAGE:
            return False
        position.at, position.caught_up = newest or _EMPTY, True
        return True

    def _page(self, timeline: Timeline, position: Position, where: Mapping[str, str]) -> str:
        """Take in one page; the id of its newest entry, or nothing for an empty page."""
        page = self.api.get_list(timeline.path, {**timeline.params, "limit": str(PAGE), **where})
        for entry in reversed(page):
            self._add_entry(entry, timeline, position)
        return next(filter(None, map(local_id, page)), "")

    def add(
        self,
        status: object,
        *,
        where: str,
        position: Position | None = None,
        notified: bool = False,
    ) -> None:
        """Keep the status, unless this revision was seen at this position before.

        `notified`: the server says that it mentions us, even where it does not list us.
        """
        mark = revision_mark(status)
        if position and mark and not position.is_new(mark):
            return
        item = self.item(status, where=where)
        if item and notified and item.address is Address.PUBLIC:
            item = replace(item, address=Address.MENTION)
        if item:
            self.found.items.append(item)

    def item(self, status: object, *, where: str) -> Item | None:
        """The status as an item; one that can't be read leaves a line in `found.rejected`."""
        try:
            if not isinstance(status, dict):
                raise ValueError("a status is not an object")
            return read_status(status, self.view, self.threads.place(status))
        except ValueError as error:
            line = Rejected(where=where, reason=str(error), sample=_sample(status))
            self.found.rejected.append(line)
            return None

    def _add_entry(self, entry: object, timeline: Timeline, position: Position) -> None:
        self.found.seen += 1
        if not timeline.notifications or not isinstance(entry, dict):
            self.add(entry, where=timeline.key, position=position)
        elif entry.get("type") == "mention":  # not every server filters them by type
            status = entry.get("status")
            self.add(status, where=timeline.key, position=position, notified=True)


def _sample(status: object) -> str:
    try:
        return sample(orjson.dumps(status).decode())
    except orjson.JSONEncodeError:
        return sample(repr(status)[:400])
