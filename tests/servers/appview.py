"""Bluesky's real AppView, in front of a real PDS: notifications, threads and profiles.

    with bluesky_network() as (pds, appview):
        uri, cid = pds.create_account("citizen").post("Når åpner biblioteket?")
        appview.wait_for(uri)

It needs PostgreSQL, where it gets a database of its own that is dropped afterwards; without one,
`CannotInstall`. Search, mutes and moderation are services of their own, and not here.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg import sql

from tests.servers.node import node_server
from tests.servers.pds import Pds, pds_server
from tests.servers.processes import eventually, free_port
from tools.run_tests import LOCAL
from tools.server_installs import CannotInstall


@dataclass(frozen=True)
class AppView:
    url: str

    def wait_for(self, *uris: str) -> None:
        """Until these posts are shown, and those whom they concern are notified.

        Posts by different people are taken in side by side: wait for one before it is answered.
        """
        for uri in uris:
            eventually(partial(self._shows, uri), seconds=60)

    def _shows(self, uri: str) -> bool:
        url = f"{self.url}/xrpc/app.bsky.feed.getPosts"
        answer = httpx.get(url, params={"uris": uri}, timeout=30)
        return bool(answer.raise_for_status().json()["posts"])


@contextmanager
def bluesky_network() -> Iterator[tuple[Pds, AppView]]:
    """A PDS and an AppView that know each other, both empty, both gone afterwards."""
    port = free_port()
    url = f"http://localhost:{port}"
    with (
        _database() as database_url,
        pds_server(appview_url=url) as pds,
        node_server(
            "appview.cjs",
            port=port,
            dataPlanePort=free_port(),
            databaseUrl=database_url,
            plcUrl=pds.plc_url,
            pdsUrl=pds.url,
        ),
    ):
        yield pds, AppView(url)


@contextmanager
def _database() -> Iterator[str]:
    """The address of a database of its own: its tables bring an extension along."""
    server = os.environ.get("ILDSJEL_TEST_POSTGRES", LOCAL)
    name = f"ildsjel_appview_{secrets.token_hex(6)}"
    _run(server, "CREATE DATABASE {}", name)
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _run(server, "DROP DATABASE {} WITH (FORCE)", name)


def _run(server: str, statement: str, name: str) -> None:
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    except psycopg.OperationalError as error:
        reason = str(error).strip()
        raise CannotInstall(f"Bluesky's AppView needs PostgreSQL: {reason}") from error
