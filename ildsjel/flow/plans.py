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


@lru_cache(maxsize=64)
def _compiled(organisation_id: int, version: int) -> tuple[Matcher, Router, frozenset[int]]:
    watches = watches_in_force(organisation_id)
    return (
        compile_watches({watch.pk: watch.query for watch in watches}),
        compile_rules(rules_in_force(organisation_id), default_desk(organisation_id)),
        frozenset(watch.pk for watch in watches if watch.opens_conversations),
    )
