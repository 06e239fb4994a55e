"""Writes to channels: what people do with them, and what the loop notes of them."""

import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ildsjel.channels import gateway
from ildsjel.channels.gateway import ConnectorError, capabilities, get_connector
from ildsjel.channels.models import Channel, Credential, HealthKind, HealthLine
from ildsjel.channels.sealing import SealBroken, reseal, seal, unseal
from ildsjel.engine.items import Rejected
from ildsjel.organisation.audit import changed, record, replan, require, require_own
from ildsjel.organisation.models import Member, Organisation, Right, utc_now
from ildsjel.work.texts import storable, storable_value

HEALTH_LINES_KEPT = 200
CURSORS = {gateway.POLL: "poll_cursor", gateway.STREAM: "stream_cursor"}
MESSAGE_LENGTH = 500


@transaction.atomic
def connect(
    *,
    by: Member,
    kind: str,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
    identity: str = "",
    handle: str = "",
    url: str = "",
) -> Channel:
    """Add a channel; it is read from the next turn of the loop on."""
    require(by, Right.CHANNELS)
    get_connector(kind)  # KeyError for a kind that is not installed
    channel = Channel.objects.create(
        organisation=by.organisation,
        kind=kind,
        name=name,
        settings=dict(settings),
        identity=identity,
        handle=handle,
        url=url,
        due_at=utc_now() if get_connector(kind).capabilities.polls else None,
    )
    _seal(channel, secrets or {})
    record(by.organisation, "channel.connect", by=by, target=channel, details={"kind": kind})
    replan(by.organisation_id)
    return channel


@transaction.atomic
def update_channel(
    *,
    by: Member,
    channel: Channel,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
    identity: str = "",
    handle: str = "",
    url: str = "",
) -> Channel:
    """Change a channel. Secrets that are left out stay as they are; it is tried again at once.

    A cursor that points into what is no longer read is forgotten: reading begins anew.
    """
    require(by, Right.CHANNELS)
    require_own(by, channel)
    places = {cursor: gateway.place_of(channel, cursor) for cursor in CURSORS}
    channel.name, channel.settings = name, dict(settings)
    moved = [CURSORS[c] for c, place in places.items() if gateway.place_of(channel, c) != place]
    for cursor in moved:
        setattr(channel, cursor, "")
    channel.identity, channel.handle, channel.url = identity, handle, url
    channel.error, channel.error_since = "", None
    channel.due_at = utc_now() if channel.enabled and capabilities(channel).polls else None
    fields = ["name", "settings", "identity", "handle", "url", "error", "error_since", "due_at"]
    channel.save(update_fields=[*fields, *moved])
    _seal(channel, secrets or {})
    _restart_stream(channel)
    record(by.organisation, "channel.update", by=by, target=channel)
    replan(by.organisation_id)
    return channel


@transaction.atomic
def switch(*, by: Member, channel: Channel, on: bool) -> None:
    """Stop or resume reading and sending; nothing that was stored is touched."""
    require(by, Right.CHANNELS)
    require_own(by, channel)
    due = utc_now() if on and capabilities(channel).polls else None
    channel.enabled, channel.due_at = on, due
    channel.save(update_fields=["enabled", "due_at"])
    _restart_stream(channel)
    record(by.organisation, "channel.on" if on else "channel.off", by=by, target=channel)
    changed(by.organisation_id)


@transaction.atomic
def remove(*, by: Member, channel: Channel, removed: bool = True) -> None:
    """Take a channel out of the lists, or put it back. What it brought stays."""
    require(by, Right.CHANNELS)
    require_own(by, channel)
    channel.removed_at = utc_now() if removed else None
    channel.save(update_fields=["removed_at"])
    record(
        by.organisation, "channel.remove" if removed else "channel.restore", by=by, target=channel
    )
    switch(by=by, channel=channel, on=not removed)


def new_signing_secret() -> str:
    """A secret for a system that calls us: 256 bits, as text."""
    return randomness.token_urlsafe(32)


@transaction.atomic
def renew_signing_secret(*, by: Member, channel: Channel) -> str:
    """A new secret for the system that calls; the one before it still holds, older ones do not."""
    require(by, Right.CHANNELS)
    require_own(by, channel)
    credential = Credential.objects.select_for_update().filter(pk=channel.pk).first()
    stored = _still_readable(credential) if credential else {}
    secret = new_signing_secret()
    _seal(channel, {"secret": "\n".join([secret, *stored.get("secret", "").splitlines()[:1]])})
    record(by.organisation, "channel.secret", by=by, target=channel)
    return secret


def _seal(channel: Channel, secrets: Mapping[str, str]) -> None:
    given = {name: value for name, value in secrets.items() if value}
    if not given:
        return
    credential = Credential.objects.select_for_update().filter(pk=channel.pk).first()
    if credential is not None:
        given = {**_still_readable(credential), **given}
    Credential.objects.update_or_create(channel=channel, defaults={"sealed": seal(given)})


def _still_readable(credential: Credential) -> dict[str, str]:
    """The stored secrets; none where they were sealed with a key that is gone."""
    try:
        return unseal(credential.sealed)
    except SealBroken:
        return {}


@transaction.atomic
def reseal_secrets(*, channel: Channel, old_keys: Sequence[str], dry: bool = False) -> bool:
    """Seal a channel's secrets with the key of today, for the command line; True where they were
    not, False where they were or there are none. Raises `SealBroken`. `dry`: only say so."""
    credential = Credential.objects.select_for_update().filter(pk=channel.pk).first()
    fresh = reseal(credential.sealed, old_keys) if credential else None
    if credential is None or fresh is None:
        return False
    if not dry:
        credential.sealed = fresh
        credential.save(update_fields=["sealed", "updated_at"])
        record(channel.organisation_id, "channel.reseal", by=None, target=channel)
    return True


def _restart_stream(channel: Channel) -> None:
    """Let go of the stream's lease, so that a listener takes it up with the new settings."""
    Channel.objects.filter(pk=channel.pk).update(stream_until=None, stream_token=None)


def note_alive(channel: Channel, *, events: int, at: datetime) -> None:
    """The network answered. Clears a fault; with nothing new, written every ten seconds at most."""
    fields: dict[str, object] = {"last_ok_at": at}
    if events:
        fields["last_event_at"] = at
    if channel.error:
        fields |= {"error": "", "error_since": None}
        add_line(channel, HealthKind.CONNECTED, "Connected again.", at=at)
        changed(channel.organisation_id)
    fresh = channel.last_ok_at is not None and at - channel.last_ok_at < timedelta(seconds=10)
    if fresh and not channel.error and not events:
        return
    Channel.objects.filter(pk=channel.pk).update(**fields)
    channel.last_ok_at, channel.error = at, ""


def said_by(fault: Exception | str) -> dict[str, Any]:
    """What lets a fault be told in any language: its sentence, and what it is about; {} where it
    is about nothing, and its text is its sentence."""
    if not isinstance(fault, ConnectorError) or not fault.about:
        return {}
    return {"sentence": fault.sentence, "about": storable_value(fault.about)}


def note_fault(channel: Channel, fault: Exception | str, *, at: datetime) -> None:
    """Something is wrong with the channel; said in its health until the network answers again."""
    message = storable(str(fault))[:MESSAGE_LENGTH] or "Unknown fault."
    since, said = channel.error_since or at, said_by(fault)
    rows = Channel.objects.filter(pk=channel.pk)
    rows.update(error=message, error_said=said, error_since=since)
    if channel.error != message:
        changed(channel.organisation_id)
    channel.error, channel.error_said, channel.error_since = message, said, since
    add_line(channel, HealthKind.FAILED, fault, at=at)


def note_rejected(channel: Channel, rejected: Sequence[Rejected], *, at: datetime) -> None:
    """What arrived and could not be read, one line each, at most 20 a batch."""
    for fault in rejected[:20]:
        add_line(
            channel,
            HealthKind.REJECTED,
            fault.reason,
            at=at,
            where=fault.where,
            sample=fault.sample,
        )
    if len(rejected) > 20:
        add_line(
            channel, HealthKind.REJECTED, f"… and {len(rejected) - 20} more like these.", at=at
        )


def add_line(
    channel: Channel,
    kind: str,
    fault: Exception | str,
    *,
    at: datetime,
    where: str = "",
    sample: str = "",
) -> None:
    """Add to the channel's history; the same line again only counts up."""
    where, message = storable(where)[:300], storable(str(fault))[:MESSAGE_LENGTH]
    last = channel.health.order_by("-at", "-pk").first()
    if last and (last.kind, last.message, last.where) == (kind, message, where):
        HealthLine.objects.filter(pk=last.pk).update(at=at, count=last.count + 1)
        return
    HealthLine.objects.create(
        channel=channel,
        kind=kind,
        message=message,
        said=said_by(fault),
        where=where,
        sample=storable(sample)[:1000],
        at=at,
        first_at=at,
    )
    old = channel.health.order_by("-at", "-pk").values_list("pk", flat=True)[HEALTH_LINES_KEPT:]
    if stale := list(old[:50]):
        HealthLine.objects.filter(pk__in=stale).delete()


def connect_sample(
    organisation: Organisation, *, network: str, name: str, handle: str, since: datetime
) -> Channel:
    """A channel of a simulated organisation, as if it had been connected then: it reads nothing and
    what it sends goes nowhere."""
    return Channel.objects.create(
        organisation=organisation,
        kind="sample",
        name=name,
        handle=handle,
        identity=f"{network}:us",
        settings={"network": network},
        created_at=since,
        last_ok_at=utc_now(),
        last_event_at=utc_now(),
    )
