"""What the API takes and gives: times are RFC 3339 in UTC, ids whole numbers."""

from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from ildsjel.api.values import Cursor, ExactId, Id, Limit, Line, LongText, Moment
from ildsjel.channels.queries import Condition
from ildsjel.dialogue.models import Delivery, MessageKind, State
from ildsjel.organisation.models import Role
from ildsjel.strategy.models import GoalKind

UNSAID: Any = None  # what a field holds that was not sent; ask `model_fields_set`


class Fault(Schema):
    """Every error: what is wrong in plain words, and what helps to mend it."""

    error: str
    detail: Any = None


class Ref(Schema):
    id: int
    name: str


class ChannelRef(Schema):
    id: int
    kind: str
    name: str


class Me(Schema):
    """Who the token speaks for."""

    id: int
    name: str
    email: str
    role: str
    rights: list[str]
    organisation: "OrganisationOut"


class OrganisationOut(Schema):
    name: str
    slug: str
    language: str
    timezone: str
    country: str
    simulated: bool


class ConversationOut(Schema):
    id: int
    title: str
    preview: str
    state: State
    language: str
    channel: ChannelRef
    person: Ref | None
    desk: Ref
    assignee: Ref | None
    topic: Ref | None
    goal: Ref | None
    opened_at: Moment
    last_at: Moment
    updated_at: Moment
    waiting_since: Moment | None
    promised_at: Moment | None
    snoozed_until: Moment | None
    closed_at: Moment | None


class Reason(Schema):
    """Why the conversation lies at its desk: what held (`reason`), with ids, codes or words."""

    reason: str
    details: list[str]


class ConversationDetail(ConversationOut):
    """`newest_message_id` is what a reply goes to: send it back as `seen`."""

    newest_message_id: int | None
    rule: Ref | None
    why: list[Reason]


class ConversationPage(Schema):
    items: list[ConversationOut]
    next: str | None


class DeskOut(Schema):
    """`first_response_minutes` are of the opening hours. `is_default`: takes what no rule sends."""

    id: int
    name: str
    is_default: bool
    first_response_minutes: int
    opening_hours: Ref
    member_ids: list[int]


class DeskPage(Schema):
    items: list[DeskOut]
    next: str | None


class TopicPage(Schema):
    items: list[Ref]
    next: str | None


class GoalOut(Schema):
    id: int
    statement: str
    kind: GoalKind | None
    owner: Ref | None
    position: int
    created_at: Moment


class GoalPage(Schema):
    items: list[GoalOut]
    next: str | None


class GroupOut(Schema):
    id: int
    name: str
    need: str


class GroupPage(Schema):
    items: list[GroupOut]
    next: str | None


class MemberOut(Schema):
    """`email` is null for those who don't look after people."""

    id: int
    name: str
    role: Role
    active: bool
    email: str | None


class MemberPage(Schema):
    items: list[MemberOut]
    next: str | None


class ChannelOut(Schema):
    """`condition` is well, waiting (nothing heard yet), quiet, failing or off; `error` says what is
    wrong."""

    id: int
    kind: str
    name: str
    handle: str
    url: str
    enabled: bool
    condition: Condition
    error: str
    error_since: Moment | None
    last_event_at: Moment | None
    last_ok_at: Moment | None
    created_at: Moment


class ChannelPage(Schema):
    items: list[ChannelOut]
    next: str | None


class AuthorOut(Schema):
    """A citizen (`handle`, `url`), or a colleague (`member_id`)."""

    name: str
    handle: str
    url: str
    member_id: int | None


class MessageOut(Schema):
    """`delivery` is null for what was not sent from here. A deleted message has no text."""

    id: int
    kind: MessageKind
    author: AuthorOut
    title: str
    text: str
    at: Moment
    visibility: str
    network_id: str
    url: str
    answers_id: int | None
    delivery: Delivery | None
    delivery_error: str
    edited_at: Moment | None
    deleted_at: Moment | None


class MessagePage(Schema):
    items: list[MessageOut]
    next: str | None


class WatchOut(Schema):
    id: int
    name: str
    query: str
    opens_conversations: bool
    enabled: bool
    goal: Ref | None
    created_at: Moment


class WatchPage(Schema):
    items: list[WatchOut]
    next: str | None


class WatchGroupOut(Schema):
    id: int
    name: str
    query: str
    created_at: Moment


class WatchGroupPage(Schema):
    items: list[WatchGroupOut]
    next: str | None


class PostOut(Schema):
    """What a network delivered, as it is now."""

    id: int
    channel: ChannelRef
    network_id: str
    author: AuthorOut
    title: str
    text: str
    url: str
    languages: list[str]
    tags: list[str]
    published_at: Moment
    received_at: Moment
    edited_at: Moment | None


class MentionOut(Schema):
    """`spans` are [start, end] places in the post's text that the watch found."""

    id: int
    watch: Ref
    post: PostOut
    spans: list[list[int]]
    published_at: Moment


class MentionPage(Schema):
    items: list[MentionOut]
    next: str | None


class Given(Schema):
    """What callers send: a name that we don't know is refused, not overlooked."""

    model_config = ConfigDict(extra="forbid")


class ListFilter(Given):
    cursor: Cursor = ""
    limit: Limit = 50


class ConversationFilter(ListFilter):
    state: State | None = None
    desk: Id | None = None
    assignee: Id | Literal["me", "none"] | None = None
    goal: Id | None = None
    updated_since: Moment | None = Field(
        None,
        description="Only those that changed at or after this time, the latest changed first: a "
        "message, its delivery, assignment, desk, state, topic, goal or note. Begin a minute "
        "before the last `updated_at` you have: what is written just now may come a little late.",
    )


class PostFilter(Given):
    """`language` is a code, "none" where it is not known; `network` a kind of channel; `author` an
    id or a byline, public posts alone; `word` stands anywhere in the text."""

    watch: Id | None = None
    channel: Id | None = None
    since: Moment | None = Field(None, description="Only posts published at or after this time.")
    until: Moment | None = Field(None, description="Only posts published before this time.")
    language: str = Field("", max_length=20)
    network: str = Field("", max_length=40)
    author: str = Field("", max_length=300)
    word: str = Field("", max_length=300)


class MentionFilter(PostFilter, ListFilter):
    pass


class ExportFilter(PostFilter):
    format: Literal["csv", "jsonl", "parquet"] = "jsonl"


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class Patch(Given):
    """Only what is named is changed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)


class ConversationPatch(Patch):
    """All of it is changed, or nothing. `snoozed_until` puts the conversation away until then."""

    state: State = UNSAID
    snoozed_until: Moment = UNSAID
    assignee_id: ExactId | None = None
    desk_id: ExactId = UNSAID
    topic_id: ExactId | None = None
    goal_id: ExactId | None = None


class ReplyIn(Given):
    """An answer for the network. It leaves at once and can't be taken back.

    `seen` is the newest message that you have read: if somebody has written since, nothing is sent.
    null sends in any case. The same `key` twice is one answer, so a call can be repeated safely.
    """

    kind: Literal["reply"]
    text: LongText
    seen: ExactId | None
    key: UUID | None = None


class NoteIn(Given):
    """Words for colleagues alone."""

    kind: Literal["note"]
    text: LongText


class WatchIn(Given):
    name: Line
    query: LongText
    opens_conversations: bool = True
    enabled: bool = True
    goal_id: ExactId | None = None


class WatchPatch(Patch):
    name: Line = UNSAID
    query: LongText = UNSAID
    opens_conversations: bool = UNSAID
    enabled: bool = UNSAID
    goal_id: ExactId | None = None
