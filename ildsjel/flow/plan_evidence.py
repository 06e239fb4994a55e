"""What happened, counted for the plan's self-check and handed down to it: four weeks, each hour.

Hours are not measured: they are estimated from the answers that a person wrote, and say so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from ildsjel.channels.models import Channel
from ildsjel.dialogue.models import Conversation, Message, MessageKind, Promise, PromiseKind
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Organisation, utc_now
from ildsjel.strategy import evidence
from ildsjel.strategy.evidence import hand_down
from ildsjel.strategy.models import Goal, Mandate, PlanPerson, StakeholderGroup
from ildsjel.strategy.queries import planned_organisations

DAYS = 28
MINUTES_AN_ANSWER = 8  # to read, find out, write and check; an assumption
READ_ONLY = {"files", "sample"}  # what was brought in once is no activity of today


@dataclass(frozen=True, slots=True)
class Period:
    """The last four weeks, today included, on the organisation's own clock."""

    since: date
    until: date
    begin: datetime
    end: datetime


def count_for_plans() -> int:
    """Count for every organisation that has a plan."""
    for organisation in planned_organisations():
        count_for(organisation)
    return 0


def count_for(organisation: Organisation) -> int:
    """Count what happened in an organisation; returns the number of figures."""
    period = _period(organisation)
    with override(organisation.language):
        counts = [*_by_channel(organisation, period), *_by_goal(organisation, period)]
        counts += [*_by_group(organisation, period), *_by_person(organisation, period)]
    return hand_down(organisation, counts, since=period.since, until=period.until)


def _period(organisation: Organisation) -> Period:
    zone = ZoneInfo(organisation.timezone)
    until = utc_now().astimezone(zone).date()
    since = until - timedelta(days=DAYS - 1)
    begin = datetime.combine(since, time.min, zone).astimezone(UTC)
    return Period(since, until, begin, begin + timedelta(days=DAYS + 1))


def _conversations(organisation: Organisation, period: Period) -> QuerySet[Conversation]:
    return Conversation.objects.filter(
        organisation=organisation, opened_at__gte=period.begin, opened_at__lt=period.end
    )


def _by_channel(organisation: Organisation, period: Period) -> Iterator[evidence.Count]:
    """Conversations, own posts and kept promises by the channels of the plan; the rest by name."""
    mandates = Mandate.objects.filter(organisation=organisation, archived_at=None)
    keys = dict(mandates.exclude(channel=None).values_list("channel_id", "key"))
    talks = _counted(_conversations(organisation, period), "channel_id")
    posts = _counted(_own_posts(organisation, period), "channel_id")
    said = {evidence.CONVERSATIONS: (talks, _("Conversations opened, by channel"))}
    said[evidence.POSTS] = (posts, _("Posts and answers of our own, by channel"))
    for what, (found, query) in said.items():
        yield from _zeros_and(found, keys, evidence.BY_CHANNEL, what, query)
        yield from _unplanned(organisation, found, keys, what, query)
    yield from _promises(organisation, period, keys)


def _own_posts(organisation: Organisation, period: Period) -> QuerySet[Item]:
    return Item.objects.filter(
        organisation=organisation,
        own=True,
        deleted_at=None,
        published_at__gte=period.begin,
        published_at__lt=period.end,
    )


def _counted(rows: QuerySet[Any], column: str) -> Counter[Any]:
    """How many rows have which value in a column."""
    found = rows.order_by().values(column).annotate(number=Count("pk"))
    return Counter({each[column]: each["number"] for each in found})


def _zeros_and(
    found: Mapping[Any, int], keys: Mapping[int, str], by: str, what: str, query: str
) -> Iterator[evidence.Count]:
    """A figure for each row that the plan names, those with nothing too."""
    for pk, key in keys.items():
        yield evidence.Count(by=by, what=what, about=key, value=found.get(pk, 0), query=query)


def _unplanned(
    organisation: Organisation,
    found: Mapping[Any, int],
    keys: Mapping[int, str],
    what: str,
    query: str,
) -> Iterator[evidence.Count]:
    others = Channel.objects.filter(organisation=organisation).exclude(pk__in=keys)
    names = dict(others.exclude(kind__in=READ_ONLY).values_list("pk", "name"))
    by_name: Counter[str] = Counter()
    for pk, number in found.items():
        if pk in names:
            by_name[names[pk]] += number
    for name, number in by_name.items():
        yield evidence.Count(
            by=evidence.UNPLANNED, what=what, about=name, value=number, query=query
        )


def _promises(
    organisation: Organisation, period: Period, keys: Mapping[int, str]
) -> Iterator[evidence.Count]:
    """First answers within the promise and beyond it; what is not due yet counts as neither."""
    rows = Promise.objects.filter(
        organisation=organisation,
        kind=PromiseKind.FIRST,
        started_at__gte=period.begin,
        started_at__lt=period.end,
        dropped_at=None,
        due_at__isnull=False,
    )
    late = Q(met_at__gt=F("due_at")) | Q(met_at=None, due_at__lt=utc_now())
    column = "conversation__channel_id"
    kept = _counted(rows.filter(met_at__lte=F("due_at")), column)
    broken = _counted(rows.filter(late), column)
    said = {evidence.KEPT: (kept, _("First answers within the promise, by channel"))}
    said[evidence.BROKEN] = (broken, _("First answers later than promised, by channel"))
    for what, (found, query) in said.items():
        yield from _zeros_and(found, keys, evidence.BY_CHANNEL, what, query)


def _by_goal(organisation: Organisation, period: Period) -> Iterator[evidence.Count]:
    rows = _conversations(organisation, period)
    found = _counted(rows, "goal_id")
    goals = Goal.objects.filter(organisation=organisation, archived_at=None)
    keys = dict(goals.values_list("pk", "key"))
    query = _("Conversations opened, by goal")
    yield from _zeros_and(found, keys, evidence.BY_GOAL, evidence.CONVERSATIONS, query)
    yield evidence.Count(
        by=evidence.NO_GOAL,
        what=evidence.CONVERSATIONS,
        value=found.get(None, 0),
        query=_("Conversations opened that touch no goal"),
    )


def _by_group(organisation: Organisation, period: Period) -> Iterator[evidence.Count]:
    rows = StakeholderGroup.objects.filter(organisation=organisation, archived_at=None)
    found = _counted(_conversations(organisation, period), "group_id")
    keys = dict(rows.values_list("pk", "key"))
    query = _("Conversations opened, by group")
    # Where nobody has sorted by group yet, nothing is known of any.
    if any(pk for pk in found):
        yield from _zeros_and(found, keys, evidence.BY_GROUP, evidence.CONVERSATIONS, query)


def _by_person(organisation: Organisation, period: Period) -> Iterator[evidence.Count]:
    """Answers by who wrote them, and the hours that they took by our assumption."""
    rows = Message.objects.filter(
        organisation=organisation,
        kind=MessageKind.REPLY,
        author__isnull=False,
        at__gte=period.begin,
        at__lt=period.end,
    )
    people = PlanPerson.objects.filter(organisation=organisation, archived_at=None)
    keys = dict(people.exclude(member=None).values_list("member_id", "key"))
    answers = _("Answers written, by person")
    hours = _("Hours, estimated at %(n)s minutes an answer") % {"n": MINUTES_AN_ANSWER}
    for pk, number in _counted(rows, "author_id").items():
        about = keys.get(pk, f"member-{pk}")
        yield evidence.Count(
            by=evidence.PERSON, what=evidence.REPLIES, about=about, value=number, query=answers
        )
        yield evidence.Count(
            by=evidence.PERSON,
            what=evidence.HOURS,
            about=about,
            value=round(number * MINUTES_AN_ANSWER / 60, 2),
            query=hours,
        )
