"""From what a channel brought to what is done with it: one pure function for every source.

Live batches, imports and the archive all pass here; nothing is looked up and nothing is written.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ildsjel.engine.items import Address, Item
from ildsjel.engine.matching import Hit, Matcher, compile_watches
from ildsjel.engine.routing import Route, Router, compile_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is known of a channel and its organisation when a batch is worked through.

    `identity` is our own id at the network (empty: the channel only reads). `opening_watches` are
    those whose matches become conversations. `open_at` tells whether we are open at a moment.
    `keep_all`: what this channel brings was sent or given to us, so nothing is left out.
    """

    channel_id: int
    matcher: Matcher = field(default_factory=lambda: compile_watches({}))
    router: Router = field(default_factory=lambda: compile_rules((), None))
    identity: str = ""
    opening_watches: Collection[int] = frozenset()
    listens_publicly: bool = True  # False: posts that are not to us are not looked at
    keep_all: bool = False
    open_at: Callable[[datetime], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of one item.

    `opens`: it is something to answer, which opens or continues a conversation and its clock.
    `route` is given where it opens, or where it is to us. `keep`: worth storing. `own`: written by
    us, whether the connector or the identity says so.
    """

    item: Item
    hits: tuple[Hit, ...]
    route: Route | None
    opens: bool
    keep: bool
    own: bool


def run(plan: Plan, items: Sequence[Item]) -> list[Outcome]:
    """One outcome for each item, in the same order."""
    return [
        _outcome(plan, item, tuple(hits))
        for item, hits in zip(items, plan.matcher.match(items), strict=True)
    ]


def _outcome(plan: Plan, item: Item, hits: tuple[Hit, ...]) -> Outcome:
    own = item.own or bool(plan.identity and item.author.external_id == plan.identity)
    addressed = item.address is not Address.PUBLIC
    watched = hits if plan.listens_publicly or addressed or plan.keep_all else ()
    opens = _opens(plan, item, watched, own)
    return Outcome(
        item=item,
        hits=watched,
        route=_route(plan, item, watched) if opens or (addressed and not own) else None,
        opens=opens,
        keep=bool(plan.keep_all or own or addressed or watched),
        own=own,
    )


def _opens(plan: Plan, item: Item, hits: Sequence[Hit], own: bool) -> bool:
    # Passing a post on says nothing to us, whatever the network calls it.
    if own or item.automatic or item.repost:
        return False
    to_us = item.address is not Address.PUBLIC
    return to_us or any(hit.watch_id in plan.opening_watches for hit in hits)


def _route(plan: Plan, item: Item, hits: Sequence[Hit]) -> Route:
    return plan.router.route(
        item,
        plan.channel_id,
        frozenset(hit.watch_id for hit in hits),
        open_now=plan.open_at(item.published_at) if plan.open_at else None,
    )
