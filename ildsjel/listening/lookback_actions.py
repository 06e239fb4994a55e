"""Asking a watch to look back over the archive, and stopping it. The loop does the looking."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from ildsjel.listening import archive, keeping
from ildsjel.listening.models import Lookback, LookbackState, Watch
from ildsjel.organisation.audit import changed, record, require, require_own
from ildsjel.organisation.models import Member, Right, utc_now


def archived_days(member: Member) -> list[date]:
    """The days (UTC) of which the organisation's archive has anything, the first one first."""
    return archive.days(keeping.folder_of(member.organisation_id))


def lookbacks(member: Member, watch: Watch) -> QuerySet[Lookback]:
    """The looks back of a watch, the last one first."""
    return Lookback.objects.of(member).filter(watch=watch).order_by("-pk")


@transaction.atomic
def look_back(*, by: Member, watch: Watch, first: date, last: date) -> Lookback:
    """Let a watch look through these days, both included; one that runs already goes on."""
    require(by, Right.LISTEN)
    require_own(by, watch)
    Watch.objects.select_for_update(no_key=True).get(pk=watch.pk)
    running = lookbacks(by, watch).filter(state=LookbackState.RUNNING).first()
    if running is not None:
        return running
    details = {"name": watch.name, "first": str(first), "last": str(last)}
    record(by.organisation, "watch.look_back", by=by, target=watch, details=details)
    return Lookback.objects.create(
        organisation=by.organisation, watch=watch, by=by, first=first, last=last, due_at=utc_now()
    )


@transaction.atomic
def stop_looking_back(*, by: Member, watch: Watch) -> None:
    """Stop after the piece at hand; what was found stays."""
    require(by, Right.LISTEN)
    require_own(by, watch)
    running = lookbacks(by, watch).filter(state=LookbackState.RUNNING)
    if running.update(state=LookbackState.STOPPED, finished_at=utc_now(), due_at=None):
        record(by.organisation, "watch.look_back_stop", by=by, target=watch)
        changed(by.organisation_id)
