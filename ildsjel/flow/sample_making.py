"""A sample organisation is made by the loop: a piece in each transaction, so that others write in
between, and a page can show how far it has come.

Nobody belongs to it before the last piece. What a killed worker, a stop or a fault leaves behind is
removed; a making that was cut off begins anew.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from ildsjel.flow.inbound import backoff, receive
from ildsjel.flow.sample import batches, furnish, hand_over, remove_sample, traffic
from ildsjel.organisation.models import Member, Role, SampleOrder, SampleState, utc_now
from ildsjel.work.models import claim, held, let_go

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # from piece to piece
TRIES = 3


class Superseded(Exception):
    """It was stopped, or another worker took it over; the piece at hand is not stored."""


def make_due() -> int:
    """Make one sample that somebody asked for, or remove what is left of one."""
    orders = SampleOrder.objects.exclude(state=SampleState.DONE).select_related("user")
    claimed = claim(orders, now=utc_now(), lease=LEASE, limit=1)
    for order in claimed:
        _work_safely(order)
    return len(claimed)


def _work_safely(order: SampleOrder) -> None:
    try:
        if order.state == SampleState.RUNNING and order.attempts <= TRIES:
            make(order)
        else:
            clear(order)
    except Superseded:
        let_go(order, due_at=utc_now())
    except Exception:
        log.exception("The sample %s failed; it is tried again.", order.pk)
        let_go(order, due_at=utc_now() + backoff(order.attempts), succeeded=False)


def make(order: SampleOrder) -> None:
    """Make the whole sample. Raises `Superseded` when it was stopped or the lease was lost."""
    now = utc_now()
    _remove_remains(order)
    events = traffic(now)
    with transaction.atomic():
        house = furnish()
        _note(order, organisation=house.head.organisation, done=0, total=len(events))
    for channel, batch in batches(house, events):
        with transaction.atomic():
            receive(channel, batch)
            _note(order, done=F("done") + len(batch.items) + len(batch.deletions))
    with transaction.atomic():
        hand_over(house, order.user, events, now)
        ended = {"due_at": None, "leased_until": None, "lease_token": None}
        _note(order, state=SampleState.DONE, **ended)


def _note(order: SampleOrder, **fields: object) -> None:
    """Say how far it has come, and hold it further; last in its transaction, which it ends where
    somebody has pressed stop."""
    mine = held(order).filter(state=SampleState.RUNNING)
    if not mine.update(**({"leased_until": utc_now() + LEASE} | fields)):
        raise Superseded


def clear(order: SampleOrder) -> None:
    """Remove what there is of a sample that was stopped or could not be made. A failed order stays,
    for the page to tell."""
    _remove_remains(order)
    if order.state == SampleState.STOPPED:
        held(order).delete()
        return
    held(order).filter(state=SampleState.RUNNING).update(state=SampleState.FAILED)
    let_go(order, due_at=None)


@transaction.atomic
def _remove_remains(order: SampleOrder) -> None:
    """Remove what an earlier try has left; only made-up people belong to it."""
    if order.organisation_id is None:
        return
    head = Member.objects.filter(organisation=order.organisation_id, role=Role.OWNER)[0]
    if not held(order).update(organisation=None):
        raise Superseded
    remove_sample(by=head)
    order.organisation = None
