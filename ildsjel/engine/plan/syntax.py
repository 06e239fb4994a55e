"""YAML as nodes with their places, and what is wrong with it where it is none.

The tree is put together here from libyaml's events, because its own composer calls itself for each
level and a file of brackets would end the process.
"""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from ildsjel.engine.plan.faults import Fault, PlanError

LARGEST = 4_000_000  # characters
DEEPEST = 20  # levels within each other; a plan has six

_SAYS = (  # what libyaml says, and what it means; the first that fits
    (r"character '\\t'|found a tab", "yaml-tab"),
    (r"found character that cannot start", "yaml-sign"),
    (r"mapping values are not allowed", "yaml-colon"),
    (r"unknown escape", "yaml-escape"),
    (r"entries are not allowed", "yaml-list"),
    (r"while scanning a quoted scalar", "yaml-quote"),
    (r"while parsing a flow|did not find expected ',' or", "yaml-bracket"),
    (r"while scanning (?:an anchor|an alias|a tag|a directive)", "yaml-sign"),
    (r"could not find expected ':'", "yaml-no-colon"),
    (r"did not find expected key|did not find expected '-'|block (?:mapping|coll)", "yaml-indent"),
    (r"control characters|not allowed|unacceptable|invalid", "yaml-character"),
)


@dataclass(slots=True)
class Text:
    """A scalar as written; `plain` without quotation marks. Places count from 1."""

    line: int
    column: int
    value: str
    plain: bool


@dataclass(slots=True)
class Mapping:
    line: int
    column: int
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)


@dataclass(slots=True)
class Sequence:
    line: int
    column: int
    nodes: list["Node"] = field(default_factory=list)


Node: TypeAlias = Text | Mapping | Sequence


def compose(text: str) -> Node | None:
    """The root of the document, None for an empty one. Raises PlanError where it is no YAML."""
    if len(text) > LARGEST:
        raise PlanError((Fault(code="too-large", line=1, values={"most": LARGEST}),))
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise PlanError((_fault(text, error, builder.spread),)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise PlanError((Fault(code="yaml-character", line=line),)) from error
    return builder.root


class _Builder:
    """Puts the tree together, event by event."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Mapping | Sequence] = []
        self.keys: list[Node | None] = []  # by open node: a mapping's key that awaits its value
        self.anchors: dict[str, Node] = {}
        self.spread: Text | None = None  # the last quoted text that runs over several lines

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        match event:
            case yaml.ScalarEvent():
                _refuse_tag(event, line, column)
                block = event.style in {"|", ">"}
                value = event.value.strip() if block else event.value
                text = Text(line, column, value, not event.style)
                if event.style in {"'", '"'} and event.end_mark and event.end_mark.line >= line:
                    self.spread = text
                self._add(text, event.anchor)
            case yaml.MappingStartEvent():
                _refuse_tag(event, line, column)
                self._open(Mapping(line, column), event.anchor)
            case yaml.SequenceStartEvent():
                _refuse_tag(event, line, column)
                self._open(Sequence(line, column), event.anchor)
            case yaml.CollectionEndEvent():
                self.open.pop()
                self.keys.pop()
            case yaml.AliasEvent():
                self._add(self._known(event.anchor or "", line, column), None)
            case yaml.DocumentStartEvent() if self.root is not None:
                raise PlanError((Fault(code="yaml-several", line=line),))

    def _open(self, node: Mapping | Sequence, anchor: str | None) -> None:
        if len(self.open) == DEEPEST:
            fault = Fault(code="too-deep", line=node.line, column=node.column)
            raise PlanError((fault,))
        self._add(node, anchor)
        self.open.append(node)
        self.keys.append(None)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        into = self.open[-1]
        if isinstance(into, Sequence):
            into.nodes.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = node
        else:
            into.pairs.append((key, node))
            self.keys[-1] = None

    def _known(self, anchor: str, line: int, column: int) -> Node:
        node = self.anchors.get(anchor)
        if node is None or any(node is each for each in self.open):
            fault = Fault(code="yaml-alias", line=line, column=column, values={"name": anchor})
            raise PlanError((fault,))
        return node


def _refuse_tag(event: yaml.NodeEvent, line: int, column: int) -> None:
    tag = getattr(event, "tag", None)
    if tag:
        fault = Fault(code="yaml-tag", line=line, column=column, values={"tag": tag})
        raise PlanError((fault,))


def _fault(text: str, error: yaml.MarkedYAMLError, spread: Text | None) -> Fault:
    says = f"{error.context or ''} {error.problem or ''}"
    code = next((code for pattern, code in _SAYS if re.search(pattern, says)), "yaml")
    mark = error.problem_mark or error.context_mark
    if code in {"yaml-quote", "yaml-bracket", "yaml-no-colon"} and error.context_mark:
        mark = error.context_mark  # where it was opened
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if code == "yaml-indent" and _line(text, line)[: column - 1].rstrip().endswith(('"', "'")):
        if spread is not None:  # closed by what was meant to open another
            return Fault(code="yaml-quote", line=spread.line, column=spread.column)
        code = "yaml-after-quote"
    if code == "yaml-sign" and "\t" in _line(text, line)[: column + 1]:
        code = "yaml-tab"
    return Fault(code=code, line=line, column=column, values={"says": says.strip()})


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1] if number <= len(lines) else ""
