"""The connector itself: settings, capabilities, and which part does what."""

from collections.abc import Generator
from contextlib import closing

from websockets.sync.client import ClientConnection

from ildsjel.connectors import http
from ildsjel.connectors.bluesky import views
from ildsjel.connectors.bluesky.cursor import Cursor
from ildsjel.connectors.bluesky.events import Folder
from ildsjel.connectors.bluesky.jetstream import Endpoint, Listener
from ildsjel.connectors.bluesky.names import is_did, profile_url
from ildsjel.connectors.bluesky.notifications import fetch_notifications
from ildsjel.connectors.bluesky.publish import publish
from ildsjel.connectors.bluesky.session import (
    APPVIEW,
    SERVICE,
    Session,
    appview_url,
    call,
    can_write,
)
from ildsjel.connectors.protocol import (
    POLL,
    Account,
    Batch,
    Capabilities,
    ConnectorError,
    Field,
    Identity,
    Outgoing,
    Refused,
    Sent,
    Stop,
)
from ildsjel.engine.items import Address, Author, Rejected

# Each is tried in turn: cursors carry over between servers.
JETSTREAMS = (
    "wss://jetstream2.us-east.bsky.network/subscribe",
    "wss://jetstream2.us-west.bsky.network/subscribe",
)
PROFILES_AT_ONCE = 25
# The stream's cursor holds the time, which means the same on every server.
NOTIFICATIONS = frozenset({POLL})


class Bluesky:
    """Bluesky, or any other network on the AT Protocol."""

    kind = "bluesky"
    title = "Bluesky"
    capabilities = Capabilities(
        reads=frozenset({Address.PUBLIC, Address.MENTION, Address.REPLY}),
        polls=True,
        streams=True,
        replies=True,
        edits=True,
        deletes=True,
        idempotent_publish=True,
        own_ids="at://{identity}/",
        max_length=300,
        length_unit="graphemes",
        reads_without_credential=True,
        ordered=True,
    )
    fields = (
        Field(
            name="handle",
            label="Your handle",
            help="For example library.bsky.social. Needed only to answer.",
            for_writing=True,
            required_for_writing=True,
            places=NOTIFICATIONS,
        ),
        Field(
            name="app_password",
            label="App password",
            kind="password",
            help="Make one in Bluesky under Settings, Privacy and security, App passwords.",
            secret=True,
            for_writing=True,
            required_for_writing=True,
        ),
        Field(
            name="languages",
            label="Only posts in these languages",
            kind="lines",
            help="Codes such as nb, nn, sv, da or en, one a line. Empty: all languages. "
            "Posts to you are always kept.",
        ),
        Field(
            name="jetstream_url",
            label="Jetstream servers",
            kind="lines",
            help="Where public posts are read, one address a line.",
            default="\n".join(JETSTREAMS),
        ),
        Field(
            name="jetstream_version",
            label="Jetstream version",
            kind="choice",
            help="Used when the address does not tell.",
            default="1",
            choices=("1", "2"),
        ),
        Field(
            name="service_url",
            label="Your account's server",
            kind="url",
            default=SERVICE,
            for_writing=True,
            places=NOTIFICATIONS,
        ),
        Field(
            name="appview_url",
            label="Server for reading threads",
            kind="url",
            default=APPVIEW,
        ),
    )

    def check(self, account: Account) -> Identity | None:
        """Connect to the stream once, and sign in if the account is meant to answer."""
        connection, _ = _connect(account, Cursor.start(), resumed=False)
        connection.close()
        if bool(account.settings.get("handle")) != bool(account.secrets.get("app_password")):
            raise Refused("To answer, both the handle and the app password are needed.")
        if not can_write(account):
            return None
        with Session(account) as session:
            session.sign_in()
            url = profile_url(session.did)
            return Identity(
                external_id=session.did, handle=session.handle, url=url, secrets=session.secrets
            )

    def fetch(self, account: Account, cursor: str) -> Batch:
        """Mentions, answers and quotes from the notifications since `cursor`, a page at a time.

        The stream brings the same posts, sooner: this is for catching up where the stream has gaps.
        Without credentials there are no notifications, and nothing is asked.
        """
        if not can_write(account):
            return Batch(cursor=cursor, asked=False)
        with Session(account) as session:
            return fetch_notifications(session, cursor)

    def has_stream(self, account: Account) -> bool:
        return True

    def stream(self, account: Account, cursor: str, stop: Stop) -> Generator[Batch, None, None]:
        """All public posts as they come; see `Connector.stream`."""
        start, unreadable = _resume(cursor)
        connection, listener = _connect(account, start, resumed=bool(cursor))
        with closing(connection):
            if unreadable is not None:
                yield Batch(rejected=(unreadable,), cursor=str(start))
            yield from listener.listen(connection, stop)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        with Session(account) as session:
            return publish(session, outgoing)

    def thread(self, account: Account, external_id: str) -> Batch:
        """The conversation around a post, as the public sees it: what came before and the answers.

        `Refused` when the post is gone or hidden from the public.
        """
        params: dict[str, str | int] = {"uri": external_id, "depth": 20, "parentHeight": 100}
        with http.client(base_url=appview_url(account)) as session:
            answer = call(session, "GET", "app.bsky.feed.getPostThread", params=params)
        if answer.error:
            raise Refused("Bluesky does not show this conversation to the public any more.")
        shown = views.posts_in_thread(answer.get("thread"))
        items, rejected = views.read_views(shown, account.identity)
        return Batch(items=items, rejected=rejected, seen=len(items) + len(rejected))

    def authors(self, account: Account, dids: list[str]) -> dict[str, Author]:
        """Handle and name of accounts known by DID alone; those that are gone are left out."""
        found: dict[str, Author] = {}
        asked = [did for did in dict.fromkeys(dids) if is_did(did)]
        with http.client(base_url=appview_url(account)) as session:
            for first in range(0, len(asked), PROFILES_AT_ONCE):
                some = asked[first : first + PROFILES_AT_ONCE]
                params = {"actors": some}
                answer = call(session, "GET", "app.bsky.actor.getProfiles", params=params)
                found |= views.read_profiles(answer.get("profiles"))
        return found


def _resume(cursor: str) -> tuple[Cursor, Rejected | None]:
    if not cursor:
        return Cursor.start(), None
    try:
        return Cursor.parse(cursor), None
    except ValueError:
        reason = "The place in the stream could not be read; listening begins anew from now."
        return Cursor.start(), Rejected(where="Bluesky Jetstream", reason=reason, sample=cursor)


def _connect(
    account: Account, cursor: Cursor, *, resumed: bool
) -> tuple[ClientConnection, Listener]:
    """The first server that lets us in; the last one's error when none does."""
    failure: ConnectorError = Refused("No Jetstream server is named in the settings.")
    for endpoint in _endpoints(account):
        listener = Listener(endpoint, cursor, _folder(account), resumed=resumed)
        try:
            return listener.open(), listener
        except ConnectorError as error:
            failure = error
    raise failure


def _endpoints(account: Account) -> list[Endpoint]:
    addresses = account.lines("jetstream_url") or list(JETSTREAMS)
    version = account.settings.get("jetstream_version", "")
    return [Endpoint.parse(address, version) for address in addresses]


def _folder(account: Account) -> Folder:
    languages = frozenset(code.lower().partition("-")[0] for code in account.lines("languages"))
    return Folder(us=account.identity, languages=languages)
