"""What every connector declares, takes and gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, runtime_checkable

from ildsjel.engine.items import Deletion, Item, Rejected

POLL, STREAM = "poll", "stream"  # the two cursors of a channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting of an account, as the person who connects it is asked for it.

    `kind` is text, url, email, number, password, lines (several values, one a line) or choice.
    `label` and `help` are English source texts that the interface translates. `places` names the
    cursors that point into what this setting names (a server, a folder, a file): when it changes,
    they mean nothing any more, and reading begins anew.
    """

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    required: bool = False
    secret: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    for_writing: bool = False  # only needed to answer, not to read
    required_for_writing: bool = False  # no answer can be sent without it
    places: frozenset[str] = frozenset()  # of `POLL`, `STREAM`


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRules:
    """How long the network lets us keep its data, and whether people may be linked across
    networks."""

    keep: timedelta | None = None
    linkable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a network lets us do. Nothing above the connectors asks for a network by name.

    `reads` holds values of `Address`. `reply_window` is how long after a message an answer may be
    sent. `length_unit` is graphemes, characters or bytes. `own_ids` is how ids of what we wrote
    begin, with `{identity}` in it; empty where ids do not tell.
    """

    reads: frozenset[str]
    polls: bool = False
    poll_every: timedelta = timedelta(minutes=1)  # as often as the network's limits let us
    streams: bool = False
    pushes: bool = False  # the network calls us (webhooks)
    imports: bool = False  # reads a file that somebody uploads
    replies: bool = False
    edits: bool = False  # we are told about edits
    deletes: bool = False  # we are told about deletions
    ordered: bool = False  # an item never arrives after its own deletion
    reply_window: timedelta | None = None
    idempotent_publish: bool = False  # sending the same `Outgoing.key` twice publishes once
    max_length: int | None = None
    length_unit: str = "characters"
    reads_without_credential: bool = False
    metrics: frozenset[str] = frozenset()
    storage: StorageRules = field(default_factory=StorageRules)
    own_ids: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One connected account: settings and opened secrets. Never stored or logged as it is.

    `identity` is our own id at the network (a DID, an account id, a mail address), empty when the
    account only reads. Values of `lines` fields hold one value a line.
    """

    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.settings.get(name, "").splitlines() if line.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are at the network, found when the account is checked."""

    external_id: str
    handle: str = ""
    url: str = ""
    secrets: Mapping[str, str] | None = None  # renewed secrets to keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one fetch or one slice of a stream gave.

    `cursor` is where to go on once this batch is stored; it is opaque to all but the connector.
    `more` says that another fetch would give more at once. `secrets`, when given, replace the
    stored ones (renewed tokens); values that are empty never replace a stored value. `asked` is
    False where there was nothing to ask the network: such a batch is no sign of life.
    """

    items: Sequence[Item] = ()
    deletions: Sequence[Deletion] = ()
    rejected: Sequence[Rejected] = ()
    cursor: str = ""
    more: bool = False
    secrets: Mapping[str, str] | None = None
    seen: int = 0  # how many events the network gave, wanted or not
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An answer to send. `key` is ours, unique for this message and the same on every try."""

    key: str
    text: str
    thread_key: str = ""
    parent_id: str = ""  # the item we answer
    context: Mapping[str, str] = field(default_factory=dict)  # that item's `reply_context`
    visibility: str = "public"
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The network has it, under this id."""

    external_id: str
    url: str = ""
    secrets: Mapping[str, str] | None = None


class Stop(Protocol):
    """Asked between steps of a stream; a `threading.Event` is one."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


def sentence(text: str) -> str:
    """Marks a sentence of a `ConnectorError` for translation, where it stands by itself."""
    return text


class ConnectorError(Exception):
    """Something went wrong; the text is for the person who looks after the channel.

    `sentence` is English, with a place such as `%(host)s` for each of `about`; so it can be said in
    the person's language, where its sentence is translated, with what it is about put in.
    """

    def __init__(self, sentence: str, **about: str) -> None:
        super().__init__(sentence % about if about else sentence)
        self.sentence, self.about = sentence, about


class Unreachable(ConnectorError):
    """Nothing was sent or received; trying again later is safe."""


class RateLimited(ConnectorError):
    """The network asks us to wait. Nothing was sent."""

    def __init__(self, sentence: str, retry_after: float, **about: str) -> None:
        super().__init__(sentence, **about)
        self.retry_after = retry_after  # seconds


class Refused(ConnectorError):
    """The network said no (wrong password, text too long, thread gone). Trying again will not
    help."""


class Unsure(ConnectorError):
    """We can't know whether it was published: shown to a person, never sent again by itself."""


@runtime_checkable
class Connector(Protocol):
    """One network. Methods that the capabilities do not promise raise `Refused`."""

    @property
    def kind(self) -> str:
        """Short name, stored with the channel: "bluesky"."""

    @property
    def title(self) -> str:
        """The network's own name: "Bluesky"."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a person is asked when connecting an account."""

    def check(self, account: Account) -> Identity | None:
        """Try the settings for real. Returns who we are, or None for an account that only reads.

        Raises `Refused` for wrong settings and `Unreachable` where the network can't be reached.
        """

    def fetch(self, account: Account, cursor: str) -> Batch:
        """One bounded look at the network since `cursor` (empty: begin now, with a little
        history)."""

    def has_stream(self, account: Account) -> bool:
        """Whether there is something to stream with these settings (often: only with a token)."""

    def stream(self, account: Account, cursor: str, stop: Stop) -> Iterator[Batch]:
        """Yield batches as they come, until `stop` is set or the connection ends.

        At most about one second of traffic or 500 items is held back in a batch; when nothing comes
        an empty batch is yielded at least every 30 seconds, as a sign of life. Reconnecting is the
        caller's work: on a lost connection `Unreachable` is raised.
        """

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """Publish an answer. Raises `Refused`, `RateLimited`, `Unreachable` or `Unsure`."""
