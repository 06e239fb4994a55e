"""A plan as values: goals, groups, tactics, channels, roles, guardrails, reviews.

Every element has a key by which others name it, unique within its kind; people too, so that a plan
can travel between organisations and new names be put in. What has not been said is an empty text,
an empty tuple or None, and stays readable: it is for the rules to say what is missing.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, time
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, NamedTuple, TypeAlias
from unicodedata import normalize

from ildsjel.engine.business_time import Interval

FORMAT: Final = 1  # of the document; grows when a plan of before could no longer be read
KEY: Final = re.compile(r"[a-z0-9æøåäöüéð](?:[a-z0-9æøåäöüéð-]{0,58}[a-z0-9æøåäöüéð])?")
CODE, LINE, TEXT = 60, 200, 2000  # characters


class Kind(StrEnum):
    """What an element is; the value is its section of the document."""

    PLAN = "plan"
    PERSON = "people"
    GOAL = "goals"
    GROUP = "groups"
    TACTIC = "tactics"
    CHANNEL = "channels"
    ROLE = "roles"
    GUARDRAIL = "guardrails"
    REVIEW = "reviews"


class GoalKind(StrEnum):
    REVENUE = "revenue"
    COST = "cost"
    DIALOGUE = "dialogue"
    SERVICE = "service"
    TRUST = "trust"
    RECRUITMENT = "recruitment"
    KNOWLEDGE = "knowledge"
    SAFETY = "safety"


class Rhythm(StrEnum):
    """How often a measure is read."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class MediumRole(StrEnum):
    """What a medium does in solving a problem or creating value."""

    LISTEN = "listen"
    INFORM = "inform"
    CONVERSE = "converse"
    SUPPORT = "support"
    INVOLVE = "involve"
    CREATE_TOGETHER = "create_together"
    MOBILISE = "mobilise"


class Horizon(StrEnum):
    SHORT = "short"
    LONG = "long"


class Presence(StrEnum):
    HERE = "here"
    NOT_HERE = "not_here"


class Counted(StrEnum):
    """Which minutes a promise counts: those of the opening hours, or all of them."""

    OPEN_HOURS = "open_hours"
    ALWAYS = "always"


class Freedom(StrEnum):
    """Who may do it."""

    ANYONE = "anyone"
    FOUR_EYES = "four_eyes"
    PRESS_OFFICER_ONLY = "press_officer_only"


class Decision(StrEnum):
    CONTINUE = "continue"
    CHANGE = "change"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Longest:
    """The most characters of a text."""

    characters: int


@dataclass(frozen=True, slots=True)
class Refers:
    """The text is the key of an element of this kind."""

    to: Kind


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest number that makes sense."""

    number: float


Code: TypeAlias = Annotated[str, Longest(CODE)]
Line: TypeAlias = Annotated[str, Longest(LINE)]
Text: TypeAlias = Annotated[str, Longest(TEXT)]
PersonKey: TypeAlias = Annotated[str, Refers(Kind.PERSON)]
GoalKey: TypeAlias = Annotated[str, Refers(Kind.GOAL)]
GroupKey: TypeAlias = Annotated[str, Refers(Kind.GROUP)]
ChannelKey: TypeAlias = Annotated[str, Refers(Kind.CHANNEL)]
Amount: TypeAlias = Annotated[float, Least(0)]
Count: TypeAlias = Annotated[int, Least(0)]
Minutes: TypeAlias = Annotated[int, Least(1)]
Week: TypeAlias = tuple[tuple[Interval, ...], ...]  # seven days, Monday first

CLOSED: Final[Week] = ((),) * 7


class Element(NamedTuple):
    """An element by kind and key; `Element(Kind.PLAN, "")` is the plan itself."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}" if self.key else str(self.kind)


THE_PLAN: Final = Element(Kind.PLAN, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`hours_a_week` are those that this person has for the work of the plan."""

    key: str
    name: Line
    title: Line = ""
    management: bool = False
    hours_a_week: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a goal is seen to be reached: from `baseline` to `target` by `due`, in `unit`.

    `source` is what feeds it with numbers, `every` how often.
    """

    definition: Text = ""
    unit: Line = ""
    baseline: float | None = None
    baseline_on: date | None = None
    target: float | None = None
    due: date | None = None
    source: Line = ""
    every: Rhythm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValue:
    """What one unit of the measure is worth in the plan's currency, and why we believe so."""

    amount: Amount | None = None
    assumption: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`without_media` answers: how far would we come without social media?"""

    key: str
    statement: Line
    kind: GoalKind | None = None
    why: Text = ""
    without_media: Text = ""
    owner: PersonKey = ""
    parent: GoalKey = ""
    measure: Measure | None = None
    value: UnitValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`change` is what they are to do otherwise than today; `size` a number of people."""

    key: str
    name: Line
    who: Text = ""
    need: Text = ""
    where: Text = ""
    size: Count | None = None
    priority: Priority | None = None
    change: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tactic:
    """A square of the matrix goal x group: which role a medium plays in which problem or value."""

    key: str
    name: Line
    goal: GoalKey = ""
    group: GroupKey = ""
    role: MediumRole | None = None
    problem: Text = ""
    value: Text = ""
    horizon: Horizon | None = None
    channels: tuple[ChannelKey, ...] = ()
    owner: PersonKey = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A first answer within `minutes`, somebody being there in `hours`."""

    minutes: Minutes | None = None
    counted: Counted = Counted.OPEN_HOURS
    hours: Week = CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel's mandate, or the decision not to be there: `reason`, and `look_again` when.

    `hours_a_month` are shared by `team`, or fall on the owner where it is empty; `money_a_month` is
    in the plan's currency.
    """

    key: str
    name: Line
    presence: Presence = Presence.HERE
    network: Line = ""
    address: Line = ""
    reason: Text = ""
    look_again: date | None = None
    why: Text = ""
    goals: tuple[GoalKey, ...] = ()
    groups: tuple[GroupKey, ...] = ()
    owner: PersonKey = ""
    deputy: PersonKey = ""
    team: tuple[PersonKey, ...] = ()
    hours_a_month: Amount | None = None
    money_a_month: Amount | None = None
    promise: Promise | None = None
    tone: Text = ""
    exit_criterion: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """`hours_a_week` come on top of what the person gives to channels."""

    key: str
    name: Line
    responsibility: Text = ""
    mandate: Text = ""
    person: PersonKey = ""
    deputy: PersonKey = ""
    hours_a_week: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    key: str
    statement: Line
    kind: Freedom | None = None
    topics: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`goals` and `channels` are those it is about; neither means the whole plan."""

    key: str
    what: Line
    goals: tuple[GoalKey, ...] = ()
    channels: tuple[ChannelKey, ...] = ()
    due: date | None = None
    held: date | None = None
    decision: Decision | None = None
    learned: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """`version` is the `fingerprint` of the plan that was signed."""

    by: PersonKey = ""
    at: date | None = None
    version: Code = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A finding that we live with until a date: a rule's id, and the element it spoke of."""

    rule: Code
    element: Element
    reason: Text = ""
    until: date | None = None
    by: PersonKey = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`language` is that of the texts (nb, nn, sv, da, en …), `currency` an ISO code (NOK …)."""

    organisation: Line
    language: Code = ""
    currency: Code = ""
    purpose: Text = ""
    people: tuple[Person, ...] = ()
    goals: tuple[Goal, ...] = ()
    groups: tuple[Group, ...] = ()
    tactics: tuple[Tactic, ...] = ()
    channels: tuple[Channel, ...] = ()
    roles: tuple[Role, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    reviews: tuple[Review, ...] = ()
    signed: SignOff | None = None
    acceptances: tuple[Acceptance, ...] = ()


AnyElement: TypeAlias = Person | Goal | Group | Tactic | Channel | Role | Guardrail | Review


def elements(plan: Plan) -> Iterator[tuple[Element, AnyElement]]:
    """Everything in the plan that has a key, section by section."""
    for kind in Kind:
        if kind is not Kind.PLAN:
            for each in section(plan, kind):
                yield Element(kind, each.key), each


def section(plan: Plan, kind: Kind) -> tuple[AnyElement, ...]:
    """All elements of one kind, in the plan's order."""
    found: tuple[AnyElement, ...] = getattr(plan, kind.value)
    return found


def title(element: AnyElement) -> str:
    """What people call it."""
    match element:
        case Goal() | Guardrail():
            return element.statement
        case Review():
            return element.what
        case _:
            return element.name


def key_for(name: str, taken: Collection[str] = ()) -> str:
    """A key made of a name, other than those that are taken: Småbarnsforeldre, småbarnsforeldre."""
    words = re.findall(r"[a-z0-9æøåäöüéð]+", normalize("NFC", name).lower())
    stem = "-".join(words)[:40].strip("-") or "x"
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def fingerprint(plan: Plan) -> str:
    """The version that a sign-off signs: 12 characters that change with anything that is planned.

    Neither the sign-off nor what is noted along the way counts: acceptances, and what a review
    brought. Order counts; what has not been said does not, so that fields can be added later.
    """
    planned = replace(
        plan,
        signed=None,
        acceptances=(),
        reviews=tuple(replace(each, held=None, decision=None, learned="") for each in plan.reviews),
    )
    text = json.dumps(_plain(planned), ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    if is_dataclass(value):
        said = ((each.name, _plain(getattr(value, each.name))) for each in fields(value))
        return {name: plain for name, plain in said if not _is_unsaid(plain)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value


def _is_unsaid(plain: object) -> bool:
    return plain is None or plain is False or plain in ("", [], {})
