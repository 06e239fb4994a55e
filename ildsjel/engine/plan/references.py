"""Who names whom: what points nowhere, what goes round in circles, and taking something out."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, TypeVar

from ildsjel.engine.plan.document import AnyElement, Element, Kind, Plan, elements, section
from ildsjel.engine.plan.fields import Field, Form, fields_of

Part = TypeVar("Part")


class Reference(NamedTuple):
    """`element` names `to` in its `field` (measure.baseline)."""

    element: Element
    field: str
    to: Element


def references(plan: Plan) -> Iterator[Reference]:
    """Everything in the plan's elements that names another of them by its key."""
    for element, each in elements(plan):
        for name, field in fields_of(type(each)).items():
            if field.refers:
                for key in _keys(getattr(each, name)):
                    yield Reference(element, name, Element(field.refers, key))


def dangling(plan: Plan) -> list[Reference]:
    """References to what is not there."""
    there = {element for element, _ in elements(plan)}
    return [each for each in references(plan) if each.to not in there]


def circles(plan: Plan) -> list[list[str]]:
    """Goals that are their own parent by some way round, each circle once from its first goal."""
    parents = {goal.key: goal.parent for goal in plan.goals if goal.parent}
    found: list[list[str]] = []
    settled: set[str] = set()
    for start in parents:
        path: list[str] = []
        key = start
        while key in parents and key not in settled and key not in path:
            path.append(key)
            key = parents[key]
        if key in path:
            found.append(path[path.index(key) :])
        settled.update(path)
    return found


def without(plan: Plan, element: Element) -> Plan:
    """The plan without this element, without what named it, and without acceptances about it."""
    left: dict[str, tuple[AnyElement, ...]] = {
        kind.value: tuple(
            _forgetting(each, element)
            for each in section(plan, kind)
            if Element(kind, each.key) != element
        )
        for kind in Kind
        if kind is not Kind.PLAN
    }
    accepted = tuple(
        _forgetting(each, element) for each in plan.acceptances if each.element != element
    )
    signed = plan.signed and _forgetting(plan.signed, element)
    changed: dict[str, Any] = {**left, "acceptances": accepted, "signed": signed}
    return replace(plan, **changed)


def _forgetting(part: Part, element: Element) -> Part:
    """The part with no reference to the element."""
    if not is_dataclass(part) or isinstance(part, type):
        return part
    known = fields_of(type(part))
    names = [each.name for each in fields(part) if each.name in known]
    changed = {
        name: _without_key(getattr(part, name), known[name], element.key)
        for name in names
        if known[name].refers == element.kind
    }
    return replace(part, **changed) if changed else part


def _without_key(value: Any, field: Field, key: str) -> Any:
    if field.form is Form.TEXTS:
        return tuple(each for each in value if each != key)
    return "" if value == key else value


def _keys(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()
