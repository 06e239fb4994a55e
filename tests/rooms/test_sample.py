"""The sample organisation: made through the line, a living inbox, and gone without a trace."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ildsjel.channels.models import Channel
from ildsjel.dialogue.models import Conversation, Message, MessageKind, Promise, State
from ildsjel.dialogue.queries import needs, new_since
from ildsjel.dialogue.search import find
from ildsjel.engine.simulator import SAMPLE
from ildsjel.flow.sample import create_sample, holding, remove_sample
from ildsjel.listening.burst_queries import unseen
from ildsjel.listening.models import Item, Mention
from ildsjel.organisation.models import Member, NotAllowed, Organisation, Role, User
from ildsjel.strategy.queries import goals
from tests.builders import make_member, make_owner, make_user

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # half past ten in Oslo


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """The sample, made once: each test works on it in a transaction of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(TUESDAY, tick=False):
            member = create_sample(make_user())
        yield member.pk
        transaction.set_rollback(True)


@pytest.fixture
def sample(made: int) -> Member:
    return Member.objects.select_related("organisation", "user").get(pk=made)


def test_a_tuesday_has_all_that_a_tuesday_has(sample: Member) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        waiting = needs(sample)
        fresh = new_since(sample, TUESDAY - timedelta(hours=17))[1]
    rows = Conversation.objects.filter(organisation=sample.organisation)
    assert sample.organisation.simulated and sample.role == Role.OWNER
    assert 1 <= waiting.overdue_count <= 8
    assert waiting.due_soon_count >= 1
    assert fresh >= 3
    assert rows.filter(state=State.OPEN).count() < 80 < rows.filter(state=State.CLOSED).count()
    assert rows.filter(state=State.OPEN, assignee=sample).exists()
    assert rows.filter(state=State.OPEN, assignee=None).exists()


def test_what_the_simulator_says_stands_in_the_house(sample: Member) -> None:
    rows = Conversation.objects.filter(organisation=sample.organisation)
    assert set(rows.values_list("desk__name", flat=True)) == {d.name for d in SAMPLE.desks}
    assert rows.exclude(topic=None).count() > rows.count() / 2
    assert rows.filter(goal=goals(sample).first()).count() > 20
    assert Mention.objects.filter(organisation=sample.organisation).count() > 100
    assert Item.objects.filter(organisation=sample.organisation).exclude(deleted_at=None).exists()
    replies = Message.objects.filter(
        organisation=sample.organisation, kind=MessageKind.REPLY, author__isnull=False
    )
    assert replies.values("author").distinct().count() > 10
    assert find(sample, "kokevarsel").rows


def test_nobody_is_owed_an_answer_in_what_is_closed(sample: Member) -> None:
    owed = Promise.objects.filter(conversation__state=State.CLOSED, met_at=None, dropped_at=None)
    assert not owed.exists()
    closed = Conversation.objects.filter(state=State.CLOSED)
    assert not closed.filter(promised_at__isnull=False).exists()
    assert not closed.filter(closed_at__gt=TUESDAY).exists()


def test_simulated_colleagues_cannot_sign_in(sample: Member, client: Client) -> None:
    staff = User.objects.exclude(pk=sample.user_id)
    assert staff.count() == len(SAMPLE.staff)
    assert not any(user.is_active or user.has_usable_password() for user in staff)


def test_a_second_sample_has_colleagues_of_its_own(sample: Member) -> None:
    other = create_sample(make_user())
    mine, theirs = (
        set(Member.objects.filter(organisation=each.organisation).values_list("user_id", flat=True))
        for each in (sample, other)
    )
    assert len(theirs) == len(SAMPLE.staff) + 1 and not mine & theirs


def test_removal_takes_all_of_it_and_nothing_else(sample: Member) -> None:
    real = make_owner()
    held = holding(sample)
    assert held.conversations > 500 and held.colleagues == len(SAMPLE.staff)
    remove_sample(by=sample)
    assert list(Organisation.objects.all()) == [real.organisation]
    assert set(User.objects.all()) == {sample.user, real.user}
    assert not Item.objects.exists() and not Channel.objects.exists()
    assert not find(real, "kokevarsel").rows


def test_a_real_organisation_is_never_removed_this_way() -> None:
    real = make_owner()
    with pytest.raises(NotAllowed):
        remove_sample(by=real)
    assert Organisation.objects.filter(pk=real.organisation_id).exists()


def test_removal_is_shown_first_and_asks_for_the_right(sample: Member, client: Client) -> None:
    url = reverse("web:remove-sample", args=[sample.organisation.slug])
    agent = make_member(sample.organisation, Role.AGENT)
    stranger = make_owner("Fjellby kommune")
    for member, status in [(agent, 403), (stranger, 404)]:
        client.force_login(member.user)
        assert client.post(url, {"sure": "yes"}).status_code == status
    client.force_login(sample.user)
    shown = client.post(url)
    assert shown.status_code == 200 and "Remove all of it" in shown.content.decode()
    assert Organisation.objects.filter(simulated=True).exists()
    assert client.post(url, {"sure": "yes"}).status_code == 302
    assert not Organisation.objects.filter(simulated=True).exists()


def test_a_real_organisation_has_no_such_page(client: Client) -> None:
    real = make_owner()
    client.force_login(real.user)
    url = reverse("web:remove-sample", args=[real.organisation.slug])
    assert client.post(url, {"sure": "yes"}).status_code == 404


def test_the_crisis_stands_on_today_and_in_the_overview(sample: Member, client: Client) -> None:
    client.force_login(sample.user)
    with time_machine.travel(TUESDAY, tick=False):
        (burst, *_) = unseen(sample)
        today = client.get(reverse("web:today", args=[sample.organisation.slug])).content.decode()
        overview = reverse("listening:overview", args=[sample.organisation.slug])
        volume = client.get(overview).context["figures"][0]
    assert burst.ended_at is not None
    assert burst.reason["posts"]
    assert reverse("listening:burst", args=[sample.organisation.slug, burst.pk]) in today
    assert burst.watch.name in {mark["name"] for mark in volume.bursts}
