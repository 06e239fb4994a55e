"""One instance's HTTP API: addresses, token, rate limits and JSON that may be anything."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import orjson

from ildsjel.connectors import http
from ildsjel.connectors.protocol import Account, RateLimited, Refused, Unreachable, Unsure
from ildsjel.connectors.values import rfc3339

FALLBACK_LENGTH = 500  # characters; Mastodon's own limit where the server doesn't tell
_LOW = 5  # requests to leave unspent, so that an answer can still be sent
_VISITORS_REFUSED = frozenset({401, 403, 422})


def instance_url(text: str) -> str:
    """The server's address as people type it (``mastodon.social``) in the form ``https://host``.

    Raises `Refused` when there is no host in it.
    """
    typed = text.strip()
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused("%(address)s is not the address of a server.", address=repr(typed)) from error
    if not host or parts.scheme not in ("http", "https"):
        raise Refused("%(address)s is not the address of a server.", address=repr(typed))
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}"


def segment(name: str) -> str:
    """A name from elsewhere as one step of a path, whatever signs it holds."""
    return quote(name, safe="")


def own_instance(account: Account) -> tuple[str, str]:
    """Address and token of our own account; `Refused` where one of them is missing."""
    token = account.secrets.get("access_token", "").strip()
    typed = account.settings.get("instance_url", "").strip()
    if not typed or not token:
        raise Refused("This needs the server of your own account and its access token.")
    if not (token.isascii() and token.isprintable()):
        raise Refused("The access token holds signs that no token has; copy it again.")
    return instance_url(typed), token


class Api(AbstractContextManager["Api"]):
    """Requests to one instance, as our account when a token is given, otherwise as a visitor."""

    def __init__(self, instance: str, token: str = "") -> None:
        self.instance = instance
        self.token = token
        self.spent = False  # the rate limit is nearly reached: ask nothing that can wait
        # Some servers drop kept connections without a word; a post sent into one would be Unsure.
        headers = {"Connection": "close", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.session = http.client(headers=headers)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON at that path. Raises `Refused`, `RateLimited` or `Unreachable`."""
        response = self._ask("GET", path, accept=_VISITORS_REFUSED, params=params or {})
        if response.status_code in _VISITORS_REFUSED:
            raise self._not_shown(response)
        value = read_json(response.content)
        if value is None:
            raise Unreachable("%(host)s answered something that is not JSON.", host=self.host)
        return value

    def get_list(self, path: str, params: Mapping[str, str] | None = None) -> list[Any]:
        value = self.get(path, params)
        if not isinstance(value, list):
            raise Unreachable(
                "%(host)s answered something other than a list at %(path)s.",
                host=self.host,
                path=path,
            )
        return value

    def get_object(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        value = self.get(path, params)
        if not isinstance(value, dict):
            raise Unreachable(
                "%(host)s answered something other than an object at %(path)s.",
                host=self.host,
                path=path,
            )
        return value

    def post_once(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Send with an Idempotency-Key. `Unsure` when the server may have carried it out."""
        headers = {"Idempotency-Key": key}
        response = self._ask("POST", path, json=body, headers=headers, safe_to_repeat=False)
        value = read_json(response.content)
        if not isinstance(value, dict):
            raise Unsure("%(host)s took the post, but its answer can't be read.", host=self.host)
        return value

    @property
    def host(self) -> str:
        return urlsplit(self.instance).netloc

    def _ask(
        self, method: str, path: str, *, accept: frozenset[int] = frozenset(), **options: Any
    ) -> httpx.Response:
        response = http.request(
            self.session, method, self.instance + path, accept_status=accept | {429}, **options
        )
        self.spent = _is_low(response.headers)
        if response.status_code == 429:
            raise RateLimited(
                "%(host)s asks us to wait.", _seconds_to_wait(response.headers), host=self.host
            )
        return response

    def _not_shown(self, response: httpx.Response) -> Refused:
        status = response.status_code
        if not self.token:
            return Refused(
                "%(host)s shows this to its own members only (answered %(status)s).",
                host=self.host,
                status=str(status),
            )
        if status == 401:
            return Refused(
                "%(host)s does not accept the access token (401). Make a new one.", host=self.host
            )
        return Refused(
            "%(host)s does not allow this with our access token (%(status)s).",
            host=self.host,
            status=str(status),
        )


def read_json(content: bytes) -> Any:
    """JSON that may hold broken UTF-8 or half characters; None where it can't be read at all."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        # One bad character in one post must not hide the other posts of the page.
        return json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def length_limit(api: Api) -> int:
    """Characters that the server allows in a post; 500 where it doesn't tell."""
    for path in ("/api/v2/instance", "/api/v1/instance"):
        try:
            found: Any = api.get_object(path)
        except Refused:
            continue
        for name in ("configuration", "statuses", "max_characters"):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, int) and found > 0:
            return found
    return FALLBACK_LENGTH


def _is_low(headers: httpx.Headers) -> bool:
    remaining = headers.get("X-RateLimit-Remaining", "")
    return remaining.isascii() and remaining.isdigit() and int(remaining[:9]) <= _LOW


def _seconds_to_wait(headers: httpx.Headers) -> float:
    """Mastodon gives the time of day when the limit is lifted, others Retry-After."""
    try:
        reset = rfc3339(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return http.retry_after(headers)
    seconds = (reset - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 1.0), http.LONGEST_RETRY_AFTER)
