"""Names for the numbers that the trail holds: which row an id meant, as that row is called now.

The trail names rows of every room by their kind and number. They are looked up by that name alone,
within the member's organisation; what is gone, or was never ours, keeps its number.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from ildsjel.organisation.models import AuditEntry, Member, OrganisationOwned

# The kinds whose rows have a name that says more than their number.
KINDS = frozenset(
    {
        "calendar", "channel", "conversation", "desk", "goal", "import", "invitation", "member",
        "mandate", "planversion", "rule", "stakeholdergroup", "topic", "watch", "watchgroup",
    }
)  # fmt: skip
# The details that hold the number of a row (or several), and the kind of it.
POINTERS = {
    "assignee_id": "member",
    "channels": "channel",
    "desk": "desk",
    "desk_id": "desk",
    "goal_id": "goal",
    "group_id": "stakeholdergroup",
    "order": "rule",
    "topic_id": "topic",
    "watches": "watch",
}
Names = Mapping[tuple[str, int], str]


def names_in(member: Member, entries: Iterable[AuditEntry]) -> Names:
    """The names of all rows that these entries speak of, by kind and number; a query a kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        kind, _, number = entry.target.partition(":")
        if number.isdecimal():
            wanted[kind].add(int(number))
        for kind, pk in _pointed_at(entry.details):
            wanted[kind].add(pk)
    return {
        (kind, pk): name
        for kind, pks in wanted.items()
        if kind in KINDS
        for pk, name in _names(member, kind, pks)
    }


def _pointed_at(details: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    for key, value in details.items():
        if isinstance(value, Mapping):
            yield from _pointed_at(value)
        elif kind := POINTERS.get(key):
            numbers = value if isinstance(value, list) else [value]
            yield from ((kind, pk) for pk in numbers if isinstance(pk, int))


def _names(member: Member, kind: str, pks: set[int]) -> list[tuple[int, str]]:
    if kind == "member":
        colleagues = Member.objects.filter(organisation=member.organisation_id, pk__in=pks)
        return [(row.pk, str(row)) for row in colleagues.select_related("user")]
    rows = _owned()[kind].objects.of(member).filter(pk__in=pks)
    return [(row.pk, str(row)) for row in rows]


@cache
def _owned() -> dict[str, type[OrganisationOwned]]:
    """The tables of all rooms whose rows belong to an organisation; no room is named here."""
    return {
        str(model._meta.model_name): model
        for model in _with_below(OrganisationOwned.__subclasses__())
        if not model._meta.abstract
    }


def _with_below(models: Iterable[type[OrganisationOwned]]) -> Iterator[type[OrganisationOwned]]:
    for model in models:
        yield model
        yield from _with_below(model.__subclasses__())
