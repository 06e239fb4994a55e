"""One matcher for the watches of all organisations, and what is stored of languages."""

import pytest

from ildsjel.channels.gateway import Batch
from ildsjel.engine.items import Address, Author
from ildsjel.flow import plans
from ildsjel.flow.inbound import receive
from ildsjel.listening.actions import remove_watch, save_watch, switch_watch
from ildsjel.listening.models import Item, Mention, Watch
from ildsjel.organisation.models import Member
from tests.builders import make_channel, make_item, make_owner

pytestmark = pytest.mark.django_db
SNOW = "Når kommer brøytebilen til oss i Solbakken, det har snødd siden i går kveld"


@pytest.fixture
def owners() -> tuple[Member, Member]:
    return make_owner(), make_owner("Fjordby kommune")


def watches_found(by: Member, text: str) -> set[str]:
    channel = make_channel(by, kind="bluesky")
    said = make_item(text, address=Address.PUBLIC)
    receive(channel, Batch(items=[said], cursor="c"))
    mentions = Mention.objects.filter(item__external_id=said.external_id)
    return set(mentions.values_list("watch__name", flat=True))


def test_the_watches_of_all_organisations_stand_in_one_matcher(
    owners: tuple[Member, Member],
) -> None:
    for number, owner in enumerate(owners):
        save_watch(by=owner, name=f"snow {number}", query="snødd")
    ours, theirs = (plans.plan_for(make_channel(owner)) for owner in owners)
    assert ours.matcher is theirs.matcher
    assert len(ours.matcher.match([make_item(SNOW)])[0]) == 2
    assert watches_found(owners[0], SNOW) == {"snow 0"}
    assert watches_found(owners[1], SNOW) == {"snow 1"}


def test_a_change_counts_from_the_next_batch_and_touches_nobody_else(
    owners: tuple[Member, Member],
) -> None:
    one, other = owners
    watch = save_watch(by=one, name="words", query="snødd")
    save_watch(by=other, name="theirs", query="snødd")
    assert watches_found(one, SNOW) == {"words"}
    save_watch(by=one, watch=watch, name="words", query="regn")
    assert watches_found(one, SNOW) == set()
    assert watches_found(other, SNOW) == {"theirs"}
    save_watch(by=one, watch=watch, name="words", query="Solbakken")
    assert watches_found(one, SNOW) == {"words"}
    switch_watch(by=one, watch=watch, on=False)
    assert watches_found(one, SNOW) == set()
    switch_watch(by=one, watch=watch, on=True)
    remove_watch(by=one, watch=watch)
    assert watches_found(one, SNOW) == set()
    assert watches_found(other, SNOW) == {"theirs"}


def test_many_changes_are_laid_out_anew(owners: tuple[Member, Member]) -> None:
    watch = save_watch(by=owners[0], name="words", query="snødd")
    channel = make_channel(owners[0])
    before = plans.plan_for(channel).matcher
    for number in range(300):
        save_watch(by=owners[0], name=f"w{number}", query=f"word{number}")
    after = plans.plan_for(channel).matcher
    assert not after.wants_compaction
    assert [hit.watch_id for hit in after.match([make_item(SNOW)])[0]] == [watch.pk]
    assert [hit.watch_id for hit in before.match([make_item(SNOW)])[0]] == [watch.pk]


def test_a_watch_that_can_not_be_read_holds_up_nobody(owners: tuple[Member, Member]) -> None:
    save_watch(by=owners[0], name="snow", query="snødd")
    broken = save_watch(by=owners[1], name="broken", query="snødd")
    Watch.objects.filter(pk=broken.pk).update(query="snødd AND (")
    assert watches_found(owners[0], SNOW) == {"snow"}
    assert watches_found(owners[1], SNOW) == set()


def stored(by: Member, *said: tuple[str, tuple[str, ...], str]) -> list[Item]:
    channel = make_channel(by)
    items = [
        make_item(text, languages=tags, author=Author(external_id=author), external_id=f"{n}")
        for n, (text, tags, author) in enumerate(said)
    ]
    for item in items:
        receive(channel, Batch(items=[item], cursor="c"))
    return list(Item.objects.filter(channel=channel).order_by("pk"))


def test_ours_stands_beside_what_the_network_says(owners: tuple[Member, Member]) -> None:
    ours, tag, none = stored(
        owners[0], (SNOW, ("en",), "a"), ("12:30", ("sv-SE",), "b"), ("12:30", (), "c")
    )
    assert ours.languages == ["en"]
    assert ours.identified is not None
    assert ours.identified["codes"] == ["nb"]
    assert ours.identified["probability"] > 0.9
    assert (ours.spoken, ours.language) == (("nb",), "nb")
    assert tag.language == "sv"
    assert (none.spoken, none.language) == ((), "")


def test_a_short_post_is_in_the_language_that_its_author_writes(
    owners: tuple[Member, Member],
) -> None:
    long = "Jag undrar när ni tänker ploga vägen utanför skolan, det har snöat hela natten"
    *_, known, new = stored(
        owners[0], *[(f"{long} {n}", (), "a") for n in range(5)], ("Ja", (), "a"), ("Ja", (), "b")
    )
    assert known.language == "sv"
    assert new.language != "sv"


def test_what_was_stored_before_counts_by_its_tags(owners: tuple[Member, Member]) -> None:
    [item] = stored(owners[0], (SNOW, ("nn",), "a"))
    Item.objects.update(identified=None, language=None)
    item.refresh_from_db()
    assert item.spoken == ("nn",)
