"""`ildsjel plan`: check a plan's file, bring it into form, print its schema and the examples.

Needs neither a server nor a database.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
from django.conf import settings
from django.utils.translation import override

from ildsjel.cli.errors import CommandError
from ildsjel.engine.plan import Evidence, PlanError, Reading, Severity, check, examine, read, write
from ildsjel.engine.plan.evidence_file import evidence_of, strangers
from ildsjel.engine.plan.schema import schema
from ildsjel.strategy.plan_examples import example_text
from ildsjel.strategy.plan_faults import fault_words
from ildsjel.strategy.plan_report import as_text, as_values

_SOUND, _FOUND, _UNREADABLE = 0, 1, 2
_JSON = orjson.OPT_INDENT_2


def check_file(options: argparse.Namespace) -> int:
    """Print what the rules find; 0 sound, 1 something of the asked severity, 2 unreadable."""
    try:
        reading, evidence = examine(_text(options.file)), _evidence(options.evidence)
    except CommandError as fault:
        print(f"ildsjel: {fault}", file=sys.stderr)
        return _UNREADABLE
    with override(_language(options.language, reading)):
        if reading.plan is None:
            return _tell_faults(reading, options)
        today = options.today or datetime.now(UTC).astimezone().date()
        for key in strangers(evidence, reading.plan):
            print(f"{options.evidence}: {key} is not in the plan; not counted", file=sys.stderr)
        findings = check(reading.plan, evidence, today)
        if options.format == "json":
            values = as_values(reading.plan, findings, reading, today)
            sys.stdout.write(orjson.dumps(values, option=_JSON).decode() + "\n")
        else:
            sys.stdout.write(as_text(reading.plan, findings, reading, options.file))
    limit = Severity(options.fail_on).rank
    counts = any(each.severity.rank <= limit and each.accepted is None for each in findings)
    return _FOUND if counts else _SOUND


def bring_into_form(options: argparse.Namespace) -> int:
    """Print the plan in its usual order and layout."""
    try:
        plan = read(_text(options.file))
    except PlanError as error:
        with override("en"):
            return _tell_faults(Reading(None, error.faults), options)
    sys.stdout.write(write(plan))
    return _SOUND


def print_schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of the document."""
    sys.stdout.write(orjson.dumps(schema(), option=_JSON).decode() + "\n")
    return _SOUND


def print_example(options: argparse.Namespace) -> int:
    """Print a worked example."""
    sys.stdout.write(example_text(options.name, options.language))
    return _SOUND


def _tell_faults(reading: Reading, options: argparse.Namespace) -> int:
    told = [(fault, *fault_words(fault)) for fault in reading.faults]
    if getattr(options, "format", "text") == "json":
        faults = [
            {
                "code": fault.code,
                "line": fault.line,
                "column": fault.column,
                "where": fault.where,
                "message": message,
                "remedy": remedy,
            }
            for fault, message, remedy in told
        ]
        sys.stdout.write(orjson.dumps({"faults": faults}, option=_JSON).decode() + "\n")
        return _UNREADABLE
    for fault, message, remedy in told:
        where = f"{fault.where}: " if fault.where else ""
        place = f"{options.file}:{fault.line}:{fault.column}"
        print(f"{place}: {where}{message} {remedy}", file=sys.stderr)
    return _UNREADABLE


def _language(asked: str | None, reading: Reading) -> str:
    """The language asked for, or the plan's own where we have it."""
    known = [code for code, _ in settings.LANGUAGES]
    own = reading.plan.language if reading.plan else "en"
    wanted = asked or {"nn": "nb", "no": "nb"}.get(own, own)
    return wanted if wanted in known else "en"


def _evidence(name: str | None) -> Evidence:
    if name is None:
        return Evidence.none()
    try:
        return evidence_of(orjson.loads(_text(name)))
    except ValueError as fault:
        raise CommandError(f"{name} is no evidence that can be read: {fault}") from fault


def _text(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise CommandError(
            f"{name} is not written in UTF-8 (byte {fault.start}); save it as UTF-8"
        ) from fault
    except OSError as fault:
        raise CommandError(f"{name} cannot be read: {fault.strerror}") from fault
