"""Leases on rows of any table, and the sign of life of our own processes."""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.db.models import F, Q

from ildsjel.work.holders import is_dead, this_process


class Leased(models.Model):
    """A row that the loop works on when it is due.

    A worker holds it until `leased_until`; a worker that dies lets go by the clock. Every write of
    a
    worker names its `lease_token`, so that one that was too slow can't overwrite its successor.
    """

    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_holder = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Leased)


def claim(
    rows: "models.QuerySet[Row]", *, now: datetime, lease: timedelta, limit: int
) -> list[Row]:
    """Take up to `limit` due rows that nobody holds; they are ours until now + lease."""
    token = uuid4()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = rows.filter(free, due_at__lte=now).order_by("due_at")
    if not due.exists():  # a look costs nothing; on SQLite a transaction takes the write lock
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        taken = list(due.values_list("pk", flat=True)[:limit])
        if not taken:
            return []
        rows.model._default_manager.filter(pk__in=taken).update(
            leased_until=now + lease,
            lease_token=token,
            lease_holder=this_process(),
            attempts=F("attempts") + 1,
        )
    return list(rows.model._default_manager.filter(pk__in=taken, lease_token=token))


def held(row: Row) -> "models.QuerySet[Row]":
    """The row as long as this worker still holds it: use it for every write of a worker."""
    token: UUID | None = row.lease_token
    return type(row)._default_manager.filter(pk=row.pk, lease_token=token)


def let_go(row: Leased, *, due_at: datetime | None, succeeded: bool = True) -> bool:
    """Give the row back, due again at `due_at`; False when another worker has taken over."""
    fields: dict[str, object] = {"due_at": due_at, "leased_until": None, "lease_token": None}
    if succeeded:
        fields["attempts"] = 0
    return held(row).update(**fields) == 1


def free_leases_of_the_dead(rows: "models.QuerySet[Row]", *, now: datetime) -> int:
    """Let go of what killed processes of this machine held; says how many rows that were."""
    leased = rows.filter(leased_until__gt=now)
    holders = set(leased.values_list("lease_holder", flat=True))
    dead = [holder for holder in holders if is_dead(holder)]
    return leased.filter(lease_holder__in=dead).update(leased_until=now) if dead else 0


class Heartbeat(models.Model):
    """The last sign of life of a process, for the health page and `ildsjel check`."""

    process = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.process} {self.at}"
