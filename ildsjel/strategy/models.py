"""Tables of the plan in its first form: goals, stakeholder groups, topics."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation.models import Member, OrganisationOwned


class GoalKind(models.TextChoices):
    SERVICE = "service", _("Better service")
    DIALOGUE = "dialogue", _("Better dialogue")
    COST = "cost", _("Lower cost")
    REVENUE = "revenue", _("More revenue")
    TRUST = "trust", _("More trust")
    RECRUITMENT = "recruitment", _("Recruitment")
    KNOWLEDGE = "knowledge", _("Shared knowledge")


class Goal(OrganisationOwned):
    statement = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=GoalKind.choices, default=GoalKind.SERVICE)
    owner = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.statement


class StakeholderGroup(OrganisationOwned):
    name = models.CharField(max_length=120)
    need = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


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
