"""Mentions: posts in which a watch found its words."""

from ninja import Query, Router

from ildsjel.api import schemas, shapes
from ildsjel.api.errors import only_known
from ildsjel.api.security import ApiRequest
from ildsjel.api.values import cursor_of, mark_of
from ildsjel.listening import queries

router = Router(tags=["mentions"])


@router.get("", response={200: schemas.MentionPage, frozenset({401, 422}): schemas.Fault})
def list_mentions(request: ApiRequest, wanted: Query[schemas.MentionFilter]) -> schemas.MentionPage:
    """What matched, newest first; without what its author has deleted."""
    only_known(request, wanted)
    rows = queries.mentions(request.auth)
    if wanted.watch is not None:
        rows = rows.filter(watch_id=wanted.watch)
    if wanted.since is not None:
        rows = rows.filter(published_at__gte=wanted.since)
    page = queries.mention_page(rows, before=mark_of("mentions", wanted.cursor), size=wanted.limit)
    items = [shapes.mention(row) for row in page.rows]
    return schemas.MentionPage(items=items, next=cursor_of("mentions", page.older))
