"""The door to the networks: one typed protocol, one file a network, no Django.

A connector is stateless. It is handed an `Account` (settings, secrets, identity) and a cursor,
talks
to the network, and hands back values from `ildsjel.engine.items`. What it can do is declared in its
`Capabilities`; nothing above asks which network it is.

Third parties add a connector through the entry-point group ``ildsjel.connectors``: the entry point
names an object that follows `Connector`.
"""

from ildsjel.connectors.protocol import (
    POLL,
    STREAM,
    Account,
    Batch,
    Capabilities,
    Connector,
    ConnectorError,
    Field,
    Identity,
    Outgoing,
    RateLimited,
    Refused,
    Sent,
    Stop,
    StorageRules,
    Unreachable,
    Unsure,
)
from ildsjel.connectors.registry import all_connectors, get_connector

__all__ = [
    "POLL",
    "STREAM",
    "Account",
    "Batch",
    "Capabilities",
    "Connector",
    "ConnectorError",
    "Field",
    "Identity",
    "Outgoing",
    "RateLimited",
    "Refused",
    "Sent",
    "Stop",
    "StorageRules",
    "Unreachable",
    "Unsure",
    "all_connectors",
    "get_connector",
]
