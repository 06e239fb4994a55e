"""A sound plan and how each way of breaking it is found; plans made at random."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ildsjel.engine.plan import Element, Plan, read
from ildsjel.engine.plan.document import Kind
from ildsjel.engine.plan.fields import Field, Form, fields_of

FOLDER = Path(__file__).resolve().parent
TODAY = date(2026, 12, 1)


def sound_text() -> str:
    return (FOLDER / "sound.yaml").read_text(encoding="utf-8")


def sound_plan() -> Plan:
    return read(sound_text())


KEYS = st.from_regex(r"[a-zæøå0-9](?:[a-zæøå0-9-]{0,8}[a-z0-9])?", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=120)
SAID = TEXTS.filter(bool)
CLOCK = st.builds(time, st.integers(0, 23), st.integers(0, 59))
HOURS = st.tuples(CLOCK, CLOCK).filter(lambda pair: pair[0] < pair[1])
WEEKS = st.tuples(*[st.lists(HOURS, max_size=2, unique=True).map(sorted).map(tuple)] * 7)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
NUMBERS = st.floats(-1e14, 1e14).map(lambda number: number + 0.0)
AMOUNTS = st.floats(0, 1e14)


def plans() -> st.SearchStrategy[Plan]:
    """Plans with keys that refer to what is there; everything else at random."""
    keys = st.lists(KEYS, min_size=1, max_size=3, unique=True)
    sections = [kind for kind in Kind if kind is not Kind.PLAN]
    return st.fixed_dictionaries(dict.fromkeys(sections, keys)).flatmap(_plan_with)


def _plan_with(keys: dict[Kind, list[str]]) -> st.SearchStrategy[Plan]:
    return _part(Plan, keys).map(_without_circles)


def _without_circles(plan: Plan) -> Plan:
    from dataclasses import replace

    return replace(plan, goals=tuple(replace(goal, parent="") for goal in plan.goals))


def _part(part: type, keys: dict[Kind, list[str]], **given: Any) -> st.SearchStrategy[Any]:
    fields = {name: _field(field, keys) for name, field in fields_of(part).items()}
    return st.builds(part, **fields, **given)


def _field(field: Field, keys: dict[Kind, list[str]]) -> st.SearchStrategy[Any]:
    made: dict[Form, Callable[[], st.SearchStrategy[Any]]] = {
        Form.TEXT: lambda: SAID if field.required else TEXTS,
        Form.NUMBER: lambda: AMOUNTS if field.least is not None else NUMBERS,
        Form.WHOLE: lambda: st.integers(int(field.least or 0), 10**9),
        Form.FLAG: st.booleans,
        Form.DAY: lambda: DAYS,
        Form.CHOICE: lambda: st.sampled_from(list(field.of)),
        Form.WEEK: lambda: WEEKS,
        Form.ELEMENT: lambda: st.sampled_from(
            [Element(Kind.PLAN, ""), *(Element(Kind.GOAL, key) for key in keys[Kind.GOAL])]
        ),
        Form.TEXTS: lambda: st.lists(SAID, max_size=3, unique=True).map(tuple),
        Form.PART: lambda: _part(field.of, keys),
        Form.LIST: lambda: st.lists(_part(field.of, keys), max_size=2).map(tuple),
    }
    if field.refers:
        names = st.sampled_from(keys[field.refers])
        if field.form is Form.TEXTS:
            return st.lists(names, max_size=3, unique=True).map(tuple)
        return names if field.required else st.one_of(st.just(""), names)
    if field.longest and field.form is Form.TEXT:
        texts = SAID if field.required else TEXTS
        return texts.map(lambda text: text[: field.longest])
    if field.form is Form.SECTION:
        elements = [_part(field.of, keys, key=st.just(key)) for key in keys[Kind(field.name)]]
        return st.tuples(*elements)
    if field.form in {Form.NUMBER, Form.WHOLE, Form.DAY, Form.PART}:
        return st.one_of(st.none(), made[field.form]())
    return made[field.form]()
