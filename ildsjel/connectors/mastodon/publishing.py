"""Sending answers, so that one answer is one post."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ildsjel.connectors.html import clean_text, html_to_text
from ildsjel.connectors.mastodon.api import (
    FALLBACK_LENGTH,
    Api,
    length_limit,
    own_instance,
    segment,
)
from ildsjel.connectors.mastodon.statuses import account_url, local_id, objects, status_uri
from ildsjel.connectors.protocol import Account, Outgoing, Refused, Sent, Unsure
from ildsjel.connectors.values import short_id

_WIDEST_FIRST = ("public", "unlisted", "followers", "private")
_VISIBILITIES = {"followers": "private", "private": "direct"}  # the others have the same name
_MENTION = re.compile(r"(?<![\w/])@\w[\w.-]*(?:@[\w.:-]*\w)?")
_ADDRESS = re.compile(r"https?://\S+")
_REMOTE_MENTION = re.compile(r"(?<![\w/])(@\w[\w.-]*)@[\w.:-]*\w")
_ADDRESS_COUNTS = 23  # characters, however long the address is


@dataclass(frozen=True, slots=True)
class Target:
    """The status that is answered, as our own instance knows it."""

    status_id: str
    acct: str = ""


def send(account: Account, outgoing: Outgoing) -> Sent:
    """Publish an answer (or a post, when it answers nothing) from our own account.

    The person answered is mentioned in front where the text doesn't, and the answer is never shown
    wider than what it answers. A post from another instance is looked up on ours first.

    `Unreachable` and `RateLimited`: nothing was sent. `Unsure`: the answer to our sending was lost.
    Sending the same `Outgoing` again is then safe for answers: the server keeps `key` for one hour,
    and before each sending the thread is searched for our own answer with this text. The search
    also serves servers that don't know the key. For a post that answers nothing there is only the
    key, so that after an hour it is for a person to look.
    """
    instance, token = own_instance(account)
    with Api(instance, token) as api:
        target = _target(api, outgoing)
        text = _with_mention(clean_text(outgoing.text).strip(), target)
        _check_length(api, text)
        earlier = _sent_earlier(api, account, target, text) if target else None
        status = earlier or api.post_once(
            "/api/v1/statuses", _body(outgoing, target, text), key=outgoing.key
        )
        try:
            return Sent(external_id=short_id(status_uri(status)), url=str(status.get("url") or ""))
        except ValueError as error:
            raise Unsure(
                "%(host)s took the post, but did not say where it stands.", host=api.host
            ) from error


def max_length(account: Account) -> int:
    """How many characters our own server allows; 500 where it doesn't tell."""
    instance, token = own_instance(account)
    with Api(instance, token) as api:
        return length_limit(api)


def counted_length(text: str) -> int:
    """Characters as Mastodon counts them: 23 for an address, a mention without its host."""
    return len(_REMOTE_MENTION.sub(r"\1", _ADDRESS.sub("x" * _ADDRESS_COUNTS, text)))


def _body(outgoing: Outgoing, target: Target | None, text: str) -> dict[str, str]:
    visibility = _visibility(outgoing)
    body = {"status": text, "visibility": _VISIBILITIES.get(visibility, visibility)}
    if target:
        body["in_reply_to_id"] = target.status_id
    if outgoing.language:
        # Mastodon knows ISO 639 codes: the first part of a BCP 47 tag.
        body["language"] = outgoing.language.split("-")[0].lower()
    return body


def _visibility(outgoing: Outgoing) -> str:
    """The narrower of what is asked for and what the answered post has."""
    asked = outgoing.visibility
    answered = outgoing.context.get("visibility", "public")
    if asked not in _WIDEST_FIRST:
        raise Refused("Mastodon has no visibility %(asked)s.", asked=repr(asked))
    return max(asked, answered if answered in _WIDEST_FIRST else "public", key=_WIDEST_FIRST.index)


def _target(api: Api, outgoing: Outgoing) -> Target | None:
    context: Mapping[str, str] = outgoing.context
    uri = outgoing.parent_id or context.get("uri", "")
    if context.get("instance") == api.instance and context.get("status_id"):
        return Target(context["status_id"], context.get("acct", ""))
    return _look_up(api, uri) if uri else None


def _look_up(api: Api, uri: str) -> Target:
    """The same status on our own instance, which fetches it from its home if need be."""
    params = {"q": uri, "type": "statuses", "resolve": "true", "limit": "5"}
    for status in objects(api.get_object("/api/v2/search", params), "statuses"):
        if uri in (status.get("uri"), status.get("url")) and local_id(status):
            account = status.get("account")
            acct = account.get("acct") if isinstance(account, dict) else ""
            return Target(local_id(status), str(acct or ""))
    raise Refused(
        "%(host)s can't find the post that is answered. It may have been deleted.", host=api.host
    )


def _with_mention(text: str, target: Target | None) -> str:
    if target is None or not target.acct:
        return text
    mention = f"@{target.acct}"
    if any(found.casefold() == mention.casefold() for found in _MENTION.findall(text)):
        return text
    return f"{mention} {text}"


def _check_length(api: Api, text: str) -> None:
    length = counted_length(text)
    if not text:
        raise Refused("There is no text to send.")
    if length <= FALLBACK_LENGTH:
        return
    limit = length_limit(api)
    if length > limit:
        raise Refused(
            "The text is %(length)s characters long; %(host)s takes %(limit)s.",
            length=str(length),
            host=api.host,
            limit=str(limit),
        )


def _sent_earlier(api: Api, account: Account, target: Target, text: str) -> dict[str, Any] | None:
    """Our own answer to this post with this text, if it stands there already."""
    try:
        context = api.get_object(f"/api/v1/statuses/{segment(target.status_id)}/context")
    except Refused:
        return None  # the server will say what is wrong when we send
    own_url = account.identity or _own_url(api)
    for status in objects(context, "descendants"):
        answers = local_id(status, "in_reply_to_id") == target.status_id
        ours = account_url(status.get("account")) == own_url
        if answers and ours and _essence(_text_of(status)) == _essence(text):
            return status
    return None


def _own_url(api: Api) -> str:
    return account_url(api.get_object("/api/v1/accounts/verify_credentials"))


def _text_of(status: dict[str, Any]) -> str:
    content = status.get("content")
    return html_to_text(content) if isinstance(content, str) else ""


def _essence(text: str) -> str:
    """The text without mentions and blanks, which servers write in their own way."""
    return "".join(_MENTION.sub("", text).split()).casefold()
