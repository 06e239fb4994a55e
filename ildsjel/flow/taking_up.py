"""A post that was heard becomes a conversation because somebody here says so."""

from ildsjel.dialogue import taking_up
from ildsjel.dialogue.taking_up import NothingToAnswer, TakenUp
from ildsjel.engine.routing import Route
from ildsjel.flow.plans import plan_for
from ildsjel.listening.highlight import as_value
from ildsjel.listening.models import Item, Mention
from ildsjel.organisation.models import Member

__all__ = ["NothingToAnswer", "TakenUp", "take_up"]


def take_up(*, by: Member, item: Item) -> TakenUp:
    """Bring a post into the inbox where the rules in force have it, or find it there. Raises
    `NothingToAnswer`."""
    return taking_up.take_up(by=by, item=item, route=_route(item))


def _route(item: Item) -> Route:
    plan = plan_for(item.channel)
    watches = Mention.objects.filter(item=item).values_list("watch", flat=True)
    return plan.router.route(as_value(item), item.channel_id, frozenset(watches))
