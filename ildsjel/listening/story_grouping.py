"""Stories: posts that say nearly the same are put together as they come, and apart again when they
change or are deleted.

The line in only notes whose turn it is (`await_turn`). Right after it the loop takes a batch of
turns and works them through in one transaction, so that a crash leaves them to be worked through
again, with the same result. What belongs together is said by `engine.stories.grouping` and does not
depend on the order of arrival; `story_joining` and `story_leaving` store it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db import transaction

from ildsjel.channels.queries import network_of
from ildsjel.engine import stories
from ildsjel.engine.pipeline import words_of
from ildsjel.engine.stories.grouping import Post, Signature, codes
from ildsjel.listening.highlight import as_value
from ildsjel.listening.models import Item, StoryItem, StoryTurn
from ildsjel.listening.story_joining import Arrival, enter
from ildsjel.listening.story_leaving import leave
from ildsjel.organisation.models import Organisation

BATCH = 500  # posts in a transaction, so that others write in between
READ = (
    "organisation_id", "published_at", "author_id", "author_name", "own", "parent_id", "automatic",
    "channel__kind", "channel__settings",
)  # fmt: skip


def await_turn(rows: Iterable[Item], signatures: Mapping[str, bytes]) -> None:
    """Note items that are new, or whose words have changed or gone. Call inside the transaction.

    `signatures` are by external id, as the pipeline told them; those missing are worked out later.
    """
    StoryTurn.objects.bulk_create(
        [
            StoryTurn(
                organisation_id=row.organisation_id,
                item=row,
                signature=signatures.get(row.external_id),
            )
            for row in rows
            if _may_belong(row)
        ],
        batch_size=500,
    )


def _may_belong(item: Item) -> bool:
    """What a machine sends out by itself, and what we answer, is in no story."""
    return not item.automatic and not (item.own and item.parent_id)


def group_due() -> int:
    """Work through some turns of the organisation that has waited longest; says how many."""
    first = StoryTurn.objects.order_by("pk").values_list("organisation_id", flat=True).first()
    return 0 if first is None else _group(first)


def _group(organisation_id: int) -> int:
    waiting = StoryTurn.objects.filter(organisation_id=organisation_id).order_by("pk")
    turns = list(waiting[:BATCH])
    items = {turn.item_id for turn in turns}
    arrivals = _arrivals(turns)
    with transaction.atomic():
        if not _is_ours(organisation_id, turns):
            return 0
        back, homes = leave(items, {each.row.item_id: each.code for each in arrivals})
        known = set(StoryItem.objects.filter(item__in=items).values_list("item_id", flat=True))
        fresh = [arrival for arrival in arrivals if arrival.row.item_id not in known]
        enter(organisation_id, [*back, *fresh], homes)
        StoryTurn.objects.filter(pk__in=[turn.pk for turn in turns]).delete()
    return len(turns)


def _is_ours(organisation_id: int, turns: Sequence[StoryTurn]) -> bool:
    """Hold the organisation's stories; False where another process holds them, or has worked these
    turns through since they were read."""
    held = Organisation.objects.select_for_update(skip_locked=True, no_key=True)
    if not held.filter(pk=organisation_id).exists():
        return False
    return StoryTurn.objects.filter(pk__in=[turn.pk for turn in turns]).count() == len(turns)


def _arrivals(turns: Sequence[StoryTurn]) -> list[Arrival]:
    """The posts that can be recognised, as they are now."""
    told = {turn.item_id: turn.signature for turn in turns}  # the last one counts
    rows = Item.objects.filter(pk__in=list(told), deleted_at=None).select_related("channel")
    items = [item for item in rows.only(*READ) if _may_belong(item)]
    found = {pk: stories.unpacked(bytes(packed)) for pk, packed in told.items() if packed}
    found |= _worked_out([item.pk for item in items if told[item.pk] is None])
    known = [item for item in items if item.pk in found]
    if not known:
        return []
    signatures = [found[item.pk] for item in known]
    numbers = codes(np.stack(signatures)).tolist()
    return [
        Arrival(_row(item), Post(item.pk, signature, item.published_at), code)
        for item, signature, code in zip(known, signatures, numbers, strict=True)
    ]


def _worked_out(pks: Sequence[int]) -> dict[int, Signature]:
    items = list(Item.objects.filter(pk__in=pks)) if pks else []
    rows = stories.signatures([words_of(as_value(item)) for item in items])
    pairs = zip(items, rows, strict=True)
    return {item.pk: row for item, row in pairs if not stories.is_empty(row)}


def _row(item: Item) -> StoryItem:
    network = network_of(item.channel)[:40]
    return StoryItem(
        organisation_id=item.organisation_id,
        item_id=item.pk,
        published_at=item.published_at,
        network=network,
        account=_account(network, item),
        own=item.own,
    )


def _account(network: str, item: Item) -> int:
    """A number for the author: by id, by name without one, by source without any."""
    who = item.author_id or item.author_name or f"channel {item.channel_id}"
    digest = hashlib.blake2b(f"{network} {who}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
