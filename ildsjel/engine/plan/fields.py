"""The fields of a plan's document, taken from the dataclasses: what the reader, the writer and the
schema go by."""

import dataclasses
import types
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from ildsjel.engine.plan.document import Element, Kind, Least, Longest, Refers, Week


class Form(Enum):
    """How a field is written in the document."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    FLAG = "yes or no"
    DAY = "date"
    CHOICE = "one of"
    WEEK = "opening hours"
    ELEMENT = "section/key"
    TEXTS = "list of texts"
    PART = "fields of its own"
    SECTION = "keys with fields of their own"
    LIST = "list of fields"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `of` is the dataclass of its parts or the enumeration of its choices."""

    name: str
    form: Form
    required: bool = False
    of: Any = None
    refers: Kind | None = None
    longest: int | None = None
    least: float | None = None


def fields_of(part: type) -> dict[str, Field]:
    """The fields of a dataclass of the document by name, in their order; `key` is left out."""
    return _fields_of(part)


@cache
def _fields_of(part: type) -> dict[str, Field]:
    hints = get_type_hints(part, include_extras=True)
    return {
        each.name: _field(each.name, hints[each.name], each.default is dataclasses.MISSING)
        for each in dataclasses.fields(part)
        if each.name != "key"
    }


def _field(name: str, hint: Any, required: bool) -> Field:
    hint, marks = _bare(hint)
    if hint != Week and get_origin(hint) is tuple:
        inner, marks = _bare(get_args(hint)[0])
        form, of = _many(inner)
    else:
        form, of = _one(hint)
    return Field(
        name,
        form,
        required,
        of,
        next((mark.to for mark in marks if isinstance(mark, Refers)), None),
        next((mark.characters for mark in marks if isinstance(mark, Longest)), None),
        next((mark.number for mark in marks if isinstance(mark, Least)), None),
    )


def _bare(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type without None and without its marks, and the marks."""
    if get_origin(hint) in (Union, types.UnionType):
        [hint] = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is Annotated:
        bare, *marks = get_args(hint)
        return bare, tuple(marks)
    return hint, ()


def _many(inner: Any) -> tuple[Form, Any]:
    if inner is str:
        return Form.TEXTS, None
    keyed = any(each.name == "key" for each in dataclasses.fields(inner))
    return (Form.SECTION if keyed else Form.LIST), inner


def _one(hint: Any) -> tuple[Form, Any]:
    if hint == Week:
        return Form.WEEK, None
    if dataclasses.is_dataclass(hint):
        return Form.PART, hint
    if issubclass(hint, StrEnum):
        return Form.CHOICE, hint
    simple = {
        str: Form.TEXT,
        float: Form.NUMBER,
        int: Form.WHOLE,
        bool: Form.FLAG,
        date: Form.DAY,
        Element: Form.ELEMENT,
    }
    return simple[hint], None
