"""Which connectors there are: ours in a plain tuple, others' through an entry-point group."""

from functools import cache
from importlib.metadata import entry_points

from ildsjel.connectors.bluesky import Bluesky
from ildsjel.connectors.feeds import Feeds
from ildsjel.connectors.files import Files
from ildsjel.connectors.mail import Mail
from ildsjel.connectors.mastodon import Mastodon
from ildsjel.connectors.protocol import Connector
from ildsjel.connectors.sample import Sample
from ildsjel.connectors.webhook import Webhook

ENTRY_POINT_GROUP = "ildsjel.connectors"


@cache
def all_connectors() -> dict[str, Connector]:
    """Every installed connector by its kind. A third party's may not take a kind of ours."""
    ours: tuple[Connector, ...] = (
        Bluesky(),
        Mastodon(),
        Feeds(),
        Mail(),
        Webhook(),
        Files(),
        Sample(),
    )
    found = {connector.kind: connector for connector in ours}
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        connector = entry_point.load()
        if not isinstance(connector, Connector):
            raise TypeError(f"{entry_point.value} does not follow the Connector protocol")
        if connector.kind in found:
            raise ValueError(
                f"{entry_point.value}: there is already a connector {connector.kind!r}"
            )
        found[connector.kind] = connector
    return found


def get_connector(kind: str) -> Connector:
    """The connector of that kind; `KeyError` when it is not installed."""
    return all_connectors()[kind]
