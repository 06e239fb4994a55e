"""Writes to saved groups of words. A change counts in all watches that use the group from the next
batch on; nothing is written that one of them could not be read with."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from ildsjel.engine.matching import QueryError, parse
from ildsjel.listening.group_queries import groups_for_writing, users_of
from ildsjel.listening.models import BurstState, Watch, WatchGroup
from ildsjel.organisation.audit import record, replan, require, require_own
from ildsjel.organisation.models import Member, Right, utc_now

Users = Sequence[Watch | WatchGroup]


class GroupTaken(ValueError):
    """Another group has this name, in whatever capitals."""


class GroupNeeded(ValueError):
    """`users` name the group, so that it can't be taken from them or called something else."""

    def __init__(self, users: Users) -> None:
        super().__init__(", ".join(str(row) for row in users))
        self.users = users


class GroupBreaks(ValueError):
    """With these words in the group, `user` could no longer be read; `fault` says why."""

    def __init__(self, user: Watch | WatchGroup, fault: QueryError) -> None:
        super().__init__(f"{user}: {fault}")
        self.user, self.fault = user, fault


@transaction.atomic
def save_watch_group(
    *, by: Member, name: str, query: str, group: WatchGroup | None = None
) -> WatchGroup:
    """Write a group. Raises `QueryError`, `GroupTaken`, `GroupNeeded` (another name while it is in
    use) and `GroupBreaks`."""
    require(by, Right.LISTEN)
    group = group or WatchGroup(organisation=by.organisation, created_by=by)
    require_own(by, group)
    groups = groups_for_writing(by.organisation_id)
    users = users_of(group) if group.pk else []
    if users and name != group.name:
        raise GroupNeeded(users)
    others = {known: words for known, words in groups.items() if known != group.name}
    _check(name, query, others, users)
    group.name, group.query = name, query
    group.save()
    _count_anew(users)
    details = {"name": name, "query": query}
    record(by.organisation, "watch.group_save", by=by, target=group, details=details)
    replan(by.organisation_id)
    return group


def _check(name: str, query: str, others: Mapping[str, str], users: Users) -> None:
    if name.casefold() in {known.casefold() for known in others}:
        raise GroupTaken(name)
    known = {**others, name: query}
    parse(query, groups=known)
    for user in users:
        try:
            parse(user.query, groups=known)
        except QueryError as fault:
            raise GroupBreaks(user, fault) from fault


def _count_anew(users: Users) -> None:
    """Other words have another usual: bursts of these watches begin to be learned anew."""
    watches = [row for row in users if isinstance(row, Watch)]
    BurstState.objects.filter(watch__in=watches).update(query="")


@transaction.atomic
def archive_watch_group(*, by: Member, group: WatchGroup, archived: bool = True) -> None:
    """Take a group out of use, or back into it. Raises `GroupNeeded` while anything names it, and
    on the way back `GroupTaken` and `QueryError`."""
    require(by, Right.LISTEN)
    require_own(by, group)
    groups = groups_for_writing(by.organisation_id)
    if archived and (users := users_of(group)):
        raise GroupNeeded(users)
    if not archived:
        _check(group.name, group.query, groups, ())
    group.archived_at = utc_now() if archived else None
    group.save(update_fields=["archived_at"])
    name = "watch.group_archive" if archived else "watch.group_restore"
    record(by.organisation, name, by=by, target=group, details={"name": group.name})
    replan(by.organisation_id)
