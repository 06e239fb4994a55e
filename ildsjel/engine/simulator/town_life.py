"""What goes on in town: questions, our own posts, the news, a campaign and a crisis."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from ildsjel.engine.items import Item
from ildsjel.engine.simulator import rhythm
from ildsjel.engine.simulator.conversations import Conversations, Said
from ildsjel.engine.simulator.grammar import expand
from ildsjel.engine.simulator.people import Town, weighted
from ildsjel.engine.simulator.sample_organisation import Municipality
from ildsjel.engine.simulator.texts import nb_answers, nb_crisis
from ildsjel.engine.simulator.voices import Voices
from ildsjel.engine.simulator.writing import Draft, Event, Scribe

EVERYDAY_PER_DAY = 15.0
CRISIS_PEAK = 38.0  # posts an hour
CAMPAIGN_REACTIONS = 55.0
SOCIAL = ("bluesky", "mastodon")
_PAPERS = ("tindevåg-blad", "lomfjord-avis")
_CRISIS_HOURS = 52.0  # from the beginning to the all-clear
_WINTER = frozenset({11, 12, 1, 2, 3, 4})
_TOPICS: Mapping[str, float] = {
    "kindergarten": 9, "school": 10, "water": 7, "waste": 10, "building": 7, "tax": 5,
    "library": 6, "events": 8, "care": 9, "general": 9,
}  # fmt: skip


class TownLife:
    """One run of the simulation; all chance in it follows from the seed."""

    def __init__(
        self, seed: int, start: datetime, days: int, organisation: Municipality, scale: float
    ) -> None:
        self.start, self.days, self.scale = start, days, scale
        self.crisis_at: datetime | None = None  # None: three fifths of the way in
        self.organisation = organisation
        self.zone = ZoneInfo(organisation.timezone)
        self.chance, self.clock = _chance(seed, "life"), _chance(seed, "times")
        size = max(6, round(260 * min(scale, 50.0) ** 0.7))
        self.town = Town(_chance(seed, "town"), organisation, size)
        self.scribe = Scribe(_chance(seed, "ids"), organisation)
        voices = Voices(_chance(seed, "words"), organisation)
        self.talk = Conversations(_chance(seed, "talk"), organisation, self.scribe, voices)

    def events(self) -> Iterator[Event]:
        yield from self.everyday()
        yield from self.own_posts()
        yield from self.news()
        yield from self.campaign()
        yield from self.crisis()

    def everyday(self) -> Iterator[Event]:
        per_day = EVERYDAY_PER_DAY * self.scale
        times = rhythm.ordinary_times(self.clock, self.start, self.days, per_day, self.zone)
        for at in list(times):
            topic = weighted(self.chance, self._topics(at))
            yield from self.talk.play(Said(citizen=self.town.somebody(), at=at, topic=topic))

    def own_posts(self) -> Iterator[Event]:
        for day in range(self.days):
            at = self._local(day, 9 + self.chance.random() * 6)
            if at.astimezone(self.zone).weekday() > 4 or self.chance.random() > 0.75:
                continue
            winter = at.astimezone(self.zone).month in _WINTER
            posts = (*nb_answers.POSTS, *(nb_answers.WINTER_POSTS if winter else ()))
            topic, text = self.chance.choice(posts)
            for posted in self.announce(at, text, topic, "everyday"):
                yield posted
                times = rhythm.fading_times(self.clock, at, 3, 0.8 * self.scale, 0.3)
                yield from self.reactions(posted, times)

    def news(self) -> Iterator[Event]:
        for _ in range(rhythm.poisson(self.clock, self.days * 0.7)):
            at = self.start + timedelta(days=self.clock.random() * self.days)
            choices = [n for n in nb_answers.NEWS if n[0] != "snow" or at.month in _WINTER]
            topic, title, text = self.chance.choice(choices)
            yield self.article(at, topic, title, text, "everyday")

    def article(self, at: datetime, topic: str, title: str, text: str, kind: str) -> Event:
        places = self.organisation.places
        draft = Draft(
            at=at,
            title=expand(title, places, self.chance),
            text=expand(text, places, self.chance),
        )
        item = self.scribe.news(self.chance.choice(_PAPERS), draft)
        return Event(at=at, network="feeds", payload=item, truth=self.talk.truth(topic, "nb", kind))

    def campaign(self) -> Iterator[Event]:
        begin = self._local(int(self.days * 0.2), 10.0, workday=True)
        for number, (after, text) in enumerate(nb_answers.CAMPAIGN_POSTS):
            at = begin + timedelta(days=after, minutes=7 * number)
            share = (0.5, 0.2, 0.15, 0.15)[number]
            for posted in self.announce(at, text, "campaign", "campaign"):
                yield posted
                total = CAMPAIGN_REACTIONS * self.scale * share
                times = rhythm.fading_times(self.clock, at, 14, total, 1.5)
                yield from self.reactions(posted, times)
        letters = rhythm.fading_times(self.clock, begin, 21, 12 * self.scale, 5)
        for at in list(letters):
            citizen = self.town.somebody(("mail",))
            said = Said(citizen=citizen, at=at, topic="campaign", kind="campaign")
            yield from self.talk.play(said)

    def crisis(self) -> Iterator[Event]:
        begin = self.crisis_at or self._local(int(self.days * 0.6), 6.4, workday=True)
        statements: list[Event] = []
        for hours, text in nb_crisis.STATEMENTS:
            statements += self.announce(begin + timedelta(hours=hours), text, "crisis", "crisis")
        for statement in statements:
            yield statement
            yield from self.reposts(statement)
        peak = CRISIS_PEAK * self.scale
        during = rhythm.crisis_times(self.clock, begin, _CRISIS_HOURS, peak)
        after = begin + timedelta(hours=_CRISIS_HOURS)
        later = rhythm.fading_times(self.clock, after, 8, 26 * self.scale, 1.2)
        for at in [*during, *later]:
            yield from self.talk.play(self._alarmed(at, begin, statements))
        for number, (title, text) in enumerate(nb_answers.CRISIS_NEWS):
            at = begin + timedelta(hours=(2.3, 8.0, 10.2, 20.0, 53.0)[number])
            yield self.article(at, "crisis", title, text, "crisis")

    def _alarmed(self, at: datetime, begin: datetime, statements: list[Event]) -> Said:
        hours = (at - begin).total_seconds() / 3600
        stage = "crisis-after" if hours > _CRISIS_HOURS else "crisis"
        variant = "crisis-before" if hours < nb_crisis.STATEMENTS[0][0] else stage
        citizen = self.town.somebody()
        past = [
            each.payload
            for each in statements
            if each.network == citizen.network and each.at < at and isinstance(each.payload, Item)
        ]
        parent = past[-1] if past and self.chance.random() < 0.45 else None
        return Said(
            citizen=citizen,
            at=at,
            topic="crisis",
            kind="crisis",
            variant=variant,
            parent=parent,
            tag="kokevarsel" if past and not parent and self.chance.random() < 0.4 else "",
        )

    def announce(self, at: datetime, text: str, topic: str, kind: str) -> list[Event]:
        """The same post from us on each social network."""
        staff = self.chance.choice(self.talk.hands(self.organisation.crisis_desk))
        truth = self.talk.truth(topic, "nb", kind, staff.name)
        moments = [at + timedelta(seconds=40 * number) for number in range(len(SOCIAL))]
        return [
            Event(
                at=moment,
                network=network,
                payload=self.scribe.ours(network, Draft(text=text, at=moment)),
                truth=truth,
            )
            for network, moment in zip(SOCIAL, moments, strict=True)
        ]

    def reactions(self, posted: Event, times: Iterable[datetime]) -> Iterator[Event]:
        """Replies to something we posted, each with its conversation."""
        assert isinstance(posted.payload, Item)  # noqa: S101 - `announce` makes only items
        for at in list(times):
            said = Said(
                citizen=self.town.somebody((posted.network,)),
                at=at,
                topic=posted.truth.topic,
                kind=posted.truth.kind,
                parent=posted.payload,
            )
            yield from self.talk.play(said)

    def reposts(self, posted: Event) -> Iterator[Event]:
        assert isinstance(posted.payload, Item)  # noqa: S101 - `announce` makes only items
        truth = self.talk.truth("crisis", "nb", "crisis")
        for at in list(rhythm.fading_times(self.clock, posted.at, 2, 4 * self.scale, 0.1)):
            citizen = self.town.somebody((posted.network,))
            item = self.scribe.repost(citizen, posted.payload, at)
            yield Event(at=at, network=posted.network, payload=item, truth=truth)

    def _topics(self, at: datetime) -> Mapping[str, float]:
        winter = at.astimezone(self.zone).month in _WINTER
        return {**_TOPICS, "snow": 22.0, "roads": 4.0} if winter else {**_TOPICS, "roads": 16.0}

    def _local(self, day: int, hour: float, *, workday: bool = False) -> datetime:
        """A local clock time on a day of the run; with `workday`, moved on from a weekend."""
        local = (self.start + timedelta(days=day)).astimezone(self.zone).date()
        while workday and local.weekday() > 3:
            local += timedelta(days=1)
        midnight = datetime.combine(local, time(0), self.zone)
        return midnight.astimezone(self.start.tzinfo) + timedelta(hours=hour)


def _chance(seed: int, strand: str) -> Random:
    """Each strand has its own dice, so that more of one thing does not reword another."""
    return Random(f"{seed}/{strand}")  # noqa: S311 - made-up traffic, no secrets
