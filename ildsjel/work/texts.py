"""Text as both databases take it: PostgreSQL refuses NUL, and neither takes lone surrogates."""

from collections.abc import Mapping, Sequence
from typing import Any


def storable(text: str) -> str:
    """The text without what can't be stored."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def storable_value(value: Any) -> Any:
    """A value for a JSON column: every text in it, keys too, made storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable_value(key): storable_value(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [storable_value(each) for each in value]
    return value
