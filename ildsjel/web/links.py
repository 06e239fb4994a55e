"""Addresses in other people's text as links, and everything else in it as nothing but text."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# One character class and no alternatives, so that the time is linear whatever a text contains.
ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
AFTER = ".,;:!?'’*_…"  # what ends a sentence and not an address
SHOWN = 120


def linkify(text: str) -> SafeString:
    """Escape a text and make its http and https addresses links that open elsewhere.

    The links vouch for nothing (nofollow) and learn nothing of us (noopener, noreferrer).
    """
    pieces: list[str] = []
    done = 0
    for found in ADDRESS.finditer(text):
        url = _trimmed(found.group())
        if len(url) <= len("https://"):
            continue
        pieces += [escape(text[done : found.start()]), _link(url)]
        done = found.start() + len(url)
    pieces.append(escape(text[done:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece is escaped above


def _trimmed(url: str) -> str:
    """Without the full stop of the sentence, or the bracket that was opened before the address."""
    url = url.rstrip(AFTER)
    for opening, closing in ("()", "[]"):
        if url.endswith(closing) and url.count(closing) > url.count(opening):
            url = url[:-1].rstrip(AFTER)
    return url


def _link(url: str) -> SafeString:
    shown = url if len(url) <= SHOWN else f"{url[: SHOWN - 1]}…"
    link = '<a href="{}" rel="nofollow noopener noreferrer" target="_blank">{}</a>'
    return format_html(link, url, shown)
