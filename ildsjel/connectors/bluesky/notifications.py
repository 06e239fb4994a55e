"""Reading notifications backwards, page by page, down to where the last reading began."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from ildsjel.connectors.bluesky import views
from ildsjel.connectors.bluesky.names import to_micros
from ildsjel.connectors.bluesky.session import Session
from ildsjel.connectors.protocol import Batch, Refused

FIRST_LOOK_BACK = timedelta(days=2)
# The AppView lists by the time that the author's clock gave, and takes in posts side by side: what
# is new may stand below what was there before it.
STEP_BACK = timedelta(hours=1)
PAGE = 100


@dataclass(frozen=True, slots=True)
class Position:
    """`until_us`: read up to there. While `page` is set, reading down from `newest_us` goes on."""

    until_us: int
    newest_us: int = 0
    page: str = ""

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Also takes a cursor of the stream, whose time means the same; anything else: start."""
        try:
            values = orjson.loads(text)
            return cls(int(values["t"]), int(values.get("n", 0)), str(values.get("p", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(to_micros(datetime.now(UTC) - FIRST_LOOK_BACK))

    @property
    def floor_us(self) -> int:
        """What is older than this has been read, or came far too late."""
        return self.until_us - STEP_BACK // timedelta(microseconds=1)

    def __str__(self) -> str:
        values = {"t": self.until_us, "n": self.newest_us, "p": self.page}
        return orjson.dumps(values).decode()


def fetch_notifications(session: Session, cursor: str) -> Batch:
    """One page of what was said to us; `more` while older pages wait. Never skips on a repeat."""
    position = Position.parse(cursor)
    # All reasons, not ours alone: likes, too, tell how far down a page reaches, and an AppView that
    # is asked for some reasons gives up after ten pages with nothing in hand.
    params: dict[str, Any] = {"limit": PAGE}
    if position.page:
        params["cursor"] = position.page
    answer = session.get("app.bsky.notification.listNotifications", params)
    if answer.error:
        raise Refused("Bluesky does not show the notifications: %(reason)s.", reason=answer.error)
    listed = answer.get("notifications")
    notifications = listed if isinstance(listed, list) else []
    after = _after(position, notifications, str(answer.get("cursor") or ""))
    items, rejected = views.read_views(_new(notifications, position.floor_us), session.did)
    return Batch(
        items=items,
        rejected=rejected,
        cursor=str(after),
        more=bool(after.page),
        secrets=session.secrets,
        seen=len(notifications),
    )


def _micros(notification: object) -> int:
    """When it was listed; 0 where that can't be read."""
    moment = views.notified_at(notification)
    return to_micros(moment) if moment else 0


def _new(notifications: list[Any], floor_us: int) -> list[Any]:
    addressed = views.addressed_to_us(notifications)
    return [each for each in addressed if _micros(each) >= floor_us]


def _after(position: Position, notifications: list[Any], page: str) -> Position:
    times = [moment for each in notifications if (moment := _micros(each))]
    newest = max([position.newest_us, *times])
    past = bool(times) and min(times) < position.floor_us
    if past or page in ("", position.page):
        return Position(max(newest, position.until_us))
    return replace(position, newest_us=newest, page=page)
