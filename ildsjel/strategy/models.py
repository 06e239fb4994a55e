"""Tables of the plan as it is now, of how it came to be so, and of what it is held against.

An element's columns are what other rooms and lists ask for; `said` holds the rest of it, as the
document of `engine.plan` names it. Elements name each other by key, as they do there: a plan is
rebuilt, carried elsewhere and put back in any order.
"""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.channels.models import Channel
from ildsjel.engine.plan.document import LINE, Kind
from ildsjel.organisation.models import Member, Organisation, OrganisationOwned


class GoalKind(models.TextChoices):
    SERVICE = "service", _("Better service")
    DIALOGUE = "dialogue", _("Better dialogue")
    COST = "cost", _("Lower cost")
    REVENUE = "revenue", _("More revenue")
    TRUST = "trust", _("More trust")
    RECRUITMENT = "recruitment", _("Recruitment")
    KNOWLEDGE = "knowledge", _("Shared knowledge")
    SAFETY = "safety", _("More safety")


class PlanElement(OrganisationOwned):
    """What has a key in the plan. What left the plan is archived, for what points to it."""

    KIND: ClassVar[Kind]
    COLUMNS: ClassVar[tuple[str, ...]] = ("name",)  # fields of the document that are columns

    key = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    said = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="%(class)s_keys_differ")
        ]


class Goal(PlanElement):
    KIND = Kind.GOAL
    COLUMNS = ("statement", "kind")

    statement = models.CharField(max_length=LINE)
    kind = models.CharField(max_length=12, choices=GoalKind.choices, blank=True)
    # The member behind the person who answers for it, where there is one.
    owner = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.statement


class StakeholderGroup(PlanElement):
    KIND = Kind.GROUP
    COLUMNS = ("name", "need")

    name = models.CharField(max_length=LINE)
    need = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class PlanPerson(PlanElement):
    """Somebody whom the plan names; `member` where they can sign in here."""

    KIND = Kind.PERSON

    name = models.CharField(max_length=LINE)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Tactic(PlanElement):
    """A square of the matrix goal x group: the role that a medium plays there."""

    KIND = Kind.TACTIC

    name = models.CharField(max_length=LINE)

    def __str__(self) -> str:
        return self.name


class Mandate(PlanElement):
    """Why we are on a channel, or why not; `channel` where that is connected here."""

    KIND = Kind.CHANNEL

    name = models.CharField(max_length=LINE)
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class PlanRole(PlanElement):
    """A responsibility with its mandate, and who holds it."""

    KIND = Kind.ROLE

    name = models.CharField(max_length=LINE)

    def __str__(self) -> str:
        return self.name


class Guardrail(PlanElement):
    """What everyone may do, what needs four eyes, what only the press officer says."""

    KIND = Kind.GUARDRAIL
    COLUMNS = ("statement",)

    statement = models.CharField(max_length=LINE)

    def __str__(self) -> str:
        return self.statement


class Review(PlanElement):
    """A dated look at the plan, or at parts of it, and what was decided."""

    KIND = Kind.REVIEW
    COLUMNS = ("what",)

    what = models.CharField(max_length=LINE)

    def __str__(self) -> str:
        return self.what


class Topic(OrganisationOwned):
    """What an enquiry is about."""

    name = models.CharField(max_length=80)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="topic_names_differ")
        ]

    def __str__(self) -> str:
        return self.name


class PlanHead(models.Model):
    """What is said of the plan as a whole, and the lock of those who write to it.

    `revision` is another with each write to anything that the plan or its findings are made of.
    """

    organisation = models.OneToOneField(Organisation, models.CASCADE, primary_key=True)
    said = models.JSONField(default=dict, blank=True)  # language, currency, purpose
    version = models.PositiveIntegerField(default=0)
    revision = models.UUIDField(default=uuid4)

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.version}"


class How(models.TextChoices):
    """What made a version of the plan."""

    EDIT = "edit", _("Changed")
    IMPORT = "import", _("Read from a file")
    GUIDE = "guide", _("Made in the conversation")
    UNDO = "undo", _("Undone")


class PlanVersion(OrganisationOwned):
    """One change of the plan: who, when and why. Never changed itself."""

    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=120)  # the name at the time
    why = models.CharField(max_length=500, blank=True)
    how = models.CharField(max_length=8, choices=How.choices, default=How.EDIT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="version_once")
        ]

    def __str__(self) -> str:
        return str(self.number)


class PlanChange(OrganisationOwned):
    """What became of one element in one version: None before it came, and after it went."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=60, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "key"], name="change_once")
        ]
        indexes = [models.Index(fields=["organisation", "kind", "key"], name="change_of_element")]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"


class PlanSignature(OrganisationOwned):
    """Management stands behind the plan as it was: its version, and the fingerprint of that."""

    version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    person = models.CharField(max_length=60)  # the key of the person in the plan
    name = models.CharField(max_length=LINE)  # the name at the time
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="signature_by_time")]

    def __str__(self) -> str:
        return f"{self.name}: {self.version}"


class Acceptance(OrganisationOwned):
    """A finding that we live with until a date, and why."""

    rule = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500)
    until = models.DateField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    person = models.CharField(max_length=60)  # the key of the person in the plan
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "rule", "kind", "key"], name="accepted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.kind}/{self.key}"


class Observation(OrganisationOwned):
    """What a goal's measure showed on a day; entered by hand so far."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="observations")
    on = models.DateField()
    value = models.FloatField()
    note = models.CharField(max_length=LINE, blank=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["goal", "on"], name="observed_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on}: {self.value}"


class PlanDraft(OrganisationOwned):
    """A plan that was read from a file and is looked at before it is put in force."""

    name = models.CharField(max_length=LINE)
    text = models.TextField()
    by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class EvidenceCount(OrganisationOwned):
    """What happened, counted by the rooms above: how much of what, when, and by which question.

    `about` names a channel, a goal or a person of the plan by key; "" is what belongs to none.
    """

    what = models.CharField(max_length=40)
    about = models.CharField(max_length=120, blank=True)
    value = models.FloatField()
    since = models.DateField()
    until = models.DateField()  # the last day, included
    query = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "what", "about"], name="evidence_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.about}: {self.value}"
