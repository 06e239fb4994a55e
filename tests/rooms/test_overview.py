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
from ildsjel.engine.items import Deletion
from ildsjel.engine.terms import rising
from ildsjel.listening import reading
from ildsjel.listening.intake import forget
from ildsjel.listening.periods import before, last_place, read_period, read_place
from ildsjel.listening.views.figures import Figure
from ildsjel.organisation.models import Member, Role, utc_now
from tests.builders import make_burst, make_channel, make_member, make_owner
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
    hear(other, "skole og vann", water, school, minutes_ago=3 * DAY, author_id="kari")
    hear(other, "skole på dansk", school, languages=["da"], minutes_ago=3 * DAY, author_id="kari")
    hear(channel, "vann for lenge siden", water, minutes_ago=40 * DAY, author_id="ola")
    client = signed_in(owner)
    shown = figures(client, owner)
    assert {"volume", "share", "channels", "languages", "authors"} <= set(shown)
    for key, rows in shown.items():
        for label, value, url in rows:
            posts = client.get(url).context["posts"]
            by_posts = key in {"authors", "terms"}
            found = len(posts) if by_posts else sum(len(post.watches) for post in posts)
            assert found == value, (key, label)


def test_deleted_posts_and_those_of_others_are_not_counted(owner: Member, channel: Channel) -> None:
    gone = hear(channel, "vann", make_watch(owner, "vann"))
    deletion = Deletion(external_id=gone.external_id, at=utc_now())
    forget(channel, [deletion], now=utc_now(), leave_unknown=True)
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
    assert rows[1] == ["'=Vann", "1", "100.0", "0", channel.name, "Not known"]
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


def test_two_periods_of_ones_own_stand_beside_each_other(owner: Member, channel: Channel) -> None:
    water = make_watch(owner, "vann")
    for day, posts in ((2, 4), (3, 2), (20, 1), (21, 2), (22, 0)):
        for _ in range(posts):
            hear(channel, "vann", water, minutes_ago=day * DAY)
    hear(channel, "vann", water, minutes_ago=100 * DAY)  # we were listening long before
    now = utc_now().astimezone(OSLO).date()
    dates = {
        "start": now - timedelta(days=3),
        "end": now - timedelta(days=2),
        "start2": now - timedelta(days=22),
        "end2": now - timedelta(days=20),
    }
    page = signed_in(owner).get(at(owner, "overview", **dates))
    volume, share = page.context["figures"][:2]
    assert sum(row.value for row in volume.rows) == 6
    assert {row.before for row in volume.rows} == {0}  # no hour stands beside a day
    assert [row.before for row in share.rows] == [3]
    assert "6 mentions; 3 a day, 200% more" in volume.title
    links = unescape(" ".join(re.findall(r'href="([^"]+csv[^"]*)"', page.content.decode())))
    assert f"start2={dates['start2']}" in links


def test_what_was_unusual_is_marked_where_it_began(owner: Member, channel: Channel) -> None:
    water, school = make_watch(owner, "vann"), make_watch(owner, "skole")
    hear(channel, "vann", water)
    burst = make_burst(water)
    client = signed_in(owner)
    volume = client.get(at(owner, "overview", period="24h")).context["figures"][0]
    (mark,) = volume.bursts
    begun = burst.began_at.astimezone(OSLO)
    assert volume.data["names"][mark["at"]] == f"{begun:%H}:00"
    assert client.get(mark["url"]).status_code == 200
    hear(channel, "skole", school)
    assert figure_of(client, owner, "volume", watch=school.pk).bursts == []


def figure_of(client: Client, member: Member, key: str, **query: object) -> Figure:
    shown = client.get(at(member, "overview", **query)).context["figures"]
    found: Figure = next(each for each in shown if each.key == key)
    return found


def test_of_many_posts_an_even_share_is_read(
    owner: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READ", 10)
    water = make_watch(owner, "vann")
    for number in range(60):
        author = "bot" if number % 2 else f"citizen {number}"
        hear(channel, "vann", water, minutes_ago=number, author_id=author)
    client = signed_in(owner)
    authors = figure_of(client, owner, "authors")
    assert (authors.rows[0].value, len(client.get(authors.rows[0].url).context["posts"])) == (
        30,
        30,
    )
    monkeypatch.setattr(reading, "COUNTED", 5)
    worked_out = figure_of(client, owner, "authors")
    assert "Worked out from" in worked_out.note
    assert 15 <= worked_out.rows[0].value <= 45


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
