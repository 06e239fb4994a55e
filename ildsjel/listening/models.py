"""Tables of watches, items (in their newest revision, with older ones beside) and mentions."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.channels.models import Channel
from ildsjel.organisation.models import Member, Organisation, OrganisationOwned
from ildsjel.strategy.models import Goal


class Watch(OrganisationOwned):
    """Words to listen for."""

    name = models.CharField(_("name"), max_length=120)
    query = models.TextField(_("words"))
    opens_conversations = models.BooleanField(default=True)
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="+")
    enabled = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


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
    languages = models.JSONField(default=list)
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
            models.Index(fields=["channel", "author_id"], name="item_by_author"),
        ]

    def __str__(self) -> str:
        return self.external_id


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


class Mention(OrganisationOwned):
    """An item that matched a watch. `spans` are the places in its text that did."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="mentions")
    item = models.ForeignKey(Item, models.CASCADE, related_name="mentions")
    spans = models.JSONField(default=list)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "item"], name="mention_once")]
        indexes = [
            models.Index(fields=["organisation", "-published_at", "-id"], name="mention_by_time"),
            models.Index(fields=["watch", "-published_at", "-id"], name="mention_by_watch"),
        ]

    def __str__(self) -> str:
        return f"{self.watch_id} in {self.item_id}"
