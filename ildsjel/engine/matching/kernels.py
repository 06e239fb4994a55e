"""Whether to use the kernel: where numba is, and where there is enough to do to load it."""

import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ildsjel.engine.matching.programs import Filed
    from ildsjel.engine.matching.runner import Runner

_WORTH_LOADING = 100_000  # posts × watches; below, Python is done before numba is loaded
RUNNER = "ildsjel.engine.matching.runner"


@cache
def is_installed() -> bool:
    return find_spec("numba") is not None


def is_worth_it(posts: int, watches: int) -> bool:
    """Whether the kernel should see to this; it says the same as the plain evaluation."""
    if RUNNER in sys.modules:
        return True
    return posts * watches >= _WORTH_LOADING and is_installed()


def runner(programs: "Sequence[Filed]") -> "Runner":
    """The kernel over these programs. The first call of a process loads numba."""
    from ildsjel.engine.matching.runner import Runner
    from ildsjel.engine.matching.segment import lay_out

    return Runner(lay_out(programs))
