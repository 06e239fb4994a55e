"""`ildsjel backfill`: let a watch look back over the archive."""

import argparse
import sys
import time
from contextlib import closing
from datetime import date
from importlib.util import find_spec

from ildsjel.cli.data import owner_of
from ildsjel.cli.errors import CommandError
from ildsjel.flow.backfill import Progress, backfill
from ildsjel.listening.models import Watch
from ildsjel.listening.queries import watches
from ildsjel.organisation.models import Member


def run(options: argparse.Namespace) -> int:
    """Ask the archive, store what matches, and say on stderr how far it has come."""
    owner = owner_of(options.organisation)
    first, last = _day(options.first), _day(options.last)
    if options.cluster and find_spec("distributed") is None:
        raise CommandError("--cluster needs the extra: pip install 'ildsjel[cluster]'")
    began = time.monotonic()
    state = Progress(0, 0, 0)
    states = backfill(
        by=owner,
        watch=_watch(owner, options.watch),
        first=first,
        last=last,
        processes=options.processes,
        cluster=options.cluster,
    )
    try:
        with closing(states):
            for state in states:
                _show(state, time.monotonic() - began)
    except OSError as fault:
        raise CommandError(f"the archive or the cluster can't be reached: {fault}") from fault
    finally:
        print(file=sys.stderr)
    print(f"{state.posts} posts, {state.mentions} new mentions.")
    return 0


def _show(state: Progress, seconds: float) -> None:
    line = f"\r{state.pieces} of {state.of_pieces} pieces, {state.posts} posts"
    line += f", {state.mentions} new mentions, {seconds:.0f} s"
    print(line, end="", file=sys.stderr, flush=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"a day is written 2026-01-31, not {text!r}") from None


def _watch(owner: Member, said: str) -> Watch:
    """The watch of that name or number."""
    by_number = {"pk": int(said)} if said.isdecimal() and len(said) < 19 else {"name": said}
    found = watches(owner).filter(name=said).first() or watches(owner).filter(**by_number).first()
    if found is None:
        names = ", ".join(watches(owner).values_list("name", flat=True)[:20])
        raise CommandError(f"there is no watch {said!r}; there are: {names or 'none'}")
    return found
