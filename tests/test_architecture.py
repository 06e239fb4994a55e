"""The house stands as it was drawn: what import-linter can't see."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.models import Field, Model

from ildsjel.connectors import all_connectors

REPOSITORY = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION = 60
LONGEST_FILE = 600


def floors() -> dict[str, int]:
    """Each room's floor, as import-linter's contract has it; rooms beside each other share one."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "floors")
    return {
        room.strip(" ()"): number
        for number, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


def room_of(model: type[Model]) -> str:
    package, _, rest = model.__module__.partition(".")
    return rest.partition(".")[0] if package == "ildsjel" else ""


def relations() -> Iterator[tuple[type[Model], Field]]:  # type: ignore[type-arg]
    for model in apps.get_models(include_auto_created=True):
        if room_of(model):
            yield from ((model, field) for field in model._meta.get_fields() if _is_own(field))


def _is_own(field: object) -> bool:
    return isinstance(field, Field) and field.is_relation and field.related_model is not None


def test_the_rooms_with_tables_have_a_floor() -> None:
    rooms = {room_of(model) for model in apps.get_models()} - {""}
    assert rooms and rooms <= set(floors())


def test_no_foreign_key_points_up_or_sideways() -> None:
    number = floors()
    found = list(relations())
    assert len(found) > 30
    wrong = []
    for model, field in found:
        other = field.related_model
        assert isinstance(other, type)
        here, there = room_of(model), room_of(other)
        if there and here != there and number[there] >= number[here]:
            wrong.append(f"{model.__module__}.{model.__name__}.{field.name} → {there}")
    assert wrong == []


def modules() -> list[Path]:
    """Every module of ours; migrations are written by Django."""
    found = sorted((REPOSITORY / "ildsjel").rglob("*.py"))
    return [path for path in found if "migrations" not in path.parts]


MODULES = [path.relative_to(REPOSITORY).as_posix() for path in modules()]


def test_modules_say_what_they_are_for_and_are_not_too_long() -> None:
    faults = []
    for name in MODULES:
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        if len(text.splitlines()) > LONGEST_FILE:
            faults.append(f"{name} has {len(text.splitlines())} lines")
        if text.strip() and not ast.get_docstring(ast.parse(text)) and "/apps.py" not in name:
            faults.append(f"{name} does not say what it is for")
    assert faults == []


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(name: str) -> list[Function]:
    tree = ast.parse((REPOSITORY / name).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def test_functions_are_short_and_public_ones_typed() -> None:
    faults = []
    for name in MODULES:
        for function in functions(name):
            where = f"{name}:{function.lineno} {function.name}"
            if length(function) > LONGEST_FUNCTION:
                faults.append(f"{where} has {length(function)} lines")
            if not function.name.startswith("_") and not is_typed(function):
                faults.append(f"{where} has an argument or an answer without a type")
    assert faults == []


def length(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def is_typed(function: Function) -> bool:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    more = [each for each in (given.vararg, given.kwarg) if each is not None]
    first_is_self = bool(named) and named[0].arg in {"self", "cls"}
    asked = named[1:] if first_is_self else named
    return function.returns is not None and all(each.annotation for each in [*asked, *more])


def test_functions_are_short_on_the_whole() -> None:
    """The middle function has at most ten lines."""
    lengths = sorted(length(function) for name in MODULES for function in functions(name))
    assert len(lengths) > 300
    assert lengths[len(lengths) // 2] <= 10


def test_every_connector_is_described() -> None:
    text = (REPOSITORY / "docs" / "connectors.md").read_text(encoding="utf-8")
    headings = {line.strip("# `") for line in text.splitlines() if line.startswith("### `")}
    assert headings == set(all_connectors())
