"""Signed in at a PDS: calls with an access token that renews itself.

Signing in with the password is limited to about a hundred times a day, so tokens are kept: the
access token while it holds, then the refresh token, and the password only when both are gone, or
when the settings have changed since the tokens were given.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import httpx

from ildsjel.connectors import http
from ildsjel.connectors.bluesky.names import is_did
from ildsjel.connectors.protocol import Account, Refused, Unreachable

SERVICE = "https://bsky.social"
APPVIEW = "https://public.api.bsky.app"
TOKENS = ("access_jwt", "refresh_jwt")
CALLS = frozenset({400, 401, 403, 404})  # statuses whose error name we look at ourselves


class Answer(dict[str, Any]):
    """A call's JSON answer. `error` is the protocol's name for what went wrong, or empty."""

    @property
    def error(self) -> str:
        return str(self.get("error") or "")


def service_url(account: Account) -> str:
    return _base(account.settings.get("service_url") or SERVICE)


def appview_url(account: Account) -> str:
    return _base(account.settings.get("appview_url") or APPVIEW)


def _base(address: str) -> str:
    return (address if "://" in address else f"https://{address}").rstrip("/")


def can_write(account: Account) -> bool:
    return bool(account.settings.get("handle") and account.secrets.get("app_password"))


def call(
    session: httpx.Client, method: str, nsid: str, *, safe_to_repeat: bool = True, **options: Any
) -> Answer:
    """One XRPC call; answers of 400, 401, 403 and 404 come back with their `error` set."""
    response = http.request(
        session,
        method,
        f"/xrpc/{nsid}",
        safe_to_repeat=safe_to_repeat,
        accept_status=CALLS,
        **options,
    )
    try:
        value = http.json_object(response)
    except Unreachable:
        if response.status_code in CALLS:
            http.raise_for_status(response)
        raise
    if response.status_code in CALLS:
        value = {**value, "error": value.get("error") or f"Status{response.status_code}"}
    return Answer(value)


class Session:
    """Use in a ``with`` block. `secrets` is what to store afterwards, or None when nothing changed.

    `did` and `handle` are known after `sign_in` or the first call.
    """

    def __init__(self, account: Account) -> None:
        if not can_write(account):
            raise Refused("A handle and an app password are needed to answer on Bluesky.")
        self._account = account
        self._given = _fingerprint(account)
        self._tokens = _tokens(account.secrets, self._given)
        self._http = http.client(base_url=service_url(account))
        # Without tokens for these very settings, who we are is not known until we have signed in.
        self.did = account.identity if self._tokens else ""
        self.handle = account.settings["handle"].strip().removeprefix("@")
        self.secrets: dict[str, str] | None = None

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def sign_in(self) -> None:
        """Renew the tokens; `Refused` when the network does not accept handle and password."""
        if not self._refresh():
            self._create()

    def get(self, nsid: str, params: Mapping[str, Any]) -> Answer:
        return self._signed("GET", nsid, params=dict(params))

    def post(self, nsid: str, body: Mapping[str, Any]) -> Answer:
        """A call that is safe to repeat: all that we write is under a key of our own."""
        return self._signed("POST", nsid, json=dict(body))

    def _signed(self, method: str, nsid: str, **options: Any) -> Answer:
        if not self._tokens.get("access_jwt"):
            self.sign_in()
        answer = self._with_token("access_jwt", method, nsid, **options)
        if answer.error in ("ExpiredToken", "InvalidToken", "AuthMissing", "Status401"):
            self.sign_in()
            answer = self._with_token("access_jwt", method, nsid, **options)
        return answer

    def _with_token(self, name: str, method: str, nsid: str, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self._tokens[name]}"}
        return call(self._http, method, nsid, headers=headers, **options)

    def _refresh(self) -> bool:
        if not self._tokens.get("refresh_jwt"):
            return False
        answer = self._with_token("refresh_jwt", "POST", "com.atproto.server.refreshSession")
        if answer.error:
            return False
        self._keep(answer)
        return True

    def _create(self) -> None:
        credentials = {
            "identifier": self.handle,
            "password": self._account.secrets["app_password"].strip(),
        }
        answer = call(self._http, "POST", "com.atproto.server.createSession", json=credentials)
        if answer.error == "AuthFactorTokenRequired":
            raise Refused("Bluesky asks for a code: use an app password, not your own password.")
        if answer.error:
            reason = str(answer.get("message") or answer.error)[:200].rstrip(".")
            raise Refused(
                "Bluesky does not accept this handle and app password: %(reason)s.", reason=reason
            )
        self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        did, handle = answer.get("did"), answer.get("handle")
        if not isinstance(did, str) or not is_did(did) or not isinstance(handle, str):
            raise Unreachable("The server answered the sign-in without saying who we are.")
        self.did, self.handle = did, handle
        renewed = {"access_jwt": answer.get("accessJwt"), "refresh_jwt": answer.get("refreshJwt")}
        # An empty token never takes the place of one that may still hold.
        self._tokens |= {k: v for k, v in renewed.items() if isinstance(v, str) and v}
        self.secrets = {**self._account.secrets, **self._tokens, "tokens_for": self._given}


def _fingerprint(account: Account) -> str:
    """Tells whether tokens were given for the settings as they are now."""
    values = (
        service_url(account),
        account.settings.get("handle", ""),
        account.secrets.get("app_password", ""),
    )
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def _tokens(secrets: Mapping[str, str], given: str) -> dict[str, str]:
    if secrets.get("tokens_for") != given:
        return {}
    return {name: secrets[name] for name in TOKENS if secrets.get(name)}
