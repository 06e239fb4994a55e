"""Counts from a file that another tool wrote, for checks without a server."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from ildsjel.engine.plan.document import Element, Kind, Plan, elements
from ildsjel.engine.plan.evidence import Answers, Counts, Evidence, Observation, Unplanned

Read = TypeVar("Read")
_FIELDS = (
    "since", "until", "source", "by_channel", "by_goal", "by_group", "without_goal",
    "unplanned", "answers", "hours", "replies", "observations",
)  # fmt: skip


def evidence_of(value: object) -> Evidence:
    """Evidence from an object of JSON with the fields of `Evidence`.

    Raises ValueError that names the field, what is wrong and what should stand there.
    """
    found = _object(value, "the file", _FIELDS)
    return Evidence(
        since=_day(found["since"], "since") if "since" in found else None,
        until=_day(found["until"], "until") if "until" in found else None,
        source=_text(found.get("source", ""), "source"),
        by_channel=_by_key(found, "by_channel", _counts),
        by_goal=_by_key(found, "by_goal", _counts),
        by_group=_by_key(found, "by_group", _counts),
        without_goal=_counts(found["without_goal"], "without_goal")
        if "without_goal" in found
        else None,
        unplanned=_unplanned(found.get("unplanned", [])),
        answers=_by_key(found, "answers", _answers),
        hours=_by_key(found, "hours", _amount),
        replies=_by_key(found, "replies", _count),
        observations=_by_key(found, "observations", _observation),
    )


def strangers(evidence: Evidence, plan: Plan) -> list[str]:
    """Keys that something was counted for and that the plan does not have, as section/key."""
    counted = (
        (Kind.CHANNEL, evidence.by_channel),
        (Kind.CHANNEL, evidence.answers),
        (Kind.GOAL, evidence.by_goal),
        (Kind.GOAL, evidence.observations),
        (Kind.GROUP, evidence.by_group),
        (Kind.PERSON, evidence.hours),
        (Kind.PERSON, evidence.replies),
    )
    named = {str(Element(kind, key)) for kind, counts in counted for key in counts or ()}
    return sorted(named - {str(element) for element, _ in elements(plan)})


def _by_key(
    found: Mapping[str, Any], name: str, read: Callable[[Any, str], Read]
) -> dict[str, Read] | None:
    if name not in found:
        return None
    values = _object(found[name], name)
    return {key: read(value, f"{name}/{key}") for key, value in values.items()}


def _object(value: Any, where: str, known: tuple[str, ...] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: fields should stand here, as in {{…}}.")
    unknown = [key for key in value if known is not None and key not in known]
    if unknown and known is not None:
        raise ValueError(f"{where}: there is no field {unknown[0]}; it has {', '.join(known)}.")
    return value


def _counts(value: Any, where: str) -> Counts:
    found = _object(value, where, ("conversations", "posts"))
    return Counts(**{name: _count(each, f"{where}/{name}") for name, each in found.items()})


def _answers(value: Any, where: str) -> Answers:
    found = _object(value, where, ("kept", "broken"))
    return Answers(**{name: _count(each, f"{where}/{name}") for name, each in found.items()})


def _observation(value: Any, where: str) -> Observation:
    found = _object(value, where, ("at", "value"))
    at, number = _day(found.get("at"), f"{where}/at"), found.get("value")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(f"{where}/value: a number should stand here.")
    return Observation(at=at, value=float(number))


def _unplanned(value: Any) -> tuple[Unplanned, ...]:
    if not isinstance(value, list):
        raise ValueError("unplanned: a list should stand here, as in […].")
    found = []
    for number, each in enumerate(value, start=1):
        where = f"unplanned/{number}"
        fields = _object(each, where, ("name", "conversations", "posts"))
        name = _text(fields.get("name"), f"{where}/name")
        counts = _counts({k: v for k, v in fields.items() if k != "name"}, where)
        found.append(Unplanned(name=name, counts=counts))
    return tuple(found)


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where}: a whole number, 0 or more, should stand here.")
    return value


def _amount(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{where}: a number, 0 or more, should stand here.")
    return float(value)


def _day(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: a date should stand here, as 2026-12-31.") from None


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where}: a text should stand here.")
    return value
