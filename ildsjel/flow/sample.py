"""A sample organisation to look around in: a made-up municipality with six weeks of traffic.

All of it comes from the engine's simulator and passes the same line as live posts, so that what a
visitor sees is what the house does. It is marked as simulated and sends nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Least

from ildsjel.channels.actions import connect_sample
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue.actions import save_desk, save_rule
from ildsjel.dialogue.models import (
    Conversation,
    Desk,
    Message,
    MessageKind,
    Person,
    Promise,
    Rule,
    State,
)
from ildsjel.engine.business_time import Interval
from ildsjel.engine.items import Deletion, Item
from ildsjel.engine.simulator import SAMPLE, Event, Staff, simulate
from ildsjel.flow.inbound import receive
from ildsjel.listening import keeping
from ildsjel.listening.actions import save_watch
from ildsjel.listening.burst_counting import relive
from ildsjel.organisation.actions import (
    Week,
    add_member,
    create_organisation,
    create_user,
    remove_simulated,
    save_calendar,
    switch_user,
)
from ildsjel.organisation.audit import require
from ildsjel.organisation.models import (
    Calendar,
    Member,
    NotAllowed,
    Right,
    Role,
    User,
    utc_now,
)
from ildsjel.strategy.actions import save_goal, save_group, save_topic
from ildsjel.strategy.models import Goal, Topic

SEED = 7
DAYS = 42
BATCH = 200
COUNTRY = "NO"
HEAD = next(each for each in SAMPLE.staff if each.role == Role.OWNER)
ANSWERED_STAYS = timedelta(hours=20)  # an answered conversation stays open so long
LEFT_TO_DO = timedelta(hours=2)
OVERDUE_KEPT = 6
CLOSED_AFTER = timedelta(minutes=50)
CRISIS_AGO = timedelta(hours=28)  # so that it is over, and most of it answered
RELIVED = timedelta(hours=44)  # so long the watches are counted as if it happened
AWAY = timedelta(hours=17)  # the visitor was last here so long ago


@dataclass(frozen=True, slots=True)
class House:
    """The sample organisation as rows, by their names in the simulator's data."""

    head: Member  # a made-up colleague, in whose name it is furnished
    staff: Mapping[str, Member]
    desks: Mapping[str, Desk]
    channels: Mapping[str, Channel]  # by network


@transaction.atomic
def create_sample(owner: User) -> Member:
    """Make the sample organisation with all its traffic up to this moment, at once.

    Returns the owner's membership. Takes seconds, and writes all the while: a page lets the loop
    make it, a piece at a time (`flow.sample_making`).
    """
    now = utc_now()
    events = traffic(now)
    house = furnish()
    for channel, batch in batches(house, events):
        receive(channel, batch)
    return hand_over(house, owner, events, now)


def traffic(until: datetime) -> list[Event]:
    """What is said in the six weeks up to that moment, in order of time."""
    start, crisis = until - timedelta(days=DAYS), until - CRISIS_AGO
    return _unanswered_at_last(simulate(SEED, start, DAYS, crisis_at=crisis), until)


def _unanswered_at_last(events: Sequence[Event], now: datetime) -> list[Event]:
    """The traffic without our newest answers and what followed them: something is left to do."""
    begin = now - LEFT_TO_DO
    left: set[str] = set()
    kept = []
    for event in events:
        item = event.payload
        if isinstance(item, Item) and event.at > begin:
            if (item.own and item.parent_id) or item.parent_id in left:
                left.add(item.external_id)
            if item.external_id in left:
                continue
        kept.append(event)
    return kept


@transaction.atomic
def furnish() -> House:
    """The organisation before the first post arrives: staff, desks, plan, words and channels.

    Only people who do not exist belong to it, so that nobody sees it before it is handed over.
    """
    head = _found()
    staff = {each.name: _employ(head, each) for each in SAMPLE.staff if each != HEAD}
    staff[HEAD.name] = head
    channels = {
        each.network: connect_sample(
            head.organisation,
            network=each.network,
            name=each.name,
            handle=each.handle,
            since=utc_now() - timedelta(days=DAYS),
        )
        for each in SAMPLE.channels
    }
    desks = _desks(head, staff)
    goals = {each.name: save_goal(by=head, statement=each.name) for each in SAMPLE.goals}
    for group in SAMPLE.groups:
        save_group(by=head, name=group.name, need=group.need)
    for watch in SAMPLE.watches:
        save_watch(by=head, name=watch.name, query=watch.query, opens_conversations=watch.opens)
    _rules(head, desks, goals, channels)
    return House(head, staff, desks, channels)


def _found() -> Member:
    """The organisation with its made-up head."""
    return create_organisation(
        name=SAMPLE.name,
        owner=_nobody(HEAD),
        language=SAMPLE.language,
        timezone=SAMPLE.timezone,
        country=COUNTRY,
        simulated=True,
    )


def _employ(head: Member, person: Staff) -> Member:
    return add_member(by=head, user=_nobody(person), role=person.role)


def _nobody(person: Staff) -> User:
    """A colleague who does not exist: without a password, and switched off."""
    email = person.email
    if User.objects.filter(email__iexact=email).exists():  # an older sample has them
        email = email.replace("@", f"+{uuid4().hex[:8]}@")
    user = create_user(email=email, password=None, name=person.name, language=SAMPLE.language)
    switch_user(user=user, on=False)
    return user


def _desks(owner: Member, staff: Mapping[str, Member]) -> dict[str, Desk]:
    calendars: dict[str, Calendar] = {}
    desks = {}
    for each in SAMPLE.desks:
        weekly = _week(each.weekly)
        calendar = calendars.get(str(weekly)) or save_calendar(
            by=owner, name=each.name, timezone=SAMPLE.timezone, country=COUNTRY, weekly=weekly
        )
        calendars[str(weekly)] = calendar
        desks[each.name] = save_desk(
            by=owner,
            name=each.name,
            calendar=calendar,
            first_response_minutes=each.promise_minutes,
            members=[staff[person.name] for person in SAMPLE.people_at(each.name)],
            default=each.name == SAMPLE.fallback_desk,
        )
    return desks


def _week(weekly: Iterable[Iterable[Interval]]) -> Week:
    return [[[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in day] for day in weekly]


def _rules(
    owner: Member,
    desks: Mapping[str, Desk],
    goals: Mapping[str, Goal],
    channels: Mapping[str, Channel],
) -> None:
    topics: dict[str, Topic] = {
        each.key: save_topic(by=owner, name=each.name) for each in SAMPLE.topics
    }
    for rule in SAMPLE.rules:
        conditions: dict[str, object] = {"query": rule.query} if rule.query else {}
        if rule.networks:
            conditions["channels"] = [channels[network].pk for network in sorted(rule.networks)]
        save_rule(
            by=owner,
            name=rule.name,
            desk=desks[rule.desk],
            conditions=conditions,
            topic=topics[rule.topic],
            goal=goals.get(SAMPLE.topic(rule.topic).goal),
        )


def batches(house: House, events: Sequence[Event]) -> Iterator[tuple[Channel, Batch]]:
    """What is to go through the line, a network at a time, in order of time."""
    by_network: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_network[event.network].append(event)
    for network, mine in by_network.items():
        for begin in range(0, len(mine), BATCH):
            yield house.channels[network], _batch(mine[begin : begin + BATCH])


def _batch(events: Sequence[Event]) -> Batch:
    payloads = [event.payload for event in events]
    return Batch(
        items=[each for each in payloads if isinstance(each, Item)],
        deletions=[each for each in payloads if isinstance(each, Deletion)],
    )


@transaction.atomic
def hand_over(house: House, user: User, events: Sequence[Event], now: datetime) -> Member:
    """Leave the desks as on an ordinary day, and let the visitor in as an owner."""
    visitor = add_member(by=house.head, user=user, role=Role.OWNER)
    _sign_answers(house, events)
    _tidy(house, visitor, now)
    relive(house.head.organisation_id, now - RELIVED, now)
    Member.objects.filter(pk=visitor.pk).update(visited_at=now - AWAY)
    visitor.refresh_from_db()
    return visitor


def _sign_answers(house: House, events: Sequence[Event]) -> None:
    """Our answers carry the name of the colleague who wrote them."""
    written: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if isinstance(event.payload, Item) and event.payload.own and event.truth.answered_by:
            written[event.truth.answered_by].append(event.payload.external_id)
    replies = Message.objects.filter(organisation=house.head.organisation, kind=MessageKind.REPLY)
    for name, external_ids in written.items():
        replies.filter(external_id__in=external_ids).update(author=house.staff[name])


def _tidy(house: House, visitor: Member, now: datetime) -> None:
    """Leave the desks as on an ordinary day: what is old is closed, most of the rest is taken."""
    rows = Conversation.objects.filter(organisation=house.head.organisation)
    late = rows.filter(promised_at__lt=now)
    first = late.exclude(promises__met_at__isnull=False).order_by("-promised_at")
    kept = list(first.values_list("pk", flat=True)[:OVERDUE_KEPT])
    _file_away(late.exclude(pk__in=kept), now)
    old = rows.filter(promised_at=None, last_at__lt=now - ANSWERED_STAYS)
    _file_away(old.exclude(state=State.CLOSED), now)
    _share_out(house, visitor, list(rows.filter(state=State.OPEN).order_by("-last_at")))


def _file_away(rows: QuerySet[Conversation], now: datetime) -> None:
    """Close in bulk; where an answer was owed and never came, the promise is dropped."""
    pks = list(rows.values_list("pk", flat=True))
    owed = Promise.objects.filter(conversation__in=pks, met_at=None, dropped_at=None)
    owed.update(dropped_at=Least(F("due_at") + CLOSED_AFTER, Value(now)))
    ended = Coalesce(F("promised_at"), F("last_at")) + CLOSED_AFTER
    Conversation.objects.filter(pk__in=pks).update(
        state=State.CLOSED,
        closed_at=Least(ended, Value(now)),
        waiting_since=None,
        promised_at=None,
    )


def _share_out(house: House, visitor: Member, rows: Sequence[Conversation]) -> None:
    """Two of three have a colleague on them; a few wait for the visitor."""
    names = {desk.pk: name for name, desk in house.desks.items()}
    for number, row in enumerate(rows):
        people = [p for p in SAMPLE.people_at(names[row.desk_id]) if p.role != "reader"]
        if number % 3 and people:
            row.assignee = house.staff[people[number % len(people)].name]
        elif number % 9 == 3:
            row.assignee = visitor
    Conversation.objects.bulk_update(rows, ["assignee"], batch_size=200)


@dataclass(frozen=True, slots=True)
class Holding:
    """What goes when a sample organisation is removed."""

    conversations: int
    messages: int
    people: int
    colleagues: int


def holding(member: Member) -> Holding:
    organisation = member.organisation
    return Holding(
        conversations=Conversation.objects.filter(organisation=organisation).count(),
        messages=Message.objects.filter(organisation=organisation).count(),
        people=Person.objects.filter(organisation=organisation).count(),
        colleagues=len(_staff(member)),
    )


@transaction.atomic
def remove_sample(*, by: Member) -> None:
    """Remove a sample organisation, all it holds, and its made-up staff. Real ones are refused."""
    require(by, Right.SETTINGS)
    organisation = by.organisation
    if not organisation.simulated:
        raise NotAllowed("only a simulated organisation is removed this way")
    staff, removed = _staff(by), partial(keeping.remove, organisation.pk)
    for model in (Promise, Message, Conversation, Rule, Desk):
        model.objects.filter(organisation=organisation).delete()
    remove_simulated(by=by)
    transaction.on_commit(removed)
    User.objects.filter(pk__in=staff, memberships=None).delete()


def _staff(member: Member) -> list[int]:
    """The users that came with the sample: nobody has ever been able to sign in as one of them."""
    rows = User.objects.filter(memberships__organisation=member.organisation, is_active=False)
    return [user.pk for user in rows if not user.has_usable_password()]
