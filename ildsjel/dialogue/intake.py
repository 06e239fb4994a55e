"""Items become messages, and messages conversations: what the line in does in this room.

Called inside the transaction that stored the items, with the channel's row locked.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from ildsjel.channels import gateway
from ildsjel.channels.models import Channel
from ildsjel.dialogue import learning
from ildsjel.dialogue.clock import hold, settle
from ildsjel.dialogue.models import (
    ChoiceKind,
    Conversation,
    Delivery,
    Desk,
    Identity,
    Message,
    MessageKind,
    Person,
    Promise,
    State,
)
from ildsjel.engine.items import Visibility
from ildsjel.engine.pipeline import Learned
from ildsjel.engine.routing import Route
from ildsjel.listening.models import Item
from ildsjel.listening.queries import own_threads
from ildsjel.organisation.models import utc_now
from ildsjel.strategy.suggesting import suggest
from ildsjel.work.rows import update_rows


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that is new or newly edited: whether it is something to answer, and where it should
    go.

    `at` is when its words were said: what only an edit made an enquiry was not asked before that.
    """

    item: Item
    opens: bool
    route: Route | None
    at: datetime
    topic: Learned | None = None  # what was learned says of it
    desk: Learned | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The conversations that changed, and the ids of those among them that were not open before."""

    changed: list[Conversation]
    opened: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known of the threads that a batch touches."""

    channel: Channel
    network: str
    own_roots: set[str]
    arrivals: dict[int, Arrival]
    conversations: dict[str, Conversation]  # by key
    by_item: dict[str, Conversation]  # the conversation that an item's external id stands in
    voices: dict[int, set[str]] = field(default_factory=dict)  # ids of each conversation's citizen
    unseen: frozenset[int] = frozenset()  # conversations with replies the network hasn't shown us


def network_of(channel: Channel) -> str:
    """The network on which a person's id means the same person."""
    named = channel.settings.get("network")
    if named:
        return str(named)
    return (
        channel.kind if channel.kind not in {"files", "webhook"} else f"{channel.kind}:{channel.pk}"
    )


def threads_in_dialogue(channel: Channel, thread_keys: Iterable[str]) -> set[str]:
    """Which of these threads we have a conversation in."""
    rows = Conversation.objects.filter(channel=channel, thread_key__in=set(thread_keys))
    return set(rows.values_list("thread_key", flat=True))


def threads_of(channel: Channel, external_ids: Iterable[str]) -> dict[str, str]:
    """The thread in which each of these stands, ours or theirs, as far as we know it.

    A mail programme may name only the mail it answers, which need not be the one that began it all.
    """
    ids = set(external_ids)
    items = Item.objects.filter(channel=channel, external_id__in=ids)
    sent = Message.objects.filter(
        conversation__channel=channel, external_id__in=ids, organisation_id=channel.organisation_id
    )
    return dict(items.values_list("external_id", "thread_key")) | dict(
        sent.values_list("external_id", "conversation__thread_key")
    )


def take(channel: Channel, arrivals: Sequence[Arrival]) -> Taken:
    """Open or continue conversations with what has arrived.

    An edit arrives too where its new words are something to answer. What stands in a conversation
    already stays there; what was only overheard there becomes an enquiry.
    """
    place = _survey(channel, arrivals)
    if place is None:
        return Taken([], frozenset())
    open_before = {c.pk for c in place.conversations.values() if c.state != State.CLOSED}
    waiting = _without_message(channel, {a.item.thread_key for a in arrivals}, place)
    keys = {item.pk: _key(item, place) for item in waiting}
    _open_missing(place, waiting, keys)
    hold(place.conversations.values())
    place = _listen_up(place)
    raised = _raise_overheard(place)
    messages, touched = [], {message.conversation_id: message.conversation for message in raised}
    for item in waiting:
        conversation = place.conversations.get(keys[item.pk] or "")
        if conversation is None:
            continue
        touched[conversation.pk] = conversation
        if not _is_echo(item, conversation, place):
            messages.append(_message(item, conversation, place))
    Message.objects.bulk_create(messages, batch_size=500)
    _reopen([*messages, *raised])
    settle(list(touched.values()))
    return Taken(list(touched.values()), frozenset(touched.keys() - open_before))


def _survey(channel: Channel, arrivals: Sequence[Arrival]) -> _Place | None:
    threads = {arrival.item.thread_key for arrival in arrivals}
    known = Conversation.objects.filter(channel=channel, thread_key__in=threads)
    conversations = {conversation.key: conversation for conversation in known}
    if not conversations and not any(arrival.opens for arrival in arrivals):
        return None
    parents = {arrival.item.parent_id for arrival in arrivals if arrival.item.parent_id}
    answered = Message.objects.filter(
        conversation__channel=channel, item__external_id__in=parents
    ).values_list("item__external_id", "conversation__key")
    return _Place(
        channel=channel,
        network=network_of(channel),
        own_roots=own_threads(channel, threads) | gateway.own_ids_among(channel, threads),
        arrivals={arrival.item.pk: arrival for arrival in arrivals},
        conversations=conversations,
        by_item={item: conversations[key] for item, key in answered if key in conversations},
    )


def _listen_up(place: _Place) -> _Place:
    """Add what the messages are judged by: whose conversations these are, and what we sent."""
    rows = place.conversations.values()
    voices: dict[int, set[str]] = defaultdict(set)
    mine = Identity.objects.filter(network=place.network, person__in={c.person_id for c in rows})
    nameless: dict[str, int] = {}
    for person, author, name in mine.values_list("person_id", "external_id", "person__name"):
        voices[person].add(author)
        if not name:
            nameless[author] = person
    _name_again(nameless, (arrival.item for arrival in place.arrivals.values()))
    sent = Message.objects.filter(conversation__in=rows, kind=MessageKind.REPLY, item=None)
    unseen = frozenset(sent.values_list("conversation_id", flat=True))
    return replace(place, voices=voices, unseen=unseen)


def _without_message(channel: Channel, threads: set[str], place: _Place) -> list[Item]:
    """Items of the touched threads that stand in no conversation yet, oldest first.

    Beside what has just arrived, these are items that came before their thread concerned us.
    """
    live = {c.thread_key for c in place.conversations.values()}
    live |= {a.item.thread_key for a in place.arrivals.values() if a.opens}
    rows = Item.objects.filter(channel=channel, thread_key__in=threads & live, deleted_at=None)
    in_dialogue = Message.objects.filter(item__in=rows.values("pk")).values("item_id")
    return list(rows.exclude(pk__in=in_dialogue).order_by("published_at", "pk"))


def _key(item: Item, place: _Place) -> str | None:
    """Which conversation an item belongs to; None for the post of ours that others comment on."""
    if item.thread_key not in place.own_roots:
        return item.thread_key
    if not item.own:
        return f"{item.thread_key}#{item.author_id}"
    parent = place.by_item.get(item.parent_id)
    if parent is not None:
        return parent.key
    above = Item.objects.filter(channel=place.channel, external_id=item.parent_id).first()
    return f"{above.thread_key}#{above.author_id}" if above and not above.own else None


def _open_missing(place: _Place, waiting: Sequence[Item], keys: dict[int, str | None]) -> None:
    openers: dict[str, Arrival] = {}
    for item in waiting:
        arrival, key = place.arrivals.get(item.pk), keys[item.pk]
        if arrival and arrival.opens and key and key not in place.conversations:
            openers.setdefault(key, replace(arrival, item=item))
    if not openers:
        return
    people = _people(place, [arrival.item for arrival in openers.values()])
    organisation = place.channel.organisation_id
    desk_for = _desk_chooser(organisation)
    topics = learning.in_use(organisation, ChoiceKind.TOPIC)
    rows = [
        _conversation(place, key, arrival, people[arrival.item.author_id], desk_for(arrival.route))
        for key, arrival in openers.items()
    ]
    for row, arrival in zip(rows, openers.values(), strict=True):
        _suggest(row, arrival, topics)
    Conversation.objects.bulk_create(rows, batch_size=500)
    place.conversations.update({row.key: row for row in rows})


def default_desk(organisation_id: int) -> int:
    """The desk that takes what no rule sends elsewhere. Every organisation with channels has
    one."""
    return Desk.objects.values_list("pk", flat=True).get(
        organisation_id=organisation_id, is_default=True
    )


def _desk_chooser(organisation_id: int) -> Callable[[Route | None], int]:
    """From a route to its desk, or to the default one where the desk has gone meanwhile."""
    rows = Desk.objects.filter(organisation_id=organisation_id)
    desks = set(rows.values_list("pk", flat=True))
    default = default_desk(organisation_id)

    def choose(route: Route | None) -> int:
        wanted = route.desk_id if route else None
        return wanted if wanted is not None and wanted in desks else default

    return choose


def _conversation(
    place: _Place, key: str, arrival: Arrival, person: Person, desk: int
) -> Conversation:
    item, route = arrival.item, arrival.route
    goal = route.goal_id if route else None
    if goal is None:
        goal = _the_only(suggest(place.channel.organisation, place.channel.pk).goals)
    return Conversation(
        organisation_id=item.organisation_id,
        channel=place.channel,
        thread_key=item.thread_key,
        key=key,
        title=item.title[:300],
        person=person,
        desk_id=desk,
        topic_id=route.topic_id if route else None,
        goal_id=goal,
        group_id=_the_only(suggest(place.channel.organisation, place.channel.pk, goal).groups),
        rule_id=route.rule_id if route else None,
        why=[[why.reason, *why.details] for why in route.why] if route else [],
        opened_at=arrival.at,
        last_at=arrival.at,
        language=next(iter(item.spoken), "")[:10],
    )


def _suggest(row: Conversation, arrival: Arrival, topics: Collection[int]) -> None:
    """What was learned sets a topic where it is sure enough and no rule has, or suggests one."""
    topic, desk = arrival.topic, arrival.desk
    if row.topic_id is not None or (topic and topic.id not in topics):
        topic = None
    if row.rule_id is not None or (desk and desk.id == row.desk_id):
        desk = None
    row.suggestion = learning.kept(topic, desk) or None
    if topic and topic.automatic:
        row.topic_id = topic.id
    elif topic:
        row.suggested_topic_id = topic.id


def _the_only(suggested: Sequence[int]) -> int | None:
    """What the plan suggests, where it leaves no choice; people choose among several."""
    return suggested[0] if len(suggested) == 1 else None


def _people(place: _Place, items: Sequence[Item]) -> dict[str, Person]:
    """The person behind each author, made where the network's id is new to us."""
    authors = {item.author_id: item for item in items}
    mine = Q(organisation_id=place.channel.organisation_id, network=place.network)
    rows = Identity.objects.filter(mine, external_id__in=authors).select_related("person")
    known = {row.external_id: row.person for row in rows}
    missing = [authors[key] for key in sorted(authors.keys() - known.keys())]
    return known | _introduce(place, missing, rows) if missing else known


def _introduce(
    place: _Place, missing: Sequence[Item], rows: "QuerySet[Identity]"
) -> dict[str, Person]:
    """New people. Another channel of the same network may bring the same one at the same time."""
    people = [Person(organisation_id=item.organisation_id, name=_name(item)) for item in missing]
    Person.objects.bulk_create(people)
    identities = [
        Identity(
            organisation_id=item.organisation_id,
            person=person,
            network=place.network,
            external_id=item.author_id,
            handle=item.author_handle,
            url=item.author_url,
        )
        for item, person in zip(missing, people, strict=True)
    ]
    Identity.objects.bulk_create(identities, ignore_conflicts=True)
    met = {row.external_id: row.person for row in rows.all()}
    doubled = {person.pk for person in people} - {person.pk for person in met.values()}
    if doubled:
        Person.objects.filter(pk__in=doubled).delete()
    return met


def _name(item: Item) -> str:
    return (item.author_name or item.author_handle or item.author_id)[:200]


def _is_echo(item: Item, conversation: Conversation, place: _Place) -> bool:
    """Our own answer as the network shows it: joined to the message we sent, not added beside
    it."""
    if not item.own or conversation.pk not in place.unseen:
        return False
    mine = Message.objects.filter(conversation=conversation, kind=MessageKind.REPLY, item=None)
    sent = mine.filter(external_id=item.external_id).first() or _same_words(item, mine)
    if sent is None:
        return False
    sent.item, sent.external_id, sent.url = item, item.external_id, item.url
    if sent.delivery != Delivery.SENT:
        sent.delivery, sent.at, sent.error, sent.due_at = Delivery.SENT, item.published_at, "", None
    sent.save(update_fields=["item", "external_id", "url", "delivery", "at", "error", "due_at"])
    return True


def _same_words(item: Item, mine: QuerySet[Message]) -> Message | None:
    """A reply whose sending was cut off, recognised by its words."""
    said = " ".join(item.text.split())
    for message in mine.filter(delivery__in=[Delivery.SENDING, Delivery.UNSURE]):
        words = " ".join(message.text.split())
        if words and said.endswith(words):  # a network may put the mention in front
            return message
    return None


def _raise_overheard(place: _Place) -> list[Message]:
    """Messages that nobody had to answer until the edit that has just arrived."""
    opening = {pk: each for pk, each in place.arrivals.items() if each.opens}
    rows = Message.objects.filter(
        item__in=opening, kind=MessageKind.INBOUND, counts=False, item__automatic=False
    )
    raised = list(rows.select_related("conversation"))
    for message in raised:
        message.counts, message.at = True, opening[message.item_id or 0].at
    update_rows(raised, ["counts", "at"])
    return raised


def _message(item: Item, conversation: Conversation, place: _Place) -> Message:
    arrival = place.arrivals.get(item.pk)
    asks = bool(arrival and arrival.opens) or _by_the_same(item, conversation, place)
    return Message(
        organisation_id=item.organisation_id,
        conversation=conversation,
        kind=MessageKind.REPLY if item.own else MessageKind.INBOUND,
        item=item,
        at=arrival.at if arrival else item.published_at,
        counts=not item.automatic and (item.own or asks),
        delivery=Delivery.SENT if item.own else "",
        visibility="private" if item.visibility == Visibility.PRIVATE else "public",
        external_id=item.external_id if item.own else "",
        url=item.url,
    )


def _by_the_same(item: Item, conversation: Conversation, place: _Place) -> bool:
    """Whether the citizen whose conversation it is goes on; what others add is only overheard."""
    return item.author_id in place.voices.get(conversation.person_id or 0, ())


def _reopen(messages: Sequence[Message]) -> None:
    """A new enquiry brings a closed or snoozed conversation back.

    What was said before the closing but came after it was not known to the one who closed: the
    promise that was dropped then holds again.
    """
    asked: dict[int, datetime] = {}
    for message in messages:
        if message.kind == MessageKind.INBOUND and message.counts:
            first = asked.get(message.conversation_id, message.at)
            asked[message.conversation_id] = min(first, message.at)
    closed = Conversation.objects.filter(pk__in=asked, state=State.CLOSED, closed_at__isnull=False)
    moments = closed.values_list("pk", "closed_at")
    unheard = [pk for pk, closed_at in moments if closed_at and asked[pk] < closed_at]
    dropped = Promise.objects.filter(conversation__in=unheard, met_at=None)
    dropped.filter(dropped_at=F("conversation__closed_at")).update(dropped_at=None)
    Conversation.objects.filter(pk__in=asked).exclude(state=State.OPEN).update(
        state=State.OPEN, snoozed_until=None, closed_at=None, due_at=None
    )


def after_change(items: Sequence[Item]) -> list[Conversation]:
    """Edited or deleted items: bring the conversations that show them up to date."""
    rows = Conversation.objects.filter(messages__item__in=items).distinct()
    conversations = list(rows)
    _title_anew(conversations)
    gone = [item for item in items if item.deleted_at]
    _forget_people(gone)
    settle(conversations)
    learning.take_back(rows.filter(messages__item__in=gone) if gone else ())
    return conversations


def _title_anew(conversations: Sequence[Conversation]) -> None:
    """The title is that of the first message that still has one."""
    titled = {row.pk: row for row in conversations if row.title}
    said = Message.objects.filter(conversation=OuterRef("pk"), kind=MessageKind.INBOUND)
    first = said.filter(item__title__gt="").order_by("at", "pk").values("item__title")[:1]
    found = Conversation.objects.filter(pk__in=titled).values_list("pk", Subquery(first))
    titles = {pk: (title or "")[:300] for pk, title in found}
    changed = [row for pk, row in titled.items() if row.title != titles.get(pk, row.title)]
    for row in changed:
        row.title = titles[row.pk]
    update_rows(changed, ["title"])


def _forget_people(deleted: Sequence[Item]) -> None:
    """Who has deleted all that we had of them has no name here any more.

    Their number stays, so that they are known again, and named again, when they write.
    """
    if not deleted:
        return
    channel, authors = deleted[0].channel, {item.author_id for item in deleted}
    ours = Item.objects.filter(organisation_id=channel.organisation_id, author_id__in=authors)
    left = ours.filter(deleted_at=None).values_list("author_id", flat=True).distinct()
    gone = Identity.objects.filter(
        organisation_id=channel.organisation_id,
        network=network_of(channel),
        external_id__in=authors - set(left),
    )
    people = set(gone.values_list("person_id", flat=True))
    known_elsewhere = Identity.objects.filter(person__in=people).exclude(pk__in=gone.values("pk"))
    people -= set(known_elsewhere.values_list("person_id", flat=True))
    Person.objects.filter(pk__in=people).update(name="")
    gone.update(handle="", url="")


def _name_again(nameless: Mapping[str, int], items: Iterable[Item]) -> None:
    """Give those who write again their name; `nameless` is author id → person."""
    for item in items:
        person = nameless.get(item.author_id)
        if person is not None:
            Person.objects.filter(pk=person, name="").update(name=_name(item))
            Identity.objects.filter(person=person, external_id=item.author_id).update(
                handle=item.author_handle, url=item.author_url
            )


def file_away(opened: Collection[int]) -> None:
    """Close what an import of history opened or brought back, without an answer being owed.

    `opened`: ids of conversations. What somebody left open before the import stays open.
    """
    Promise.objects.filter(conversation__in=opened, met_at=None, dropped_at=None).update(
        dropped_at=utc_now()
    )
    Conversation.objects.filter(pk__in=opened).exclude(state=State.CLOSED).update(
        state=State.CLOSED,
        closed_at=utc_now(),
        waiting_since=None,
        promised_at=None,
        due_at=None,
        updated_at=utc_now(),
    )
