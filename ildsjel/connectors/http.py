"""HTTP for every connector: one client with time-outs, a size limit and plain-worded errors.

Connectors never use httpx on their own. What goes wrong becomes one of the four kinds of
`ConnectorError`, so that the caller knows whether trying again is safe. Addresses that people type
are held away from the machine's own network, so that a feed or an instance can't be used to look
into it; an installation that means to read its own network says so with
``ILDSJEL_ALLOW_PRIVATE_NETWORKS=yes``.
"""

import ipaddress
import os
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx
import orjson

from ildsjel.connectors.protocol import (
    ConnectorError,
    RateLimited,
    Refused,
    Unreachable,
    Unsure,
    sentence,
)

MAX_BYTES = 5_000_000  # after decompression
MAX_REDIRECTS = 5
DEFAULT_RETRY_AFTER = 60.0  # seconds, where the network asks us to wait without saying how long
LONGEST_RETRY_AFTER = 86_400.0
LONGEST_ANSWER = 90.0  # seconds for a whole answer: some servers drip without end
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
USER_AGENT = f"Ildsjel/{version('ildsjel')}"
READING = frozenset({"GET", "HEAD"})


def private_networks_allowed() -> bool:
    return os.environ.get("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "").strip().lower() == "yes"


def check_url(url: str, *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """The address as given, if we may go there; `Refused` with the reason if not.

    `Unreachable` where the name is not known. Give ``schemes=("ws", "wss")`` for a websocket.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused("%(url)s is not a web address.", url=repr(url)) from error
    if parts.scheme.lower() not in schemes or not host:
        raise Refused(
            "%(url)s is not an address that starts with %(scheme)s://.",
            url=repr(url),
            scheme=schemes[-1],
        )
    _addresses(host, port)
    return url


def checked_address(url: str) -> tuple[str, int]:
    """Address and port to open a websocket to, for `url` (ws, wss); errors as in `check_url`."""
    check_url(url, schemes=("ws", "wss"))
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme.lower() == "wss" else 80)
    return _preferred(_addresses(parts.hostname or "", port)), port


def _addresses(host: str, port: int | None) -> list[str]:
    """Where the name leads; `Refused` if any of it is private and must not be visited."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("No server is known under the name %(host)s.", host=host) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private_networks_allowed() and not all(map(_is_public, addresses)):
        raise Refused(
            "%(host)s is an address inside a private network. "
            "Set ILDSJEL_ALLOW_PRIVATE_NETWORKS=yes if Ildsjel may read from there.",
            host=host,
        )
    return addresses


def _preferred(addresses: list[str]) -> str:
    """IPv4 first: a machine without an IPv6 route often still resolves IPv6 addresses."""
    return next((address for address in addresses if ":" not in address), addresses[0])


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return inner.is_global
    return ip.is_global and not ip.is_multicast


class Transport(httpx.HTTPTransport):
    """Looks at every request, also those that a redirect leads to, before it leaves the machine.

    The connection is made to the address that was checked: a name that answers differently the
    second time it is asked can't slip through.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        check_url(str(request.url))
        if not private_networks_allowed():
            request = _pinned(request)
        return super().handle_request(request)


def _pinned(request: httpx.Request) -> httpx.Request:
    address = _preferred(_addresses(request.url.host, request.url.port))
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def client(
    *,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    timeout: httpx.Timeout = TIMEOUT,
) -> httpx.Client:
    """A client to use in a ``with`` block and hand to `request`."""
    return httpx.Client(
        base_url=base_url,
        headers={"User-Agent": USER_AGENT, **(headers or {})},
        timeout=timeout,
        transport=Transport(),
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        trust_env=False,
    )


def request(
    session: httpx.Client,
    method: str,
    url: str,
    *,
    safe_to_repeat: bool | None = None,
    max_bytes: int = MAX_BYTES,
    accept_status: frozenset[int] = frozenset(),
    **options: Any,
) -> httpx.Response:
    """Ask and read the whole answer; statuses of 400 and up raise unless in `accept_status`.

    `safe_to_repeat` says that asking twice does no harm (by default only for GET and HEAD): then a
    lost answer is `Unreachable`, otherwise `Unsure`. `options` go to httpx (params, json, headers).
    """
    repeatable = method.upper() in READING if safe_to_repeat is None else safe_to_repeat
    try:
        with session.stream(method, url, **options) as response:
            body = _read(response, max_bytes)
    except httpx.HTTPError as error:
        _raise_for_transport(error, repeatable)
    except httpx.InvalidURL as error:
        raise Refused("%(url)s is not a web address.", url=repr(url)) from error
    whole = httpx.Response(
        response.status_code,
        # Already decompressed: the header would make httpx do it again.
        headers=[(k, v) for k, v in response.headers.raw if k.lower() not in _TRANSFER_HEADERS],
        content=body,
        request=response.request,
        history=response.history,
    )
    if whole.status_code not in accept_status:
        raise_for_status(whole, repeatable)
    return whole


_TRANSFER_HEADERS = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


def _read(response: httpx.Response, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    deadline = time.monotonic() + LONGEST_ANSWER
    for chunk in response.iter_bytes():
        size += len(chunk)
        if time.monotonic() > deadline:
            raise Unreachable("%(host)s did not finish its answer in time.", host=response.url.host)
        if size > max_bytes:
            raise Refused(
                "%(host)s sent more than %(size)s MB; it was not read.",
                host=response.url.host,
                size=f"{max_bytes / 1000000.0:g}",
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _raise_for_transport(error: httpx.HTTPError, repeatable: bool) -> NoReturn:
    host = _host_of(error)
    if isinstance(error, httpx.TooManyRedirects):
        raise Refused(
            "%(host)s sends us from address to address without end.", host=host
        ) from error
    if isinstance(error, httpx.UnsupportedProtocol):
        raise Refused("%(host)s is not an address that starts with https://.", host=host) from error
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        reason = _reason(error)
        raise Unreachable(
            "%(host)s can't be reached: %(reason)s.", host=host, reason=reason
        ) from error
    kind: type[ConnectorError] = Unreachable if repeatable else Unsure
    reason = _reason(error)
    lost = sentence("The connection to %(host)s was lost: %(reason)s.")
    raise kind(lost, host=host, reason=reason) from error


def _host_of(error: httpx.HTTPError) -> str:
    try:
        return error.request.headers.get("Host") or error.request.url.host or "the server"
    except RuntimeError:
        return "the server"


def _reason(error: Exception) -> str:
    return (
        "no answer in time"
        if isinstance(error, httpx.TimeoutException)
        else str(error) or type(error).__name__
    )


def raise_for_status(response: httpx.Response, repeatable: bool = True) -> None:
    """Raise what a status of 400 and up means for us; quiet for all others.

    429 (and 503 with Retry-After) is `RateLimited`, other 4xx `Refused`, 5xx `Unreachable`, or
    `Unsure` when the request may have been carried out and must not be repeated.
    """
    status = response.status_code
    if status < 400:
        return
    host = response.request.headers.get("Host") or response.request.url.host
    if status == 429 or (status == 503 and "Retry-After" in response.headers):
        wait = retry_after(response.headers)
        raise RateLimited("%(host)s asks us to wait.", wait, host=host)
    answered = f"{status}{_explanation(response)}"
    kind: type[ConnectorError] = Refused
    if status == 408 or status >= 500:
        kind = Unreachable if repeatable else Unsure
    raise kind(sentence("%(host)s answered %(answer)s."), host=host, answer=answered)


def _explanation(response: httpx.Response) -> str:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(body, dict):
        return ""
    for key in ("message", "error_description", "error"):
        text = body.get(key)
        if isinstance(text, str) and text:
            return f": {text[:200].rstrip('.')}"
    return ""


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float:
    """Seconds to wait, from Retry-After (seconds or date) or RateLimit-Reset (since 1970)."""
    now = now or datetime.now(UTC)
    value = headers.get("Retry-After", "").strip()
    seconds = _seconds(value)
    if seconds is None and value:
        seconds = _until(value, now)
    if seconds is None:
        reset = _seconds(headers.get("RateLimit-Reset", "").strip())
        # Some give the instant, some the seconds left: nobody waits thirty years.
        seconds = reset - now.timestamp() if reset is not None and reset > 1e9 else reset
    if seconds is None:
        return DEFAULT_RETRY_AFTER
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER)


def _seconds(value: str) -> float | None:
    return float(value) if value.isascii() and value.isdigit() else None


def _until(value: str, now: datetime) -> float | None:
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = when.replace(tzinfo=when.tzinfo or UTC)
    return (aware - now).total_seconds()


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The answer as a JSON object; `Unreachable` when it is something else (a log-in page, say)."""
    value = json_value(response)
    if not isinstance(value, dict):
        raise Unreachable(
            "%(host)s answered something other than an object.", host=response.request.url.host
        )
    return value


def json_value(response: httpx.Response) -> Any:
    """The answer as JSON; `Unreachable` when it is not."""
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        host = response.request.url.host
        raise Unreachable("%(host)s answered something that is not JSON.", host=host) from error
