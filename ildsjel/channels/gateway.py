"""The only place that opens connectors: a channel row in, values out, the network in between.

No function here holds a transaction open around a call to the network.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db import transaction

from ildsjel.channels.models import Channel, Credential
from ildsjel.channels.sealing import SealBroken, seal, unseal
from ildsjel.connectors import (
    POLL,
    STREAM,
    Account,
    Batch,
    Capabilities,
    Connector,
    ConnectorError,
    Field,
    Identity,
    Outgoing,
    RateLimited,
    Refused,
    Sent,
    Stop,
    Unreachable,
    Unsure,
    all_connectors,
    get_connector,
)
from ildsjel.connectors.files import Inspection, inspect
from ildsjel.connectors.webhook import Webhook

__all__ = [
    "POLL",
    "STREAM",
    "Account",
    "Batch",
    "Capabilities",
    "Connector",
    "ConnectorError",
    "Field",
    "Identity",
    "Inspection",
    "Outgoing",
    "RateLimited",
    "Refused",
    "Sent",
    "Stop",
    "Unreachable",
    "Unsure",
    "all_connectors",
    "capabilities",
    "check",
    "fetch",
    "get_connector",
    "inspect",
    "is_installed",
    "keep_secrets",
    "place_of",
    "receive_push",
    "send",
    "stored_secrets",
    "stream",
    "streams",
    "try_again",
]


def capabilities(channel: Channel) -> Capabilities:
    """What the channel's network lets us do."""
    return get_connector(channel.kind).capabilities


def own_ids_among(channel: Channel, external_ids: Iterable[str]) -> set[str]:
    """Which of these ids say by themselves that we wrote what they name."""
    beginning = capabilities(channel).own_ids.format(identity=channel.identity)
    if not (beginning and channel.identity):
        return set()
    return {each for each in external_ids if each.startswith(beginning)}


def place_of(channel: Channel, cursor: str) -> tuple[str, ...]:
    """What a cursor (`POLL` or `STREAM`) points into: the values of the settings that name it."""
    naming = [each for each in get_connector(channel.kind).fields if cursor in each.places]
    return tuple(str(channel.settings.get(f.name) or f.default).strip() for f in naming)


def is_installed(channel: Channel) -> bool:
    """Whether this installation has the channel's connector; one from elsewhere may have gone."""
    return channel.kind in all_connectors()


def streams(channel: Channel) -> bool:
    """Whether this channel, with its settings, has something to stream."""
    connector = get_connector(channel.kind)
    return connector.capabilities.streams and connector.has_stream(account_of(channel))


def check(kind: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Identity | None:
    """Try settings that are not stored yet. Raises `ConnectorError` with the reason."""
    return get_connector(kind).check(Account(settings=settings, secrets=secrets))


def try_again(channel: Channel) -> Identity | None:
    """Try a stored channel as it is. Raises `ConnectorError` with the reason, or `SealBroken`."""
    return get_connector(channel.kind).check(account_of(channel))


def fetch(channel: Channel) -> Batch:
    """One bounded look at the network."""
    batch = get_connector(channel.kind).fetch(account_of(channel), channel.poll_cursor)
    keep_secrets(channel, batch.secrets)
    return batch


def stream(channel: Channel, stop: Stop) -> Iterator[Batch]:
    """Batches as they come, until `stop` is set or the connection is lost."""
    connector = get_connector(channel.kind)
    for batch in connector.stream(account_of(channel), channel.stream_cursor, stop):
        keep_secrets(channel, batch.secrets)
        yield batch


def send(channel: Channel, outgoing: Outgoing) -> Sent:
    """Publish an answer. Raises the four kinds of `ConnectorError`."""
    sent = get_connector(channel.kind).send(account_of(channel), outgoing)
    keep_secrets(channel, sent.secrets)
    return sent


def receive_push(channel: Channel, headers: Mapping[str, str], body: bytes, now: datetime) -> Batch:
    """What a signed call to us carries. Raises `Refused` when the signature does not hold."""
    connector = get_connector(channel.kind)
    if not isinstance(connector, Webhook):
        raise Refused("This channel takes no calls.")
    return connector.receive(account_of(channel), headers, body, now)


def account_of(channel: Channel) -> Account:
    """The channel with its secrets opened; never kept."""
    credential = Credential.objects.filter(pk=channel.pk).first()
    secrets = unseal(credential.sealed) if credential else {}
    return Account(settings=channel.settings, secrets=secrets, identity=channel.identity)


def stored_secrets(channel: Channel) -> dict[str, str]:
    """The channel's secrets, to be tried with new settings; none where the seal is broken."""
    try:
        return dict(account_of(channel).secrets)
    except SealBroken:
        return {}


def keep_secrets(channel: Channel, renewed: Mapping[str, str] | None) -> None:
    """Store renewed secrets over the old; an empty value never replaces a stored one."""
    fresh = {name: value for name, value in (renewed or {}).items() if value}
    if not fresh:
        return
    with transaction.atomic():  # or a password that is typed meanwhile would be written over
        credential = Credential.objects.select_for_update().filter(pk=channel.pk).first()
        stored = unseal(credential.sealed) if credential else {}
        sealed = seal({**stored, **fresh})
        Credential.objects.update_or_create(channel=channel, defaults={"sealed": sealed})
