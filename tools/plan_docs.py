"""Write what the code knows about plans: the fields in docs/plan-format.md, docs/plan-rules.md and
the JSON Schema beside the engine.

`python -m tools.plan_docs` writes; a test fails where something is out of date.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from ildsjel.engine.plan.fields import Field

REPOSITORY = Path(__file__).resolve().parent.parent
FORMAT = REPOSITORY / "docs" / "plan-format.md"
RULES_PAGE = REPOSITORY / "docs" / "plan-rules.md"
SCHEMA = REPOSITORY / "ildsjel" / "engine" / "plan" / "plan.schema.json"
BEGIN, END = "<!-- fields: written by tools.plan_docs -->", "<!-- end of fields -->"
HEAD = """# The rules of the plan's self-check

Written by `python -m tools.plan_docs` from the rules and their words. Each rule sees the plan, and
those that rest on evidence see what was counted too; where nothing was counted, they are silent.

- **Critical**: the plan does not carry as it is.
- **Serious**: it will cost you, sooner or later.
- **Advice**: it could be better.

A finding can be accepted in the plan, with a reason, a name and a last day
([the format](plan-format.md)); until then it is shown as accepted. The numbers by which rules judge
stand in `ildsjel/engine/plan/rules`, beside them.
"""
HOLDS = {
    "SECTION": "keys, each with the fields below",
    "LIST": "a list of the fields below",
    "PART": "the fields below",
    "WEEK": "opening hours by day",
    "FLAG": "`yes` or `no`",
    "ELEMENT": "`section/key`",
}


def main() -> int:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


def pages() -> dict[Path, str]:
    """What each file should hold."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ildsjel.settings")
    import django

    django.setup()
    from ildsjel.engine.plan.schema import schema

    schema_text = orjson.dumps(schema(), option=orjson.OPT_INDENT_2).decode() + "\n"
    page = FORMAT.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    fields = "\n".join(_fields())
    return {
        FORMAT: f"{before}{BEGIN}\n\n{fields}\n{END}{rest.partition(END)[2]}",
        RULES_PAGE: HEAD + "\n".join(_rules()),
        SCHEMA: schema_text,
    }


def _fields() -> Iterator[str]:
    from ildsjel.engine.plan.about import ABOUT
    from ildsjel.engine.plan.document import Plan
    from ildsjel.engine.plan.fields import Form, fields_of

    waiting = [("The plan", Plan)]
    while waiting:
        title, part = waiting.pop(0)
        yield f"### {title}\n"
        yield "| field | holds | what for |"
        yield "|---|---|---|"
        for name, field in fields_of(part).items():
            yield f"| `{name}` | {_holds(field)} | {ABOUT[part.__name__][name]} |"
            if field.form in {Form.PART, Form.SECTION, Form.LIST}:
                waiting.append((f"`{name}`", field.of))
        yield ""


def _holds(field: "Field") -> str:
    from ildsjel.engine.plan.fields import Form

    if field.form is Form.CHOICE:
        said = " or ".join(f"`{each.value}`" for each in field.of)
    elif field.refers:
        said = f"{'keys' if field.form is Form.TEXTS else 'a key'} of `{field.refers.value}`"
    else:
        said = HOLDS.get(field.form.name, field.form.value)
    return f"{said}; must be there" if field.required else said


def _rules() -> Iterator[str]:
    from django.utils.translation import override

    from ildsjel.engine.plan import RULES
    from ildsjel.engine.plan.document import Kind
    from ildsjel.engine.plan.findings import Basis
    from ildsjel.strategy.finding_words import KINDS, WORDS

    with override("en"):
        for kind in Kind:
            yield f"\n## {KINDS[kind]}\n"
            for rule in RULES.values():
                if rule.guards is kind:
                    words = WORDS[rule.id]
                    rests = "the plan" if rule.basis is Basis.PLAN else "what was counted"
                    yield f"### {rule.id}\n"
                    severity = rule.severity.value.capitalize()
                    yield f"**{words.title}.** {severity}; rests on {rests}.\n"
                    yield f"{words.why}\n"
                    yield f"→ {words.do}\n"


if __name__ == "__main__":
    sys.exit(main())
