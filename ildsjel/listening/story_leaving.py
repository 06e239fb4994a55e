"""Posts leave their stories when they are deleted or say something else; what is old is forgotten.

A story of up to `LARGE` posts is put together anew from those that are left, for the one that went
may have held it together: what stays is what would have come about without it. A larger one only
counts one less.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from ildsjel.engine import stories
from ildsjel.engine.stories.grouping import Post
from ildsjel.listening.models import Story, StoryItem, StoryKey, Wording
from ildsjel.listening.story_joining import COUNTED, FEWEST, Arrival, period_of
from ildsjel.organisation.models import Organisation
from ildsjel.work.rows import update_rows

LARGE = 100
AT_ONCE = 1000  # wordings forgotten in a transaction
SLICES = 64  # keys are forgotten in so many, a transaction each
KEYS = 1 << 64


def leave(
    items: Collection[int], codes: Mapping[int, int]
) -> tuple[list[Arrival], dict[int, Story]]:
    """Take those of these items out that can't be recognised any more, or say something else.

    `codes` are what they say now. Returns the posts of stories that are to be put together anew,
    and the stories' rows by the item that is to keep them.
    """
    rows = StoryItem.objects.filter(item__in=items).select_related("wording")
    gone = [
        row for row in rows if row.wording is None or row.wording.code != codes.get(row.item_id)
    ]
    if not gone:
        return [], {}
    StoryItem.objects.filter(pk__in=[row.pk for row in gone]).delete()
    affected = {row.story_id for row in gone if row.story_id is not None}
    back: list[Arrival] = []
    homes: dict[int, Story] = {}
    for story in Story.objects.filter(pk__in=affected).order_by("pk"):
        left = _left(story)
        if left is None:
            _shrink(story, [row for row in gone if row.story_id == story.pk])
        else:
            _empty(story)
            back += left
            homes |= {left[0].row.item_id: story} if left else {}
    _drop_unsaid({row.wording_id for row in gone if row.wording_id is not None})
    return back, homes


def _left(story: Story) -> list[Arrival] | None:
    """The posts of a story, if they are few enough and their words are still known."""
    rows = story.tellings.select_related("wording").order_by("published_at", "item")
    left = list(rows[: LARGE + 1])
    known = [_arrival(row, row.wording) for row in left if row.wording is not None]
    return known if len(known) == len(left) <= LARGE else None


def _empty(story: Story) -> None:
    """Take all posts out; whoever asked for them puts them together anew."""
    story.tellings.all().delete()
    story.wordings.all().delete()
    story.posts = story.others = 0
    story.first = None
    update_rows([story], COUNTED)


def _arrival(row: StoryItem, wording: Wording) -> Arrival:
    signature = stories.unpacked(bytes(wording.signature))
    anew = StoryItem(
        organisation_id=row.organisation_id,
        item_id=row.item_id,
        published_at=row.published_at,
        network=row.network,
        account=row.account,
        own=row.own,
    )
    return Arrival(anew, Post(row.item_id, signature, row.published_at), wording.code)


def _shrink(story: Story, gone: Sequence[StoryItem]) -> None:
    """Count what is left."""
    story.posts -= len(gone)
    story.others -= sum(not row.own for row in gone)
    rows = story.tellings.order_by("published_at", "item")
    first, last = rows.first(), rows.last()
    if story.posts < FEWEST or first is None or last is None:
        story.tellings.filter(wording=None).delete()
        story.delete()
        return
    story.first_id, story.first_at, story.last_at = (
        first.item_id, first.published_at, last.published_at,
    )  # fmt: skip
    update_rows([story], COUNTED)


def _drop_unsaid(wordings: Collection[int]) -> None:
    said = Exists(StoryItem.objects.filter(wording=OuterRef("pk")))
    Wording.objects.filter(~said, pk__in=wordings).delete()


def forget_old(now: datetime) -> int:
    """Forget the words of what was said last before the period before this one, and the keys to
    them; stories and their posts stay. Says how many wordings."""
    return sum(
        _forget(organisation, period_of(now) - 1)
        for organisation in Organisation.objects.values_list("pk", flat=True)
    )


def _forget(organisation_id: int, period: int) -> int:
    old = Wording.objects.filter(organisation_id=organisation_id, period__lt=period)
    forgotten = 0
    while pks := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            StoryItem.objects.filter(wording__in=pks, story=None).delete()
            Wording.objects.filter(pk__in=pks).delete()
        forgotten += len(pks)
    keys = StoryKey.objects.filter(organisation_id=organisation_id, period__lt=period)
    for least in range(-KEYS // 2, KEYS // 2, KEYS // SLICES) if keys.exists() else ():
        keys.filter(key__gte=least, key__lt=least + KEYS // SLICES).delete()
    return forgotten
