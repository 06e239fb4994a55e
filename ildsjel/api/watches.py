"""Watches: the words that an organisation listens for."""

from ninja import Query, Router, Status

from ildsjel.api import schemas, shapes
from ildsjel.api.conversations import FAULTS, named_row
from ildsjel.api.errors import Problem, only_known
from ildsjel.api.security import ApiRequest
from ildsjel.api.values import cursor_of, mark_of
from ildsjel.listening import actions, queries
from ildsjel.listening.models import Watch
from ildsjel.organisation.models import Member
from ildsjel.strategy.queries import goals

router = Router(tags=["watches"])


@router.get("", response={200: schemas.WatchPage, frozenset({401, 422}): schemas.Fault})
def list_watches(request: ApiRequest, wanted: Query[schemas.ListFilter]) -> schemas.WatchPage:
    """The watches in use, the newest first."""
    only_known(request, wanted)
    rows, older = queries.watch_page(
        request.auth, before=mark_of("watches", wanted.cursor), size=wanted.limit
    )
    return schemas.WatchPage(
        items=[shapes.watch(row) for row in rows], next=cursor_of("watches", older)
    )


@router.post("", response={201: schemas.WatchOut, FAULTS: schemas.Fault})
def add_watch(request: ApiRequest, given: schemas.WatchIn) -> Status[schemas.WatchOut]:
    """Listen for more. 422 with `position` and `hint` where the query can't be read."""
    watch = actions.save_watch(
        by=request.auth,
        name=given.name,
        query=given.query,
        opens_conversations=given.opens_conversations,
        goal=named_row("goal", goals(request.auth), given.goal_id),
        enabled=given.enabled,
    )
    return Status(201, shapes.watch(watch))


@router.get("/{int:pk}", response={200: schemas.WatchOut, FAULTS: schemas.Fault})
def get_watch(request: ApiRequest, pk: int) -> schemas.WatchOut:
    return shapes.watch(_watch(request.auth, pk))


@router.patch("/{int:pk}", response={200: schemas.WatchOut, FAULTS: schemas.Fault})
def change_watch(request: ApiRequest, pk: int, given: schemas.WatchPatch) -> schemas.WatchOut:
    """Change what is named. 422 with `position` and `hint` where the query can't be read."""
    watch = _watch(request.auth, pk)
    named = given.model_fields_set
    goal = watch.goal
    if "goal_id" in named:
        goal = named_row("goal", goals(request.auth), given.goal_id)
    saved = actions.save_watch(
        by=request.auth,
        watch=watch,
        name=given.name if "name" in named else watch.name,
        query=given.query if "query" in named else watch.query,
        opens_conversations=(
            given.opens_conversations
            if "opens_conversations" in named
            else watch.opens_conversations
        ),
        goal=goal,
        group=watch.group,
        enabled=given.enabled if "enabled" in named else watch.enabled,
    )
    return shapes.watch(saved)


@router.delete("/{int:pk}", response={204: None, FAULTS: schemas.Fault})
def remove_watch(request: ApiRequest, pk: int) -> Status[None]:
    """Take a watch out of use. Its mentions stay, and a person can put it back."""
    actions.remove_watch(by=request.auth, watch=_watch(request.auth, pk))
    return Status(204, None)


def _watch(member: Member, pk: int) -> Watch:
    found = queries.watches(member).filter(pk=pk).first()
    if found is None:
        raise Problem(404, "There is no such watch here.")
    return found
