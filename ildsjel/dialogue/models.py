"""Tables of people, desks, rules, conversations, messages and promises."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.channels.models import Channel
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Calendar, Member, OrganisationOwned
from ildsjel.strategy.models import Goal, StakeholderGroup, Topic
from ildsjel.work.models import Leased


class Person(OrganisationOwned):
    """Somebody who has written to us, or whose words we answered."""

    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Identity(OrganisationOwned):
    """A person as one network knows them."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    network = models.CharField(max_length=40)
    external_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "network", "external_id"], name="identity_once"
            )
        ]

    def __str__(self) -> str:
        return self.handle or self.external_id


class Desk(OrganisationOwned):
    """Who takes care of one kind of enquiry, when they are there, and what they promise."""

    name = models.CharField(_("name"), max_length=80)
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+")
    first_response_minutes = models.PositiveIntegerField(default=60)
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    members = models.ManyToManyField(Member, related_name="desks", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(is_default=True), name="one_default_desk"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Rule(OrganisationOwned):
    """Which desk takes a conversation: the first rule, in order, whose conditions all hold."""

    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(default=True)
    # {"channels": [ids], "watches": [ids], "addresses": [...], "languages": [...], "query": "…"}
    conditions = models.JSONField(default=dict)
    desk = models.ForeignKey(Desk, models.CASCADE, related_name="rules")
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="+")
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Snoozed")
    CLOSED = "closed", _("Closed")


class Conversation(OrganisationOwned, Leased):
    """One enquiry and all that was said about it. The lease wakes what was snoozed.

    `key` is the network's thread; below a post of our own it is the thread and the citizen, so that
    each who comments has a conversation. `version` grows with each message, so that an answer to a
    thread that has moved can be stopped.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    thread_key = models.CharField(max_length=500)
    key = models.CharField(max_length=820)
    title = models.CharField(max_length=300, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="conversations")
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="+")
    assignee = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="+")
    # What was learned says so, and nobody has decided. `suggestion` has the reasons of this, of a
    # topic that was set by it, and of a desk: see `learning.kept`.
    suggested_topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    suggestion = models.JSONField(null=True, blank=True)
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="+")
    group = models.ForeignKey(
        StakeholderGroup, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)  # first unanswered enquiry
    promised_at = models.DateTimeField(null=True, blank=True)  # when the open promise falls due
    closed_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True)
    why = models.JSONField(default=list)  # why this desk: reasons from the routing
    rule = models.ForeignKey(Rule, models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    # Any change to it or to what was said in it: each write says so, by `clock.touch` or itself.
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="conversation_once")]
        indexes = [
            models.Index(fields=["channel", "thread_key"], name="conv_thread"),
            models.Index(fields=["organisation", "-last_at", "-id"], name="conv_all"),
            models.Index(fields=["organisation", "-updated_at", "-id"], name="conv_updated"),
            models.Index(fields=["organisation", "state", "-last_at", "-id"], name="conv_latest"),
            models.Index(
                fields=["organisation", "state", "promised_at", "id"],
                name="conv_promised",
                condition=Q(promised_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "state", "promised_at", "waiting_since", "id"],
                name="conv_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["organisation", "state", "desk", "-last_at", "-id"], name="conv_desk"
            ),
            models.Index(
                fields=["organisation", "state", "assignee", "-last_at", "-id"],
                name="conv_assignee",
            ),
            models.Index(fields=["organisation", "-opened_at", "-id"], name="conv_opened"),
            models.Index(fields=["goal", "-last_at", "-id"], name="conv_goal"),
            models.Index(fields=["person", "-last_at", "-id"], name="conv_person"),
            models.Index(fields=["due_at"], name="conv_wake", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title or self.preview


class ChoiceKind(models.TextChoices):
    TOPIC = "topic", _("Topic")
    DESK = "desk", _("Desk")


class Choice(OrganisationOwned):
    """The topic or desk that a person chose for a conversation: what is learned from."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="choices")
    kind = models.CharField(max_length=5, choices=ChoiceKind.choices)
    chosen = models.BigIntegerField(null=True)  # the id of a topic or desk; None: nothing fits
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind"], name="one_choice_of_a_kind")
        ]
        indexes = [models.Index(fields=["organisation", "kind", "-id"], name="choice_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.chosen}"


class LearnedModel(OrganisationOwned, Leased):
    """What an organisation's choices of one kind have taught, as `engine.topics` keeps it.

    The lease trains it anew. The shares are those of choices that were held out: right, carried out
    without a person, and right of those.
    """

    kind = models.CharField(max_length=5, choices=ChoiceKind.choices)
    data = models.BinaryField(default=b"")
    trained_at = models.DateTimeField(null=True, blank=True)  # None: too little to learn from
    last_choice = models.BigIntegerField(default=0)  # the newest that is in it
    examples = models.PositiveIntegerField(default=0)
    held_out = models.FloatField(null=True, blank=True)
    automatic_share = models.FloatField(null=True, blank=True)
    automatic_accuracy = models.FloatField(null=True, blank=True)
    stale = models.BooleanField(default=False)  # what it says of what waits may be other now

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="one_model_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.examples}"


class MessageKind(models.TextChoices):
    INBOUND = "inbound", _("Message")
    REPLY = "reply", _("Reply")
    NOTE = "note", _("Note")


class Delivery(models.TextChoices):
    """How far a reply has come."""

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    UNSURE = "unsure", _("Unsure")
    FAILED = "failed", _("Not sent")
    TAKEN_BACK = "taken_back", _("Taken back")


UNSENT = (Delivery.QUEUED, Delivery.SENDING, Delivery.UNSURE, Delivery.FAILED)
IN_TROUBLE = (Delivery.UNSURE, Delivery.FAILED)  # nothing goes on before a person has decided


class Message(OrganisationOwned, Leased):
    """Something said in a conversation. What came from a network keeps its words in `item`
    alone."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=MessageKind.choices)
    item = models.OneToOneField(Item, models.CASCADE, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    # Inbound: it is for us to answer. Reply: a person can see it. Overheard and automatic ones
    # don't.
    counts = models.BooleanField(default=True)
    answers = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True)
    visibility = models.CharField(max_length=10, blank=True)
    key = models.UUIDField(default=uuid4, unique=True)
    external_id = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    error = models.CharField(max_length=500, blank=True)
    error_said = models.JSONField(default=dict, blank=True)  # lets it be told in any language
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="message_in_order"),
            models.Index(fields=["due_at"], name="message_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["organisation", "external_id"],
                name="message_sent_as",
                condition=~Q(external_id=""),
            ),
            models.Index(
                fields=["organisation", "delivery", "conversation"], name="message_delivery"
            ),
        ]

    def __str__(self) -> str:
        return self.words[:60]

    @property
    def words(self) -> str:
        """The text, wherever it is kept."""
        return self.item.text if self.item is not None else self.text


class PromiseKind(models.TextChoices):
    FIRST = "first", _("First response")
    NEXT = "next", _("Next response")


class Promise(OrganisationOwned):
    """What was promised when an enquiry came: fixed then, whatever desks and hours become later."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="promises")
    kind = models.CharField(max_length=5, choices=PromiseKind.choices)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    minutes = models.PositiveIntegerField()
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)  # None: the desk is never open
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    open_seconds = models.PositiveIntegerField(null=True, blank=True)  # within opening hours
    wall_seconds = models.PositiveIntegerField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # closed without an answer

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(met_at__isnull=True, dropped_at__isnull=True),
                name="one_open_promise",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "started_at"], name="promise_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at}"


class DraftKind(models.TextChoices):
    REPLY = "reply", _("Reply")
    NOTE = "note", _("Note")


class Draft(models.Model):
    """What somebody has begun to write; kept until it is sent or thrown away.

    A reply and a note are kept beside each other, so that neither can be taken for the other.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="drafts")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=DraftKind.choices, default=DraftKind.REPLY)
    text = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "member", "kind"], name="one_draft_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
