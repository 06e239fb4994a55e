"""Words saved under a name: changed for all its watches, never taken from under one."""

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels.models import Channel
from ildsjel.engine.items import Author, Item
from ildsjel.engine.matching import QueryError, Source, named_groups, source_of
from ildsjel.flow.plans import plan_for
from ildsjel.listening.actions import remove_watch, save_watch
from ildsjel.listening.group_actions import (
    GroupBreaks,
    GroupNeeded,
    GroupTaken,
    archive_watch_group,
    save_watch_group,
)
from ildsjel.listening.group_queries import users_of
from ildsjel.listening.models import BurstState, Watch, WatchGroup
from ildsjel.organisation.models import Member, Role, utc_now
from tests.builders import make_channel, make_member, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, name="Bygdelista")


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object) -> str:
    return reverse(f"listening:{name}", args=[member.organisation.slug, *args])


def found(channel: Channel, *texts: str) -> list[list[int]]:
    """The watches that each text matches on its way in."""
    items = [
        Item(
            external_id=text,
            text=text,
            thread_key=text,
            author=Author(external_id="did:1"),
            published_at=utc_now(),
            revision=1,
        )
        for text in texts
    ]
    return [[hit.watch_id for hit in hits] for hits in plan_for(channel).matcher.match(items)]


def test_a_source_holds_the_groups_that_it_hangs_on_and_no_others() -> None:
    groups = {"vinter": "snø OR group:is", "is": "holke", "vei": "gate", "a b": "x"}
    assert list(named_groups('group:vinter NOT (group:"a b" OR vei)')) == ["vinter", "a b"]
    made = source_of("vei group:vinter", groups)
    assert made == Source("vei group:vinter", (("is", "holke"), ("vinter", "snø OR group:is")))
    assert source_of("vei", groups) == Source("vei")
    assert source_of('"group:is"', groups) == Source('"group:is"')


def test_an_edit_of_a_group_counts_in_its_watches_from_the_next_batch(
    owner: Member, channel: Channel
) -> None:
    inner = save_watch_group(by=owner, name="is", query="holke")
    save_watch_group(by=owner, name="vinter", query="snø OR group:is")
    watch = save_watch(by=owner, name="Vei", query="vei group:vinter")
    other = save_watch(by=owner, name="Skole", query="skole")
    texts = ("snø på vei", "holke på vei", "hålke på vei", "skole")
    assert found(channel, *texts) == [[watch.pk], [watch.pk], [], [other.pk]]
    save_watch_group(by=owner, name="is", query="hålke", group=inner)
    assert found(channel, *texts) == [[watch.pk], [], [watch.pk], [other.pk]]


def test_other_words_in_a_group_begin_another_usual(owner: Member) -> None:
    group = save_watch_group(by=owner, name="is", query="holke")
    watch = save_watch(by=owner, name="Vei", query="group:is")
    now = utc_now()
    times = {"settled_to": now, "counted_to": now, "alarm_at": now}
    BurstState.objects.create(
        organisation=owner.organisation, watch=watch, query=watch.query, state=b"", **times
    )
    save_watch_group(by=owner, name="is", query="hålke", group=group)
    assert BurstState.objects.get().query != watch.query


def test_a_group_that_is_missing_or_holds_itself_is_told_at_its_name(owner: Member) -> None:
    with pytest.raises(QueryError) as missing:
        save_watch(by=owner, name="Vei", query="vei group:vinter")
    assert (missing.value.code, missing.value.position) == ("no-groups", 4)
    winter = save_watch_group(by=owner, name="vinter", query="snø")
    save_watch_group(by=owner, name="is", query="holke OR group:vinter")
    with pytest.raises(QueryError) as cycle:
        save_watch_group(by=owner, name="vinter", query="snø OR group:is", group=winter)
    assert (cycle.value.code, cycle.value.position) == ("group-cycle", 7)
    winter.refresh_from_db()
    assert winter.query == "snø"


def test_a_group_in_use_is_neither_renamed_nor_archived(owner: Member) -> None:
    group = save_watch_group(by=owner, name="vinter", query="snø")
    watch = save_watch(by=owner, name="Vei", query="vei group:vinter")
    with pytest.raises(GroupNeeded) as refused:
        archive_watch_group(by=owner, group=group)
    assert refused.value.users == [watch]
    with pytest.raises(GroupNeeded):
        save_watch_group(by=owner, name="vår", query="snø", group=group)
    save_watch(by=owner, name="Vei", query="vei", watch=watch)
    archive_watch_group(by=owner, group=group)
    with pytest.raises(QueryError):
        save_watch(by=owner, name="Vei", query="vei group:vinter", watch=watch)


def test_words_that_would_break_a_watch_are_not_saved(owner: Member) -> None:
    group = save_watch_group(by=owner, name="vinter", query="snø")
    watch = save_watch(by=owner, name="Vei", query="vei NEAR/5 group:vinter")
    with pytest.raises(GroupBreaks) as refused:
        save_watch_group(by=owner, name="vinter", query="snø NOT is", group=group)
    assert refused.value.user == watch
    group.refresh_from_db()
    assert group.query == "snø"


def test_no_two_groups_in_use_have_the_same_name(owner: Member) -> None:
    first = save_watch_group(by=owner, name="Vinter", query="snø")
    with pytest.raises(GroupTaken):
        save_watch_group(by=owner, name="vinter", query="is")
    archive_watch_group(by=owner, group=first)
    save_watch_group(by=owner, name="vinter", query="is")
    with pytest.raises(GroupTaken):
        archive_watch_group(by=owner, group=first, archived=False)


def test_a_removed_watch_comes_back_only_with_its_groups(owner: Member) -> None:
    group = save_watch_group(by=owner, name="vinter", query="snø")
    watch = save_watch(by=owner, name="Vei", query="group:vinter")
    remove_watch(by=owner, watch=watch)
    archive_watch_group(by=owner, group=group)
    page = signed_in(owner).post(at(owner, "watch-restore", watch.pk), follow=True)
    assert "There is no group called “vinter”." in page.content.decode()
    watch.refresh_from_db()
    assert watch.removed_at is not None


def test_the_groups_of_others_are_not_known(owner: Member) -> None:
    save_watch_group(by=make_owner("Nabokommunen"), name="vinter", query="snø")
    with pytest.raises(QueryError):
        save_watch(by=owner, name="Vei", query="group:vinter")
    assert "vinter" not in signed_in(owner).get(at(owner, "groups")).content.decode()


def test_writing_changing_and_archiving_on_the_pages(owner: Member) -> None:
    client = signed_in(owner)
    given = {"name": " store   veier ", "query": "E6 OR E18"}
    assert client.post(at(owner, "group-add"), given).status_code == 302
    group = WatchGroup.objects.get()
    assert (group.name, group.written) == ("store veier", 'group:"store veier"')
    save_watch(by=owner, name="Kø", query='kø group:"store veier"')
    assert "in 1 watch" in client.get(at(owner, "groups")).content.decode()
    page = client.get(at(owner, "group", group.pk)).content.decode()
    assert at(owner, "watch", Watch.objects.get().pk) in page
    assert at(owner, "group-archive", group.pk) not in page
    refused = client.post(at(owner, "group-archive", group.pk), follow=True).content.decode()
    assert "It is used by Kø." in refused
    Watch.objects.update(query="kø")
    offered = client.post(at(owner, "group-archive", group.pk), follow=True)
    assert offered.context["undo"]["url"] == at(owner, "group-restore", group.pk)
    client.post(at(owner, "group-restore", group.pk))
    assert users_of(group) == []
    assert WatchGroup.objects.get().archived_at is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "ny", "query": "(snø"}, "This parenthesis is never closed."),
        ({"name": "IS", "query": "snø"}, "Another group has this name."),
        ({"name": 'et "ord', "query": "snø"}, "A name can&#x27;t hold quotation marks."),
        ({"name": "ny", "query": "group:ny"}, "The group “ny” holds itself: ny → ny."),
    ],
)
def test_what_cannot_be_saved_is_kept_and_explained(
    owner: Member, given: dict[str, str], told: str
) -> None:
    save_watch_group(by=owner, name="is", query="holke")
    answer = signed_in(owner).post(at(owner, "group-add"), given)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert WatchGroup.objects.count() == 1


def test_the_trial_of_words_knows_the_groups(owner: Member) -> None:
    save_watch_group(by=owner, name="is", query="holke")
    client = signed_in(owner)
    read = client.post(at(owner, "watch-check"), {"query": "group:is"}).content.decode()
    assert "no group called" not in read
    missing = client.post(at(owner, "watch-check"), {"query": "group:snø"}).content.decode()
    assert "There is no group called “snø”." in missing


@pytest.mark.parametrize("name", ["group-add", "group", "group-archive", "group-restore"])
def test_who_may_not_listen_is_refused(owner: Member, name: str) -> None:
    group = save_watch_group(by=owner, name="is", query="holke")
    agent = make_member(owner.organisation, Role.AGENT)
    args = [] if name == "group-add" else [group.pk]
    assert signed_in(agent).post(at(owner, name, *args)).status_code == 403
