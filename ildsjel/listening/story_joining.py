"""Posts join the stories that they belong to, or make new ones.

What is known of earlier posts is found by keys alone, and no key leads to many (see the engine's
grouping), so that a post costs the same however many there are and however large a story is. Keys
are kept for the `PERIOD` in which a text was said last, and the one after it, by our clock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from ildsjel.engine import stories
from ildsjel.engine.stories.grouping import OVER, Grouping, Post
from ildsjel.engine.stories.grouping import Wording as Value
from ildsjel.listening.models import Story, StoryItem, StoryKey, Wording
from ildsjel.organisation.models import utc_now
from ildsjel.work.rows import update_rows

PERIOD = OVER
AT_ONCE = 5000  # values in one question to the database
FEWEST = 2  # posts of a story
COUNTED = ["first", "first_at", "last_at", "posts", "others", "part_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A post on its way into a story: its row, not stored yet, and what it says."""

    row: StoryItem
    post: Post
    code: int


def period_of(now: datetime) -> int:
    """The number of the period that a moment lies in."""
    return int(now.timestamp() // PERIOD.total_seconds())


def enter(organisation_id: int, arrivals: Sequence[Arrival], homes: Mapping[int, Story]) -> None:
    """Store the arrivals, each in its wording and story. Call inside a transaction that holds the
    organisation's stories.

    `homes` are stories without posts, by an arrival's item: the story that this item comes into
    takes over the row, and so its address.
    """
    if not arrivals:
        return
    period = period_of(utc_now())
    grouping = _grouping(organisation_id, period, arrivals)
    grouping.take([arrival.post for arrival in arrivals])
    groups = grouping.groups()
    joining = _Joining.of(organisation_id, groups, {a.row.item_id: a.row for a in arrivals}, homes)
    _store_keys(organisation_id, period, grouping)
    _store_wordings(organisation_id, period, grouping)
    for group in groups:
        joining.join([value for value in group if value not in grouping.absorbed], group)
    joining.store()


def _grouping(organisation_id: int, period: int, arrivals: Sequence[Arrival]) -> Grouping:
    """A grouping that knows all that the arrivals may belong to."""
    keys = stories.keys(np.stack([arrival.post.signature for arrival in arrivals]))
    buckets: dict[int, dict[int, set[int]]] = {period: {}, period - 1: {}}
    found = {arrival.code for arrival in arrivals}
    for some in _parts(np.unique(keys).tolist()):
        rows = StoryKey.objects.filter(
            organisation_id=organisation_id, period__in=list(buckets), key__in=some
        )
        for when, key, code in rows.values_list("period", "key", "code"):
            buckets[when].setdefault(key, set()).add(code)
            found.add(code)
    return Grouping(
        [_value(row) for row in _wordings(organisation_id, found)],
        buckets[period],
        buckets[period - 1],
    )


def _wordings(organisation_id: int, codes: Collection[int]) -> Iterator[Wording]:
    for some in _parts(sorted(codes)):
        yield from Wording.objects.filter(organisation_id=organisation_id, code__in=some)


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


def _value(row: Wording) -> Value:
    signature = stories.unpacked(bytes(row.signature))
    return Value(row.code, signature, row.first_at, row.last_at, row.story_id, row.pk)


def _store_keys(organisation_id: int, period: int, grouping: Grouping) -> None:
    for key, code in grouping.removed:
        StoryKey.objects.filter(
            organisation_id=organisation_id, period=period, key=key, code=code
        ).delete()
    rows = [
        StoryKey(organisation_id=organisation_id, period=period, key=key, code=code)
        for key, code in sorted(grouping.added)
    ]
    StoryKey.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def _store_wordings(organisation_id: int, period: int, grouping: Grouping) -> None:
    """What was said anew or more often; the stories of new wordings come later."""
    rows = {
        value: Wording(
            pk=value.number,
            organisation_id=organisation_id,
            code=value.code,
            signature=stories.packed(value.signature),
            first_at=value.first_at,
            last_at=value.last_at,
            story_id=value.story,
            period=period,
        )
        for value in grouping.touched
    }
    update_rows([row for row in rows.values() if row.pk], ["first_at", "last_at", "period"])
    Wording.objects.bulk_create([row for row in rows.values() if not row.pk], batch_size=500)
    for value, row in rows.items():
        value.number = row.pk
    stored = [value for value in grouping.absorbed if value.number is not None]
    for value in stored:
        kept = value
        while kept in grouping.absorbed:
            kept = grouping.absorbed[kept]
        StoryItem.objects.filter(wording=value.number).update(wording=kept.number)
    Wording.objects.filter(pk__in=[value.number for value in stored]).delete()


@dataclass(slots=True, eq=False)
class _Joining:
    """What becomes of the stories of a batch: gathered group by group, then stored at once."""

    organisation_id: int
    rows: Mapping[int, StoryItem]  # the arrivals, by item
    homes: Mapping[int, Story]
    known: Mapping[int, Story]
    loose: Mapping[int, list[StoryItem]]  # stored posts without a story, by wording
    members: list[tuple[StoryItem, Story]] = field(default_factory=list)
    wordings: list[tuple[Wording, Story]] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        organisation_id: int,
        groups: Iterable[Sequence[Value]],
        rows: Mapping[int, StoryItem],
        homes: Mapping[int, Story],
    ) -> "_Joining":
        met = [value for group in groups for value in group if value.number is not None]
        loose: dict[int, list[StoryItem]] = defaultdict(list)
        alone = [value.number for value in met if value.story is None]
        for row in StoryItem.objects.filter(wording__in=alone, story=None):
            loose[row.wording_id or 0].append(row)
        known = Story.objects.in_bulk({value.story for value in met if value.story is not None})
        return cls(organisation_id, rows, homes, known, loose)

    def join(self, wordings: Sequence[Value], group: Sequence[Value]) -> None:
        """Put a group into one story: `wordings`, and what they have absorbed in `group`."""
        arrived = []
        for value in wordings:
            for post in value.posts:
                self.rows[post].wording_id = value.number
                arrived.append(self.rows[post])
        loose = [row for value in group for row in self.loose.get(value.number or 0, ())]
        story = self._story_of(group, [*arrived, *loose])
        if story is None:
            return
        self.members += [(row, story) for row in (*arrived, *loose)]
        self.wordings += [
            (Wording(pk=value.number), story) for value in wordings if value.story is None
        ]

    def _story_of(self, group: Sequence[Value], members: Sequence[StoryItem]) -> Story | None:
        """The story of a group, grown by these posts; None where there are too few."""
        found = [self.homes[row.item_id] for row in members if row.item_id in self.homes]
        found += [self.known[pk] for pk in {value.story for value in group} if pk is not None]
        if sum(story.posts for story in found) + len(members) < FEWEST:
            return None
        found.sort(key=lambda story: (-story.posts, story.pk))
        story = found[0] if found else Story(organisation_id=self.organisation_id)
        for other in found[1:]:
            _merge(story, other)
        _grow(story, members)
        self.stories += [story, *found[1:]]
        return story

    def store(self) -> None:
        Story.objects.bulk_create([story for story in self.stories if not story.pk])
        update_rows(self.stories, COUNTED)
        for rows in (self.members, self.wordings):
            for row, story in rows:
                row.story = story
        update_rows([row for row, _ in self.wordings], ["story"])
        update_rows([row for row, _ in self.members if row.pk], ["story"])
        StoryItem.objects.bulk_create(list(self.rows.values()), batch_size=500)
        unused = {story.pk for story in self.homes.values()} - {each.pk for each in self.stories}
        Story.objects.filter(pk__in=unused).delete()


def _merge(story: Story, other: Story) -> None:
    """All of the other becomes part of the story."""
    if other.posts:
        StoryItem.objects.filter(story=other).update(story=story)
        Wording.objects.filter(story=other).update(story=story)
        _take_first(story, other.first_at, other.first_id)
        story.last_at = max(story.last_at, other.last_at)
    Story.objects.filter(part_of=other).update(part_of=story)
    story.posts, story.others = story.posts + other.posts, story.others + other.others
    other.posts, other.others, other.part_of = 0, 0, story


def _grow(story: Story, members: Sequence[StoryItem]) -> None:
    if not story.posts:
        story.posts = story.others = 0
        story.first_at = story.last_at = members[0].published_at
        story.first_id = members[0].item_id
    for row in members:
        _take_first(story, row.published_at, row.item_id)
        story.last_at = max(story.last_at, row.published_at)
    story.posts += len(members)
    story.others += sum(not row.own for row in members)


def _take_first(story: Story, at: datetime, item: int | None) -> None:
    """Move the first source back to an earlier post; of two at the same time the one stored
    first."""
    if item is not None and (at, item) < (story.first_at, story.first_id or 0):
        story.first_at, story.first_id = at, item
