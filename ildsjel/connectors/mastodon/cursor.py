"""How far each timeline has been read, kept as JSON in the channel's cursor.

A server orders its timelines by id, and Mastodon makes the id of a post from elsewhere out of the
time it was written. A post that arrives late therefore lands behind what we have read. So each
look begins a little before the last one ended, and what was seen then is passed over.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson

_REMEMBERED = 80  # more than a page, so that a server that ignores our place repeats nothing
_SNOWFLAKE_BITS = 16  # Mastodon's ids: milliseconds since 1970, then 16 bits
_SMALLEST_SNOWFLAKE = 10**17


@dataclass(slots=True)
class Position:
    """`at` is the newest id read, `caught_up` whether the timeline had ended there."""

    at: str = ""
    caught_up: bool = True
    recent: dict[str, None] = field(default_factory=dict)

    def start(self, overlap: timedelta) -> str:
        """The id to read on from, the empty string for a timeline never read."""
        if not self.caught_up or not self.at.isdigit() or int(self.at) < _SMALLEST_SNOWFLAKE:
            return self.at
        return str(int(self.at) - (int(overlap.total_seconds() * 1000) << _SNOWFLAKE_BITS))

    def is_new(self, seen: str) -> bool:
        """Whether this was not seen lately; from now on it was."""
        mark = hashlib.blake2b(seen.encode("utf-8", "replace"), digest_size=6).hexdigest()
        if mark in self.recent:
            return False
        self.recent[mark] = None
        while len(self.recent) > _REMEMBERED:
            del self.recent[next(iter(self.recent))]
        return True


@dataclass(slots=True)
class Cursor:
    """The positions by timeline, and our account's id and profile on our own instance."""

    positions: dict[str, Position] = field(default_factory=dict)
    own_id: str = ""
    own_url: str = ""

    @classmethod
    def load(cls, text: str) -> "Cursor":
        """From its JSON. What can't be read is left out, and its timeline begun anew."""
        try:
            value: Any = orjson.loads(text or "{}")
        except orjson.JSONDecodeError:
            value = {}
        found = value if isinstance(value, dict) else {}
        stored = found.get("timelines")
        positions = stored.items() if isinstance(stored, dict) else ()
        return cls(
            {key: _position(each) for key, each in positions if isinstance(each, dict)},
            str(found.get("own_id", "")),
            str(found.get("own_url", "")),
        )

    def dump(self) -> str:
        timelines = {
            key: {"at": each.at, "caught_up": each.caught_up, "recent": list(each.recent)}
            for key, each in sorted(self.positions.items())
        }
        value = {"timelines": timelines, "own_id": self.own_id, "own_url": self.own_url}
        return orjson.dumps(value).decode()

    def position(self, key: str) -> Position:
        return self.positions.setdefault(key, Position())

    def keep_only(self, keys: set[str]) -> None:
        """Forget timelines that are no longer read."""
        self.positions = {key: each for key, each in self.positions.items() if key in keys}


def _position(stored: Mapping[str, Any]) -> Position:
    recent = stored.get("recent")
    marks = [str(mark) for mark in recent] if isinstance(recent, list) else []
    return Position(
        str(stored.get("at", "")),
        bool(stored.get("caught_up", True)),
        dict.fromkeys(marks[-_REMEMBERED:]),
    )
