"""Why there is a burst: the posts of it against those of the days before, as the row keeps it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ildsjel.engine.bursts import explain
from ildsjel.engine.items import Item as Value
from ildsjel.listening.highlight import as_value
from ildsjel.listening.models import Burst, Mention

RAMP = timedelta(hours=1)  # before the alarm: it had begun to grow by then
COMPARED = timedelta(days=7)
READ = 500  # posts on each side
KEPT = 8


def reason_of(burst: Burst, until: datetime) -> dict[str, Any]:
    """What drives it, strongest first. Posts and authors are told by their ids only."""
    begin = burst.began_at - RAMP
    during = _posts(burst, begin, until)
    before = _posts(burst, begin - COMPARED, begin)
    found = explain(during, before, most=KEPT)
    return {
        "terms": [[each.term, each.during, each.before] for each in found.terms],
        "links": [[each.url, each.during, each.before] for each in found.links],
        "authors": [
            [*_author(each.author_id), each.posts, round(each.share, 3)] for each in found.authors
        ],
        "posts": [int(each) for each in found.posts],
        "kind": found.kind.value,
        "few_share": round(found.few_share, 3),
        "copied": round(found.copied, 3),
        "newcomers": round(found.newcomers, 3),
        "read": len(during),
    }


def _posts(burst: Burst, since: datetime, until: datetime) -> Sequence[Value]:
    """The newest of them, with ids that are our own: those of the networks may be alike."""
    rows = Mention.objects.filter(
        watch_id=burst.watch_id, published_at__gte=since, published_at__lt=until
    )
    said = rows.filter(item__deleted_at=None, item__own=False).select_related("item")
    return [_value(mention) for mention in said.order_by("-published_at")[:READ]]


def _value(mention: Mention) -> Value:
    value = as_value(mention.item)
    author = replace(
        value.author, external_id=f"{mention.item.channel_id} {value.author.external_id}"
    )
    return replace(value, external_id=str(mention.item_id), author=author)


def _author(key: str) -> tuple[int, str]:
    channel, _, author = key.partition(" ")
    return int(channel), author
