"""numba, where it is installed: loops as machine code, kept on disk between runs.

Import it only where loops are defined, and those files only where they are run: numba takes most of
a second to load.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code, which runs beside other threads, compiled for the types that it
    is first called with; as it is where numba is missing. What it calls must stand above it."""
    try:
        from numba import njit
    except ImportError:
        return function
    try:
        return cast(Function, njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder for the cache can be written to
        return cast(Function, njit(nogil=True)(function))
