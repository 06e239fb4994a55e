"""What can be wrong with a plan's document: codes and values; the words are
`strategy.plan_faults`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Said: TypeAlias = str | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`line` and `column` count from 1; `where` is the way to the field (goals/answered/measure).

    `code` says what is wrong, `values` what its words name.
    """

    code: str
    line: int
    column: int = 1
    where: str = ""
    values: Mapping[str, Said] = field(default_factory=dict, hash=False)


class PlanError(ValueError):
    """A plan that cannot be read, with everything that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"line {each.line}: {each.code}" for each in faults))
