"""Writes to watches and bursts. Each is one transaction, checked and recorded."""

from django.db import transaction

from ildsjel.engine.matching import named_groups, parse
from ildsjel.listening.group_queries import groups_for_writing
from ildsjel.listening.models import Burst, Watch
from ildsjel.organisation.audit import changed, record, replan, require, require_own
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.strategy.models import Goal, StakeholderGroup


@transaction.atomic
def save_watch(
    *,
    by: Member,
    name: str,
    query: str,
    opens_conversations: bool = True,
    goal: Goal | None = None,
    group: StakeholderGroup | None = None,
    enabled: bool = True,
    watch: Watch | None = None,
) -> Watch:
    """Write a watch; it counts from the next batch on. Raises `QueryError` for unreadable words."""
    require(by, Right.LISTEN)
    _check(by, query)
    watch = watch or Watch(organisation=by.organisation, created_by=by)
    for row in (watch, goal, group):
        if row is not None:
            require_own(by, row)
    watch.name, watch.query, watch.goal, watch.group = name, query, goal, group
    watch.opens_conversations, watch.enabled = opens_conversations, enabled
    watch.save()
    details = {"name": name, "query": query}
    record(by.organisation, "watch.save", by=by, target=watch, details=details)
    replan(by.organisation_id)
    return watch


def _check(by: Member, query: str) -> None:
    """Raise `QueryError` unless a query can be read with the groups as they are, and will stay
    until this is written."""
    named = any(named_groups(query))
    parse(query, groups=groups_for_writing(by.organisation_id) if named else {})


@transaction.atomic
def switch_watch(*, by: Member, watch: Watch, on: bool) -> None:
    """Let a watch rest, or listen again; what it has found stays."""
    require(by, Right.LISTEN)
    require_own(by, watch)
    watch.enabled = on
    watch.save(update_fields=["enabled"])
    record(by.organisation, "watch.on" if on else "watch.off", by=by, target=watch)
    replan(by.organisation_id)


@transaction.atomic
def remove_watch(*, by: Member, watch: Watch, removed: bool = True) -> None:
    """Take a watch out of use, or back into it; its mentions stay. Raises `QueryError` for one that
    names a group which has gone since."""
    require(by, Right.LISTEN)
    require_own(by, watch)
    if not removed:
        _check(by, watch.query)
    watch.removed_at = utc_now() if removed else None
    watch.save(update_fields=["removed_at"])
    name = "watch.remove" if removed else "watch.restore"
    record(by.organisation, name, by=by, target=watch)
    replan(by.organisation_id)


@transaction.atomic
def note_burst(*, by: Member, burst: Burst, noted: bool = True) -> None:
    """Say for all colleagues that a burst has been seen, or take that back."""
    require(by, Right.REPLY)
    require_own(by, burst)
    burst.noted_by, burst.noted_at = (by, utc_now()) if noted else (None, None)
    burst.save(update_fields=["noted_by", "noted_at"])
    name = "burst.note" if noted else "burst.unnote"
    record(by.organisation, name, by=by, target=burst, details={"name": burst.watch.name})
    changed(by.organisation_id)
