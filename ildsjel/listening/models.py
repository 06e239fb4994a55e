"""Tables of watches and the groups of words that they share, items (in their newest revision, older
ones beside), mentions and their tallies, looks back, bursts and stories."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.channels.models import Channel
from ildsjel.engine.pipeline.languages import settled
from ildsjel.organisation.models import Member, Organisation, OrganisationOwned
from ildsjel.strategy.models import Goal, StakeholderGroup
from ildsjel.work.models import Leased


class Watch(OrganisationOwned):
    """Words to listen for."""

    name = models.CharField(_("name"), max_length=120)
    query = models.TextField(_("words"))
    opens_conversations = models.BooleanField(default=True)
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="+")
    group = models.ForeignKey(
        StakeholderGroup, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    enabled = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class WatchGroup(OrganisationOwned):
    """Words saved under a name, which watches and other groups use as `group:name`."""

    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("words"))
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=models.Q(archived_at=None),
                name="watch_group_names_differ",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def written(self) -> str:
        """How a query names it."""
        return f"group:{self.name}" if self.name.isalnum() else f'group:"{self.name}"'


class Item(models.Model):
    """What a network delivered, in its newest revision. A deletion empties it and leaves the
    row."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="items")
    external_id = models.CharField(max_length=500)
    revision = models.BigIntegerField(default=0)
    thread_key = models.CharField(max_length=500)
    parent_id = models.CharField(max_length=500, blank=True)
    author_id = models.CharField(max_length=300, blank=True)
    author_handle = models.CharField(max_length=200, blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    author_url = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=1000, blank=True)
    published_at = models.DateTimeField()
    received_at = models.DateTimeField()
    address = models.CharField(max_length=10)
    visibility = models.CharField(max_length=10)
    own = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)
    repost = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    languages = models.JSONField(default=list)  # as the network says
    # As its words say: {"codes": […], "probability": that it's one of them, "also": [[code,
    # probability], …]}. NULL: nobody has asked, as of what was stored before we did.
    identified = models.JSONField(null=True)
    # The first of `spoken`, for counting; "" for none, NULL as above.
    language = models.CharField(max_length=35, null=True, blank=True)  # noqa: DJ001 - told apart
    tags = models.JSONField(default=list)
    links = models.JSONField(default=list)
    media = models.JSONField(default=list)
    reply_context = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="item_once_a_channel")
        ]
        indexes = [
            models.Index(fields=["channel", "thread_key"], name="item_by_thread"),
            models.Index(fields=["channel", "author_id", "published_at"], name="item_by_author"),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages that count: ours where its words tell them, else the network's."""
        told = self.identified["codes"] if self.identified else ()
        return settled(tuple(told), tuple(self.languages))


class ItemRevision(models.Model):
    """An earlier text of an item that its author has edited."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="revisions")
    revision = models.BigIntegerField()
    text = models.TextField(blank=True)
    title = models.CharField(max_length=500, blank=True)
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "revision"], name="revision_once_an_item")
        ]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.revision}"


DRAWS = 65_536
THIN = 64  # one mention of so many stands in the thin index too


# A number below `DRAWS` that each mention draws by its own number, so that an even share of them
# can be found. Neighbours, which may be one post that several watches found, draw far apart.
_DRAWN = f"(%(expressions)s * 40503 %%%% {DRAWS})"


def drawn() -> models.Func:
    """The number that a mention has drawn."""
    return models.Func(models.F("id"), template=_DRAWN, output_field=models.BigIntegerField())


def of_the_thin() -> models.Func:
    """Whether a mention stands in the thin index; in words by which the databases know that index:
    with the numbers in the statement, not beside it."""
    template = f"{_DRAWN} < {DRAWS // THIN}"
    return models.Func(models.F("id"), template=template, output_field=models.BooleanField())


class Mention(OrganisationOwned):
    """An item that matched a watch. `spans` are the places in its text that did; `language` is the
    first that it is written in, as a code without a region ("": not known)."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="mentions")
    item = models.ForeignKey(Item, models.CASCADE, related_name="mentions")
    spans = models.JSONField(default=list)
    published_at = models.DateTimeField()
    language = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "item"], name="mention_once")]
        indexes = [
            models.Index(fields=["organisation", "-published_at", "-id"], name="mention_by_time"),
            models.Index(fields=["watch", "-published_at", "-id"], name="mention_by_watch"),
            models.Index(
                fields=["organisation", "published_at", "watch", "id"],
                name="mention_thin",
                condition=models.Q(of_the_thin()),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.watch_id} in {self.item_id}"


class TallyStep(models.TextChoices):
    HOUR = "hour"
    DAY = "day"


class Tally(OrganisationOwned):
    """How many mentions a watch has on a channel in a language, in one hour and in one day.

    Kept by `listening.tallies` in the transaction that writes the mentions. Hours and days are
    those of the clock in `TallyClock`.
    """

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=10, blank=True)
    step = models.CharField(max_length=4, choices=TallyStep.choices)
    start = models.DateTimeField()
    mentions = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "step", "start", "watch", "channel", "language"],
                name="tally_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.watch_id} {self.step} {self.start}: {self.mentions}"


class TallyClock(models.Model):
    """By whose clock an organisation's mentions are tallied: the line goes on by this one until all
    are counted anew by another."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="+")
    zone = models.CharField(max_length=60)
    counted_at = models.DateTimeField(default=timezone.now)  # all of them, anew

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.zone}"


class LookbackState(models.TextChoices):
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Lookback(OrganisationOwned, Leased):
    """A watch on its way through the archive, from the day `first` to the day `last` (UTC). What it
    has found is stored as it goes; a stop loses nothing of that."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="lookbacks")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(
        max_length=10, choices=LookbackState.choices, default=LookbackState.RUNNING
    )
    pieces = models.PositiveIntegerField(default=0)
    of_pieces = models.PositiveIntegerField(default=0)  # 0 until that is known
    posts = models.PositiveBigIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)  # mentions that are new
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watch"], condition=models.Q(state="running"), name="one_lookback_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.watch_id} from {self.first} to {self.last}"


class BurstState(OrganisationOwned):
    """What is usual for a watch.

    `state` is the engine's baseline with all counts before `settled_to`; what came after may still
    grow by posts that arrive late, and is counted anew each time. Alarms up to `alarm_at` are told.
    """

    watch = models.OneToOneField(Watch, models.CASCADE, related_name="burst_state")
    query = models.TextField()  # other words have another usual: then it begins anew
    state = models.BinaryField()
    settled_to = models.DateTimeField()
    counted_to = models.DateTimeField(db_index=True)
    alarm_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.watch_id} up to {self.counted_to}"


class Burst(OrganisationOwned):
    """A time in which much more than usual is said about a watch.

    `return_period` is in days. `hour_posts` are those of its busiest hour, `hour_expected` what is
    usual in it. `usual` holds [mean, low, high] of each hour from `shown_from` on, as it was when
    the burst began; `ahead` holds [hour, mean, low, high] of the hours to come. Authors and posts
    in `reason` stand by their ids only, so that a deletion reaches them here too.
    """

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="bursts")
    began_at = models.DateTimeField()
    alarm_at = models.DateTimeField()  # the last time that it was told: the beginning, or growth
    ended_at = models.DateTimeField(null=True, blank=True)
    return_period = models.FloatField()
    escalations = models.PositiveIntegerField(default=0)
    hour_posts = models.PositiveIntegerField()
    hour_expected = models.FloatField()
    known_days = models.PositiveIntegerField(default=0)
    shown_from = models.DateTimeField()
    usual = models.JSONField(default=list)
    ahead = models.JSONField(default=list)
    reason = models.JSONField(default=dict)
    noted_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watch"], condition=models.Q(ended_at=None), name="one_burst_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["organisation", "-began_at"], name="burst_by_time")]

    def __str__(self) -> str:
        return f"{self.watch} {self.began_at:%Y-%m-%d %H:%M}"


class Story(OrganisationOwned):
    """Two posts or more that say nearly the same. Counts are of the posts that it has now.

    One that has become part of another stays as a sign to it, without posts: somebody may have
    kept its address.
    """

    first = models.ForeignKey(Item, models.SET_NULL, null=True, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    others = models.PositiveIntegerField()  # posts that are not our own
    part_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-last_at", "-id"], name="story_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.posts}"


class Wording(OrganisationOwned):
    """One text, by its signature (`engine.stories`), as it was said from `first_at` to `last_at`.

    Forgotten some time after it was said last, and found by its `StoryKey` until then. `period` is
    the one in which it was said last by our clock.
    """

    code = models.BigIntegerField()
    signature = models.BinaryField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    story = models.ForeignKey(Story, models.SET_NULL, null=True, related_name="wordings")
    period = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "code"], name="wording_by_code"),
            models.Index(fields=["organisation", "period"], name="wording_by_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.first_at:%Y-%m-%d}"


class StoryKey(models.Model):
    """Under `key` stands the wording with this code. Keys of a period are forgotten together."""

    pk = models.CompositePrimaryKey("organisation", "period", "key", "code")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    period = models.PositiveIntegerField()
    key = models.BigIntegerField()
    code = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.code}"


class StoryItem(OrganisationOwned):
    """An item that can be recognised: its wording, as long as we know it, and its story if it has
    one. `account` is a number for its author on its `network`."""

    item = models.OneToOneField(Item, models.CASCADE, related_name="telling")
    wording = models.ForeignKey(Wording, models.SET_NULL, null=True, related_name="tellings")
    story = models.ForeignKey(
        Story, models.SET_NULL, null=True, related_name="tellings", db_index=False
    )
    published_at = models.DateTimeField()
    network = models.CharField(max_length=40)
    account = models.BigIntegerField()
    own = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(
                fields=["story", "-published_at", "-item"],
                name="telling_by_time",
                condition=models.Q(story__isnull=False),
            ),
            models.Index(
                fields=["story", "network", "account"],
                name="telling_by_account",
                condition=models.Q(story__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.story_id}"


class StoryTurn(OrganisationOwned):
    """An item that is new, or has changed, and waits to be put into its story or out of it.

    `signature` is that of its words (empty where they are too few); NULL where nobody has worked
    it out yet.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    signature = models.BinaryField(null=True)

    def __str__(self) -> str:
        return str(self.item_id)
