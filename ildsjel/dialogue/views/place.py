"""Where in the inbox somebody is: which view, which desk, which page of the list.

Every address of the inbox carries it, so that what comes next after an answer is what comes next in
the list that the person works through.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from ildsjel.dialogue.models import State
from ildsjel.dialogue.queries import View
from ildsjel.organisation.models import Member
from ildsjel.organisation.pages import address

FIRST = "needs"
VIEWS: dict[str, View] = {
    "needs": View(state=State.OPEN, waiting=True, order="promised"),
    "open": View(state=State.OPEN),
    "mine": View(state=State.OPEN, mine=True),
    "unassigned": View(state=State.OPEN, unassigned=True),
    "unsent": View(state="", unsent=True),
    "snoozed": View(state=State.SNOOZED),
    "closed": View(state=State.CLOSED),
    "all": View(state=""),  # only with a goal or story: over everything it would have no index
}
NAMES: dict[str, Callable[[], str]] = {
    "needs": lambda: _("To answer"),
    "open": lambda: _("Open"),
    "mine": lambda: _("Mine"),
    "unassigned": lambda: _("Unassigned"),
    "unsent": lambda: _("Not sent"),
    "snoozed": lambda: _("Snoozed"),
    "closed": lambda: _("Closed"),
    "all": lambda: _("All"),
}
ICONS = {
    "needs": "waiting",
    "open": "inbox",
    "mine": "person",
    "unassigned": "open",
    "unsent": "sending",
    "snoozed": "snooze",
    "closed": "done",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A view of the inbox, and the mark of the page in it."""

    key: str = FIRST
    desk: int | None = None
    goal: int | None = None
    story: int | None = None
    after: str = ""
    before: str = ""

    @property
    def view(self) -> View:
        return replace(VIEWS[self.key], desk=self.desk, goal=self.goal, story=self.story)

    @property
    def name(self) -> str:
        return NAMES[self.key]()

    @property
    def query(self) -> str:
        """The part of an address that says where one is."""
        said = {
            "view": self.key if self.key != FIRST else "",
            "desk": self.desk,
            "goal": self.goal,
            "story": self.story,
            "after": self.after,
            "before": self.before,
        }
        given = {name: value for name, value in said.items() if value}
        return f"?{urlencode(given)}" if given else ""

    def first_page(self) -> "Place":
        return replace(self, after="", before="")


def place_in(asked: QueryDict) -> Place:
    """Read the place from an address; what cannot be read is as if it had not been said."""
    goal = number_in(asked, "goal")
    key = asked.get("view", FIRST)
    story = number_in(asked, "story")
    known = key in VIEWS and (key != "all" or goal is not None or story is not None)
    return Place(
        key=key if known else FIRST,
        desk=number_in(asked, "desk"),
        goal=goal,
        story=story,
        after=asked.get("after", "")[:40],
        before=asked.get("before", "")[:40],
    )


def number_in(asked: QueryDict, name: str) -> int | None:
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def numbers_in(text: str) -> list[int]:
    """Numbers joined by "-", at most 100; anything else in it is left out."""
    parts = text.split("-")[:100]
    return [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 19]


def list_at(member: Member, place: Place) -> str:
    return address(member, "dialogue:list") + place.query


def at(member: Member, name: str, pk: int, place: Place, **more: str) -> str:
    """The address of a page or an act about one row, keeping the place."""
    query = place.query
    if more:
        query += ("&" if query else "?") + urlencode(more)
    return address(member, f"dialogue:{name}", pk) + query
