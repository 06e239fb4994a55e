"""A new organisation from what its founder said in the set-up: all rooms, in one transaction.

It listens from the next turn of the loop on; no network is called here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from ildsjel.channels.actions import connect
from ildsjel.channels.gateway import get_connector
from ildsjel.dialogue.actions import save_desk
from ildsjel.listening.actions import save_watch
from ildsjel.organisation.actions import Week, create_organisation, save_calendar
from ildsjel.organisation.models import Member, User
from ildsjel.strategy.actions import save_goal, save_group
from ildsjel.strategy.models import Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What the founder said. `words` is a query; what is empty is left out."""

    name: str
    language: str
    country: str
    timezone: str
    goal: str
    goal_kind: str
    groups: Sequence[str]
    desk: str
    weekly: Week
    promise_minutes: int
    hours_name: str
    words: str
    bluesky: bool
    mastodon_servers: Sequence[str]
    hashtags: Sequence[str]
    feeds: Sequence[str]


@transaction.atomic
def found(owner: User, said: Founding) -> Member:
    """Make the organisation; returns the founder's membership. All of it is made, or nothing."""
    member = create_organisation(
        name=said.name,
        owner=owner,
        language=said.language,
        timezone=said.timezone,
        country=said.country,
    )
    calendar = save_calendar(
        by=member,
        name=said.hours_name,
        timezone=said.timezone,
        country=said.country,
        weekly=said.weekly,
    )
    save_desk(
        by=member,
        name=said.desk,
        calendar=calendar,
        first_response_minutes=said.promise_minutes,
        members=[member],
        default=True,
    )
    goal = save_goal(by=member, statement=said.goal, kind=said.goal_kind, owner=member)
    for group in said.groups:
        save_group(by=member, name=group)
    _listen(member, said, goal)
    return member


def _listen(member: Member, said: Founding, goal: Goal) -> None:
    if said.words:
        name = " ".join(said.words.split())[:120]
        save_watch(by=member, name=name, query=said.words, goal=goal)
    if said.bluesky:
        _connect(member, "bluesky")
    if said.mastodon_servers and said.hashtags:
        servers, tags = "\n".join(said.mastodon_servers), "\n".join(said.hashtags)
        _connect(member, "mastodon", instance_urls=servers, hashtags=tags)
    if said.feeds:
        _connect(member, "feeds", feed_urls="\n".join(said.feeds))


def _connect(member: Member, kind: str, **settings: str) -> None:
    connector = get_connector(kind)
    defaults = {each.name: each.default for each in connector.fields if each.default}
    connect(by=member, kind=kind, name=connector.title, settings={**defaults, **settings})
