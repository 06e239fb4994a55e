"""Reading by polling: tag and public timelines of named instances, and what is addressed to us."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ildsjel.connectors.mastodon.api import Api, instance_url, own_instance, segment
from ildsjel.connectors.mastodon.cursor import Cursor
from ildsjel.connectors.mastodon.reading import Gathered, Reader, Timeline
from ildsjel.connectors.mastodon.statuses import (
    Viewpoint,
    account_url,
    handle_of,
    local_id,
    objects,
)
from ildsjel.connectors.mastodon.threads import Threads
from ildsjel.connectors.protocol import (
    Account,
    Batch,
    ConnectorError,
    Identity,
    Refused,
    Unreachable,
)

QUESTIONS = 20  # for the conversations of posts, an instance and fetch
_LATE = timedelta(minutes=10)
_BRIEFLY_LATE = timedelta(seconds=30)  # a whole public timeline is long: read little of it twice


def fetch(account: Account, cursor: str) -> Batch:
    """One look at every timeline of the account, at most 200 posts of each.

    A timeline that was never read gives its newest page. An instance that is down, refuses or
    answers nonsense gives a line in `rejected` and does not stop the others; when none answers, the
    first error is raised. With a token come mentions and our own posts. Posts of the last minutes
    are looked at again, for late arrivals and edits; unchanged ones are passed over.
    """
    place, found = Cursor.load(cursor), Gathered()
    keys: set[str] = set()
    for instance, token in _instances(account).items():
        with Api(instance, token) as api:
            keys |= _read_instance(api, account, place, found)
    if found.errors and not found.read:
        raise found.errors[0]
    if not keys and not found.errors:
        raise Refused("Nothing to read: give a server with a hashtag, or your own account.")
    if not found.errors:
        place.keep_only(keys)
    return Batch(
        items=found.items,
        rejected=found.rejected,
        cursor=place.dump(),
        more=found.more,
        seen=found.seen,
    )


def check(account: Account) -> Identity | None:
    """Ask every timeline once. Returns our account when there is a token."""
    instances = _instances(account)
    identity, asked = None, 0
    for instance, token in instances.items():
        with Api(instance, token) as api:
            if token:
                identity, asked = _identity(api), asked + 1
            for timeline in _listening(account, instance):
                api.get_list(timeline.path, {**timeline.params, "limit": "1"})
                asked += 1
    if not asked:
        raise Refused("Nothing to read: give a server with a hashtag, or your own account.")
    return identity


def thread(account: Account, reply_context: Mapping[str, str]) -> Batch:
    """The conversation around a status as its instance shows it, oldest first.

    Raises `Refused` where the status is gone or not shown to us.
    """
    instance = instance_url(reply_context.get("instance", ""))
    name = segment(reply_context.get("status_id", ""))
    if not name:
        raise Refused("It is not known where this post stands.")
    found = Gathered()
    with Api(instance, _instances(account).get(instance, "")) as api:
        view = viewpoint(api, account, Cursor())
        middle = api.get_object(f"/api/v1/statuses/{name}")
        context = api.get_object(f"/api/v1/statuses/{name}/context")
        around = [*objects(context, "ancestors"), middle, *objects(context, "descendants")]
        reader = Reader(api, view, Threads(api, questions=0), found)
        for status in around:
            reader.add(status, where=f"{api.host} thread")
    return Batch(items=found.items, rejected=found.rejected, seen=len(around))


def viewpoint(api: Api, account: Account, place: Cursor) -> Viewpoint:
    """Who we are on this instance; asks it once where we have a token and don't know yet."""
    changed = bool(account.identity) and account.identity != place.own_url
    if api.token and (changed or not place.own_id):
        _learn_who_we_are(api, place)
    return Viewpoint(
        instance=api.instance,
        own_url=account.identity or place.own_url,
        own_id=place.own_id if api.token else "",
    )


def _instances(account: Account) -> dict[str, str]:
    """The instances to read, each with the token we have there."""
    found = {instance_url(line): "" for line in account.lines("instance_urls")}
    if account.settings.get("instance_url", "").strip() and account.secrets.get("access_token"):
        instance, token = own_instance(account)
        found[instance] = token
    return found


def _listening(account: Account, instance: str) -> list[Timeline]:
    tags = dict.fromkeys(line.lstrip("#").strip() for line in account.lines("hashtags"))
    found = [
        Timeline(
            key=f"{instance} #{tag.casefold()}",
            path=f"/api/v1/timelines/tag/{segment(tag)}",
            overlap=_LATE,
        )
        for tag in tags
        if tag
    ]
    public = account.settings.get("public_timeline", "none")
    if public == "local":
        key, params = f"{instance} local", {"local": "true"}
        found.append(Timeline(key=key, path="/api/v1/timelines/public", params=params))
    elif public == "all":
        key, path = f"{instance} all", "/api/v1/timelines/public"
        found.append(Timeline(key=key, path=path, overlap=_BRIEFLY_LATE))
    return found


def _personal(instance: str, own_id: str) -> list[Timeline]:
    return [
        Timeline(
            key=f"{instance} mentions",
            path="/api/v1/notifications",
            params={"types[]": "mention"},
            notifications=True,
        ),
        Timeline(
            key=f"{instance} own",
            path=f"/api/v1/accounts/{segment(own_id)}/statuses",
            params={"exclude_reblogs": "true"},
        ),
    ]


def _read_instance(api: Api, account: Account, place: Cursor, found: Gathered) -> set[str]:
    """Read its timelines into `found`; the keys of those there are, for tidying the cursor."""
    try:
        view = viewpoint(api, account, place)
    except ConnectorError as error:
        found.failed(api.host, error)
        return set()
    timelines = _listening(account, api.instance)
    if api.token:
        timelines = _personal(api.instance, view.own_id) + timelines
    reader = Reader(api, view, Threads(api, QUESTIONS), found)
    for timeline in timelines:
        try:
            reader.read(timeline, place.position(timeline.key))
            found.read += 1
        except Refused as error:
            found.failed(timeline.key, error)
        except ConnectorError as error:
            found.failed(timeline.key, error)
            break  # down or limited: its other timelines would only take more time
    return {timeline.key for timeline in timelines}


def _learn_who_we_are(api: Api, place: Cursor) -> None:
    me = api.get_object("/api/v1/accounts/verify_credentials")
    place.own_id, place.own_url = local_id(me), account_url(me)
    if not place.own_id or not place.own_url:
        raise Unreachable(
            "%(host)s did not say which account the access token belongs to.", host=api.host
        )


def _identity(api: Api) -> Identity:
    me: dict[str, Any] = api.get_object("/api/v1/accounts/verify_credentials")
    url = account_url(me)
    if not url:
        raise Refused(
            "%(host)s did not say which account the access token belongs to.", host=api.host
        )
    return Identity(external_id=url, handle=handle_of(me, api.instance), url=url)
