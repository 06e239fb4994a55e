"""A secret that we made and show once: carried, sealed, from the page that made it to the next."""

from django.contrib.sessions.backends.base import SessionBase

from ildsjel.channels.models import Channel
from ildsjel.channels.sealing import SealBroken, seal, unseal

KEY = "secret_shown_once"


def keep(session: SessionBase, channel: Channel, secret: str) -> None:
    """Let the channel's page show the secret the next time it is opened."""
    session[KEY] = seal({str(channel.pk): secret}).decode("ascii")


def take(session: SessionBase, channel: Channel) -> str:
    """The secret kept for this channel, once; empty without one."""
    sealed = session.pop(KEY, "")
    try:
        return unseal(sealed.encode("ascii")).get(str(channel.pk), "") if sealed else ""
    except SealBroken:
        return ""
