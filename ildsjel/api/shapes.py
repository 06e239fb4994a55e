"""Rows as the API shows them. Each takes rows with their relations loaded and asks nothing more."""

from ildsjel.api import schemas
from ildsjel.channels.models import Channel
from ildsjel.channels.queries import health_of
from ildsjel.dialogue.models import Conversation, Delivery, Desk, Message, MessageKind, State
from ildsjel.listening.models import Item, Mention, Watch, WatchGroup
from ildsjel.organisation.models import RIGHTS, Member, Role
from ildsjel.strategy.models import Goal, GoalKind, StakeholderGroup, Topic


def me(member: Member) -> schemas.Me:
    organisation = member.organisation
    return schemas.Me(
        id=member.pk,
        name=str(member),
        email=member.user.email,
        role=member.role,
        rights=sorted(right.value for right in RIGHTS[member.role]),
        organisation=schemas.OrganisationOut(
            name=organisation.name,
            slug=organisation.slug,
            language=organisation.language,
            timezone=organisation.timezone,
            country=organisation.country,
            simulated=organisation.simulated,
        ),
    )


def _ref(row: object, pk: int | None) -> schemas.Ref | None:
    return None if row is None or pk is None else schemas.Ref(id=pk, name=str(row))


def _channel(row: Channel) -> schemas.ChannelRef:
    return schemas.ChannelRef(id=row.pk, kind=row.kind, name=row.name)


def desk(row: Desk) -> schemas.DeskOut:
    return schemas.DeskOut(
        id=row.pk,
        name=row.name,
        is_default=row.is_default,
        first_response_minutes=row.first_response_minutes,
        opening_hours=schemas.Ref(id=row.calendar_id, name=row.calendar.name),
        member_ids=sorted(member.pk for member in row.members.all()),
    )


def topic(row: Topic) -> schemas.Ref:
    return schemas.Ref(id=row.pk, name=row.name)


def goal(row: Goal) -> schemas.GoalOut:
    return schemas.GoalOut(
        id=row.pk,
        statement=row.statement,
        kind=GoalKind(row.kind) if row.kind else None,
        owner=_ref(row.owner, row.owner_id),
        position=row.position,
        created_at=row.created_at,
    )


def group(row: StakeholderGroup) -> schemas.GroupOut:
    return schemas.GroupOut(id=row.pk, name=row.name, need=row.need)


def member(row: Member, *, with_address: bool) -> schemas.MemberOut:
    return schemas.MemberOut(
        id=row.pk,
        name=str(row),
        role=Role(row.role),
        active=row.active,
        email=row.user.email if with_address else None,
    )


def channel(row: Channel) -> schemas.ChannelOut:
    return schemas.ChannelOut(
        id=row.pk,
        kind=row.kind,
        name=row.name,
        handle=row.handle,
        url=row.url,
        enabled=row.enabled,
        condition=health_of(row).condition,
        error=row.error,
        error_since=row.error_since,
        last_event_at=row.last_event_at,
        last_ok_at=row.last_ok_at,
        created_at=row.created_at,
    )


def conversation(row: Conversation) -> schemas.ConversationOut:
    return schemas.ConversationOut(
        id=row.pk,
        title=row.title,
        preview=row.preview,
        state=State(row.state),
        language=row.language,
        channel=_channel(row.channel),
        person=_ref(row.person, row.person_id),
        desk=schemas.Ref(id=row.desk_id, name=row.desk.name),
        assignee=_ref(row.assignee, row.assignee_id),
        topic=_ref(row.topic, row.topic_id),
        goal=_ref(row.goal, row.goal_id),
        opened_at=row.opened_at,
        last_at=row.last_at,
        updated_at=row.updated_at,
        waiting_since=row.waiting_since,
        promised_at=row.promised_at,
        snoozed_until=row.snoozed_until,
        closed_at=row.closed_at,
    )


def conversation_detail(row: Conversation, newest: int | None) -> schemas.ConversationDetail:
    return schemas.ConversationDetail(
        **dict(conversation(row)),
        newest_message_id=newest,
        rule=_ref(row.rule, row.rule_id),
        why=[schemas.Reason(reason=kind, details=details) for kind, *details in row.why],
    )


def message(row: Message) -> schemas.MessageOut:
    item = row.item
    return schemas.MessageOut(
        id=row.pk,
        kind=MessageKind(row.kind),
        author=_citizen(item) if item and row.author is None else _colleague(row.author),
        title=item.title if item else "",
        text=row.words,
        at=row.at,
        visibility=row.visibility,
        network_id=item.external_id if item else row.external_id,
        url=item.url if item else row.url,
        answers_id=row.answers_id,
        delivery=Delivery(row.delivery) if row.delivery else None,
        delivery_error=row.error,
        edited_at=item.edited_at if item else None,
        deleted_at=item.deleted_at if item else None,
    )


def _citizen(item: Item) -> schemas.AuthorOut:
    return schemas.AuthorOut(
        name=item.author_name, handle=item.author_handle, url=item.author_url, member_id=None
    )


def _colleague(member: Member | None) -> schemas.AuthorOut:
    name, pk = (str(member), member.pk) if member else ("", None)
    return schemas.AuthorOut(name=name, handle="", url="", member_id=pk)


def watch(row: Watch) -> schemas.WatchOut:
    return schemas.WatchOut(
        id=row.pk,
        name=row.name,
        query=row.query,
        opens_conversations=row.opens_conversations,
        enabled=row.enabled,
        goal=_goal(row.goal),
        created_at=row.created_at,
    )


def watch_group(row: WatchGroup) -> schemas.WatchGroupOut:
    return schemas.WatchGroupOut(
        id=row.pk, name=row.name, query=row.query, created_at=row.created_at
    )


def _goal(row: Goal | None) -> schemas.Ref | None:
    return _ref(row, row.pk if row else None)


def mention(row: Mention) -> schemas.MentionOut:
    return schemas.MentionOut(
        id=row.pk,
        watch=schemas.Ref(id=row.watch_id, name=row.watch.name),
        post=post(row.item),
        spans=row.spans,
        published_at=row.published_at,
    )


def post(row: Item) -> schemas.PostOut:
    return schemas.PostOut(
        id=row.pk,
        channel=_channel(row.channel),
        network_id=row.external_id,
        author=_citizen(row),
        title=row.title,
        text=row.text,
        url=row.url,
        languages=row.languages,
        tags=row.tags,
        published_at=row.published_at,
        received_at=row.received_at,
        edited_at=row.edited_at,
    )
