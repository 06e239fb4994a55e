"""A real ActivityPub server with Mastodon's client API (snac2), and people with accounts on it.

    with snac_server() as snac:
        citizen = snac.person("citizen")
        status = citizen.post("Når åpner #biblioteket? @kommune")

Ready in a second once installed (`tools/server_installs/snac.py`); 15 MB. A post reaches another
member's notifications through its own inbox, which takes up to ten seconds. It knows no streaming,
no Idempotency-Key and no port in a mention: write ``@kommune``, not ``@kommune@127.0.0.1:8000``.
"""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers.processes import end, free_port
from tools.server_installs import snac as install

_OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
_THREADS = 24  # with the default of 4 it can wait for itself when it delivers to itself
_CLOSE = {"Connection": "close"}  # it drops kept connections
PATIENCE = 60  # seconds; now and then, while it delivers, it is silent for six


@dataclass(frozen=True)
class Person:
    """A member who is signed in, seen through any Mastodon client API."""

    url: str
    token: str

    def post(self, text: str, **more: Any) -> dict[str, Any]:
        """Publish; `more` are fields of the API (visibility, in_reply_to_id, language ...)."""
        body = {"status": text, "visibility": "public", **more}
        done: dict[str, Any] = self.call("POST", "/api/v1/statuses", json=body)
        return done

    def edit(self, status_id: str, text: str) -> None:
        self.call("PUT", f"/api/v1/statuses/{status_id}", json={"status": text})

    def delete(self, status_id: str) -> None:
        self.call("DELETE", f"/api/v1/statuses/{status_id}")

    def replies(self, status_id: str) -> list[dict[str, Any]]:
        """What stands under a post."""
        context = self.call("GET", f"/api/v1/statuses/{status_id}/context")
        found: list[dict[str, Any]] = context["descendants"]
        return found

    def mentions(self) -> list[dict[str, Any]]:
        """The posts that mention this person, newest first."""
        found = self.call("GET", "/api/v1/notifications")
        return [each["status"] for each in found if each["type"] == "mention"]

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {**_CLOSE, "Authorization": f"Bearer {self.token}"}
        url = self.url + path
        answer = httpx.request(method, url, headers=headers, timeout=PATIENCE, **options)
        return _answer(answer).json()


@dataclass(frozen=True)
class Snac:
    url: str
    folder: Path
    program: Path

    def add_user(self, name: str) -> str:
        """A new member; returns an access token for the Mastodon API."""
        self._command("adduser", name)
        said = self._command("resetpwd", name)
        found = re.search(r" is (\S+)", said)
        if found is None:
            raise RuntimeError(f"snac gave no password for {name}: {said}")
        return self._token(name, found[1])

    def person(self, name: str) -> Person:
        """A new member who is signed in."""
        return Person(self.url, self.add_user(name))

    def follow(self, name: str, who: str) -> None:
        """Let a member follow the account at that address; it takes some seconds to be heard."""
        self._command("follow", name, who)

    def has_followers(self, name: str) -> bool:
        return any((self.folder / "user" / name / "followers").iterdir())

    def _token(self, name: str, password: str) -> str:
        """The usual way of an app: register, be approved with the password, fetch the token."""
        app = self._post(
            "/api/v1/apps",
            client_name="tests",
            redirect_uris=_OUT_OF_BAND,
            scopes="read write",
        ).json()
        signed_in = self._post(
            "/oauth/x-snac-login",
            login=name,
            passwd=password,
            redir=_OUT_OF_BAND,
            cid=app["client_id"],
            state="",
        )
        token = self._post(
            "/oauth/token",
            grant_type="authorization_code",
            code=signed_in.text.strip(),
            client_id=app["client_id"],
            client_secret=app["client_secret"],
            redirect_uri=_OUT_OF_BAND,
        ).json()
        return str(token["access_token"])

    def _post(self, path: str, **form: str) -> httpx.Response:
        return _answer(httpx.post(self.url + path, data=form, headers=_CLOSE, timeout=PATIENCE))

    def _command(self, name: str, *arguments: str) -> str:
        return _run([str(self.program), name, str(self.folder), *arguments])


@contextmanager
def snac_server() -> Iterator[Snac]:
    """A server of its own, empty, gone afterwards; `CannotInstall` where there can be none."""
    program, port = install.install(), free_port()
    with tempfile.TemporaryDirectory(prefix="snac-") as parent:
        folder = Path(parent) / "data"
        answers = f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\n\n"
        _run([str(program), "init", str(folder)], typed=answers)
        _configure(folder / "server.json")
        process = subprocess.Popen(
            [program, "httpd", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for_answer(f"{url}/api/v1/instance", process)
            yield Snac(url, folder, program)
        finally:
            end(process)


def wait_for_answer(url: str, process: subprocess.Popen[str], *, seconds: float = 20) -> None:
    """Until the address answers without an error; `RuntimeError` when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, headers=_CLOSE).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not answer at {url}")


def _configure(path: Path) -> None:
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings |= {"protocol": "http", "num_threads": _THREADS}
    path.write_text(json.dumps(settings), encoding="utf-8")


def _run(command: list[str], typed: str = "") -> str:
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:2]} failed: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def _answer(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise RuntimeError(f"{response.url} answered {response.status_code}: {response.text[:500]}")
    return response
