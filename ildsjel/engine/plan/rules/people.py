"""People and roles: named, with time, with deputies, and not one alone."""

from collections import Counter
from collections.abc import Iterator

from ildsjel.engine.plan.document import Element, Kind, title
from ildsjel.engine.plan.findings import Basis, Severity
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, rule, unsaid
from ildsjel.engine.plan.workload import duties

FEWEST_DUTIES = 4  # below that the plan is too small to lean on anybody
MOST_OF_ONE = 0.5
FEWEST_REPLIES = 20
MOST_REPLIES = 0.6


@rule("person-overloaded", Severity.SERIOUS, Kind.PERSON)
def overloaded(view: View) -> Iterator[Found]:
    for person in view.plan.people:
        load = view.workload.get(person.key)
        asked, hours = round(load.hours_a_week, 1) if load else 0, person.hours_a_week
        if hours is not None and asked > hours:
            yield found(Element(Kind.PERSON, person.key), "hours_a_week", asked=asked, hours=hours)


@rule("person-without-hours", Severity.ADVICE, Kind.PERSON)
def without_hours(view: View) -> Iterator[Found]:
    for person in view.plan.people:
        load = view.workload.get(person.key)
        if load and load.hours_a_week and person.hours_a_week is None:
            yield found(
                Element(Kind.PERSON, person.key), "hours_a_week", asked=round(load.hours_a_week, 1)
            )


@rule("lone-enthusiast", Severity.SERIOUS, Kind.PERSON)
def lone_enthusiast(view: View) -> Iterator[Found]:
    """More than half of all channels, roles and tactics are one person's."""
    all_duties = duties(view.plan)
    count = Counter(duty.person for duty in all_duties)
    for person, number in count.items() if len(all_duties) >= FEWEST_DUTIES else ():
        if number > MOST_OF_ONE * len(all_duties):
            own = [duty for duty in all_duties if duty.person == person]
            alone = [duty for duty in own if not duty.deputy]
            yield found(
                Element(Kind.PERSON, person),
                "",
                count=number,
                all=len(all_duties),
                stops=_titles(view, [duty.element for duty in alone or own]),
            )


@rule("person-overworked", Severity.SERIOUS, Kind.PERSON, Basis.EVIDENCE)
def overworked(view: View) -> Iterator[Found]:
    weeks = view.evidence.weeks
    for person in view.plan.people if weeks else ():
        worked = round((view.evidence.hours or {}).get(person.key, 0) / (weeks or 1), 1)
        if person.hours_a_week is not None and worked > person.hours_a_week:
            yield found(
                Element(Kind.PERSON, person.key),
                "hours_a_week",
                worked=worked,
                hours=person.hours_a_week,
            )


@rule("replies-by-one", Severity.SERIOUS, Kind.PERSON, Basis.EVIDENCE)
def replies_by_one(view: View) -> Iterator[Found]:
    replies = view.evidence.replies or {}
    total = sum(replies.values())
    for person, number in replies.items() if total >= FEWEST_REPLIES else ():
        if person in view.people and number > MOST_REPLIES * total:
            yield found(
                Element(Kind.PERSON, person),
                "",
                replies=number,
                all=total,
                share=round(100 * number / total),
            )


@rule("role-deputy-is-person", Severity.SERIOUS, Kind.ROLE)
def deputy_is_person(view: View) -> Iterator[Found]:
    for role in view.plan.roles:
        if role.person and role.deputy == role.person:
            yield found(Element(Kind.ROLE, role.key), "deputy", person=view.name(role.person))


@rule("no-roles", Severity.SERIOUS, Kind.PLAN)
def no_roles(view: View) -> Iterator[Found]:
    if not view.plan.roles:
        yield found(field="roles")


def _titles(view: View, found: list[Element]) -> tuple[str, ...]:
    named = {
        **{Element(Kind.CHANNEL, each.key): title(each) for each in view.plan.channels},
        **{Element(Kind.ROLE, each.key): title(each) for each in view.plan.roles},
        **{Element(Kind.TACTIC, each.key): title(each) for each in view.plan.tactics},
    }
    return tuple(named[element] for element in found)


RULES: tuple[Rule, ...] = (
    overloaded,
    without_hours,
    lone_enthusiast,
    overworked,
    replies_by_one,
    no_roles,
    unsaid("role-without-person", Severity.SERIOUS, Kind.ROLE, "person"),
    unsaid("role-without-deputy", Severity.SERIOUS, Kind.ROLE, "deputy"),
    deputy_is_person,
    unsaid("role-without-responsibility", Severity.ADVICE, Kind.ROLE, "responsibility"),
    unsaid("role-without-mandate", Severity.ADVICE, Kind.ROLE, "mandate"),
    unsaid("role-without-hours", Severity.ADVICE, Kind.ROLE, "hours_a_week"),
)
