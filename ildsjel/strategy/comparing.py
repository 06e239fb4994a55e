"""Two states of a plan beside each other: element by element, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ildsjel.engine.plan.document import THE_PLAN, Element, Kind, Plan, section
from ildsjel.strategy.codec import Said, name_of, to_said
from ildsjel.strategy.documents import HEAD, TABLES

State = Mapping[Element, Said]
PLACE = "position"


class Fate(StrEnum):
    CAME = "came"
    WENT = "went"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """`name` is dotted where it lies deeper: measure.target. Values are as JSON holds them."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one element from one state to the other."""

    name: Element
    title: str
    fate: Fate
    fields: tuple[FieldDifference, ...]


def state_of(plan: Plan) -> dict[Element, Said]:
    """All that a plan says, by element."""
    found: dict[Element, Said] = {}
    if head := {name: value for name in HEAD if (value := getattr(plan, name))}:
        found[THE_PLAN] = head
    for kind in TABLES:
        for place, element in enumerate(section(plan, kind), start=1):
            found[name_of(element)] = to_said(element) | {PLACE: place}
    return found


def compare(before: State, after: State) -> list[Difference]:
    """What differs, kind by kind and in the plan's order; another place alone is no difference."""
    names = sorted({**before, **after}, key=lambda name: _order(name, before, after))
    found = (_difference(name, before.get(name), after.get(name)) for name in names)
    return [each for each in found if each is not None]


def _order(name: Element, before: State, after: State) -> tuple[int, int, str]:
    said = after.get(name) or before.get(name) or {}
    return list(Kind).index(name.kind), said.get(PLACE, 0), name.key


def _difference(name: Element, before: Said | None, after: Said | None) -> Difference | None:
    was, became = dict(_leaves(before or {})), dict(_leaves(after or {}))
    fields = tuple(
        FieldDifference(each, was.get(each), became.get(each))
        for each in {**was, **became}
        if was.get(each) != became.get(each)
    )
    if before is not None and after is not None and not fields:
        return None
    fate = Fate.CAME if before is None else Fate.WENT if after is None else Fate.CHANGED
    return Difference(name, title_of(after or before or {}) or name.key, fate, fields)


def title_of(said: Said) -> str:
    """What people call the element of which this is said."""
    return str(said.get("statement") or said.get("what") or said.get("name") or "")


def _leaves(said: Said, above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in said.items():
        if name == PLACE and not above:
            continue
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
