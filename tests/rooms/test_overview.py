"""The overview of listening: what it counts, what its bars open, who may see it."""

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ildsjel.channels.models import Channel
from ildsjel.engine.terms import rising
from ildsjel.listening.models import Item
from ildsjel.listening.periods import before, last_place, read_period, read_place
from ildsjel.organisation.models import Member, Role
from tests.builders import make_channel, make_member, make_owner
from tests.rooms.test_listening_pages import at, hear, make_watch, signed_in

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")
DAY = 24 * 60


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, name="Bygdelista")


def figures(
    client: Client, member: Member, **query: object
) -> dict[str, list[tuple[str, int, str]]]:
    shown = client.get(at(member, "overview", **query)).context["figures"]
    return {each.key: [(row.label, row.value, row.url) for row in each.rows] for each in shown}


def test_every_bar_opens_as_many_posts_as_it_counts(owner: Member, channel: Channel) -> None:
    water, school = make_watch(owner, "vann"), make_watch(owner, "skole")
    other = make_channel(owner, name="Avisa")
    hear(channel, "vann i dag", water, languages=["nb"], author_id="ola")
    hear(channel, "vann i går", water, languages=["nb"], author_id="ola", minutes_ago=DAY)
    hear(other, "skolen og vann", water, school, minutes_ago=3 * DAY, author_id="kari")
    hear(other, "skole på dansk", school, languages=["da"], minutes_ago=3 * DAY, author_id="kari")
    hear(channel, "vann for lenge siden", water, minutes_ago=40 * DAY, author_id="ola")
    client = signed_in(owner)
    shown = figures(client, owner)
    assert {"volume", "share", "channels", "languages", "authors"} <= set(shown)
    for key, rows in shown.items():
        for label, value, url in rows:
            posts = client.get(url).context["posts"]
            found = (
                sum(len(post.watches) for post in posts)
                if key in {"volume", "share"}
                else len(posts)
            )
            assert found == value, (key, label)


def test_deleted_posts_and_those_of_others_are_not_counted(owner: Member, channel: Channel) -> None:
    gone = hear(channel, "vann", make_watch(owner, "vann"))
    Item.objects.filter(pk=gone.pk).update(deleted_at=gone.published_at)
    other = make_owner("Nabokommunen")
    hear(make_channel(other), "vann", make_watch(other, "vann"))
    assert figures(signed_in(owner), owner) == {}


def test_the_number_of_queries_does_not_grow(owner: Member, channel: Channel) -> None:
    client = signed_in(owner)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(at(owner, "overview")).status_code == 200
        return len(caught)

    hear(channel, "vann", make_watch(owner, "vann"), author_id="a")
    few = queries()
    for number in range(20):
        watch = make_watch(owner, f"ord{number}")
        hear(
            make_channel(owner),
            f"ord{number}",
            watch,
            minutes_ago=number * DAY,
            author_id=str(number),
        )
    assert queries() <= few


def test_a_table_as_csv(owner: Member, channel: Channel) -> None:
    hear(channel, "vann", make_watch(owner, "vann", name="=Vann"))
    answer = signed_in(owner).get(at(owner, "overview-table", "share"))
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(answer.content.decode().splitlines()))
    assert rows[1] == ["'=Vann", "1", "100.0", "0"]
    assert signed_in(owner).get(at(owner, "overview-table", "nothing")).status_code == 404


def test_members_may_look_and_nobody_else(owner: Member, channel: Channel) -> None:
    watch = make_watch(owner, "vann")
    hear(channel, "vann", watch)
    colleague = make_member(owner.organisation, Role.AGENT)
    stranger = make_owner("Nabokommunen")
    for args in (["overview"], ["overview-table", "share"]):
        url = at(owner, *args)
        assert signed_in(colleague).get(url).status_code == 200
        assert signed_in(stranger).get(url).status_code == 404
        assert Client().get(url).status_code == 302
    assert signed_in(stranger).get(at(stranger, "overview", watch=watch.pk)).status_code == 404


def test_the_links_of_the_page_keep_the_chosen_watches(owner: Member, channel: Channel) -> None:
    water, school = make_watch(owner, "vann"), make_watch(owner, "skole")
    hear(channel, "vann", water)
    page = signed_in(owner).get(at(owner, "overview", watch=[water.pk, school.pk]))
    links = unescape(" ".join(re.findall(r'href="(\?[^"]+)"', page.content.decode())))
    assert links.count(f"watch={water.pk}") == links.count(f"watch={school.pk}") == 3


def test_days_are_those_of_the_organisations_clock() -> None:
    now = datetime(2026, 10, 26, 12, tzinfo=OSLO)
    period = read_period({"period": "7d"}, OSLO, now)
    assert [f"{edge:%d}" for edge in period.edges] == [
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "26",
        "27",
    ]
    assert period.edges[6].timestamp() - period.edges[5].timestamp() == 25 * 3600
    assert period.step_of(datetime(2026, 10, 25, 23, 30, tzinfo=OSLO)) == 5
    earlier = before(period)
    assert (earlier.start.day, earlier.end) == (13, period.start)
    assert earlier.until < earlier.end


def test_places_in_addresses() -> None:
    start = read_place("2026-11-20", OSLO)
    end = read_place("2026-11-20", OSLO, end=True)
    assert start is not None
    assert end is not None
    assert end - start == timedelta(days=1)
    assert last_place(end, "day") == "2026-11-20"
    assert read_place("2026-11-20T25", OSLO) is None
    assert read_place("yesterday", OSLO) is None


def test_terms_that_rise_are_those_that_chance_does_not_explain() -> None:
    earlier = ["vannet er kaldt i dag"] * 40
    now = ["vannet er kaldt i dag"] * 40 + ["vannet er brunt"] * 20
    assert [rise.term for rise in rising(now, earlier)] == ["brunt"]
    assert rising(now, []) == []
