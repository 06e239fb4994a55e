"""Reads of saved groups of words, and of queries together with the groups that they name."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import QuerySet

from ildsjel.engine.matching import Source, source_of
from ildsjel.listening.models import Watch, WatchGroup
from ildsjel.organisation.models import Member, Organisation

SIGN = "group:"


def watch_groups(member: Member) -> QuerySet[WatchGroup]:
    """The groups in use, by name."""
    return WatchGroup.objects.of(member).filter(archived_at=None).order_by("name", "pk")


def archived_groups(member: Member) -> QuerySet[WatchGroup]:
    """The groups out of use, the last one first."""
    rows = WatchGroup.objects.of(member).exclude(archived_at=None)
    return rows.order_by("-archived_at", "-pk")


def saved_groups(organisation_id: int) -> dict[str, str]:
    """The words of each group in use, by its name."""
    rows = WatchGroup.objects.filter(organisation_id=organisation_id, archived_at=None)
    return dict(rows.values_list("name", "query"))


def groups_for_writing(organisation_id: int) -> dict[str, str]:
    """The same; until the end of the transaction nobody else writes a group, or a watch that names
    one."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    return saved_groups(organisation_id)


def sources(watches: Iterable[Watch]) -> dict[int, Source]:
    """What each watch looks for, with the groups that it names, by its id."""
    rows = list(watches)
    naming = {row.organisation_id for row in rows if SIGN in row.query}
    groups = {organisation: saved_groups(organisation) for organisation in naming}
    return {row.pk: source_of(row.query, groups.get(row.organisation_id, {})) for row in rows}


def source(watch: Watch) -> Source:
    """What a watch looks for."""
    return sources([watch])[watch.pk]


def users_of(group: WatchGroup) -> list[Watch | WatchGroup]:
    """The watches and groups whose words hang on a group, directly or through others."""
    known = saved_groups(group.organisation_id)
    return [
        row
        for row in _naming(group.organisation_id)
        if group.name in dict(source_of(row.query, known).groups)
    ]


def use_counts(member: Member) -> Counter[str]:
    """How many watches each group stands in, directly or through others, by its name."""
    known = saved_groups(member.organisation_id)
    rows = [row for row in _naming(member.organisation_id) if isinstance(row, Watch)]
    return Counter(name for row in rows for name, _ in source_of(row.query, known).groups)


def _naming(organisation_id: int) -> list[Watch | WatchGroup]:
    """The watches and groups, in order of name, that name any group."""
    watches = Watch.objects.filter(
        organisation_id=organisation_id, removed_at=None, query__contains=SIGN
    )
    groups = WatchGroup.objects.filter(
        organisation_id=organisation_id, archived_at=None, query__contains=SIGN
    )
    return [*watches.order_by("name", "pk"), *groups.order_by("name", "pk")]
