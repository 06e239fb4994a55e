"""The kernel's functions as machine code, compiled as they are imported for the types they name."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar, get_args, get_type_hints

import numpy as np
from numba import types
from numpy.typing import NDArray

from ildsjel.engine.compiling import to_machine_code

Function = TypeVar("Function", bound=Callable[..., Any])

Bytes = NDArray[np.uint8]  # never written to
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Table = Annotated[NDArray[np.int32], "rows and columns"]

_TYPES: Final[dict[Any, Any]] = {
    Bytes: types.Array(types.uint8, 1, "C", readonly=True),
    Ints: types.Array(types.int32, 1, "C"),
    Longs: types.Array(types.int64, 1, "C"),
    Table: types.Array(types.int32, 2, "C"),
    int: types.int64,
    bool: types.boolean,
    np.uint64: types.uint64,
    type(None): types.void,
}


def compiled(function: Function) -> Function:
    """The function as machine code, which runs beside other threads.

    It is compiled once, for the types that its annotations name; what it calls must stand above it.
    """
    return to_machine_code(function, _signature(function))


def inlined(function: Function) -> Function:
    """The same, made part of each function that calls it: a call passes seven values an array."""
    return to_machine_code(function, _signature(function), inlined=True)


def _signature(function: Callable[..., Any]) -> Any:
    hints = get_type_hints(function, include_extras=True)
    result = _type(hints.pop("return"))
    return result(*map(_type, hints.values()))


def _type(hint: Any) -> Any:
    if hint in _TYPES:
        return _TYPES[hint]
    several: Callable[..., Any] = types.UniTuple
    return several(types.int64, len(get_args(hint)))
