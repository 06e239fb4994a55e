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

    def __str__(self) -> str:
        values = {"t": self.until_us, "n": self.newest_us, "p": self.page}
        return orjson.dumps(values).decode()


def fetch_notifications(session: Session, cursor: str) -> Batch:
    """One page of what was said to us; `more` while older pages wait. Never skips on a repeat."""
    position = Position.parse(cursor)
    params: dict[str, Any] = {"limit": PAGE, "reasons": sorted(views.TO_US)}
    if position.page:
        params["cursor"] = position.page
    answer = session.get("app.bsky.notification.listNotifications", params)
    if answer.error:
        raise Refused(f"Bluesky does not show the notifications: {answer.error}.")
    listed = answer.get("notifications")
    notifications = listed if isinstance(listed, list) else []
    after = _after(position, notifications, str(answer.get("cursor") or ""))
    items, rejected = views.read_views(_new(notifications, position.until_us), session.did)
    return Batch(
        items=items,
        rejected=rejected,
        cursor=str(after),
        more=bool(after.page),
        secrets=session.secrets,
        seen=len(notifications),
    )


def _micros(notification: object) -> int:
    moment = views.notified_at(notification)
    return to_micros(moment) if moment else 0


def _new(notifications: list[Any], until_us: int) -> list[Any]:
    addressed = views.addressed_to_us(notifications)
    return [each for each in addressed if _micros(each) >= until_us]


def _after(position: Position, notifications: list[Any], page: str) -> Position:
    times = [_micros(notification) for notification in notifications]
    newest = max([position.newest_us, *times])
    reached = not page or not times or min(times) < position.until_us
    if reached:
        return Position(max(newest, position.until_us))
    return replace(position, newest_us=newest, page=page)
