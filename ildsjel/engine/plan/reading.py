"""A plan from its YAML document, or everything that is wrong with it at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ildsjel.engine.plan import scalars, syntax
from ildsjel.engine.plan.document import (
    CLOSED,
    FORMAT,
    THE_PLAN,
    Element,
    Kind,
    Plan,
    Week,
    key_for,
)
from ildsjel.engine.plan.faults import Fault, PlanError, Said
from ildsjel.engine.plan.fields import Field, Form, fields_of
from ildsjel.engine.plan.references import circles

MOST_NODES = 300_000  # read, not written: an alias counts each time it is used
MOST_FAULTS = 200
_MISSING: Final = object()

Place = tuple[Element, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """`plan` is None where there are faults. `lines` has the line (from 1) of each element (field
    "") and of each of its fields (measure.baseline) that is written down."""

    plan: Plan | None
    faults: tuple[Fault, ...] = ()
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, element: Element, path: str = "") -> int | None:
        """Where the field stands, or else the nearest thing around it."""
        while path and (element, path) not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get((element, path))


def read(text: str) -> Plan:
    """The plan. Raises PlanError with everything that is wrong."""
    found = examine(text)
    if found.plan is None:
        raise PlanError(found.faults)
    return found.plan


def examine(text: str) -> Reading:
    """The plan with the lines of its fields, or what is wrong with it, in the order of the text."""
    reader = _Reader()
    try:
        plan = reader.plan(syntax.compose(text))
    except PlanError as error:
        return Reading(None, (*_in_order(reader.faults), *error.faults))
    if reader.faults:
        return Reading(None, _in_order(reader.faults), reader.lines)
    return Reading(plan, (), reader.lines)


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda each: (each.line, each.column)))


class _Where:
    """The element that is being read, and the way to the field in it."""

    __slots__ = ("element", "path")

    def __init__(self, element: Element = THE_PLAN, path: str = "") -> None:
        self.element, self.path = element, path

    def into(self, name: str) -> "_Where":
        return _Where(self.element, f"{self.path}.{name}" if self.path else name)

    def __str__(self) -> str:
        if self.element == THE_PLAN:
            return self.path.replace(".", "/")
        return f"{self.element}/{self.path}".rstrip("/").replace(".", "/")


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.lines: dict[Place, int] = {}
        self.named: list[tuple[syntax.Text, _Where, Kind, str]] = []
        self.nodes = 0
        self.values: dict[Form, Callable[[syntax.Node, Field, _Where], Any]] = {
            Form.TEXT: self._text,
            Form.NUMBER: self._number,
            Form.WHOLE: self._number,
            Form.FLAG: self._flag,
            Form.DAY: self._day,
            Form.CHOICE: self._choice,
            Form.WEEK: self._week,
            Form.ELEMENT: self._element,
            Form.TEXTS: self._texts,
            Form.PART: self._part_field,
            Form.SECTION: self._section,
            Form.LIST: self._list,
        }

    def plan(self, root: syntax.Node | None) -> Plan | None:
        if root is None:
            raise PlanError((Fault(code="empty", line=1),))
        if not isinstance(root, syntax.Mapping):
            raise PlanError((Fault(code="not-a-plan", line=root.line, column=root.column),))
        self._check_format(root)
        plan: Plan | None = self._part(root, Plan, _Where())
        known = _keys_written(root)
        for node, where, kind, key in self.named:
            if key not in known[kind]:
                guess = scalars.closest(key, known[kind])
                self._say("reference-unknown", node, where, key=key, section=kind, guess=guess)
        if plan and not self.faults:
            self._refuse_circles(plan)
        return plan

    def _check_format(self, root: syntax.Mapping) -> None:
        for key, value in root.pairs:
            if isinstance(key, syntax.Text) and key.value == "format":
                written = value.value if isinstance(value, syntax.Text) else ""
                if written != str(FORMAT):
                    values: dict[str, Said] = {"written": written, "known": FORMAT}
                    fault = Fault(
                        code="format-unknown", line=value.line, where="format", values=values
                    )
                    raise PlanError((fault,))
                return
        self._say("format-missing", root, _Where(), known=FORMAT)

    def _refuse_circles(self, plan: Plan) -> None:
        for circle in circles(plan):
            element = Element(Kind.GOAL, circle[0])
            line = self.lines[element, "parent"]
            path = " → ".join([*circle, circle[0]])
            self.faults.append(
                Fault(
                    code="parent-circle",
                    line=line,
                    where=f"{element}/parent",
                    values={"path": path},
                )
            )

    def _say(self, code: str, node: syntax.Node, where: _Where, **values: Said) -> None:
        fault = Fault(
            code=code, line=node.line, column=node.column, where=str(where), values=values
        )
        self.faults.append(fault)
        if len(self.faults) == MOST_FAULTS:
            raise PlanError((Fault(code="too-many-faults", line=node.line),))

    def _part(self, node: syntax.Node, part: type, where: _Where, **given: Any) -> Any:
        """A dataclass of the document from a mapping; None where it cannot be made."""
        if not isinstance(node, syntax.Mapping):
            self._say("needs-fields", node, where)
            return None
        known = fields_of(part)
        found = dict(given)
        told, start = set(), len(self.faults)
        for name, value in self._fields(node, known, where, at_top=part is Plan):
            self.lines[where.element, where.into(name).path] = value[0].line
            before = len(self.faults)
            read = self._value(value[1], known[name], where.into(name))
            if read is not _MISSING:
                found[name] = read
            elif len(self.faults) > before:
                told.add(name)
        lacking = [name for name, each in known.items() if each.required and not found.get(name)]
        meant = {fault.values.get("guess") for fault in self.faults[start:]}
        for name in lacking:
            if name not in told | meant:
                self._say("required", node, where, field=name)
        return None if lacking else part(**found)

    def _fields(
        self, node: syntax.Mapping, known: Mapping[str, Field], where: _Where, *, at_top: bool
    ) -> list[tuple[str, tuple[syntax.Node, syntax.Node]]]:
        """Fields by name, each once; what is unknown or there twice is told."""
        found: dict[str, tuple[syntax.Node, syntax.Node]] = {}
        for key, value in node.pairs:
            name = key.value if isinstance(key, syntax.Text) else ""
            if at_top and name == "format":
                continue
            if name not in known:
                guess = scalars.closest(name, [*known, *(["format"] if at_top else [])])
                possible = tuple(known)
                self._say("field-unknown", key, where, field=name, guess=guess, possible=possible)
            elif name in found:
                self._say("field-twice", key, where, field=name, first=found[name][0].line)
            else:
                found[name] = (key, value)
        return list(found.items())

    def _value(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        self._count(node)
        if isinstance(node, syntax.Text) and node.plain and node.value in {"", "~", "null"}:
            return _MISSING
        return self.values[spec.form](node, spec, where)

    def _count(self, node: syntax.Node) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise PlanError((Fault(code="too-large", line=node.line, values={"most": MOST_NODES}),))

    def _said(self, node: syntax.Node, code: str, where: _Where) -> str | None:
        if isinstance(node, syntax.Text):
            return node.value
        self._say(code, node, where)
        return None

    def _text(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        text = self._said(node, "needs-text", where)
        if text is None:
            return _MISSING
        if spec.longest and len(text) > spec.longest:
            self._say("too-long", node, where, most=spec.longest, length=len(text))
        if spec.refers and text and isinstance(node, syntax.Text):
            self.named.append((node, where, spec.refers, text))
        return text

    def _number(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        is_whole = spec.form is Form.WHOLE
        code = "needs-whole" if is_whole else "needs-number"
        value = self._as(node, code, where, scalars.whole if is_whole else scalars.number)
        if value is not _MISSING and spec.least is not None and value < spec.least:
            self._say("too-small", node, where, least=spec.least)
        return value

    def _flag(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        return self._as(node, "needs-yes-no", where, scalars.flag)

    def _day(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        return self._as(node, "needs-date", where, scalars.day)

    def _as(
        self, node: syntax.Node, code: str, where: _Where, convert: Callable[[str], Any]
    ) -> Any:
        text = self._said(node, code, where)
        if text is None:
            return _MISSING
        try:
            return convert(text.strip())
        except scalars.Unfit as unfit:
            self._say(code, node, where, written=text[:80], proposal=unfit.proposal)
            return _MISSING

    def _choice(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        possible: type[StrEnum] = spec.of
        values = tuple(each.value for each in possible)
        text = self._said(node, "needs-one-of", where)
        if text is None:
            return _MISSING
        if text not in values:
            guess = scalars.closest(text, values)
            self._say("needs-one-of", node, where, written=text[:80], possible=values, guess=guess)
            return _MISSING
        return possible(text)

    def _texts(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        if not isinstance(node, syntax.Sequence):
            written = node.value[:80] if isinstance(node, syntax.Text) else ""
            self._say("needs-list", node, where, written=written)
            return _MISSING
        found = []
        for each in node.nodes:
            self._count(each)
            text = self._text(each, spec, where)
            if text is _MISSING:
                continue
            if text in found:
                self._say("value-twice", each, where, written=text)
            elif text:
                found.append(text)
        return tuple(found)

    def _element(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        text = self._said(node, "needs-element", where)
        if text is None or text == Kind.PLAN:
            return _MISSING if text is None else THE_PLAN
        section, _, key = text.partition("/")
        if section not in list(Kind) or section == Kind.PLAN or not key:
            self._say("needs-element", node, where, written=text[:80])
            return _MISSING
        if isinstance(node, syntax.Text):
            self.named.append((node, where, Kind(section), key))
        return Element(Kind(section), key)

    def _part_field(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        part = self._part(node, spec.of, where)
        return _MISSING if part is None else part

    def _section(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        kind = Kind(spec.name)
        if not isinstance(node, syntax.Mapping):
            self._say("needs-keys", node, where, section=kind)
            return _MISSING
        seen: dict[str, int] = {}
        found = []
        for key_node, value in node.pairs:
            self._count(value)
            key = key_node.value if isinstance(key_node, syntax.Text) else ""
            here = _Where(Element(kind, key))
            if key in seen:
                self._say("key-twice", key_node, here, key=key, first=seen[key])
                continue
            if not scalars.is_key(key):
                self._say("key-form", key_node, where, key=key[:80], proposal=key_for(key))
            seen[key] = key_node.line
            self.lines[here.element, ""] = key_node.line
            element = self._part(value, spec.of, here, key=key)
            if element is not None:
                found.append(element)
        return tuple(found)

    def _list(self, node: syntax.Node, spec: Field, where: _Where) -> Any:
        if not isinstance(node, syntax.Sequence):
            self._say("needs-list", node, where, written="")
            return _MISSING
        read = (
            self._part(each, spec.of, where.into(str(number)))
            for number, each in enumerate(node.nodes, start=1)
        )
        return tuple(each for each in read if each is not None)

    def _week(self, node: syntax.Node, spec: Field, where: _Where) -> Week:
        if not isinstance(node, syntax.Mapping):
            self._say("needs-week", node, where)
            return CLOSED
        week: list[tuple[Any, ...] | None] = [None] * 7
        for key, value in node.pairs:
            name = key.value if isinstance(key, syntax.Text) else ""
            numbers = scalars.days(name)
            if numbers is None:
                guess = scalars.closest(name, scalars.DAYS)
                self._say("day-unknown", key, where, written=name[:80], guess=guess)
                continue
            if any(week[number] is not None for number in numbers):
                self._say("day-twice", key, where, written=name)
            open_hours = self._hours(value, where.into(name))
            for number in numbers:
                week[number] = open_hours
        return tuple(each or () for each in week)

    def _hours(self, node: syntax.Node, where: _Where) -> tuple[Any, ...]:
        pieces = node.nodes if isinstance(node, syntax.Sequence) else [node]
        read = [
            self._as(each, "needs-hours", where, scalars.hours)
            for each in pieces
            if not (isinstance(each, syntax.Text) and each.value == "closed")
        ]
        return tuple(sorted(each for each in read if each is not _MISSING))


def _keys_written(root: syntax.Mapping) -> dict[Kind, list[str]]:
    """The keys of each section as written, readable or not: references hold on to keys."""
    found: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for name, section in root.pairs:
        kind = name.value if isinstance(name, syntax.Text) else ""
        if kind in list(Kind) and isinstance(section, syntax.Mapping):
            keys = [key.value for key, _ in section.pairs if isinstance(key, syntax.Text)]
            found[Kind(kind)] += keys
    return found
