"""Elements of the plan as JSON and back, by the types that the document gives its fields.

What has not been said is left out, so that fields can be added to the document later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, time
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from ildsjel.engine.plan.document import (
    AnyElement,
    Channel,
    Element,
    Goal,
    Group,
    Guardrail,
    Kind,
    Person,
    Refers,
    Review,
    Role,
    Tactic,
)

TYPES: dict[Kind, type[AnyElement]] = {
    Kind.PERSON: Person,
    Kind.GOAL: Goal,
    Kind.GROUP: Group,
    Kind.TACTIC: Tactic,
    Kind.CHANNEL: Channel,
    Kind.ROLE: Role,
    Kind.GUARDRAIL: Guardrail,
    Kind.REVIEW: Review,
}
KINDS: dict[type[AnyElement], Kind] = {cls: kind for kind, cls in TYPES.items()}
Said = dict[str, Any]


def kind_of(element: AnyElement) -> Kind:
    return KINDS[type(element)]


def name_of(element: AnyElement) -> Element:
    return Element(kind_of(element), element.key)


def to_said(element: AnyElement) -> Said:
    """All that is said of an element, without its key, as JSON can hold it."""
    return {name: value for name, value in _plain(element).items() if name != "key"}


def from_said(kind: Kind, key: str, said: Mapping[str, Any]) -> AnyElement:
    """The element that `to_said` wrote."""
    made: Any = TYPES[kind]
    known = _readers(made)
    given = {name: known[name](value) for name, value in said.items() if name in known}
    element: AnyElement = made(key=key, **given)
    return element


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        said = ((each.name, _plain(getattr(value, each.name))) for each in fields(value))
        return {name: plain for name, plain in said if not _is_unsaid(plain)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return f"{value:%H:%M}" if isinstance(value, time) else _moment(value)


def _is_unsaid(plain: Any) -> bool:
    return plain is None or plain is False or plain in ("", [], {})


def _moment(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


Reader = Callable[[Any], Any]


@cache
def _readers(cls: Any) -> dict[str, Reader]:
    """How each field is read."""
    hints = get_type_hints(cls, include_extras=True)
    return {each.name: _reader(hints[each.name]) for each in fields(cls)}


def _reader(hint: Any) -> Reader:
    hint = bare(hint)
    if get_origin(hint) is tuple:
        inner = _reader(get_args(hint)[0])
        return lambda values: tuple(map(inner, values))
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda said: hint(**{n: _readers(hint)[n](v) for n, v in said.items()})
    if hint is date:
        return date.fromisoformat
    if hint is time:
        return time.fromisoformat
    return hint if isinstance(hint, type) and issubclass(hint, StrEnum) else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def bare(hint: Any) -> Any:
    """A type without what is annotated to it, and without None beside it."""
    if get_origin(hint) is Annotated:
        return bare(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return bare(next(each for each in get_args(hint) if each is not NoneType))
    return hint


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that names elements of another kind: one, or several."""

    name: str
    to: Kind
    several: bool


@cache
def references(kind: Kind) -> tuple[Reference, ...]:
    """The fields of a kind that name other elements."""
    hints = get_type_hints(TYPES[kind], include_extras=True)
    found = ((name, reference_in(hint), get_origin(hint) is tuple) for name, hint in hints.items())
    return tuple(Reference(name, to, several) for name, to, several in found if to)


def reference_in(hint: Any) -> Kind | None:
    """The kind of element that a field of this type names, if it names any."""
    if get_origin(hint) is tuple:
        return reference_in(get_args(hint)[0])
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark.to for mark in marks if isinstance(mark, Refers)), None)


def named_by(element: AnyElement) -> list[Element]:
    """The elements that this one names."""
    found = []
    for each in references(kind_of(element)):
        value = getattr(element, each.name)
        keys = value if each.several else (value,) if value else ()
        found += [Element(each.to, key) for key in keys]
    return found


def without(element: AnyElement, gone: Element) -> AnyElement:
    """The element with every mention of another one taken out."""
    changed: dict[str, Any] = {}
    for each in references(kind_of(element)):
        value = getattr(element, each.name)
        if each.to == gone.kind and each.several and gone.key in value:
            changed[each.name] = tuple(key for key in value if key != gone.key)
        elif each.to == gone.kind and value == gone.key:
            changed[each.name] = ""
    return replace(element, **changed) if changed else element
