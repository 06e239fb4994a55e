"""What conversations and watches point to: desks, topics, goals, groups (of people,
and of words), members, channels.

Each list holds what is in use, the newest first, and is read only.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Router

from ildsjel.api import schemas, shapes
from ildsjel.api.errors import only_known
from ildsjel.api.security import ApiRequest
from ildsjel.api.values import cursor_of, mark_of
from ildsjel.channels.queries import channels
from ildsjel.dialogue.queries import desks
from ildsjel.listening.group_queries import watch_groups
from ildsjel.organisation.models import Right
from ildsjel.organisation.queries import members_of
from ildsjel.strategy.queries import goals, groups, topics

router = Router(tags=["lists"])
REFUSALS = frozenset({401, 422})
Wanted = Query[schemas.ListFilter]
Row = TypeVar("Row", bound=Model)


@router.get("/desks", response={200: schemas.DeskPage, REFUSALS: schemas.Fault})
def list_desks(request: ApiRequest, wanted: Wanted) -> schemas.DeskPage:
    """Who takes care of what, and what they promise."""
    rows = desks(request.auth).prefetch_related("members")
    found, following = _page(request, "desks", rows, wanted)
    return schemas.DeskPage(items=[shapes.desk(row) for row in found], next=following)


@router.get("/topics", response={200: schemas.TopicPage, REFUSALS: schemas.Fault})
def list_topics(request: ApiRequest, wanted: Wanted) -> schemas.TopicPage:
    """What enquiries may be about."""
    found, following = _page(request, "topics", topics(request.auth), wanted)
    return schemas.TopicPage(items=[shapes.topic(row) for row in found], next=following)


@router.get("/goals", response={200: schemas.GoalPage, REFUSALS: schemas.Fault})
def list_goals(request: ApiRequest, wanted: Wanted) -> schemas.GoalPage:
    """The goals in force; `position` is the organisation's own order."""
    rows = goals(request.auth).select_related("owner__user")
    found, following = _page(request, "goals", rows, wanted)
    return schemas.GoalPage(items=[shapes.goal(row) for row in found], next=following)


@router.get("/groups", response={200: schemas.GroupPage, REFUSALS: schemas.Fault})
def list_groups(request: ApiRequest, wanted: Wanted) -> schemas.GroupPage:
    """The stakeholder groups, and what they need."""
    found, following = _page(request, "groups", groups(request.auth), wanted)
    return schemas.GroupPage(items=[shapes.group(row) for row in found], next=following)


@router.get("/watch-groups", response={200: schemas.WatchGroupPage, REFUSALS: schemas.Fault})
def list_watch_groups(request: ApiRequest, wanted: Wanted) -> schemas.WatchGroupPage:
    """Words saved under a name, which queries of watches use as `group:name`."""
    found, following = _page(request, "watch-groups", watch_groups(request.auth), wanted)
    return schemas.WatchGroupPage(items=[shapes.watch_group(row) for row in found], next=following)


@router.get("/members", response={200: schemas.MemberPage, REFUSALS: schemas.Fault})
def list_members(request: ApiRequest, wanted: Wanted) -> schemas.MemberPage:
    """Colleagues. Addresses, and those without access, only for those who look after people."""
    looks_after = request.auth.can(Right.PEOPLE)
    rows = members_of(request.auth)
    if not looks_after:
        rows = rows.filter(active=True)
    found, following = _page(request, "members", rows, wanted)
    items = [shapes.member(row, with_address=looks_after) for row in found]
    return schemas.MemberPage(items=items, next=following)


@router.get("/channels", response={200: schemas.ChannelPage, REFUSALS: schemas.Fault})
def list_channels(request: ApiRequest, wanted: Wanted) -> schemas.ChannelPage:
    """Connected accounts and sources, and how they are; never their settings or secrets."""
    found, following = _page(request, "channels", channels(request.auth), wanted)
    return schemas.ChannelPage(items=[shapes.channel(row) for row in found], next=following)


def _page(
    request: ApiRequest, kind: str, rows: QuerySet[Row], wanted: schemas.ListFilter
) -> tuple[list[Row], str | None]:
    """One page of a table by its numbers, the newest first, and the cursor of the next."""
    only_known(request, wanted)
    mark = mark_of(kind, wanted.cursor)
    if mark:
        rows = rows.filter(pk__lt=int(mark.partition("-")[0]))
    found = list(rows.order_by("-pk")[: wanted.limit + 1])
    more, found = len(found) > wanted.limit, found[: wanted.limit]
    return found, cursor_of(kind, str(found[-1].pk)) if more else None
