"""Where to go on in the stream: opaque outside this connector.

Version 1 of Jetstream counts microseconds, version 2 counts events, each server on its own. So a
cursor holds both where it can: after a change of server or version, the time is what carries over.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from ildsjel.connectors.bluesky.names import from_micros, to_micros

FIRST_LOOK_BACK = timedelta(minutes=1)
# Version 1 orders events only roughly by its clock, and servers differ by a little.
STEP_BACK = timedelta(seconds=5)
# Version 2 takes a cursor from here on for microseconds, and brings it up to its oldest event.
LEAST_TIME_CURSOR = 1_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """All events up to `time_us` are stored; on `server` (version 2), up to `seq`."""

    time_us: int
    seq: int = 0
    server: str = ""

    @classmethod
    def start(cls) -> "Cursor":
        return cls.at(datetime.now(UTC) - FIRST_LOOK_BACK)

    @classmethod
    def at(cls, moment: datetime) -> "Cursor":
        return cls(to_micros(moment))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """`ValueError` when it is not one of ours."""
        try:
            values = orjson.loads(text)
            cursor = cls(int(values["t"]), int(values.get("s", 0)), str(values.get("h", "")))
            from_micros(cursor.time_us)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"not a Bluesky cursor: {text[:100]!r}") from error
        if cursor.time_us < 0 or cursor.seq < 0:
            raise ValueError(f"not a Bluesky cursor: {text[:100]!r}")
        return cursor

    def __str__(self) -> str:
        values: dict[str, int | str] = {"t": self.time_us}
        if self.seq:
            values |= {"s": self.seq, "h": self.server}
        return orjson.dumps(values).decode()

    @property
    def time(self) -> datetime:
        return from_micros(self.time_us)

    def for_v1(self) -> int:
        return max(self.time_us - STEP_BACK // timedelta(microseconds=1), 0)

    def for_v2(self, server: str) -> int:
        """The event number where it counts on this server, otherwise the time."""
        if self.seq and self.server == server:
            return self.seq
        return max(self.for_v1(), LEAST_TIME_CURSOR)
