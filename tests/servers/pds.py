"""A real Bluesky PDS with its directory, and people with accounts on it.

    with pds_server() as pds:
        citizen = pds.create_account("citizen")
        uri, cid = citizen.post("Når åpner biblioteket?")

Ready in two to five seconds once installed (`tools/server_installs/bluesky.py`); about 310 MB.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.servers.node import node_server
from tests.servers.processes import free_port

POST = "app.bsky.feed.post"
PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Session:
    """A person who is signed in at the PDS."""

    url: str
    did: str
    handle: str
    access: str
    password: str = PASSWORD

    def post(self, text: str, **more: Any) -> tuple[str, str]:
        """Publish a post; `more` goes into the record. Returns (uri, cid)."""
        return self.create(POST, text=text, **more)

    def create(self, collection: str, **values: Any) -> tuple[str, str]:
        """Publish a record of any kind, such as a like or a block. Returns (uri, cid)."""
        record = {"$type": collection, "createdAt": _now(), **values}
        body = {"repo": self.did, "collection": collection, "record": record}
        done = self.call("com.atproto.repo.createRecord", body)
        return done["uri"], done["cid"]

    def reply(
        self, text: str, parent: tuple[str, str], root: tuple[str, str], **more: Any
    ) -> tuple[str, str]:
        refs = {"parent": _ref(parent), "root": _ref(root)}
        return self.post(text, reply=refs, **more)

    def mention(self, person: "Session", text: str) -> tuple[str, str]:
        """Publish a post that begins with the person's handle, marked so that they are told."""
        named = f"@{person.handle}"
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": person.did}
        index = {"byteStart": 0, "byteEnd": len(named)}
        return self.post(f"{named} {text}", facets=[{"index": index, "features": [feature]}])

    def like(self, post: tuple[str, str]) -> tuple[str, str]:
        return self.create("app.bsky.feed.like", subject=_ref(post))

    def put_profile(self, name: str) -> None:
        """The name that is shown beside the handle."""
        kind = "app.bsky.actor.profile"
        record = {"$type": kind, "displayName": name}
        body = {"repo": self.did, "collection": kind, "rkey": "self", "record": record}
        self.call("com.atproto.repo.putRecord", body)

    def edit(self, uri: str, text: str) -> None:
        record = {**self.record(uri)["value"], "text": text}
        rkey = uri.rsplit("/", 1)[1]
        body = {"repo": self.did, "collection": POST, "rkey": rkey, "record": record}
        self.call("com.atproto.repo.putRecord", body)

    def delete(self, uri: str) -> None:
        rkey = uri.rsplit("/", 1)[1]
        body = {"repo": self.did, "collection": POST, "rkey": rkey}
        self.call("com.atproto.repo.deleteRecord", body)

    def record(self, uri: str) -> dict[str, Any]:
        """Any record on this PDS: {uri, cid, value}."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": rkey}
        return self._get("com.atproto.repo.getRecord", params)

    def records(self, repo: str) -> list[dict[str, Any]]:
        """All posts in someone's repository, newest record key first."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            params = {"repo": repo, "collection": POST, "limit": "100", "cursor": cursor}
            page = self._get("com.atproto.repo.listRecords", params)
            found += page["records"]
            cursor = page.get("cursor") if page["records"] else None
        return found

    def notifications(self) -> list[dict[str, Any]]:
        """What the AppView tells this person, newest first."""
        headers = {"Authorization": f"Bearer {self.access}"}
        url = f"{self.url}/xrpc/app.bsky.notification.listNotifications"
        found: list[dict[str, Any]] = _answer(httpx.get(url, headers=headers))["notifications"]
        return found

    def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.access}"}
        return _answer(httpx.post(f"{self.url}/xrpc/{method}", json=body, headers=headers))

    def _get(self, method: str, params: dict[str, str]) -> dict[str, Any]:
        return _answer(httpx.get(f"{self.url}/xrpc/{method}", params=params))


@dataclass(frozen=True)
class Pds:
    url: str
    plc_url: str
    admin_password: str

    def create_account(self, name: str) -> Session:
        """A new person with the handle ``<name>.test``."""
        body = {"handle": f"{name}.test", "email": f"{name}@example.com", "password": PASSWORD}
        url = f"{self.url}/xrpc/com.atproto.server.createAccount"
        made = _answer(httpx.post(url, json=body, timeout=30))
        return Session(self.url, made["did"], made["handle"], made["accessJwt"])

    def delete_account(self, person: Session) -> None:
        url = f"{self.url}/xrpc/com.atproto.admin.deleteAccount"
        auth = ("admin", self.admin_password)
        _answer(httpx.post(url, json={"did": person.did}, auth=auth))


@contextmanager
def pds_server(*, appview_url: str = "http://localhost:9") -> Iterator[Pds]:
    """A PDS of its own, empty, gone afterwards; `CannotInstall` where this machine can't have one.

    `appview_url` is where it asks for notifications and the like (nobody answers by default).
    """
    port, plc_port, password = free_port(), free_port(), secrets.token_hex(16)
    with (
        tempfile.TemporaryDirectory(prefix="pds-") as folder,
        node_server(
            "pds.cjs",
            folder=folder,
            plcPort=plc_port,
            pdsPort=port,
            appviewUrl=appview_url,
            adminPassword=password,
        ),
    ):
        yield Pds(f"http://localhost:{port}", f"http://localhost:{plc_port}", password)


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise RuntimeError(f"{response.url} answered {response.status_code}: {response.text[:500]}")
    answer: dict[str, Any] = response.json() if response.content else {}
    return answer


def _ref(post: tuple[str, str]) -> dict[str, str]:
    return {"uri": post[0], "cid": post[1]}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
