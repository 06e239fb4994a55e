"""Tables of connected accounts, their secrets and their health."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation.models import Member, OrganisationOwned
from ildsjel.work.models import Leased


class Channel(OrganisationOwned, Leased):
    """One account on one network, or one source that we only read.

    The lease of the row itself is that of polling; a listener holds `stream_until` beside it.
    Cursors are the connector's own words; they are saved with the items that they cover.
    """

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    settings = models.JSONField(default=dict)
    identity = models.CharField(max_length=300, blank=True)
    handle = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=500, blank=True)
    enabled = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    poll_cursor = models.TextField(blank=True)
    stream_cursor = models.TextField(blank=True)
    stream_until = models.DateTimeField(null=True, blank=True)
    stream_token = models.UUIDField(null=True, blank=True)
    stream_holder = models.CharField(max_length=100, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True)  # something came or went
    last_ok_at = models.DateTimeField(null=True, blank=True)  # the network answered
    error = models.CharField(max_length=500, blank=True)  # what is wrong now, in plain words
    error_said = models.JSONField(default=dict, blank=True)  # its code, and what it is about
    error_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="channel_due")]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """A channel's secrets, sealed with a key that is not in the database."""

    channel = models.OneToOneField(Channel, models.CASCADE, primary_key=True)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"credential of channel {self.channel_id}"


class HealthKind(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    FAILED = "failed", _("Failed")
    REJECTED = "rejected", _("Could not be read")


class HealthLine(models.Model):
    """What happened to a channel, for the one who looks after it. Equal lines in a row are
    counted."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="health")
    at = models.DateTimeField(default=timezone.now)
    first_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=HealthKind.choices)
    where = models.CharField(max_length=300, blank=True)
    message = models.CharField(max_length=500)
    said = models.JSONField(default=dict, blank=True)  # the message's code, and what it is about
    sample = models.TextField(blank=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["channel", "-at"], name="health_by_time")]

    def __str__(self) -> str:
        return self.message


class ImportState(models.TextChoices):
    MAPPING = "mapping", _("Waiting for your say")
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Import(OrganisationOwned, Leased):
    """A file on its way in. The channel's cursor says how far it has come; a stop loses nothing."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="file_import")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=250)
    size = models.PositiveBigIntegerField(default=0)
    inspection = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.MAPPING
    )
    rows_expected = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


class RejectedRow(models.Model):
    """A line of an imported file that could not be read, and why."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="rejected_rows")
    where = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    sample = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"
