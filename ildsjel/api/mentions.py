"""Mentions: posts in which a watch found its words."""

from django.http import StreamingHttpResponse
from ninja import Query, Router, Status

from ildsjel.api import schemas, shapes
from ildsjel.api.conversations import FAULTS, get_conversation
from ildsjel.api.errors import Problem, only_known
from ildsjel.api.security import ApiRequest
from ildsjel.api.values import cursor_of, mark_of
from ildsjel.channels.models import Channel
from ildsjel.flow.taking_up import NothingToAnswer, take_up
from ildsjel.listening import exporting, queries
from ildsjel.listening.models import Watch
from ildsjel.organisation.pages import download

router = Router(tags=["mentions"])


@router.get("", response={200: schemas.MentionPage, frozenset({401, 422}): schemas.Fault})
def list_mentions(request: ApiRequest, wanted: Query[schemas.MentionFilter]) -> schemas.MentionPage:
    """What matched, newest first; without what its author has deleted."""
    only_known(request, wanted)
    rows = queries.wanted_mentions(request.auth, _wanted(wanted))
    page = queries.mention_page(rows, before=mark_of("mentions", wanted.cursor), size=wanted.limit)
    items = [shapes.mention(row) for row in page.rows]
    return schemas.MentionPage(items=items, next=cursor_of("mentions", page.older))


@router.get("/export", response={frozenset({401, 403, 404, 422}): schemas.Fault})
def export_posts(request: ApiRequest, wanted: Query[schemas.ExportFilter]) -> StreamingHttpResponse:
    """The posts as a file, newest first, a post a row; the documentation names the columns."""
    only_known(request, wanted)
    chunks = exporting.export(request.auth, _wanted(wanted), wanted.format)
    kind = exporting.KINDS[wanted.format]
    return download(chunks, name=f"posts.{wanted.format}", content_type=kind)


def _wanted(asked: schemas.PostFilter) -> queries.Wanted:
    """The filter as the room takes it. Rows of others find nothing among the member's own."""
    return queries.Wanted(
        watches=(Watch(pk=asked.watch),) if asked.watch is not None else (),
        channel=Channel(pk=asked.channel) if asked.channel is not None else None,
        start=asked.since,
        end=asked.until,
        language=asked.language,
        network=asked.network,
        author=asked.author,
        word=asked.word,
    )


@router.post(
    "/{int:pk}/conversation",
    response={
        200: schemas.ConversationDetail,
        201: schemas.ConversationDetail,
        frozenset({*FAULTS, 409}): schemas.Fault,
    },
)
def answer_mention(request: ApiRequest, pk: int) -> Status[schemas.ConversationDetail]:
    """Bring the post into the inbox (201), or find the conversation in which it stands (200).

    409 where there is nothing to answer: the post is our own, or deleted.
    """
    mention = queries.mentions(request.auth).filter(pk=pk).first()
    if mention is None:
        raise Problem(404, "There is no such mention here.")
    try:
        taken = take_up(by=request.auth, item=mention.item)
    except NothingToAnswer as fault:
        raise Problem(
            409, "This post is our own or deleted: there is nothing to answer."
        ) from fault
    made = 200 if taken.entry is None else 201
    return Status(made, get_conversation(request, taken.conversation.pk))
