"""How the first rows of a file will be read, before anything of it is imported."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from ildsjel.connectors.files import TARGETS
from ildsjel.connectors.files.dates import DAY_FIRST, MONTH_FIRST, zone_of
from ildsjel.connectors.files.mapping import REQUIRED
from ildsjel.connectors.files.rows import AUTO, BadCell, Rules, read_row
from ildsjel.engine.items import Item

__all__ = ["AUTO", "DAY_FIRST", "MONTH_FIRST", "REQUIRED", "TARGETS", "read_samples"]


def read_samples(
    samples: Iterable[Mapping[str, str]], mapping: Mapping[str, str], reading: Mapping[str, str]
) -> list[Item | str]:
    """Each row as the post it will be, or why it can't be read.

    `mapping` is target → column and must hold what is `REQUIRED`; `reading` holds `timezone`,
    `date_order` and `address`. Raises `Refused` for an unknown time zone.
    """
    rules = Rules(
        mapping=mapping,
        zone=zone_of(reading.get("timezone", "")),
        date_order=reading.get("date_order") or DAY_FIRST,
        address=reading.get("address") or AUTO,
    )
    return [_read(row, rules) for row in samples]


def _read(row: Mapping[str, str], rules: Rules) -> Item | str:
    try:
        return read_row(row, rules, {}, datetime.now(UTC))
    except BadCell as fault:
        return str(fault)
