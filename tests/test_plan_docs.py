"""What the documents say about plans is what the code does."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml

from ildsjel.engine.plan import RULES, check, examine
from ildsjel.engine.plan.about import ABOUT
from ildsjel.engine.plan.document import Plan
from ildsjel.engine.plan.evidence import Evidence
from ildsjel.engine.plan.evidence_file import evidence_of
from ildsjel.engine.plan.fields import Form, fields_of
from ildsjel.engine.plan.schema import schema
from ildsjel.strategy.plan_examples import EXAMPLES, LANGUAGES, example_text
from tools import plan_docs


def test_the_documents_and_the_schema_are_current() -> None:
    stale = [
        path.name
        for path, text in plan_docs.pages().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: python -m tools.plan_docs"


def test_every_field_is_described_and_nothing_else() -> None:
    parts, waiting = {}, [Plan]
    while waiting:
        part = waiting.pop()
        known = fields_of(part)
        parts[part.__name__] = list(known)
        waiting += [
            each.of for each in known.values() if each.form in {Form.PART, Form.SECTION, Form.LIST}
        ]
    assert {name: list(about) for name, about in ABOUT.items()} == {
        name: parts[name] for name in ABOUT
    }
    assert set(parts) == set(ABOUT)


def test_the_example_plan_and_evidence_of_the_page_are_read() -> None:
    page = plan_docs.FORMAT.read_text(encoding="utf-8")
    [plan_text] = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    [counts] = re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL)
    reading = examine(plan_text)
    assert reading.faults == () and reading.plan is not None
    evidence = evidence_of(json.loads(counts))
    assert evidence.until is not None
    found = {each.rule for each in check(reading.plan, evidence, evidence.until)}
    assert {"posts-without-goal", "channel-unplanned", "promise-broken", "replies-by-one"} <= found
    without = {each.rule for each in check(reading.plan, Evidence.none(), evidence.until)}
    assert "posts-without-goal" not in without


@pytest.mark.parametrize("id", list(RULES))
def test_every_rule_is_on_the_page(id: str) -> None:
    assert f"### {id}\n" in plan_docs.RULES_PAGE.read_text(encoding="utf-8")


def test_the_schema_knows_what_the_examples_say() -> None:
    """Every field of the examples is in the schema, and every choice among its choices."""
    for name in EXAMPLES:
        for language in LANGUAGES:
            document = yaml.load(example_text(name, language), Loader=yaml.CSafeLoader)
            assert list(strangers(document, schema())) == []
    broken = {"format": 1, "organisation": "X", "goals": {"a": {"statement": 1, "kind": "x"}}}
    assert len(list(strangers(broken, schema()))) == 2


def strangers(value: Any, part: dict[str, Any], where: str = "") -> Iterator[str]:
    """What of a document is not in its schema: the keywords that ours uses, and no more."""
    if "$ref" in part:
        part = schema()["$defs"]["opening_hours"]
    if "enum" in part and value not in part["enum"]:
        yield f"{where}: {value}"
    kinds = {"string": (str, date), "number": (int, float), "integer": int, "array": list}
    kind = part.get("type")
    if kind in kinds and not isinstance(value, kinds[kind]):
        yield f"{where}: {value}"
    if isinstance(value, list):
        for each in value:
            yield from strangers(each, part["items"], where)
    if isinstance(value, dict):
        yield from _strangers_in(value, part, where)


def _strangers_in(value: dict[str, Any], part: dict[str, Any], where: str) -> Iterator[str]:
    yield from (
        f"{where}: {name} is missing" for name in part.get("required", ()) if name not in value
    )
    for name, each in value.items():
        known = part.get("properties", {}).get(name) or part["additionalProperties"]
        if known is False:
            patterns = part.get("patternProperties", {})
            if not any(re.search(pattern, name) for pattern in patterns):
                yield f"{where}/{name}"
        else:
            yield from strangers(each, known, f"{where}/{name}")
