"""What the documents say about plans is what the code does."""

import re

import pytest

from ildsjel.engine.plan import RULES, check, examine
from ildsjel.engine.plan.about import ABOUT
from ildsjel.engine.plan.document import Plan
from ildsjel.engine.plan.evidence import Evidence
from ildsjel.engine.plan.evidence_file import evidence_of
from ildsjel.engine.plan.fields import Form, fields_of
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
    import json

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
