"""Watches look back over the archive, as somebody has asked them to on a page: the loop's part.

It is the same line as `ildsjel backfill`. What a killed worker leaves is gone on with: a piece that
has been asked is not asked again.
"""

import logging
import time
from contextlib import closing
from datetime import timedelta

from ildsjel.flow.backfill import Progress, backfill
from ildsjel.flow.inbound import backoff
from ildsjel.listening.models import Lookback, LookbackState
from ildsjel.organisation.audit import changed
from ildsjel.organisation.models import NotAllowed, utc_now
from ildsjel.work.models import claim, held, let_go

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # from note to note; a piece takes seconds
NOTED_EVERY = 0.5  # seconds
TRIES = 3


class Superseded(Exception):
    """It was stopped, or another worker took it over."""


def work_due() -> int:
    """Look back for one watch."""
    running = Lookback.objects.filter(state=LookbackState.RUNNING)
    running = running.select_related("by", "watch")
    claimed = claim(running, now=utc_now(), lease=LEASE, limit=1)
    for lookback in claimed:
        _work_safely(lookback)
    return len(claimed)


def _work_safely(lookback: Lookback) -> None:
    try:
        _work(lookback)
    except Superseded:
        log.info("The look back %s was stopped, or goes on without us.", lookback.pk)
    except NotAllowed:
        _end(lookback, LookbackState.FAILED)
    except Exception:
        log.exception("The look back %s failed.", lookback.pk)
        if lookback.attempts >= TRIES:
            _end(lookback, LookbackState.FAILED)
        else:
            let_go(lookback, due_at=utc_now() + backoff(lookback.attempts), succeeded=False)


def _work(lookback: Lookback) -> None:
    if lookback.by is None:
        raise NotAllowed("nobody answers for it any more")
    steps = backfill(
        by=lookback.by,
        watch=lookback.watch,
        first=lookback.first,
        last=lookback.last,
        processes=1,
    )
    noted = 0.0
    with closing(steps):
        for progress in steps:
            if time.monotonic() - noted >= NOTED_EVERY:
                _note(lookback, progress)
                noted = time.monotonic()
    _note(lookback, progress)
    _end(lookback, LookbackState.DONE)


def _note(lookback: Lookback, progress: Progress) -> None:
    """Say how far it has come, and hold it further."""
    mine = held(lookback).filter(state=LookbackState.RUNNING)
    noted = mine.update(
        pieces=progress.pieces,
        of_pieces=progress.of_pieces,
        posts=progress.posts,
        found=progress.mentions,
        leased_until=utc_now() + LEASE,
    )
    if not noted:
        raise Superseded


def _end(lookback: Lookback, state: LookbackState) -> None:
    running = held(lookback).filter(state=LookbackState.RUNNING)
    ended = {"due_at": None, "leased_until": None, "lease_token": None, "attempts": 0}
    if running.update(state=state, finished_at=utc_now(), **ended):
        changed(lookback.organisation_id)
