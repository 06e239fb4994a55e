"""What the engine needs to know of a channel, compiled once for each version of the plan."""

from functools import lru_cache

from ildsjel.channels.models import Channel
from ildsjel.dialogue.intake import default_desk
from ildsjel.dialogue.queries import rules_in_force
from ildsjel.engine.matching import Matcher, compile_watches
from ildsjel.engine.pipeline import Plan
from ildsjel.engine.routing import Router, compile_rules
from ildsjel.listening.queries import watches_in_force
from ildsjel.organisation.models import Organisation

EVERYTHING = frozenset({"mail", "webhook", "files", "sample"})


def plan_for(channel: Channel) -> Plan:
    """The channel's plan in its newest version."""
    organisation = channel.organisation_id
    version = Organisation.objects.values_list("plan_version", flat=True).get(pk=organisation)
    matcher, router, opening = _compiled(organisation, version)
    return Plan(
        channel_id=channel.pk,
        matcher=matcher,
        router=router,
        identity=channel.identity,
        opening_watches=opening,
        keep_all=channel.kind in EVERYTHING,
    )


# The newest matcher of each organisation, and the queries in it: the next is made from it.
_newest: dict[int, tuple[dict[int, str], Matcher]] = {}


@lru_cache(maxsize=64)
def _compiled(organisation_id: int, version: int) -> tuple[Matcher, Router, frozenset[int]]:
    watches = watches_in_force(organisation_id)
    return (
        _matcher(organisation_id, {watch.pk: watch.query for watch in watches}),
        compile_rules(rules_in_force(organisation_id), default_desk(organisation_id)),
        frozenset(watch.pk for watch in watches if watch.opens_conversations),
    )


def _matcher(organisation_id: int, queries: dict[int, str]) -> Matcher:
    """The organisation's watches compiled; only what has changed since the last time is compiled
    anew."""
    known, matcher = _newest.get(organisation_id, ({}, compile_watches({})))
    put = {pk: query for pk, query in queries.items() if known.get(pk) != query}
    matcher = matcher.changed(put, known.keys() - queries.keys())
    if matcher.wants_compaction:
        matcher = matcher.compacted()
    _newest[organisation_id] = (queries, matcher)
    return matcher
