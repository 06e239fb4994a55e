"""Offering to take something back on the page that follows it."""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase

KEY = "undo_offer"
SECONDS = 15


def offer_undo(session: SessionBase, text: str, url: str) -> None:
    """Let the next page show `text` with a button that posts to `url` and undoes what was done."""
    session[KEY] = {"text": text, "url": url, "seconds": SECONDS}


def undo_offer(session: SessionBase) -> dict[str, Any] | None:
    """The offer made by the page before, once; as template context under the name `undo`."""
    offer: dict[str, Any] | None = session.pop(KEY, None)
    return offer
