"""A filled inbox of any size, made in minutes and the same for each size: what `bench.inbox` reads.

Two years of an organisation with six desks and twenty members. The plain indexes and the search are
made after the rows, from the application's own descriptions.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from django.apps import apps
from django.db import connection, transaction
from django.db.models import F

from bench import common, inbox_tables
from bench.inbox_tables import Rows, moment
from ildsjel.channels.models import Channel
from ildsjel.dialogue import search_tables
from ildsjel.dialogue.actions import save_desk
from ildsjel.dialogue.models import Conversation, Identity, Message, Person, Promise
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item, Mention
from ildsjel.organisation.actions import create_organisation, create_user, enrol, save_calendar
from ildsjel.organisation.models import AuditEntry, Member, Role
from ildsjel.strategy.actions import save_goal, save_topic

SPAN = timedelta(days=730)
OWNER = "owner@bergvik.example"
EMAIL = "member1@bergvik.example"  # who looks at the pages
DESKS = ("Service", "Roads", "Water", "Schools", "Building", "Press")
BUSY = (40, 20, 15, 12, 9, 4)  # each desk's share of a hundred conversations
LENGTHS = ((1, 2, 3, 4, 6, 9), (25, 35, 20, 10, 8, 2))  # messages, and of a hundred how many
NEWEST = 240  # are open, and every other one is with the member who looks: full lists at each size
LONG_THREAD = 500  # messages in one of ten thousand conversations
AT_A_TIME = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The ids of the rows that everything hangs on."""

    organisation: int
    members: list[int]
    desks: list[int]
    topics: list[int]
    goals: list[int]
    channels: list[int]
    watches: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One conversation before it is written. `times` and `ours` hold one value for each message."""

    number: int
    state: str
    owed: bool  # an answer is
    times: list[datetime]
    ours: list[bool]
    first: int  # id of its first message, and of that message's item
    person: int
    channel: int
    desk: int
    member: int


def fingerprint() -> str:
    """Changes when the tables or these files do, so that a kept database is never an old one."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(Path(inbox_tables.__file__).read_bytes())
    for app in sorted(apps.get_app_configs(), key=lambda each: each.label):
        for file in sorted(Path(app.path, "migrations").glob("0*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def build(size: int, now: datetime, say: Callable[[str], None]) -> None:
    """Fill the present, empty database with this many conversations."""
    house = _house(now)
    with connection.schema_editor() as editor:
        search_tables.remove(None, editor)
    indexes = inbox_tables.drop_indexes()
    with inbox_tables.unchecked():
        _load(Traffic(size, house, now), say)
    say(f"{len(indexes)} indexes")
    for statement in indexes:
        inbox_tables.execute(statement)
    say("search")
    with connection.schema_editor() as editor:
        search_tables.install(None, editor)
    inbox_tables.reset_sequences()


def _house(now: datetime) -> House:
    owner = create_user(email=OWNER, password=None, name="Eva Lind")
    by = create_organisation(
        name="Bergvik", owner=owner, language="nb", timezone="Europe/Oslo", country="NO"
    )
    members = [_member(by, number) for number in range(1, 21)]
    Member.objects.update(visited_at=now)  # from here `freshen` counts
    return House(
        organisation=by.organisation_id,
        members=[member.pk for member in members],
        desks=_desks(by, members),
        topics=[save_topic(by=by, name=f"Topic {n}").pk for n in range(10)],
        goals=[save_goal(by=by, statement=f"Goal {n}").pk for n in range(3)],
        channels=[_channel(by, kind) for kind in ("bluesky", "mastodon", "mail", "webhook")],
        watches=[save_watch(by=by, name=f"Watch {n}", query=f"watch{n}").pk for n in range(5)],
    )


def _member(by: Member, number: int) -> Member:
    address = f"member{number}@bergvik.example"
    user = create_user(email=address, password=None, name=f"Kari {number}")
    role = Role.ADVISER if number == 1 else Role.AGENT
    return enrol(organisation=by.organisation, user=user, role=role)


def _desks(by: Member, members: list[Member]) -> list[int]:
    hours = save_calendar(
        by=by,
        name="Hours",
        timezone="Europe/Oslo",
        country="NO",
        weekly=[[["08:00", "15:30"]]] * 5 + [[], []],
    )
    promise = {"calendar": hours, "first_response_minutes": 120}
    return [save_desk(by=by, name=name, members=members, **promise).pk for name in DESKS]  # type: ignore[arg-type]


def _channel(by: Member, kind: str) -> int:
    made = Channel.objects.create(
        organisation=by.organisation, kind=kind, name=kind.title(), identity="us"
    )
    return made.pk


def _load(traffic: "Traffic", say: Callable[[str], None]) -> None:
    rows = Rows()
    with transaction.atomic():
        for person in range(1, traffic.people + 1):
            traffic.person(rows, person)
        rows.flush()
    numbers: Iterator[int] = iter(range(1, traffic.size + 1))
    while batch := list(islice(numbers, AT_A_TIME)):
        with transaction.atomic():
            for number in batch:
                traffic.conversation(rows, number)
            rows.flush()
        if batch[-1] % 100_000 == 0:
            say(f"{batch[-1]:,} conversations")


class Traffic:
    """Conversations in the order in which they were opened, seeded."""

    def __init__(self, size: int, house: House, now: datetime) -> None:
        self.size, self.house, self.now = size, house, now.replace(microsecond=0)
        self.people = max(1, size * 6 // 10)
        self.chance = Random(20260302)
        self.texts = common.texts()
        self.step = SPAN / size
        self.messages = 0

    def person(self, rows: Rows, number: int) -> None:
        organisation, handle = self.house.organisation, f"p{number}.example"
        rows.add(Person, number, organisation, f"Person {number}")
        rows.add(Identity, organisation, number, "bluesky", _author(number), handle)

    def conversation(self, rows: Rows, number: int) -> None:
        case = self._case(number)
        for place in range(len(case.times)):
            self._message(rows, case, place)
        self.messages += len(case.times)
        self._head(rows, case)
        self._promise(rows, case)
        self._marks(rows, case)

    def _case(self, number: int) -> Case:
        state, owed = self._fate(number)
        count = self._length(number)
        ours = [place % 2 == 1 for place in range(count)]
        ours[-1] = not (owed or count == 1)
        return Case(
            number=number,
            state=state,
            owed=owed,
            times=self._times(number, count),
            ours=ours,
            first=self.messages + 1,
            person=self.chance.randrange(1, self.people + 1),
            channel=self.chance.choice(self.house.channels),
            desk=self.chance.choices(self.house.desks, BUSY)[0],
            member=self.chance.choice(self.house.members),
        )

    def _fate(self, number: int) -> tuple[str, bool]:
        """Three in a hundred are open and one is snoozed, nearly all of them among the newest."""
        recent = number > self.size * 0.9
        drawn = self.chance.random()
        if number > self.size - NEWEST:
            return "open", drawn < 0.7
        if drawn < (0.26 if recent else 0.0045):
            return "open", self.chance.random() < 0.7
        return ("snoozed" if drawn > (0.92 if recent else 0.9978) else "closed"), False

    def _length(self, number: int) -> int:
        return LONG_THREAD if number % 10_000 == 500 else self.chance.choices(*LENGTHS)[0]

    def _times(self, number: int, count: int) -> list[datetime]:
        opened = self.now - SPAN + self.step * number
        gap = min(timedelta(minutes=37), (self.now - opened) / (count + 1))
        return [(opened + gap * place).replace(microsecond=0) for place in range(count)]

    def _text(self, message: int) -> str:
        return f"{self.texts[message % len(self.texts)]} (sak {message})"

    def _message(self, rows: Rows, case: Case, place: int) -> None:
        pk, ours, person = case.first + place, case.ours[place], case.person
        key, thread = _key(case.number, place), _key(case.number, 0)
        parent = _key(case.number, place - 1) if place else ""
        author, url = "us" if ours else _author(person), f"https://social.example/{pk}"
        handle, name = ("us", "Bergvik") if ours else (f"p{person}.example", f"Person {person}")
        at, address = moment(case.times[place]), "reply" if place else "mention"
        rows.add(
            Item, pk, self.house.organisation, case.channel, key, thread, parent, author,
            handle, name, self._text(pk), url, at, at, address, "public", ours, pk,
        )  # fmt: skip
        rows.add(
            Message, pk, self.house.organisation, case.number, "reply" if ours else "inbound", pk,
            case.member if ours else None, at, "sent" if ours else "", "public", f"{pk:032x}",
            key if ours else "", url,
        )  # fmt: skip

    def _head(self, rows: Rows, case: Case) -> None:
        opened, last = moment(case.times[0]), moment(case.times[-1])
        snoozed = moment(self.now + timedelta(days=2)) if case.state == "snoozed" else None
        thread, house = _key(case.number, 0), self.house
        rows.add(
            Conversation, case.number, house.organisation, case.channel, thread, thread, "",
            self._text(case.first)[:200], case.person, case.desk,
            self._assignee(case),
            self.chance.choice(house.topics) if self.chance.random() < 0.7 else None,
            self.chance.choice(house.goals) if self.chance.random() < 0.5 else None,
            case.state, snoozed, opened, last, last if case.owed else None,
            moment(self._due()) if case.owed else None,
            last if case.state == "closed" else None, snoozed, '[["fallback"]]',
        )  # fmt: skip

    def _assignee(self, case: Case) -> int | None:
        drawn = case.member if self.chance.random() < 0.6 else None
        if case.number <= self.size - NEWEST:
            return drawn
        return self.house.members[0] if case.number % 2 else None

    def _due(self) -> datetime:
        """Two in five are late, the others fall due within a day."""
        return self.now + timedelta(seconds=self.chance.randrange(-57_600, 86_400))

    def _promise(self, rows: Rows, case: Case) -> None:
        answered = case.ours.index(True) if True in case.ours and not case.owed else None
        met = None if answered is None else case.times[answered]
        seconds = None if met is None else int((met - case.times[0]).total_seconds())
        rows.add(
            Promise, self.house.organisation, case.number, "first", moment(case.times[0]),
            case.first, 120, case.desk, 1, moment(case.times[0] + timedelta(hours=2)), moment(met),
            None if answered is None else case.first + answered, seconds, seconds,
        )  # fmt: skip

    def _marks(self, rows: Rows, case: Case) -> None:
        organisation, opened = self.house.organisation, moment(case.times[0])
        if self.chance.random() < 0.3:
            watch = self.chance.choice(self.house.watches)
            rows.add(Mention, organisation, watch, case.first, "[[0, 4]]", opened)
        if case.state == "closed":
            act, about = "conversation.close", f"conversation:{case.number}"
            rows.add(
                AuditEntry, organisation, moment(case.times[-1]), case.member, "Kari", act, about
            )


def _key(conversation: int, place: int) -> str:
    return f"at://did:plc:{conversation:024d}/app.bsky.feed.post/{place:013d}"


def _author(person: int) -> str:
    return f"did:plc:{person:024d}"


def freshen(now: datetime) -> None:
    """As much is late in a kept database, and as little new, as on its first day."""
    keeper = Member.objects.select_related("organisation").get(user__email=OWNER)
    age = now - (keeper.visited_at or now)
    if age > timedelta(minutes=10):
        late = Conversation.objects.exclude(promised_at=None)
        late.update(promised_at=F("promised_at") + age)
        if connection.vendor == "postgresql":  # as its autovacuum would after so many changes
            inbox_tables.execute("VACUUM ANALYZE dialogue_conversation")
        Member.objects.filter(pk=keeper.pk).update(visited_at=now)
    before = keeper.organisation.created_at - timedelta(days=1)
    others = Member.objects.exclude(pk=keeper.pk)
    others.update(visited_at=before + timedelta(days=1), previous_visit_at=before)
