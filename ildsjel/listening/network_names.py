"""Kinds of channels as a reader calls them."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "feeds": _("Feeds"),
    "files": _("Files"),
    "mail": _("E-mail"),
    "sample": _("Simulated"),
    "webhook": _("Webhook"),
}


def network_name(kind: str) -> str:
    """The name of a kind; a kind that came with an extension is its own name."""
    return str(NAMES.get(kind, kind.title()))
