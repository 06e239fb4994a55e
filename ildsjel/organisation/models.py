"""Tables of organisations, their members, calendars and the audit trail."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from ildsjel.work.models import Leased


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person who can sign in. What they may do is said by their membership of an organisation."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)  # runs this installation
    date_joined = models.DateTimeField(default=now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Organisation(models.Model):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    language = models.CharField(max_length=10, default="en")
    timezone = models.CharField(max_length=60, default="Europe/Oslo")
    country = models.CharField(max_length=2, default="NO")
    simulated = models.BooleanField(default=False)
    archive_days = models.PositiveSmallIntegerField(default=30)  # 0: public posts are not archived
    # Grows with each change to watches, rules or desks, so that processes know to compile anew.
    plan_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return self.name


class Pulse(models.Model):
    """Grows when something that a page shows has changed; browsers are told no more than that."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.version}"


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADVISER = "adviser", _("Adviser")
    LEAD = "lead", _("Desk lead")
    AGENT = "agent", _("Agent")
    READER = "reader", _("Reader")
    AUDITOR = "auditor", _("Auditor")


class Right(models.TextChoices):
    """What a role may allow. Every action names one."""

    READ = "read"
    REPLY = "reply"  # answer, note, assign, close, snooze, sort by topic and goal
    LISTEN = "listen"  # write watches
    PLAN = "plan"  # goals, groups, tactics, mandates, topics
    SIGN = "sign"  # sign the plan off, for management
    DESKS = "desks"  # desks, routing rules, opening hours
    CHANNELS = "channels"  # connect accounts, see their health, import files
    EXPORT = "export"
    PEOPLE = "people"  # members and their roles
    SETTINGS = "settings"  # the organisation itself
    AUDIT = "audit"  # read the audit trail


_EVERYDAY = frozenset({Right.READ, Right.REPLY})
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.ADVISER: _EVERYDAY | {Right.LISTEN, Right.PLAN, Right.DESKS, Right.CHANNELS, Right.EXPORT},
    Role.LEAD: _EVERYDAY | {Right.LISTEN, Right.DESKS, Right.EXPORT},
    Role.AGENT: _EVERYDAY,
    Role.READER: frozenset({Right.READ}),
    Role.AUDITOR: frozenset({Right.READ, Right.AUDIT, Right.EXPORT}),
}


class Member(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    active = models.BooleanField(default=True)
    visited_at = models.DateTimeField(null=True, blank=True)
    # The visit before this one: "new since last visit" counts from here.
    previous_visit_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return str(self.user)

    def can(self, right: Right) -> bool:
        return self.active and right in RIGHTS[self.role]


class NotAllowed(Exception):
    """The member's role does not allow this."""


Owned = TypeVar("Owned", bound="OrganisationOwned")


class OwnedQuerySet(models.QuerySet[Owned]):
    def of(self, member: Member) -> "OwnedQuerySet[Owned]":
        """The rows that this member may see: the one place where rows are scoped."""
        if not member.can(Right.READ):
            return self.none()
        return self.filter(organisation_id=member.organisation_id)


class OrganisationOwned(models.Model):
    """A row that belongs to one organisation, directly, so that no query needs a detour to scope
    it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")

    objects = models.Manager.from_queryset(OwnedQuerySet)()

    class Meta:
        abstract = True


class Calendar(OrganisationOwned):
    """Opening hours. `weekly` holds, for Monday to Sunday, lists of ["08:00", "15:30"]
    intervals."""

    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=60)
    country = models.CharField(max_length=2, blank=True)  # whose public holidays are closed days
    weekly = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class CalendarOverride(models.Model):
    """A day with other hours than the week says; no intervals means closed. Beats holidays."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="overrides")
    date = models.DateField()
    intervals = models.JSONField(default=list)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="one_override_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.note}"


class Holiday(models.Model):
    """Public holidays as rows, so that a library's upgrade never moves a deadline already
    promised."""

    country = models.CharField(max_length=2)
    date = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "date"], name="one_holiday_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class AuditEntry(OrganisationOwned):
    """Who did what, when. Written by every action, never changed."""

    at = models.DateTimeField(default=now, db_index=True)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=120)  # the name at the time; "Ildsjel" for the loop
    action = models.CharField(max_length=60)  # "conversation.close"
    target = models.CharField(max_length=60, blank=True)  # "conversation:12"
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-at"], name="audit_by_time"),
            models.Index(fields=["organisation", "target"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RuntimeError("The audit trail is never changed.")
        super().save(*args, **kwargs)


class ApiToken(OrganisationOwned):
    """A key for the API with its member's rights. Only a hash of it is kept."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # the first characters, to tell tokens apart
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Invitation(OrganisationOwned):
    """A one-time link with which a person joins, or, without an organisation's rows yet, sets
    up."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email


class SetupLink(models.Model):
    """The one-time link that the first start prints. Valid until somebody has used it."""

    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"set-up link of {self.created_at:%Y-%m-%d}"


class SampleState(models.TextChoices):
    """How far a sample organisation is; for the loop and its page, never shown as a word."""

    RUNNING = "running"
    STOPPED = "stopped"  # what was made is removed, then the row itself
    FAILED = "failed"
    DONE = "done"


class SampleOrder(Leased):
    """A person's sample organisation, from the moment they ask for it; the loop makes it.

    Until it is done only made-up colleagues belong to the organisation, so nobody sees half of it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    organisation = models.OneToOneField(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        max_length=10, choices=SampleState.choices, default=SampleState.RUNNING
    )
    done = models.PositiveIntegerField(default=0)  # events of its traffic that have been let in
    total = models.PositiveIntegerField(default=0)  # 0 until that is known
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state__in=["running", "done"]),
                name="one_sample_each",
            )
        ]

    def __str__(self) -> str:
        return f"sample for {self.user_id}: {self.state}"


def utc_now() -> datetime:
    """The present moment; one name for it, so that tests can move the clock."""
    return now()
