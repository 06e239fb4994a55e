"""Plain functions that make what tests need; each takes what matters and chooses the rest."""

from datetime import timedelta
from itertools import count
from typing import Any

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue.actions import save_desk
from ildsjel.dialogue.models import Conversation, Desk
from ildsjel.engine.items import Address, Author, Item
from ildsjel.flow.inbound import receive
from ildsjel.listening.models import Burst, Story, Watch
from ildsjel.listening.story_grouping import group_due
from ildsjel.organisation.actions import create_organisation, create_user, enrol, save_calendar
from ildsjel.organisation.models import Calendar, Member, Organisation, Role, User, utc_now

numbers = count(1)
OFFICE_HOURS = [[["08:00", "16:00"]]] * 5 + [[], []]
ALWAYS_OPEN = [[["00:00", "24:00"]]] * 7
PASSWORD = "lang nok setning 42"


def make_user(email: str = "", name: str = "Kari Nordmann") -> User:
    email = email or f"person{next(numbers)}@example.org"
    return create_user(email=email, password=PASSWORD, name=name)


def make_owner(name: str = "Bergvik kommune") -> Member:
    """The owner of a new organisation that has a calendar and a default desk, always open."""
    member = create_organisation(
        name=name, owner=make_user(), language="nb", timezone="Europe/Oslo", country="NO"
    )
    make_desk(member)
    return member


def make_member(organisation: Organisation, role: str = Role.AGENT, **user: Any) -> Member:
    return enrol(organisation=organisation, user=make_user(**user), role=role)


def make_calendar(by: Member, weekly: list[list[list[str]]] = ALWAYS_OPEN) -> Calendar:
    return save_calendar(by=by, name="Hours", timezone="Europe/Oslo", country="", weekly=weekly)


def make_desk(by: Member, name: str = "Service desk", minutes: int = 60, **more: Any) -> Desk:
    calendar = more.pop("calendar", None) or make_calendar(by)
    return save_desk(by=by, name=name, calendar=calendar, first_response_minutes=minutes, **more)


def make_channel(by: Member, kind: str = "webhook", **fields: Any) -> Channel:
    return Channel.objects.create(
        organisation=by.organisation, kind=kind, name=fields.pop("name", kind.title()), **fields
    )


def make_item(text: str = "When is the road cleared?", **fields: Any) -> Item:
    """A direct message from one citizen, said now, in a thread of its own."""
    at = fields.pop("at", None) or utc_now()
    key = fields.pop("external_id", None) or f"item{next(numbers)}"
    values: dict[str, Any] = {
        "external_id": key,
        "text": text,
        "author": Author(external_id="citizen", handle="ola@example.net", name="Ola Normann"),
        "published_at": at,
        "revision": int(at.timestamp()),
        "thread_key": key,
        "address": Address.DIRECT,
    }
    return Item(**(values | fields))


def make_conversation(
    by: Member, text: str = "When is the road cleared?", channel: Channel | None = None, **item: Any
) -> Conversation:
    """A conversation that came in through the whole line; by webhook unless a channel is given."""
    channel = channel or make_channel(by, settings={"reply_url": "http://127.0.0.1:9/answers"})
    said = make_item(text, **item)
    receive(channel, Batch(items=[said], cursor=said.external_id))
    return Conversation.objects.get(channel=channel, messages__item__external_id=said.external_id)


def make_story(by: Member, text: str, posts: int = 3) -> Story:
    """So many citizens who say the same in the open, grouped."""
    channel = make_channel(by, name="Copies")
    before = Story.objects.count()
    said = [
        make_item(
            text,
            external_id=f"copy{next(numbers)}",
            address=Address.PUBLIC,
            author=Author(external_id=f"citizen{number}", name=f"Citizen {number}"),
        )
        for number in range(posts)
    ]
    receive(channel, Batch(items=said))
    while group_due():
        pass
    assert Story.objects.count() == before + 1
    return Story.objects.latest("pk")


def make_burst(watch: Watch) -> Burst:
    """Something unusual about a watch, an hour old and not seen by anybody."""
    began = utc_now() - timedelta(hours=1)
    return Burst.objects.create(
        organisation=watch.organisation,
        watch=watch,
        began_at=began,
        alarm_at=began,
        return_period=40.0,
        hour_posts=48,
        hour_expected=3.2,
        shown_from=began - timedelta(hours=12),
        usual=[[3.0, 0.5, 8.0]] * 48,
    )
