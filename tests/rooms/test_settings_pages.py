"""The settings pages: organisation, members, invitations, opening hours, audit trail, oneself."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ildsjel.dialogue.actions import assign, move
from ildsjel.organisation.actions import (
    LastOwner,
    add_member,
    change_member,
    enrol,
    invite,
    override_day,
    write_holidays,
)
from ildsjel.organisation.audit import record
from ildsjel.organisation.audit_names import POINTERS
from ildsjel.organisation.audit_words import CODES, KEYS
from ildsjel.organisation.hours import HoursUnclear, format_hours, parse_hours
from ildsjel.organisation.models import (
    ApiToken,
    AuditEntry,
    Calendar,
    Invitation,
    Member,
    Role,
    User,
    utc_now,
)
from ildsjel.organisation.pages import address
from ildsjel.organisation.queries import (
    TrailFilter,
    invitation_for,
    member_of_token,
    next_days,
    trail_page,
)
from tests.builders import (
    OFFICE_HOURS,
    PASSWORD,
    make_calendar,
    make_conversation,
    make_desk,
    make_member,
    make_owner,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGES = [
    ("organisation:organisation", Role.OWNER),
    ("organisation:members", Role.OWNER),
    ("organisation:invite", Role.OWNER),
    ("organisation:audit", Role.AUDITOR),
    ("organisation:calendars", Role.LEAD),
    ("organisation:calendar-add", Role.LEAD),
]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.mark.parametrize(("name", "role"), PAGES)
def test_each_page_is_for_its_role_and_nobody_elses(name: str, role: str) -> None:
    owner = make_owner()
    allowed = make_member(owner.organisation, role)
    colleague = make_member(owner.organisation, Role.AGENT)
    stranger = make_owner("Another place")
    page = address(owner, name)
    assert signed_in(owner).get(page).status_code == 200
    assert signed_in(allowed).get(page).status_code == 200
    assert signed_in(colleague).get(page).status_code == 403
    assert signed_in(stranger).get(page).status_code == 404
    assert Client().get(page).status_code == 302


def test_the_index_shows_only_what_the_role_may() -> None:
    owner = make_owner()
    agent = make_member(owner.organisation, Role.AGENT)
    full = signed_in(owner).get(address(owner, "organisation:settings")).content.decode()
    small = signed_in(agent).get(address(owner, "organisation:settings")).content.decode()
    for name in ("organisation:members", "organisation:audit", "dialogue:desks", "dialogue:rules"):
        assert address(owner, name) in full
        assert f'item-title" href="{address(owner, name)}"' not in small
    assert reverse("web:profile") in small


def test_the_organisation_is_renamed() -> None:
    owner = make_owner()
    page = address(owner, "organisation:organisation")
    given = {"name": "Nordvik", "language": "nb", "country": "SE", "timezone": "Europe/Stockholm"}
    assert signed_in(owner).post(page, given | {"archive_days": "7"}).status_code == 302
    owner.organisation.refresh_from_db()
    assert (owner.organisation.name, owner.organisation.country) == ("Nordvik", "SE")
    assert owner.organisation.archive_days == 7
    [entry] = AuditEntry.objects.filter(action="organisation.update")
    assert entry.details == {"before": {"archive_days": 30}, "after": {"archive_days": 7}}


@pytest.mark.parametrize("days", ["-1", "4000", "", "x"])
def test_days_of_the_archive_that_make_no_sense_are_refused(days: str) -> None:
    owner = make_owner()
    given = {"name": "Nordvik", "language": "nb", "country": "SE", "timezone": "Europe/Stockholm"}
    page = address(owner, "organisation:organisation")
    assert signed_in(owner).post(page, given | {"archive_days": days}).status_code == 422


def test_an_unknown_time_zone_is_refused_and_the_rest_kept() -> None:
    owner = make_owner()
    given = {"name": "Nordvik", "language": "nb", "country": "SE", "timezone": "Mars/Base"}
    answer = signed_in(owner).post(address(owner, "organisation:organisation"), given)
    assert answer.status_code == 422
    assert 'value="Nordvik"' in answer.content.decode()
    owner.organisation.refresh_from_db()
    assert owner.organisation.name == "Bergvik kommune"


def test_an_invitation_shows_its_link_once_and_lets_a_new_person_in() -> None:
    owner = make_owner()
    client = signed_in(owner)
    client.post(address(owner, "organisation:invite"), {"email": "Ny@Example.org", "role": "lead"})
    first = client.get(address(owner, "organisation:members"))
    link = first.context["new_link"]["link"]
    assert link in first.content.decode()
    assert link not in client.get(address(owner, "organisation:members")).content.decode()

    guest = Client()
    assert "ny@example.org" in guest.get(link).content.decode()
    answer = guest.post(link, {"name": "Nina", "password": PASSWORD, "again": PASSWORD})
    assert answer["Location"] == address(owner, "web:today")
    joined = Member.objects.get(user__email="ny@example.org")
    assert (joined.role, joined.user.name) == (Role.LEAD, "Nina")
    assert guest.get(reverse("web:profile")).status_code == 200
    assert Client().get(link).status_code == 410


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"name": "", "password": PASSWORD, "again": PASSWORD}, "name"),
        ({"name": "Nina", "password": "short", "again": "short"}, "password"),
        ({"name": "Nina", "password": PASSWORD, "again": "another one 42"}, "again"),
    ],
)
def test_joining_with_bad_input_says_so_and_keeps_the_link(
    given: dict[str, str], word: str
) -> None:
    owner = make_owner()
    secret = invite(by=owner, email="ny@example.org", role=Role.AGENT)
    answer = Client().post(reverse("web:join", args=[secret]), given)
    assert answer.status_code == 422
    assert word in answer.context["form"].errors
    assert invitation_for(secret) is not None
    assert not User.objects.filter(email="ny@example.org").exists()


def test_somebody_with_a_sign_in_is_asked_to_use_it_and_then_joins() -> None:
    owner, other = make_owner(), make_owner("Another place")
    secret = invite(by=owner, email=other.user.email, role=Role.READER)
    link = reverse("web:join", args=[secret])
    told = Client().get(link).content.decode()
    assert f"{reverse('account_login')}?next=" in told
    client = signed_in(other)
    assert client.post(link).status_code == 302
    assert Member.objects.get(organisation=owner.organisation, user=other.user).role == Role.READER


def test_a_member_who_opens_an_invitation_keeps_their_role() -> None:
    owner = make_owner()
    secret = invite(by=owner, email="ny@example.org", role=Role.READER)
    signed_in(owner).post(reverse("web:join", args=[secret]))
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    assert invitation_for(secret) is not None


def test_one_who_was_let_out_does_not_come_in_by_an_invitation_from_before() -> None:
    owner = make_owner()
    agent = make_member(owner.organisation, email="Kari@Example.org")
    to_them = invite(by=owner, email="kari@example.org", role=Role.OWNER)
    to_another = invite(by=owner, email="ny@example.org", role=Role.OWNER)
    change_member(by=owner, member=agent, role=Role.AGENT, active=False)
    client = signed_in(agent)
    assert client.post(reverse("web:join", args=[to_them])).status_code == 410
    refused = client.post(reverse("web:join", args=[to_another]))
    assert refused.status_code == 403
    assert "This invitation is to somebody else." in refused.content.decode()
    agent.refresh_from_db()
    assert (agent.active, agent.role) == (False, Role.AGENT)
    assert invitation_for(to_another) is not None
    assert AuditEntry.objects.filter(action="member.uninvite").count() == 1


def test_one_who_was_let_out_may_be_invited_anew() -> None:
    owner = make_owner()
    agent = make_member(owner.organisation)
    change_member(by=owner, member=agent, role=Role.AGENT, active=False)
    secret = invite(by=owner, email=agent.user.email, role=Role.READER)
    assert signed_in(agent).post(reverse("web:join", args=[secret])).status_code == 302
    agent.refresh_from_db()
    assert (agent.active, agent.role) == (True, Role.READER)


@pytest.mark.parametrize("how", ["add_member", "enrol"])
def test_the_last_owner_is_not_made_something_less_by_being_added_again(how: str) -> None:
    owner = make_owner()

    def add(role: str) -> Member:
        if how == "enrol":
            return enrol(organisation=owner.organisation, user=owner.user, role=role)
        return add_member(by=owner, user=owner.user, role=role)

    with pytest.raises(LastOwner, match="must keep one owner"):
        add(Role.READER)
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    assert add(Role.OWNER) == owner
    make_member(owner.organisation, Role.OWNER)
    assert add(Role.READER).role == Role.READER


def test_an_invitation_is_withdrawn_only_by_its_own() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    secret = invite(by=owner, email="ny@example.org", role=Role.AGENT)
    pk = Invitation.objects.get().pk
    assert (
        signed_in(stranger)
        .post(address(stranger, "organisation:invitation-withdraw", pk))
        .status_code
        == 404
    )
    assert invitation_for(secret) is not None
    signed_in(owner).post(address(owner, "organisation:invitation-withdraw", pk))
    assert invitation_for(secret) is None


def test_inviting_a_member_again_says_so() -> None:
    owner = make_owner()
    given = {"email": owner.user.email.upper(), "role": "agent"}
    answer = signed_in(owner).post(address(owner, "organisation:invite"), given)
    assert "a member already" in answer.content.decode()


def test_a_member_gets_a_role_and_is_let_out_and_in() -> None:
    owner = make_owner()
    agent = make_member(owner.organisation, name="Ola")
    client = signed_in(owner)
    client.post(address(owner, "organisation:member", agent.pk), {"role": "adviser"})
    agent.refresh_from_db()
    assert agent.role == Role.ADVISER
    client.post(address(owner, "organisation:member-let", agent.pk, "out"))
    assert signed_in(agent).get(address(owner, "organisation:settings")).status_code == 404
    offered = client.get(address(owner, "organisation:members")).context["undo"]
    client.post(offered["url"])
    agent.refresh_from_db()
    assert agent.active


def test_the_last_owner_stays_and_is_told_why() -> None:
    owner = make_owner()
    client = signed_in(owner)
    answer = client.post(address(owner, "organisation:member", owner.pk), {"role": "agent"})
    assert answer.status_code == 422
    assert "must keep one owner" in answer.content.decode()
    told = client.post(address(owner, "organisation:member-let", owner.pk, "out"), follow=True)
    assert "must keep one owner" in told.content.decode()
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    assert owner.active


def test_members_of_others_are_not_there() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    page = address(owner, "organisation:member", stranger.pk)
    assert signed_in(owner).post(page, {"role": "agent"}).status_code == 404
    stranger.refresh_from_db()
    assert stranger.role == Role.OWNER


# --- opening hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00–15:30, 17:00–19:00", [["08:00", "15:30"], ["17:00", "19:00"]]),
        ("8-16", [["08:00", "16:00"]]),
        ("17-19 og 8.30 til 15.30", [["08:30", "15:30"], ["17:00", "19:00"]]),
        ("0800 - 1600", [["08:00", "16:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("20-00:00", [["20:00", "24:00"]]),
        ("døgnet rundt", [["00:00", "24:00"]]),
        ("Stengt", []),
        ("  ", []),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: list[list[str]]) -> None:
    assert parse_hours(text) == hours
    assert parse_hours(format_hours(hours)) == hours


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9", "“9” is not a time from and until"),
        ("16-8", "16:00–08:00 ends before it begins"),
        ("8-12, 11-13", "08:00–12:00 and 11:00–13:00 overlap"),
        ("8-25", "no time 25"),
        ("8-9:75", "no time 9:75"),
        ("early-late", "“early” is not a time of day"),
    ],
)
def test_unclear_hours_say_what_is_unclear(text: str, told: str) -> None:
    with pytest.raises(HoursUnclear, match=told):
        parse_hours(text)


def week(**days: str) -> dict[str, str]:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    given = {"name": "Service centre", "timezone": "Europe/Oslo", "country": "NO"}
    return given | {name: days.get(name, "") for name in names}


def test_opening_hours_are_written_and_shown() -> None:
    owner = make_owner()
    page = address(owner, "organisation:calendar-add")
    given = week(monday="8-12, 17-19", friday="00:00-24:00")
    answer = signed_in(owner).post(page, given)
    saved = Calendar.objects.get(name="Service centre")
    assert answer["Location"] == address(owner, "organisation:calendar", saved.pk)
    assert saved.weekly[0] == [["08:00", "12:00"], ["17:00", "19:00"]]
    assert saved.weekly[4] == [["00:00", "24:00"]]
    shown = signed_in(owner).get(answer["Location"]).content.decode()
    assert "08:00–12:00, 17:00–19:00" in shown
    assert "Første nyttårsdag" in shown


def test_an_unclear_day_is_named_and_the_others_kept() -> None:
    owner = make_owner()
    given = week(monday="8-12", tuesday="half past nine")
    answer = signed_in(owner).post(address(owner, "organisation:calendar-add"), given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["tuesday"]
    assert 'value="half past nine"' in answer.content.decode()
    assert not Calendar.objects.filter(name="Service centre").exists()


def test_a_week_without_any_hours_is_refused() -> None:
    owner = make_owner()
    answer = signed_in(owner).post(address(owner, "organisation:calendar-add"), week())
    assert "at least one day" in answer.content.decode()


def test_a_day_gets_other_hours_and_its_usual_ones_again() -> None:
    owner = make_owner()
    hours = make_calendar(owner, OFFICE_HOURS)
    client = signed_in(owner)
    day = utc_now().date() + timedelta(days=3)
    page = address(owner, "organisation:calendar-day", hours.pk)
    given = {"day": day.isoformat(), "hours": "10-12", "note": "Staff day"}
    assert client.post(page, given).status_code == 302
    override = hours.overrides.get()
    assert (override.date, override.intervals) == (day, [["10:00", "12:00"]])
    assert 'value="10:00–12:00"' in client.get(f"{page}?date={day}").content.decode()
    client.post(address(owner, "organisation:calendar-plain", hours.pk, override.pk))
    assert not hours.overrides.exists()
    assert client.post(page, {**given, "day": "soon"}).status_code == 422


@time_machine.travel(datetime(2026, 5, 14, 22, 30, tzinfo=UTC))
def test_the_next_seven_days_are_local_and_know_holidays() -> None:
    """Half past midnight on 15 May in Oslo: the list begins there, and 17 May is a holiday."""
    owner = make_owner()
    hours = make_calendar(owner, OFFICE_HOURS)
    hours.country = "NO"
    hours.save()
    write_holidays("NO", [2026])
    override_day(by=owner, calendar=hours, day=date(2026, 5, 16), intervals=[["09:00", "10:00"]])
    days = next_days(hours)
    assert [day.date.day for day in days] == [15, 16, 17, 18, 19, 20, 21]
    assert days[0].intervals == [["08:00", "16:00"]]
    assert days[1].intervals == [["09:00", "10:00"]]
    assert (days[2].intervals, days[2].holiday) == ([], "Grunnlovsdag")


def test_hours_that_a_desk_uses_are_kept() -> None:
    owner = make_owner()
    used, unused = make_calendar(owner), make_calendar(owner)
    make_desk(owner, calendar=used)
    client = signed_in(owner)
    told = client.post(address(owner, "organisation:calendar-remove", used.pk), follow=True)
    assert "A desk uses these" in told.content.decode()
    assert client.get(address(owner, "organisation:calendar-remove", unused.pk)).status_code == 200
    client.post(address(owner, "organisation:calendar-remove", unused.pk))
    assert list(Calendar.objects.filter(pk__in=[used.pk, unused.pk])) == [used]


def test_hours_of_others_are_not_there() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    hours = make_calendar(stranger)
    client = signed_in(owner)
    for name in ("calendar", "calendar-day", "calendar-remove"):
        page = address(owner, f"organisation:{name}", hours.pk)
        assert client.get(page).status_code == 404
        assert client.post(page, week(monday="8-9")).status_code == 404


# --- audit trail


def test_the_trail_is_paged_both_ways_without_gaps() -> None:
    owner = make_owner()
    AuditEntry.objects.all().delete()
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        for number in range(7):
            record(owner.organisation, "desk.save", by=owner, details={"name": str(number)})

    def names(page: list[AuditEntry]) -> str:
        return "".join(entry.details["name"] for entry in page)

    wanted = TrailFilter()
    first = trail_page(owner, wanted, size=3)
    second = trail_page(owner, wanted, after=first.older, size=3)
    third = trail_page(owner, wanted, after=second.older, size=3)
    assert [names(page.rows) for page in (first, second, third)] == ["654", "321", "0"]
    assert (first.newer, third.older) == ("", "")
    back = trail_page(owner, wanted, before=third.newer, size=3)
    assert names(back.rows) == "321"
    top = trail_page(owner, wanted, before=back.newer, size=3)
    assert (names(top.rows), top.newer) == ("654", "")
    assert names(trail_page(owner, wanted, after="nonsense_x", size=3).rows) == "654"


def test_the_trail_is_filtered_by_person_kind_and_local_day() -> None:
    owner = make_owner()
    agent = make_member(owner.organisation, name="Ola")
    AuditEntry.objects.all().delete()
    with time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), tick=False):
        record(owner.organisation, "desk.save", by=owner)  # 2 March in Oslo
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC), tick=False):
        record(owner.organisation, "conversation.close", by=agent)
        record(owner.organisation, "rule.save", by=owner)
    client = signed_in(owner)

    def found(**query: object) -> list[object]:
        page = client.get(address(owner, "organisation:audit"), query)
        return [entry["words"] for entry in page.context["entries"]]

    assert found(person=agent.pk) == ["Closed a conversation"]
    assert found(kind="desk.") == ["Wrote a desk"]
    assert found(since="2026-03-02", until="2026-03-02") == ["Wrote a desk"]
    assert found(since="2026-03-03") == ["Wrote a routing rule", "Closed a conversation"]
    wrong = client.get(
        address(owner, "organisation:audit"), {"since": "2026-03-03", "until": "2026-03-01"}
    )
    assert "before the first" in wrong.content.decode()


def test_the_trail_of_others_stays_theirs() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    record(stranger.organisation, "desk.save", by=stranger, details={"name": "secret desk"})
    page = signed_in(owner).get(address(owner, "organisation:audit"), {"person": stranger.pk})
    assert "secret desk" not in page.content.decode()


# --- oneself


def test_a_person_changes_name_and_language() -> None:
    owner = make_owner()
    client = signed_in(owner)
    client.post(reverse("web:profile"), {"name": "Kari N.", "language": "nb"})
    owner.user.refresh_from_db()
    assert (owner.user.name, owner.user.language) == ("Kari N.", "nb")
    assert client.post(reverse("web:profile"), {"name": "", "language": "xx"}).status_code == 422


def test_a_person_without_an_organisation_has_a_page_too() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get(reverse("web:profile")).status_code == 200
    assert Client().get(reverse("web:profile")).status_code == 302


def test_a_token_is_shown_once_works_and_is_stopped_by_its_owner_alone() -> None:
    owner = make_owner()
    colleague = make_member(owner.organisation)
    client = signed_in(owner)
    client.post(reverse("web:token-add"), {"name": "intranet", "member": owner.pk})
    secret = client.get(reverse("web:profile")).context["new_token"]["secret"]
    assert secret not in client.get(reverse("web:profile")).content.decode()
    assert member_of_token(secret) == owner
    token = ApiToken.objects.get()
    revoke = reverse("web:token-revoke", args=[token.pk])
    assert signed_in(colleague).post(revoke).status_code == 404
    assert member_of_token(secret) == owner
    client.post(revoke)
    assert member_of_token(secret) is None


def test_a_token_cannot_be_made_for_somebody_else() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    given = {"name": "intranet", "member": stranger.pk}
    assert signed_in(owner).post(reverse("web:token-add"), given).status_code == 422
    assert not ApiToken.objects.exists()


def test_the_trail_names_what_its_numbers_mean() -> None:
    owner, stranger = make_owner(), make_owner("Another place")
    kari = make_member(owner.organisation, name="Kari Nordmann")
    conversation = make_conversation(owner, "When is the road cleared?")
    roads = make_desk(owner, name="Roads and paths")
    assign(by=owner, conversation=conversation, to=kari)
    move(by=owner, conversation=conversation, desk=roads)
    change_member(by=owner, member=kari, role=Role.LEAD, active=False)
    details = {"desk": make_desk(stranger, name="Not ours").pk, "order": [1]}
    record(owner.organisation, "rule.order", by=owner, details=details)
    page = signed_in(owner).get(address(owner, "organisation:audit")).content.decode()
    assert "Assigned to: – → Kari Nordmann" in page
    assert "Desk: Service desk → Roads and paths" in page
    assert "Role: Agent → Desk lead" in page and "Access: yes → no" in page
    assert "When is the road cleared?" in page and f"conversation:{conversation.pk}" not in page
    assert "Not ours" not in page and f"Desk: {details['desk']}" in page


def test_the_trail_asks_no_more_for_a_longer_page(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = make_owner()
    client, conversation = signed_in(owner), make_conversation(owner)
    for _ in range(2):
        assign(by=owner, conversation=conversation, to=owner)
    with CaptureQueriesContext(connection) as few:
        client.get(address(owner, "organisation:audit"))
    for _ in range(9):
        colleague = make_member(owner.organisation)
        assign(by=owner, conversation=conversation, to=colleague)
    with django_assert_num_queries(len(few)):
        client.get(address(owner, "organisation:audit"))


def test_every_detail_that_is_recorded_has_a_name() -> None:
    assert POINTERS.keys() <= KEYS.keys()
    assert CODES.keys() <= KEYS.keys()
