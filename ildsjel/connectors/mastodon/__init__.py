"""Mastodon, and servers that speak its client API: tags, timelines, mentions and answers.

Hashtags and public timelines of named instances are read without a credential, where the instance
allows it. With an access token of our own account come mentions, direct posts, our own posts and a
live stream, and answers can be sent. The work is done in `timelines`, `streaming` and `publishing`.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from ildsjel.connectors.mastodon import publishing, streaming, timelines
from ildsjel.connectors.mastodon.api import FALLBACK_LENGTH
from ildsjel.connectors.protocol import (
    POLL,
    STREAM,
    Account,
    Batch,
    Capabilities,
    Field,
    Identity,
    Outgoing,
    Sent,
    Stop,
)
from ildsjel.engine.items import Address

__all__ = ["Mastodon"]

_FIELDS = (
    Field(
        name="instance_urls",
        label="Servers to listen on",
        kind="lines",
        help="One a line, like mastodon.social. Nothing needs to be agreed with them.",
    ),
    Field(
        name="hashtags",
        label="Hashtags to listen for",
        kind="lines",
        help="One a line, with or without the # sign.",
    ),
    Field(
        name="public_timeline",
        label="Public timeline",
        kind="choice",
        default="none",
        choices=("none", "local", "all"),
        help="Every public post of the servers: their own members' (local), or all they know of.",
    ),
    Field(
        name="instance_url",
        label="The server of your own account",
        kind="url",
        help="Where your organisation's account lives, like https://mastodon.social.",
        for_writing=True,
        required_for_writing=True,
        # The cursor holds our id there. Other servers and tags have a place of their own in it.
        places=frozenset({POLL, STREAM}),
    ),
    Field(
        name="access_token",
        label="Access token of your own account",
        kind="password",
        secret=True,
        help="In the server's preferences under Development: a new application with the rights "
        "read and write; copy its access token.",
        for_writing=True,
        required_for_writing=True,
    ),
)


class Mastodon:
    """The connector. Methods and errors are described by `ildsjel.connectors.protocol.Connector`.

    `capabilities` say what is possible with a token; without one, `stream` and `send` are refused.
    `idempotent_publish`: the server keeps our key for an hour, and at any later time `send` finds
    an answer that already stands under the post it answers. So an answer whose first try was
    `Unsure` may be sent again. A post that answers nothing is protected for that hour only.
    """

    kind = "mastodon"
    title = "Mastodon"
    capabilities = Capabilities(
        reads=frozenset(Address),
        polls=True,
        poll_every=timedelta(seconds=15),  # 300 requests in 5 minutes are allowed
        streams=True,
        replies=True,
        edits=True,
        deletes=True,
        idempotent_publish=True,
        max_length=FALLBACK_LENGTH,
        reads_without_credential=True,
    )
    fields = _FIELDS

    def check(self, account: Account) -> Identity | None:
        return timelines.check(account)

    def fetch(self, account: Account, cursor: str) -> Batch:
        """One bounded look at every timeline. See `timelines.fetch`."""
        return timelines.fetch(account, cursor)

    def has_stream(self, account: Account) -> bool:
        """Servers stream only to those who are signed in."""
        return bool(account.secrets.get("access_token"))

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        """Live events, with `fetch` run beside them once a minute. See `streaming.stream`."""
        return streaming.stream(account, cursor, stop)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """Publish an answer. See `publishing.send`."""
        return publishing.send(account, outgoing)

    def thread(self, account: Account, reply_context: Mapping[str, str]) -> Batch:
        """The conversation around an item, from its `reply_context`; the cursor stays empty."""
        return timelines.thread(account, reply_context)

    def max_length(self, account: Account) -> int:
        """How many characters our own server allows; asks the server."""
        return publishing.max_length(account)
