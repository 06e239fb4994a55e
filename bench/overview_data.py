"""What `bench.overview` reads: an organisation about which so much was said in two months."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from django.db import connection, transaction

from bench import common, inbox_tables
from bench.inbox_tables import Table, moment
from ildsjel.channels.models import Channel
from ildsjel.dialogue import search_tables
from ildsjel.listening import tallies
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item, Mention
from ildsjel.organisation.actions import create_organisation, create_user

EMAIL = "owner@bergvik.example"
SPAN = timedelta(days=60)
WATCHES = (40, 20, 12, 10, 8, 5, 3, 2)  # each one's share of a hundred posts
NETWORKS = (("bluesky", 50), ("mastodon", 25), ("feeds", 15), ("webhook", 10))
LANGUAGES = (("nb", 60), ("nn", 8), ("sv", 10), ("da", 8), ("en", 10), ("", 4))
AT_A_TIME = 5000
ITEM = (
    "id organisation_id channel_id external_id thread_key author_id author_handle author_name text "
    "url published_at received_at address visibility languages"
)
MENTION = "organisation_id watch_id item_id spans published_at language"
Rows = tuple[tuple[object, ...], list[tuple[object, ...]]]


def build(size: int, now: datetime) -> None:
    """Fill the present, empty database with this many mentions."""
    owner = create_user(email=EMAIL, password=None, name="Eva Lind")
    by = create_organisation(
        name="Bergvik", owner=owner, language="nb", timezone="Europe/Oslo", country="NO"
    )
    watches = [save_watch(by=by, name=f"Watch {n}", query=f"ord{n}").pk for n in range(8)]
    channels = [
        Channel.objects.create(organisation=by.organisation, kind=kind, name=kind.title()).pk
        for kind, _share in NETWORKS
    ]
    with connection.schema_editor() as editor:
        search_tables.remove(None, editor)
    items, mentions = Table(Item, ITEM.split()), Table(Mention, MENTION.split())
    posts = _posts(size, now, by.organisation_id, watches, channels)
    with inbox_tables.unchecked():
        while some := list(islice(posts, AT_A_TIME)):
            with transaction.atomic():
                items.write([item for item, _found in some])
                mentions.write([row for _item, found in some for row in found])
    with connection.schema_editor() as editor:
        search_tables.install(None, editor)
    inbox_tables.reset_sequences()
    tallies.recount(by.organisation)


def _posts(
    size: int, now: datetime, organisation: int, watches: list[int], channels: list[int]
) -> Iterator[Rows]:
    """Posts in order of time, one in five found by two watches; a few authors write much."""
    chance, texts = Random(11), common.texts()
    shares = [share for _, share in NETWORKS], [share for _, share in LANGUAGES]
    codes, authors = [code for code, _ in LANGUAGES], max(10, size // 10)
    written = number = 0
    while written < size:
        number += 1
        at = moment(now - SPAN * (1 - written / size))
        channel, code = chance.choices(channels, shares[0])[0], chance.choices(codes, shares[1])[0]
        author = int(authors ** chance.random())
        key, languages = f"at://post/{number:020d}", f'["{code}"]' if code else "[]"
        item = (
            number, organisation, channel, key, key, f"did:plc:{author:024d}",
            f"p{author}.example", f"Person {author}", texts[number % len(texts)],
            f"https://social.example/{number}", at, at, "public", "public", languages,
        )  # fmt: skip
        found = set(chance.choices(watches, WATCHES, k=1 + (chance.random() < 0.2)))
        yield item, [(organisation, watch, number, "[[0, 4]]", at, code) for watch in found]
        written += len(found)
