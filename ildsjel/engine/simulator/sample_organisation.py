"""A municipality that does not exist: places, desks, people, goals, watches and rules as data.

Used by the simulator, by drills and by the sample organisation that a visitor may look around in.
All names are made up, and all addresses end in `.example`, which belongs to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from ildsjel.engine.business_time import Calendar, Interval
from ildsjel.engine.simulator import sample_plan as plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who works here. `role` is owner, adviser, lead, agent, reader or auditor."""

    name: str
    email: str
    role: str
    desk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`promise_minutes`: the first answer comes within so many minutes of opening hours."""

    name: str
    description: str
    weekly: tuple[tuple[Interval, ...], ...]
    promise_minutes: int

    def calendar(self, timezone: str) -> Calendar:
        return Calendar(timezone, self.weekly)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    key: str
    name: str
    desk: str
    goal: str  # name of the goal it touches, or empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An account of ours. `identity` is our own id there; empty where we only read."""

    network: str
    name: str
    identity: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """The whole sample organisation; the names in it refer to each other."""

    name: str
    place: str
    timezone: str
    language: str
    channels: tuple[Channel, ...]
    desks: tuple[Desk, ...]
    staff: tuple[Staff, ...]
    topics: tuple[Topic, ...]
    goals: tuple[plan.Goal, ...]
    groups: tuple[plan.StakeholderGroup, ...]
    watches: tuple[plan.Watch, ...]
    rules: tuple[plan.Rule, ...]
    fallback_desk: str
    crisis_desk: str
    places: Mapping[str, tuple[str, ...]]  # what fills the slots of texts: street, area, school …

    def channel(self, network: str) -> Channel:
        return next(each for each in self.channels if each.network == network)

    def desk(self, name: str) -> Desk:
        return next(each for each in self.desks if each.name == name)

    def topic(self, key: str) -> Topic:
        return next(each for each in self.topics if each.key == key)

    def people_at(self, desk: str) -> tuple[Staff, ...]:
        return tuple(each for each in self.staff if each.desk == desk)


def _hours(*days: tuple[str, str] | None) -> tuple[tuple[Interval, ...], ...]:
    """A week from seven pairs of clock times, None for a closed day."""
    return tuple(
        () if day is None else ((time.fromisoformat(day[0]), time.fromisoformat(day[1])),)
        for day in days
    )


_OFFICE = _hours(*[("08:00", "15:30")] * 5, None, None)
_LIBRARY = _hours(*[("10:00", "19:00")] * 4, ("10:00", "16:00"), ("11:00", "15:00"), None)
_ROADS = _hours(*[("06:00", "18:00")] * 5, ("08:00", "14:00"), ("08:00", "14:00"))
_WATER = _hours(*[("07:00", "21:00")] * 7)
_PRESS = _hours(*[("07:00", "22:00")] * 5, ("09:00", "20:00"), ("09:00", "20:00"))

_DESKS = (
    ("Servicetorget", "Tar imot alt som ikke har et annet sted å være.", _OFFICE, 120),
    ("Vei og drift", "Brøyting, strøing, veier, gatelys og park.", _ROADS, 120),
    ("Vann og renovasjon", "Drikkevann, avløp, avfall og gjenvinning.", _WATER, 180),
    ("Oppvekst", "Barnehage, skole, SFO og skoleskyss.", _OFFICE, 240),
    ("Byggesak og eiendom", "Byggesøknader, planer og eiendomsskatt.", _OFFICE, 480),
    ("Helse og omsorg", "Sykehjem, hjemmetjeneste og pårørende.", _OFFICE, 180),
    ("Kultur og bibliotek", "Bibliotek, arrangementer, kulturhus og svømmehall.", _LIBRARY, 240),
    ("Kommunikasjon og beredskap", "Presse, kriser og det som haster for alle.", _PRESS, 60),
)

_STAFF = (
    ("Runa Tindestad", "owner", "Kommunikasjon og beredskap"),
    ("Eskil Vardetun", "adviser", "Kommunikasjon og beredskap"),
    ("Samira Lomdal", "agent", "Kommunikasjon og beredskap"),
    ("Åse Myrullvik", "lead", "Servicetorget"),
    ("Jonatan Kvernås", "agent", "Servicetorget"),
    ("Leif-Arve Skarenger", "lead", "Vei og drift"),
    ("Tuva Grusheim", "agent", "Vei og drift"),
    ("Børre Kildemo", "lead", "Vann og renovasjon"),
    ("Mehtap Springvoll", "agent", "Vann og renovasjon"),
    ("Solfrid Rognebakk", "lead", "Oppvekst"),
    ("Idar Lekanger", "agent", "Oppvekst"),
    ("Torgunn Planstad", "lead", "Byggesak og eiendom"),
    ("Mats Grensesti", "agent", "Byggesak og eiendom"),
    ("Halima Furutopp", "lead", "Helse og omsorg"),
    ("Kjell-Ove Havblikk", "agent", "Helse og omsorg"),
    ("Vilde Bokhammer", "lead", "Kultur og bibliotek"),
    ("Sander Naustvik", "agent", "Kultur og bibliotek"),
    ("Berit Rådhaug", "reader", "Servicetorget"),
)

_TOPICS = (
    ("snow", "Brøyting og strøing", "Vei og drift", plan.FEWER_CALLS),
    ("roads", "Vei og gatelys", "Vei og drift", plan.FEWER_CALLS),
    ("kindergarten", "Barnehage", "Oppvekst", plan.FAMILIES),
    ("school", "Skole og skoleskyss", "Oppvekst", plan.FAMILIES),
    ("water", "Vann og avløp", "Vann og renovasjon", plan.ANSWERED),
    ("waste", "Avfall", "Vann og renovasjon", plan.FEWER_CALLS),
    ("campaign", "Matavfallsordningen", "Vann og renovasjon", plan.FOOD_WASTE),
    ("building", "Byggesak", "Byggesak og eiendom", plan.ANSWERED),
    ("tax", "Eiendomsskatt", "Byggesak og eiendom", plan.ANSWERED),
    ("library", "Bibliotek", "Kultur og bibliotek", plan.FAMILIES),
    ("events", "Arrangementer og svømmehall", "Kultur og bibliotek", plan.FAMILIES),
    ("care", "Sykehjem og hjemmetjeneste", "Helse og omsorg", plan.ANSWERED),
    ("general", "Annet", "Servicetorget", plan.ANSWERED),
    ("crisis", "Kokevarsel", "Kommunikasjon og beredskap", plan.SAFE),
)

_PLACES = {
    "street": (
        "Strandvegen", "Fiskerveien", "Tyttebærstien", "Myrullveien", "Teglverksveien",
        "Prestegårdsbakken", "Gamleveien", "Kirkebakken", "Storsteinsveien", "Ospelia",
        "Naustgata", "Lyngveien", "Trollskogveien", "Hestehaugen", "Vardeveien",
    ),
    "area": ("Lomdalen", "Kvernvika", "Øvre Tindevåg", "Skoglia", "Fuglevika", "sentrum"),
    "school": ("Storhaugen skole", "Lomdal skole", "Kvernvika skole"),
    "kindergarten": (
        "Trollkista barnehage", "Bjørkeholtet barnehage", "Rognebær barnehage",
    ),
    "care": ("Furutoppen", "Havblikk"),
}  # fmt: skip


def _email(name: str) -> str:
    first = name.split(maxsplit=1)[0].lower().replace("å", "aa").replace("ø", "o")
    return f"{first}@tindevag.example"


SAMPLE = Municipality(
    name="Tindevåg kommune",
    place="Tindevåg",
    timezone="Europe/Oslo",
    language="nb",
    channels=(
        Channel(
            network="bluesky",
            name="Bluesky",
            identity="did:plc:tindevagkommunexample234",
            handle="tindevag.example",
        ),
        Channel(
            network="mastodon",
            name="Mastodon",
            identity="https://samfunn.example/users/tindevag",
            handle="tindevag@samfunn.example",
        ),
        Channel(
            network="mail",
            name="Postmottak",
            identity="post@tindevag.example",
            handle="post@tindevag.example",
        ),
        Channel(network="feeds", name="Lokalavisene", identity="", handle=""),
    ),
    desks=tuple(
        Desk(name=name, description=text, weekly=weekly, promise_minutes=minutes)
        for name, text, weekly, minutes in _DESKS
    ),
    staff=tuple(
        Staff(name=name, email=_email(name), role=role, desk=desk) for name, role, desk in _STAFF
    ),
    topics=tuple(
        Topic(key=key, name=name, desk=desk, goal=goal) for key, name, desk, goal in _TOPICS
    ),
    goals=plan.GOALS,
    groups=plan.GROUPS,
    watches=plan.WATCHES,
    rules=plan.RULES,
    fallback_desk="Servicetorget",
    crisis_desk="Kommunikasjon og beredskap",
    places=_PLACES,
)
