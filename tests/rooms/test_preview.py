"""What words would find before they are saved: over the archive, counted by day and by part, with
posts that match, posts that nearly do, and words to leave out."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels.models import Channel
from ildsjel.engine.items import Address, Author, Deletion, Item
from ildsjel.engine.matching.dissecting import Lack
from ildsjel.listening import archive, keeping
from ildsjel.listening import preview as previews
from ildsjel.listening.group_actions import save_watch_group
from ildsjel.listening.models import Watch
from ildsjel.listening.preview import Marks, Preview, preview
from ildsjel.organisation.models import Member, utc_now
from tests.builders import make_channel, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, name="Bygdelista")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found must not hang on how busy the machine is."""
    monkeypatch.setattr(previews, "SECONDS", 600)


def keep(
    owner: Member, channel: Channel, texts: list[str], *, days_ago: int = 0, **more: Any
) -> None:
    """Put posts of one day into the archive."""
    noon = utc_now().replace(hour=12, minute=0) - timedelta(days=days_ago)
    items = [
        Item(
            external_id=f"{days_ago}-{number}-{text[:20]}",
            text=text,
            author=Author(external_id=f"did:{number}", name="Ola"),
            published_at=noon + timedelta(seconds=number),
            revision=1,
            thread_key=f"{days_ago}-{number}",
            languages=("nb",),
            address=Address.PUBLIC,
            **more,
        )
        for number, text in enumerate(texts)
    ]
    rows = archive.table_of(items, channel=channel.pk, network="bluesky", received_at=noon)
    archive.append(keeping.folder_of(owner.organisation_id), rows)


def hits_by_day(found: Preview) -> list[int]:
    return [day.hits for day in found.days.values()]


def test_it_counts_each_day_of_the_archive(owner: Member, channel: Channel) -> None:
    keep(owner, channel, ["vann er borte", "sol", "vannet kom"], days_ago=3)
    keep(owner, channel, ["vann", "vann igjen", "vann enda en gang"], days_ago=2)
    keep(owner, channel, ["regn"], days_ago=1)
    found = preview(owner, "vann")
    assert found.from_archive
    assert found.is_whole
    assert (found.looked_at, found.hits, hits_by_day(found)) == (7, 4, [1, 3, 0])
    assert found.languages == [("nb", 1.0)]
    assert found.cost is not None
    assert found.cost.hits == found.cost.conversations == 2
    assert found.cost.stored > 0
    assert found.cost.seconds > 0


def test_it_tells_what_each_part_brings(owner: Member, channel: Channel) -> None:
    keep(owner, channel, ["skole", "skole", "skule", "skole skule", "barnehage"])
    found = preview(owner, "skole OR skule OR skuule")
    shares = [(share.part.text, share.held, share.alone) for share in found.shares]
    assert shares == [("skole", 3, 2), ("skule", 2, 1), ("skuule", 0, 0)]


def test_it_shows_what_matches_and_why(owner: Member, channel: Channel) -> None:
    keep(owner, channel, ["Mye snø på vei i dag", "is på vei", "vei"])
    found = preview(owner, "(snø OR is) vei")
    by_text = {sample.text: sample for sample in found.samples}
    assert set(by_text) == {"Mye snø på vei i dag", "is på vei"}
    sample = by_text["Mye snø på vei i dag"]
    assert [piece.text for piece in sample.pieces if piece.marked] == ["snø", "vei"]
    assert sample.terms == ("snø", "vei")
    assert sample.author == "Ola"


def test_it_shows_what_nearly_matches_and_what_it_lacks(owner: Member, channel: Channel) -> None:
    keep(owner, channel, ["mobbing på skolen", "mobbing", "skole", "skole mobbing", "sol"])
    found = preview(owner, "skole mobbing")
    told = {each.text: (each.lacks.text, each.lacks.lack) for each in found.near if each.lacks}
    assert told == {
        "mobbing på skolen": ("skole", Lack.LONGER),
        "mobbing": ("skole", Lack.MISSING),
        "skole": ("mobbing", Lack.MISSING),
    }
    assert (found.hits, found.near_posts) == (1, 3)


def test_a_word_that_keeps_the_noise_out_is_suggested(owner: Member, channel: Channel) -> None:
    noise = [f"farris er godt vann nummer {number}" for number in range(6)]
    right = [f"vann borte i vei {number}" for number in range(6)]
    keep(owner, channel, [*noise, *right, "sol", "regn er godt"])
    found = preview(owner, "vann", Marks(noise=tuple(noise[:3]), right=tuple(right[:2])))
    best = found.exclusions[0]
    assert (best.word, best.noise, best.others) == ("farris", 3, 3)
    assert "borte" not in {each.word for each in found.exclusions}
    assert preview(owner, "vann").exclusions == []


def test_posts_that_were_deleted_are_not_shown(owner: Member, channel: Channel) -> None:
    keep(owner, channel, ["vann hemmelig", "vann åpent"])
    gone = Deletion(external_id="0-0-vann hemmelig", author_id="", at=utc_now())
    archive.forget(keeping.folder_of(owner.organisation_id), channel.pk, [gone])
    assert [sample.text for sample in preview(owner, "vann").samples] == ["vann åpent"]


def test_fields_groups_and_titles_are_looked_at(owner: Member, channel: Channel) -> None:
    keep(owner, channel, ["vann"], title="Vei stengt")
    keep(owner, channel, ["snø"], days_ago=1)
    save_watch_group(by=owner, name="vinter", query="snø OR title:vei")
    assert preview(owner, "group:vinter lang:nb").hits == 2
    assert preview(owner, "group:vinter lang:sv").hits == 0


def test_a_large_archive_is_sampled_over_its_days(
    owner: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(8):
        keep(owner, channel, ["vann"] * (day + 1), days_ago=8 - day)
    monkeypatch.setattr(previews, "SECONDS", -1)  # over as soon as one part is read
    found = preview(owner, "vann")
    assert (found.days_seen, len(found.days)) == (1, 8)
    assert not found.is_whole


def test_a_piece_is_read_in_turns_that_together_are_all_of_it(
    tmp_path: Path, owner: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive.sampling, "_AT_ONCE", 4)
    keep(owner, channel, [f"vann {number}" for number in range(11)])
    keep(owner, channel, [f"vann {number}" for number in range(3)], days_ago=1)
    folder = keeping.folder_of(owner.organisation_id)
    parts = list(archive.spread(folder, archive.latest_days(folder, 9), ["text"], seconds=600))
    assert [len(part.rows) for part in parts] == [3, 4, 4, 3]
    assert parts[0].day < parts[1].day
    read = [text for part in parts[1:] for text in part.rows["text"].to_pylist()]
    assert sorted(read) == sorted(f"vann {number}" for number in range(11))
    [row] = parts[2].details([1])
    assert row is not None
    assert row["text"] == parts[2].rows["text"][1].as_py()


def test_a_later_question_ends_an_earlier_one(owner: Member) -> None:
    first, second = previews._later_one(owner), previews._later_one(owner)
    assert first()
    assert not second()


def test_without_an_archive_it_looks_at_what_is_stored(owner: Member) -> None:
    found = preview(owner, "vann")
    assert not found.from_archive
    assert (found.looked_at, found.hits, found.cost) == (0, 0, None)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object) -> str:
    return reverse(f"listening:{name}", args=[member.organisation.slug, *args])


def test_the_page_says_how_much_was_looked_at(owner: Member, channel: Channel) -> None:
    for day in range(3):
        keep(owner, channel, ["vann her", "sol"], days_ago=day)
    page = signed_in(owner).post(at(owner, "watch-check"), {"query": "vann"}).content.decode()
    assert "About 1 post a day." in page
    assert "From all 6 posts of 3 days in the archive." in page
    assert page.count("<rect") == 3
    assert "<mark>vann</mark> her" in page
    assert 'id="watch-said"' in page


def test_what_is_marked_stays_marked_and_brings_a_word_to_leave_out(
    owner: Member, channel: Channel
) -> None:
    keep(owner, channel, ["farris er vann", "vann er borte", "godt"])
    client = signed_in(owner)
    given = {"query": "vann OR vatn", "opens": "listen", "mark-a": "noise:farris er vann"}
    page = client.post(at(owner, "watch-check"), given).content.decode()
    assert 'value="noise:farris er vann" checked' in page
    assert '<button class="button button-s" name="exclude" value="farris">' in page
    form = client.post(at(owner, "watch-add"), given | {"exclude": "farris"}).content.decode()
    assert "(vann OR vatn) NOT farris</textarea>" in form
    assert 'value="listen" required id="id_opens_1" checked' in form
    assert "farris er vann" in form  # what was marked is still there, and no longer found
    assert "no longer found" in form
    assert not Watch.objects.exists()


def test_a_word_is_left_out_of_nothing_that_cannot_be_read(owner: Member) -> None:
    given = {"query": "(vann", "exclude": "farris"}
    page = signed_in(owner).post(at(owner, "watch-add"), given).content.decode()
    assert "(vann</textarea>" in page
    assert "This parenthesis is never closed." in page
