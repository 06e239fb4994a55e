"""A sample made by the loop: once, in pieces, seen by nobody before it is done; stopped, cut off
and begun anew without leaving anything behind."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels.models import Channel
from ildsjel.dialogue.models import Conversation
from ildsjel.engine.simulator import SAMPLE
from ildsjel.flow import sample_making
from ildsjel.flow.sample import batches, furnish, remove_sample, traffic
from ildsjel.flow.sample_making import Superseded, clear, make, make_due
from ildsjel.listening.models import Item
from ildsjel.organisation.actions import open_setup, order_sample, stop_sample
from ildsjel.organisation.models import (
    Member,
    Organisation,
    Role,
    SampleOrder,
    SampleState,
    User,
    utc_now,
)
from ildsjel.organisation.queries import memberships, sample_order
from ildsjel.work.models import claim
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db
YOU = {"name": "Kari Nordmann", "email": "kari@example.org", "password": PASSWORD}
MAKING = "/new/sample/making/"


@pytest.fixture
def visitor() -> User:
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_operator=True)
    user.refresh_from_db()
    return user


@pytest.fixture
def browser(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def taken_up() -> SampleOrder:
    """The order as the worker holds it that has just claimed it."""
    lease = timedelta(minutes=2)
    [order] = claim(SampleOrder.objects.all(), now=utc_now(), lease=lease, limit=1)
    return order


def cut_off(order: SampleOrder) -> None:
    """Leave what a worker leaves that is killed after the first piece: an hour ago, say."""
    house = furnish()
    channel, batch = next(batches(house, traffic(utc_now())))
    sample_making.receive(channel, batch)
    SampleOrder.objects.filter(pk=order.pk).update(
        organisation=house.head.organisation,
        done=len(batch.items),
        total=2000,
        leased_until=utc_now() - timedelta(minutes=58),
    )


def nothing_is_left(visitor: User) -> bool:
    tables = (Organisation, Member, Channel, Item, Conversation)
    return not any(t.objects.exists() for t in tables) and list(User.objects.all()) == [visitor]


def test_the_request_only_asks_and_the_loop_makes_it(visitor: User, browser: Client) -> None:
    answer = browser.post(reverse("web:new-sample"))
    assert answer.headers["Location"] == MAKING
    assert not Organisation.objects.exists()
    page = browser.get(MAKING).content.decode()
    assert 'hx-trigger="every 1s"' in page and reverse("web:sample-stop") in page
    assert make_due() == 1
    member = Member.objects.get(user=visitor)
    assert (member.role, member.organisation.simulated) == (Role.OWNER, True)
    home = reverse("web:today", args=[member.organisation.slug])
    assert browser.get(MAKING).headers["Location"] == home
    part = browser.get(MAKING, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == home
    assert browser.get(home).status_code == 200
    assert make_due() == 0


def test_the_first_visit_has_no_other_organisation(client: Client) -> None:
    secret = open_setup()
    url = reverse("web:setup-sample", args=[secret])
    assert client.post(url, YOU).headers["Location"] == MAKING
    assert client.get("/").headers["Location"] == MAKING  # who leaves and comes back
    make_due()
    assert client.get("/").headers["Location"] == f"/o/{Organisation.objects.get().slug}/"


def test_the_same_form_twice_makes_one(client: Client) -> None:
    url = reverse("web:setup-sample", args=[open_setup()])
    client.post(url, YOU)
    dropped = Client()  # a browser that never saw the first answer
    assert dropped.post(url, YOU).headers["Location"] == MAKING
    assert dropped.get(MAKING).status_code == 200
    assert Client().post(url, {**YOU, "password": "en helt annen setning"}).status_code == 422
    assert SampleOrder.objects.count() == User.objects.count() == 1


def test_once_it_is_made_the_form_lets_nobody_in(client: Client) -> None:
    url = reverse("web:setup-sample", args=[open_setup()])
    client.post(url, YOU)
    make_due()
    assert Client().post(url, YOU).status_code == 422


def test_pressing_again_makes_no_second(visitor: User, browser: Client) -> None:
    for _ in range(2):
        browser.post(reverse("web:new-sample"))
    make_due()
    browser.post(reverse("web:new-sample"))
    assert make_due() == 0
    assert Organisation.objects.count() == 1
    remove_sample(by=Member.objects.get(user=visitor))
    assert not SampleOrder.objects.exists()
    browser.post(reverse("web:new-sample"))
    assert make_due() == 1 and Organisation.objects.count() == 1


def test_one_who_was_let_out_of_it_may_have_another(visitor: User) -> None:
    order_sample(user=visitor)
    make_due()
    Member.objects.filter(user=visitor).delete()
    order_sample(user=visitor)
    assert make_due() == 1
    assert memberships(visitor).count() == 1


def test_nobody_belongs_to_half_a_sample(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    cut_off(taken_up())
    assert not memberships(visitor).exists()
    page = browser.get(MAKING).content.decode()
    assert f'max="{2000}"' in page and "Six weeks of messages come in." in page
    slug = Organisation.objects.get().slug
    assert browser.get(f"/o/{slug}/").status_code == 404


def test_what_changes_is_read_out_once(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    cut_off(taken_up())
    part = {"HX-Request": "true"}
    fresh = browser.get(f"{MAKING}?told=furnish", headers=part).content.decode()
    again = browser.get(f"{MAKING}?told=messages", headers=part).content.decode()
    assert "making-said" in fresh and "making-said" not in again
    assert "<html" not in fresh


def test_a_making_that_was_cut_off_begins_anew(visitor: User) -> None:
    order_sample(user=visitor)
    cut_off(taken_up())
    assert make_due() == 1
    order = sample_order(visitor)
    assert order is not None and order.state == SampleState.DONE
    assert order.done == order.total > 2000
    assert list(Organisation.objects.all()) == [order.organisation]
    assert User.objects.count() == len(SAMPLE.staff) + 1


def test_one_that_is_cut_off_again_and_again_is_given_up(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    cut_off(taken_up())
    for _ in range(sample_making.TRIES - 1):
        SampleOrder.objects.filter(pk=taken_up().pk).update(leased_until=utc_now())
    assert make_due() == 1
    assert nothing_is_left(visitor)
    assert "could not be made" in browser.get(MAKING).content.decode()
    part = browser.get(MAKING, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == MAKING  # the whole page, with its way on
    assert browser.post(MAKING).status_code == 302
    while make_due():
        pass
    assert memberships(visitor).count() == 1
    assert SampleOrder.objects.count() == 1


def test_after_a_fault_it_is_tried_again_later(visitor: User) -> None:
    order_sample(user=visitor)
    order = taken_up()
    cut_off(order)
    Member.objects.filter(role=Role.OWNER).update(role=Role.AGENT)  # nobody may remove it now
    SampleOrder.objects.filter(pk=order.pk).update(leased_until=utc_now())
    assert make_due() == 1
    order.refresh_from_db()
    assert (order.state, order.leased_until) == (SampleState.RUNNING, None)
    assert order.due_at is not None and order.due_at > utc_now()


def test_stopping_leaves_nothing_behind(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    cut_off(taken_up())
    answer = browser.post(reverse("web:sample-stop"))
    assert answer.headers["Location"] == "/"
    page = browser.get("/").content.decode()
    assert "Nothing of the sample is kept" in page and reverse("web:new-sample") in page
    assert make_due() == 1
    assert nothing_is_left(visitor) and not SampleOrder.objects.exists()
    assert browser.get(MAKING).headers["Location"] == "/"


def test_a_stop_ends_the_piece_at_hand(visitor: User) -> None:
    order_sample(user=visitor)
    order = taken_up()
    assert stop_sample(user=visitor)
    with pytest.raises(Superseded):
        make(order)
    assert nothing_is_left(visitor)


def test_one_that_is_asked_for_while_the_last_is_being_removed(visitor: User) -> None:
    order_sample(user=visitor)
    cut_off(taken_up())
    stop_sample(user=visitor)
    order_sample(user=visitor)
    while make_due():
        pass
    assert Organisation.objects.count() == memberships(visitor).count() == 1


def test_a_stop_that_comes_too_late_leads_to_the_sample(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    make_due()
    assert browser.post(reverse("web:sample-stop")).headers["Location"] == MAKING
    assert memberships(visitor).count() == 1


def test_a_worker_that_lost_its_lease_touches_nothing(visitor: User) -> None:
    order_sample(user=visitor)
    slow = taken_up()
    cut_off(slow)
    slow.refresh_from_db()
    quick = taken_up()
    with pytest.raises(Superseded):
        clear(slow)
    make(quick)
    assert memberships(visitor).count() == 1


def test_the_page_says_when_nobody_works(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    assert "seems to stand still" not in browser.get(MAKING).content.decode()
    SampleOrder.objects.update(due_at=utc_now() - timedelta(minutes=1))
    assert "seems to stand still" in browser.get(MAKING).content.decode()


def test_the_pages_are_ones_own(visitor: User, browser: Client) -> None:
    order_sample(user=visitor)
    stranger = Client()
    assert reverse("account_login") in stranger.get(MAKING).headers["Location"]
    stranger.force_login(make_user())
    assert stranger.get(MAKING).headers["Location"] == "/"
    assert stranger.post(MAKING).headers["Location"] == "/"
    stranger.post(reverse("web:sample-stop"))
    assert SampleOrder.objects.get().state == SampleState.RUNNING
