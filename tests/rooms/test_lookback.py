"""A watch looks back from its page: the offer, the loop that does it, how far it is, Stop."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels.models import Channel
from ildsjel.engine.items import Author, Item
from ildsjel.flow import lookbacks as loop
from ildsjel.flow.jobs import free_leases
from ildsjel.listening import archive, keeping
from ildsjel.listening.actions import save_watch
from ildsjel.listening.lookback_actions import look_back, stop_looking_back
from ildsjel.listening.models import Lookback, LookbackState, Mention, Watch
from ildsjel.organisation.models import Member, Role, utc_now
from ildsjel.work.models import claim
from tests.builders import make_channel, make_member, make_owner

pytestmark = pytest.mark.django_db
DAYS = 3


@pytest.fixture
def owner() -> Member:
    owner = make_owner()
    owner.organisation.archive_days = 30
    owner.organisation.save()
    return owner


@pytest.fixture
def channel(owner: Member) -> Channel:
    """A channel whose archive holds a post about the school on each of some days."""
    channel = make_channel(owner, name="Bygdelista")
    items = [
        Item(
            external_id=f"post-{day}",
            text="skolen er stengt",
            author=Author(external_id="did:1"),
            published_at=utc_now() - timedelta(days=day),
            revision=1,
            thread_key=f"post-{day}",
        )
        for day in range(DAYS)
    ]
    for item in items:
        rows = archive.table_of(
            [item], channel=channel.pk, network="bluesky", received_at=utc_now()
        )
        archive.append(keeping.folder_of(owner.organisation_id), rows)
    return channel


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object) -> str:
    return reverse(f"listening:{name}", args=[member.organisation.slug, *args])


def days() -> dict[str, str]:
    today = utc_now().date()
    return {"first": str(today - timedelta(days=9)), "last": str(today)}


def test_a_new_watch_is_offered_the_archive_and_finds_what_was_said(
    owner: Member, channel: Channel
) -> None:
    client = signed_in(owner)
    saved = client.post(at(owner, "watch-add"), {"query": "skole*", "opens": "inbox"})
    watch = Watch.objects.get()
    assert saved["Location"] == at(owner, "lookback", watch.pk) + "?new"
    page = client.get(saved["Location"]).content.decode()
    assert "The watch listens from now on." in page
    assert f"The archive holds {DAYS} days." in page
    begun = client.post(at(owner, "lookback", watch.pk), days(), follow=True).content.decode()
    assert at(owner, "lookback-stop", watch.pk) in begun
    assert loop.work_due() == 1
    row = Lookback.objects.get()
    assert (row.state, row.found, row.posts, row.pieces) == (LookbackState.DONE, DAYS, DAYS, DAYS)
    assert Mention.objects.filter(watch=watch).count() == DAYS
    told = client.get(at(owner, "lookback-progress", watch.pk)).content.decode()
    assert f"Done: {DAYS} new posts found among {DAYS}." in told
    assert "hx-trigger" not in told
    assert loop.work_due() == 0


def test_without_an_archive_there_is_no_offer(owner: Member) -> None:
    client = signed_in(owner)
    saved = client.post(at(owner, "watch-add"), {"query": "skole*", "opens": "inbox"})
    assert saved["Location"] == at(owner, "watches")
    page = client.get(at(owner, "lookback", Watch.objects.get().pk)).content.decode()
    assert "The archive is empty." in page


def test_a_stop_is_heard_and_keeps_what_was_found(
    owner: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = save_watch(by=owner, name="Skole", query="skole*")
    today = utc_now().date()
    look_back(by=owner, watch=watch, first=today - timedelta(days=9), last=today)
    monkeypatch.setattr(loop, "NOTED_EVERY", 0)
    usual = loop._note

    def stopped_midway(lookback: Lookback, progress: loop.Progress) -> None:
        if progress.mentions == 1:
            stop_looking_back(by=owner, watch=watch)
        usual(lookback, progress)

    monkeypatch.setattr(loop, "_note", stopped_midway)
    loop.work_due()
    assert Lookback.objects.get().state == LookbackState.STOPPED
    assert Mention.objects.filter(watch=watch).count() == 1
    look_back(by=owner, watch=watch, first=today - timedelta(days=9), last=today)
    monkeypatch.setattr(loop, "_note", usual)
    loop.work_due()
    assert Mention.objects.filter(watch=watch).count() == DAYS


def test_what_a_killed_worker_held_is_gone_on_with(owner: Member, channel: Channel) -> None:
    watch = save_watch(by=owner, name="Skole", query="skole*")
    today = utc_now().date()
    row = look_back(by=owner, watch=watch, first=today - timedelta(days=9), last=today)
    claim(Lookback.objects.all(), now=utc_now(), lease=loop.LEASE, limit=1)
    assert loop.work_due() == 0
    machine = Lookback.objects.get().lease_holder.rpartition(":")[0]
    Lookback.objects.update(lease_holder=f"{machine}:999999999")
    assert free_leases() == 1
    assert loop.work_due() == 1
    row.refresh_from_db()
    assert row.state == LookbackState.DONE


def test_one_at_a_time_and_only_for_those_who_may(owner: Member, channel: Channel) -> None:
    watch = save_watch(by=owner, name="Skole", query="skole*")
    today = utc_now().date()
    first = look_back(by=owner, watch=watch, first=today, last=today)
    assert look_back(by=owner, watch=watch, first=today, last=today) == first
    agent = make_member(owner.organisation, Role.AGENT)
    assert signed_in(agent).post(at(owner, "lookback", watch.pk), days()).status_code == 403
    Member.objects.filter(pk=owner.pk).update(role=Role.AGENT)
    loop.work_due()
    assert Lookback.objects.get().state == LookbackState.FAILED
    assert not Mention.objects.exists()


def test_days_the_wrong_way_round_are_told(owner: Member, channel: Channel) -> None:
    watch = save_watch(by=owner, name="Skole", query="skole*")
    given = {"first": days()["last"], "last": days()["first"]}
    answer = signed_in(owner).post(at(owner, "lookback", watch.pk), given)
    assert answer.status_code == 422
    assert "This day is before the first one." in answer.content.decode()
    assert not Lookback.objects.exists()
