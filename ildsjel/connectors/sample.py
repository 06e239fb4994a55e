"""The networks of a simulated organisation: nothing is read, and an answer goes nowhere.

It lets people try the whole of Ildsjel, answers included, without a word leaving the machine.
"""

from collections.abc import Iterator

from ildsjel.connectors.protocol import (
    Account,
    Batch,
    Capabilities,
    Field,
    Identity,
    Outgoing,
    Refused,
    Sent,
    Stop,
)
from ildsjel.engine.items import Address


class Sample:
    kind = "sample"
    title = "Simulated network"
    capabilities = Capabilities(
        reads=frozenset(Address), replies=True, idempotent_publish=True, max_length=500
    )
    fields: tuple[Field, ...] = ()

    def check(self, account: Account) -> Identity | None:
        raise Refused("Simulated networks come with the sample organisation.")

    def fetch(self, account: Account, cursor: str) -> Batch:
        raise Refused("A simulated network has nothing to fetch.")

    def has_stream(self, account: Account) -> bool:
        return False

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        raise Refused("A simulated network has nothing to stream.")

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return Sent(external_id=f"sample:{outgoing.key}")
