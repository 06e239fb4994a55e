"""Conversations and what is said in them."""

from datetime import timedelta
from typing import Annotated, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from ninja import Body, Query, Router, Status
from pydantic import Field

from ildsjel.api import schemas, shapes
from ildsjel.api.errors import NOT_UNDERSTOOD, Problem, only_known
from ildsjel.api.security import ApiRequest
from ildsjel.api.values import cursor_of, mark_of
from ildsjel.channels import gateway
from ildsjel.dialogue import actions, queries
from ildsjel.dialogue.answering import length_of, why_not
from ildsjel.dialogue.models import Conversation, Message, State
from ildsjel.organisation.models import Member, utc_now
from ildsjel.organisation.queries import members_of
from ildsjel.strategy.queries import goals, topics

router = Router(tags=["conversations"])
FAULTS = frozenset({401, 403, 404, 422})
Row = TypeVar("Row", bound=Model)
Words = Annotated[schemas.ReplyIn | schemas.NoteIn, Field(discriminator="kind")]


@router.get("", response={200: schemas.ConversationPage, frozenset({401, 422}): schemas.Fault})
def list_conversations(
    request: ApiRequest, wanted: Query[schemas.ConversationFilter]
) -> schemas.ConversationPage:
    """Conversations, those with the newest messages first; with `updated_since`, those that changed
    last."""
    only_known(request, wanted)
    view = queries.View(
        state=wanted.state or "",
        desk=wanted.desk,
        mine=wanted.assignee == "me",
        unassigned=wanted.assignee == "none",
        assignee=wanted.assignee if isinstance(wanted.assignee, int) else None,
        goal=wanted.goal,
        since=wanted.updated_since,
    )
    kind = "conversations" if wanted.updated_since is None else "changes"
    mark = mark_of(kind, wanted.cursor)
    page = queries.page_of(request.auth, view, after=mark, size=wanted.limit, whole=True)
    items = [shapes.conversation(row) for row in page.rows]
    return schemas.ConversationPage(items=items, next=cursor_of(kind, page.older))


@router.get("/{int:pk}", response={200: schemas.ConversationDetail, FAULTS: schemas.Fault})
def get_conversation(request: ApiRequest, pk: int) -> schemas.ConversationDetail:
    """One conversation, with the reasons why it lies at its desk."""
    return _detail(_conversation(request.auth, pk))


@router.patch("/{int:pk}", response={200: schemas.ConversationDetail, FAULTS: schemas.Fault})
def change_conversation(
    request: ApiRequest, pk: int, given: schemas.ConversationPatch
) -> schemas.ConversationDetail:
    """Close, reopen, put away, assign, move, or sort by topic and goal: all of it, or nothing."""
    row = _conversation(request.auth, pk)
    _change(request.auth, row, given)
    return _detail(_conversation(request.auth, pk))


@router.get("/{int:pk}/messages", response={200: schemas.MessagePage, FAULTS: schemas.Fault})
def list_messages(
    request: ApiRequest, pk: int, wanted: Query[schemas.ListFilter]
) -> schemas.MessagePage:
    """What was said, newest first: messages, replies, and notes."""
    only_known(request, wanted)
    row = _conversation(request.auth, pk)
    said = queries.stretch(row, before=mark_of("messages", wanted.cursor), size=wanted.limit)
    items = [shapes.message(each) for each in reversed(said.messages)]
    return schemas.MessagePage(items=items, next=cursor_of("messages", said.earlier))


@router.post(
    "/{int:pk}/messages",
    response={
        202: schemas.MessageOut,
        201: schemas.MessageOut,
        frozenset({*FAULTS, 409}): schemas.Fault,
    },
)
def write_message(request: ApiRequest, pk: int, given: Body[Words]) -> Status[schemas.MessageOut]:
    """Queue a reply (202; its `delivery` says how far it has come) or write a note (201).

    409 where somebody has written since `seen`, or the conversation can't be answered.
    """
    row = _conversation(request.auth, pk)
    if isinstance(given, schemas.NoteIn):
        note = actions.note(by=request.auth, conversation=row, text=given.text)
        return Status(201, shapes.message(note))
    return Status(202, shapes.message(_reply(request.auth, row, given)))


@router.get(
    "/{int:pk}/messages/{int:message}", response={200: schemas.MessageOut, FAULTS: schemas.Fault}
)
def get_message(request: ApiRequest, pk: int, message: int) -> schemas.MessageOut:
    """One message: how far a reply has come."""
    found = queries.messages_among(_conversation(request.auth, pk), [message])
    if not found:
        raise Problem(404, "There is no such message here.")
    return shapes.message(found[0])


def _conversation(member: Member, pk: int) -> Conversation:
    found = queries.conversation(member, pk)
    if found is None:
        raise Problem(404, "There is no such conversation here.")
    return found


def _detail(row: Conversation) -> schemas.ConversationDetail:
    newest = queries.last_asked(row)
    return shapes.conversation_detail(row, newest.pk if newest else None)


def _unprocessable(field: str, problem: str) -> Problem:
    return Problem(422, NOT_UNDERSTOOD, [{"where": f"body.{field}", "problem": problem}])


@transaction.atomic
def _change(by: Member, row: Conversation, given: schemas.ConversationPatch) -> None:
    named = given.model_fields_set
    if "assignee_id" in named:
        colleagues = members_of(by).filter(active=True)
        to = named_row("assignee", colleagues, given.assignee_id)
        actions.assign(by=by, conversation=row, to=to)
    if desk := named_row("desk", queries.desks(by), given.desk_id):
        actions.move(by=by, conversation=row, desk=desk)
    if "topic_id" in named:
        topic = named_row("topic", topics(by), given.topic_id)
        actions.set_topic(by=by, conversation=row, topic=topic)
    if "goal_id" in named:
        goal = named_row("goal", goals(by), given.goal_id)
        actions.set_goal(by=by, conversation=row, goal=goal)
    if named & {"state", "snoozed_until"}:
        _put(by, row, given)


def named_row(kind: str, rows: QuerySet[Row], pk: int | None) -> Row | None:
    """The row that the body names; None where it says null."""
    found = rows.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise _unprocessable(f"{kind}_id", f"There is no {kind} {pk} here.")
    return found


def _put(by: Member, row: Conversation, given: schemas.ConversationPatch) -> None:
    """Close, reopen or put away. What is closed or open already stays as it is."""
    named = given.model_fields_set
    wanted = given.state if "state" in named else State.SNOOZED
    if wanted == State.SNOOZED:
        _snooze(by, row, given)
    elif "snoozed_until" in named:
        raise _unprocessable("snoozed_until", "This only goes with the state snoozed.")
    elif wanted != row.state:
        change = actions.close if wanted == State.CLOSED else actions.reopen
        change(by=by, conversation=row)


def _snooze(by: Member, row: Conversation, given: schemas.ConversationPatch) -> None:
    if "snoozed_until" not in given.model_fields_set:
        raise _unprocessable("snoozed_until", "Say until when.")
    if given.snoozed_until <= utc_now():
        raise _unprocessable("snoozed_until", "This time has passed.")
    actions.snooze(by=by, conversation=row, until=given.snoozed_until)


def _reply(by: Member, row: Conversation, given: schemas.ReplyIn) -> Message:
    newest = queries.last_asked(row)
    if problem := why_not(row, newest):
        raise Problem(409, problem)
    _must_fit(row, given.text)
    try:
        return actions.reply(
            by=by,
            conversation=row,
            text=given.text,
            seen=given.seen,
            take_back=timedelta(0),
            key=given.key,
        )
    except actions.ThreadMoved as moved:
        newest = queries.last_asked(row)
        detail = {"newest_message_id": newest.pk if newest else None}
        raise Problem(409, "Somebody has written since. Nothing was sent.", detail) from moved
    except IntegrityError as taken:
        raise Problem(409, "This key was used for another message.") from taken


def _must_fit(row: Conversation, text: str) -> None:
    able = gateway.capabilities(row.channel)
    over = length_of(text, able.length_unit) - able.max_length if able.max_length else 0
    if over > 0:
        said = f"The network takes {able.max_length} {able.length_unit}: this is {over} too many."
        raise _unprocessable("text", said)
