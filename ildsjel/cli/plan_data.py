"""`ildsjel plan import` and `ildsjel plan export`: an organisation's plan and a file."""

import argparse
import sys
from pathlib import Path

from django.utils.translation import override

from ildsjel.cli.data import owner_of
from ildsjel.cli.errors import CommandError
from ildsjel.engine.plan import PlanError, read, write
from ildsjel.strategy.actions import apply
from ildsjel.strategy.comparing import compare, state_of
from ildsjel.strategy.plan_faults import fault_line
from ildsjel.strategy.queries import plan_of, state_now

SIGNS = {"came": "+", "went": "-", "changed": "~"}


def bring_in(options: argparse.Namespace) -> int:
    """Say what would change, and put the plan in force; with --look only say it."""
    path = Path(options.file)
    if not path.is_file():
        raise CommandError(f"there is no file {path}")
    owner = owner_of(options.organisation)
    try:
        plan = read(path.read_text(encoding="utf-8-sig"))
    except PlanError as error:
        with override("en"):
            lines = "\n".join(fault_line(fault) for fault in error.faults)
        raise CommandError(f"{path} cannot be read:\n{lines}") from error
    for each in compare(state_now(owner), state_of(plan)):
        fields = ", ".join(field.name for field in each.fields) if each.fate == "changed" else ""
        print(f"{SIGNS[each.fate]} {each.name} {each.title} {fields}".rstrip())
    if options.look:
        return 0
    version = apply(by=owner, plan=plan, why=options.why or path.name)
    if version is None:
        print("The plan says that already.", file=sys.stderr)
    else:
        print(f"Version {version.number}.", file=sys.stderr)
    return 0


def bring_out(options: argparse.Namespace) -> int:
    """Write the organisation's plan to a file."""
    owner = owner_of(options.organisation)
    Path(options.file).write_text(write(plan_of(owner)), encoding="utf-8")
    return 0
