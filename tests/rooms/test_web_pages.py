"""The shell's own pages: start, set-up, Today, search, palette, hooks and exports."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ildsjel.channels.actions import connect, note_fault
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel, HealthLine
from ildsjel.connectors.signing import SIGNATURE_HEADER, sign
from ildsjel.dialogue.actions import close, note, reply
from ildsjel.dialogue.models import Conversation, Desk, Message
from ildsjel.dialogue.search import find, find_people
from ildsjel.engine.items import Address, Author, Deletion, Item
from ildsjel.flow.inbound import receive
from ildsjel.flow.sample_making import make_due
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item as Row
from ildsjel.listening.models import Watch
from ildsjel.organisation.actions import open_setup
from ildsjel.organisation.models import Member, Organisation, Role, SetupLink, User, utc_now
from ildsjel.strategy.actions import save_goal
from ildsjel.strategy.models import Goal, StakeholderGroup
from ildsjel.web.guesses import guess_place, hashtags_for, words_for
from tests.builders import PASSWORD, make_channel, make_member, make_owner, make_user

pytestmark = pytest.mark.django_db
SECRET = "a secret of many letters"


def say(channel: Channel, number: int, text: str, **more: Any) -> None:
    """A citizen writes to us."""
    at = more.pop("at", None) or utc_now()
    name = more.pop("name", f"Ola {number}")
    item = Item(
        external_id=f"p{number}",
        text=text,
        author=Author(external_id=f"a{name}", name=name, handle=f"handle{number}"),
        published_at=at,
        revision=more.pop("revision", 1),
        thread_key=more.pop("thread", f"p{number}"),
        address=Address.DIRECT,
        **more,
    )
    receive(channel, Batch(items=[item]))


def text_of(response: Any) -> str:
    return str(response.content.decode())


# Start


def test_start_leads_everybody_on(client: Client) -> None:
    url = reverse("web:start")
    waiting = client.get(url)
    assert waiting.status_code == 200 and "ildsjel user setup-link" in text_of(waiting)
    owner = make_owner()
    assert reverse("account_login") in client.get(url).headers["Location"]
    client.force_login(owner.user)
    assert client.get(url).headers["Location"] == f"/o/{owner.organisation.slug}/"


def test_start_lets_choose_between_several(client: Client) -> None:
    one, other = make_owner("Bergvik"), make_owner("Fjellby")
    Member.objects.create(organisation=other.organisation, user=one.user, role=Role.READER)
    client.force_login(one.user)
    page = text_of(client.get(reverse("web:start")))
    assert "/o/bergvik/" in page and "/o/fjellby/" in page


def test_start_says_so_where_there_is_none(client: Client) -> None:
    client.force_login(make_user())
    page = text_of(client.get(reverse("web:start")))
    assert "You belong to no organisation here" in page
    assert reverse("web:new") not in page


# Set-up

ANSWERS: dict[str, dict[str, str]] = {
    "you": {"name": "Kari Nordmann", "email": "kari@example.org", "password": PASSWORD},
    "organisation": {
        "name": "Bergvik kommune",
        "language": "nb",
        "country": "NO",
        "timezone": "Europe/Oslo",
    },
    "purpose": {"goal_kind": "service", "goal": "Svar samme dag", "groups": "Foreldre\n\nEldre"},
    "desk": {"desk": "Servicetorg", "weekdays": "8-15.30", "promise": "1 t 30 min"},
    "words": {
        "words": "bergvik* OR #bergvik",
        "bluesky": "on",
        "hashtags": "#bergvik",
        "servers": "https://snabelen.no/about\nmastodon.social",
        "feeds": "https://avisa.example/feed",
    },
}


def walk(client: Client, url: str, answers: dict[str, dict[str, str]]) -> Any:
    """Go through the set-up as a browser does; returns the last answer."""
    response: Any = client.get(url)
    for answer in answers.values():
        assert response.status_code == 302, text_of(response)
        url = response.headers["Location"]
        assert client.get(url).status_code == 200
        response = client.post(url, answer)
    return response


def test_the_conversation_ends_in_an_organisation_that_listens(client: Client) -> None:
    url = reverse("web:setup", args=[open_setup()])
    end = walk(client, url, ANSWERS)
    assert end.headers["Location"] == "/o/bergvik-kommune/"
    member = Member.objects.get()
    assert (member.role, member.user.email) == (Role.OWNER, "kari@example.org")
    assert member.user.is_operator and member.user.check_password(PASSWORD)
    assert member.user.language == "nb"
    assert client.get("/o/bergvik-kommune/").status_code == 200  # signed in
    desk = Desk.objects.select_related("calendar").get()
    assert (desk.is_default, desk.first_response_minutes) == (True, 90)
    assert desk.calendar.weekly == [[["08:00", "15:30"]]] * 5 + [[], []]
    assert Goal.objects.get().statement == "Svar samme dag"
    assert set(StakeholderGroup.objects.values_list("name", flat=True)) == {"Foreldre", "Eldre"}
    assert Watch.objects.get().query == "bergvik* OR #bergvik"
    channels = {channel.kind: channel for channel in Channel.objects.all()}
    assert set(channels) == {"bluesky", "mastodon", "feeds"}
    assert channels["mastodon"].settings["instance_urls"] == "snabelen.no\nmastodon.social"
    assert channels["feeds"].due_at is not None


def test_the_link_works_once(client: Client) -> None:
    url = reverse("web:setup", args=[open_setup()])
    walk(client, url, ANSWERS)
    assert client.get(url).status_code == 410
    assert client.get(reverse("web:setup", args=["wrong"])).status_code == 410
    assert client.get(reverse("web:setup-sample", args=["wrong"])).status_code == 410


def test_nothing_is_made_before_the_end_and_no_step_is_skipped(client: Client) -> None:
    secret = open_setup()
    client.post(reverse("web:setup-step", args=[secret, "you"]), ANSWERS["you"])
    ahead = client.get(reverse("web:setup-step", args=[secret, "words"]))
    assert ahead.headers["Location"].endswith("/organisation/")
    assert not User.objects.exists() and not Organisation.objects.exists()
    assert PASSWORD not in json.dumps(client.session["setup"])


def test_what_was_typed_is_kept_going_back_and_after_a_mistake(client: Client) -> None:
    secret = open_setup()
    you = reverse("web:setup-step", args=[secret, "you"])
    place = reverse("web:setup-step", args=[secret, "organisation"])
    client.post(you, ANSWERS["you"])
    half = {**ANSWERS["organisation"], "name": "Bergvik", "language": "tlh", "back": "yes"}
    assert client.post(place, half).headers["Location"] == you
    assert 'value="Bergvik"' in text_of(client.get(place))
    assert 'value="kari@example.org"' in text_of(client.get(you))
    kept = client.post(you, {**ANSWERS["you"], "password": ""})  # the password was kept
    assert kept.headers["Location"] == place
    wrong = client.post(place, {**ANSWERS["organisation"], "timezone": "Mars/Base"})
    assert wrong.status_code == 422 and 'value="Bergvik kommune"' in text_of(wrong)


@pytest.mark.parametrize(
    ("step", "change", "told"),
    [
        ("you", {"password": "short"}, "too short"),
        ("you", {"email": "not an address"}, "valid email"),
        ("desk", {"weekdays": "8-"}, "is not a time"),
        ("desk", {"weekdays": ""}, "Open at some time"),
        ("desk", {"promise": "soon"}, "Write minutes or hours"),
        ("words", {"words": "(bergvik"}, "parenthes"),
        ("words", {"servers": "not a server!"}, "is not the name of a server"),
        ("words", {"servers": ""}, "Name at least one server"),
        ("words", {"feeds": "avisa"}, "is not a web address"),
        ("words", {"hashtags": "berg-vik"}, "a hashtag"),
    ],
)
def test_mistakes_are_told_in_plain_words(
    client: Client, step: str, change: dict[str, str], told: str
) -> None:
    secret = open_setup()
    answers = {**ANSWERS, "organisation": {**ANSWERS["organisation"], "language": "en"}}
    for key, answer in answers.items():
        url = reverse("web:setup-step", args=[secret, key])
        if key == step:
            response = client.post(url, {**answer, **change})
            assert response.status_code == 422
            assert told in text_of(response)
            return
        client.post(url, answer)


def test_words_are_checked_while_they_are_typed(client: Client) -> None:
    secret = open_setup()
    url = reverse("web:setup-check", args=[secret])
    assert "brøyt…" in text_of(client.post(url, {"words": "brøyt* OR #snø"}))
    assert "field-error" in text_of(client.post(url, {"words": '"brøyt'}))
    assert client.post(reverse("web:setup-check", args=["x"]), {"words": "a"}).status_code == 403


def test_an_operator_sets_up_another_without_the_link(client: Client) -> None:
    operator = make_user()
    User.objects.filter(pk=operator.pk).update(is_operator=True)
    open_setup()
    client.force_login(operator)
    answers = {key: value for key, value in ANSWERS.items() if key != "you"}
    end = walk(client, reverse("web:new"), answers)
    assert end.headers["Location"] == "/o/bergvik-kommune/"
    assert Member.objects.get().user == operator
    assert not SetupLink.objects.filter(used_at=None).exists()


def test_others_do_not(client: Client) -> None:
    client.force_login(make_owner().user)
    assert client.get(reverse("web:new")).status_code == 403
    assert client.post(reverse("web:new-sample")).status_code == 403
    client.logout()
    assert reverse("account_login") in client.get(reverse("web:new")).headers["Location"]


def test_the_sample_first_and_the_link_stays_open(client: Client) -> None:
    secret = open_setup()
    url = reverse("web:setup-sample", args=[secret])
    assert client.post(url, {**ANSWERS["you"], "password": "x"}).status_code == 422
    making = client.post(url, ANSWERS["you"]).headers["Location"]
    make_due()
    page = text_of(client.get(making, follow=True))
    assert "Everything here is simulated" in page and reverse("web:new") in page
    assert (
        client.get(reverse("web:setup", args=[secret])).status_code == 302
    )  # step 2: who is known
    assert User.objects.get(email="kari@example.org").is_operator


@pytest.mark.parametrize(
    ("accepted", "country", "timezone"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "SE", "Europe/Stockholm"),
        ("sv-FI", "FI", "Europe/Helsinki"),
        ("nn-NO,en", "NO", "Europe/Oslo"),
        ("da", "DK", "Europe/Copenhagen"),
        ("", "NO", "Europe/Oslo"),
        (";;;,,,", "NO", "Europe/Oslo"),
    ],
)
def test_defaults_are_guessed_from_the_browser(accepted: str, country: str, timezone: str) -> None:
    guess = guess_place(accepted)
    assert (guess["country"], guess["timezone"]) == (country, timezone)


def test_words_are_suggested_from_the_name() -> None:
    assert words_for("Bergvik kommune") == '"Bergvik kommune" OR bergvik* OR #bergvik'
    assert hashtags_for("Bergvik kommune") == ["bergvik", "bergvikkommune"]
    assert words_for("Norsk bank AS") == '"Norsk bank AS"'
    assert words_for("") == "" and hashtags_for("") == []


# Today


def test_today_shows_what_waits(client: Client) -> None:
    owner = make_owner()
    channel = make_channel(owner)
    now = utc_now()
    say(channel, 1, "Hvorfor er veien stengt?", at=now - timedelta(minutes=90))
    say(channel, 2, "Når åpner svømmehallen?", at=now - timedelta(minutes=5))
    goal = save_goal(by=owner, statement="Svar samme dag")
    Conversation.objects.filter(person__name="Ola 1").update(goal=goal)
    note_fault(channel, "The password was refused.", at=now)
    client.force_login(owner.user)
    page = text_of(client.get(reverse("web:today", args=[owner.organisation.slug])))
    assert page.index("Hvorfor er veien stengt?") < page.index("Når åpner svømmehallen?")
    for words in ("1 past their promised time", "Svar samme dag", "The password was refused."):
        assert words in page


def test_today_says_how_to_begin(client: Client) -> None:
    owner = make_owner()
    reader = make_member(owner.organisation, Role.READER)
    url = reverse("web:today", args=[owner.organisation.slug])
    client.force_login(owner.user)
    page = text_of(client.get(url))
    assert (
        "Nothing is connected yet" in page
        and reverse("channels:add", args=["bergvik-kommune"]) in page
    )
    make_channel(owner)
    client.force_login(reader.user)
    page = text_of(client.get(url))
    assert "We listen. Nothing has come yet." in page
    assert reverse("channels:add", args=["bergvik-kommune"]) not in page


def test_today_counts_from_the_visit_before(client: Client) -> None:
    owner = make_owner()
    channel = make_channel(owner)
    say(channel, 1, "Gammelt", at=utc_now() - timedelta(hours=30))
    url = reverse("web:today", args=[owner.organisation.slug])
    client.force_login(owner.user)
    Member.objects.filter(pk=owner.pk).update(visited_at=utc_now() - timedelta(hours=40))
    assert "New since your last visit" in text_of(client.get(url))
    owner.refresh_from_db()
    assert owner.previous_visit_at is not None
    assert utc_now() - owner.previous_visit_at > timedelta(hours=39)


def test_today_costs_the_same_however_much_there_is(client: Client) -> None:
    owner = make_owner()
    channel = make_channel(owner)
    client.force_login(owner.user)
    url = reverse("web:today", args=[owner.organisation.slug])
    say(channel, 0, "Hei", at=utc_now() - timedelta(hours=2))
    say(channel, 1, "Hei", at=utc_now() - timedelta(minutes=2))
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    for number in range(2, 30):
        say(channel, number, "Hei igjen", at=utc_now() - timedelta(minutes=10 * number))
        make_channel(owner, kind="files", name=f"File {number}")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few) <= 24


def test_today_ticks_and_lets_in_what_is_new(client: Client) -> None:
    owner = make_owner()
    channel = make_channel(owner)
    say(channel, 1, "Først")
    client.force_login(owner.user)
    page = text_of(client.get(reverse("web:today", args=[owner.organisation.slug])))
    url = page.split('data-live-count="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(url).json()["count"] == 0
    say(channel, 2, "Så")
    answer = client.get(url).json()
    assert (answer["count"], answer["counts"]["today-unassigned"]) == (1, "2")
    part = client.get(reverse("web:today-channels", args=[owner.organisation.slug]))
    assert "today-channels" in text_of(part)


@pytest.mark.parametrize("name", ["today", "today-count", "today-channels", "search", "palette"])
def test_strangers_see_no_page(client: Client, name: str) -> None:
    owner, stranger = make_owner(), make_owner("Fjellby kommune")
    url = reverse(f"web:{name}", args=[owner.organisation.slug])
    client.force_login(make_member(owner.organisation, Role.READER).user)
    assert client.get(url).status_code == 200
    client.force_login(stranger.user)
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302


# Search


@pytest.fixture
def talk() -> Channel:
    """Three conversations of an organisation, and one of another with the same words."""
    owner = make_owner()
    channel = make_channel(owner)
    now = utc_now()
    say(channel, 1, "Barnehagen på Øya er stengt", name="Ærlig Ås", at=now - timedelta(days=3))
    say(channel, 2, "Når brøytes veien til barnehagen?", name="Per Vik", at=now - timedelta(days=2))
    say(channel, 3, "Takk for #brøyting i dag", name="Kari Li", at=now - timedelta(days=1))
    say(make_channel(make_owner("Fjellby kommune")), 4, "Barnehagen her også", name="Per Dal")
    return channel


def owner_of(channel: Channel) -> Member:
    return Member.objects.get(organisation=channel.organisation_id, role=Role.OWNER)


def names(channel: Channel, query: str) -> list[str]:
    rows = find(owner_of(channel), query).rows
    return [str(hit.conversation.person) for hit in rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("barnehagen", ["Per Vik", "Ærlig Ås"]),
        ("BARNEH", ["Per Vik", "Ærlig Ås"]),
        ("barnehagen vei", ["Per Vik"]),
        ('"barnehagen på øya"', ["Ærlig Ås"]),
        ('"barneh"', []),
        ("brøyt", ["Kari Li", "Per Vik"]),
        ("broyt", []),
        ("#brøyting", ["Kari Li"]),
        ("ærlig", ["Ærlig Ås"]),
        ("handle2", ["Per Vik"]),
        ("kari takk", ["Kari Li"]),
        ("", []),
        ("?!", []),
        ('" OR NEAR( * ^ scope:', []),
        ("o1", []),
        ("'; DROP TABLE dialogue_search; --", []),
        ("a & b | !c <-> (d", []),
    ],
)
def test_search_finds_words_and_takes_signs_as_signs(
    talk: Channel, query: str, expected: list[str]
) -> None:
    assert names(talk, query) == expected


def test_what_is_deleted_or_edited_away_is_not_found(talk: Channel) -> None:
    say(talk, 1, "Svømmehallen er stengt", name="Ærlig Ås", revision=2)
    assert names(talk, "barnehagen øya") == [] and names(talk, "svømmehall") == ["Ærlig Ås"]
    receive(talk, Batch(deletions=[Deletion(at=utc_now(), external_id="p1")]))
    assert names(talk, "svømmehall") == [] and names(talk, "ærlig") == []
    Row.objects.get(external_id="p2")
    Conversation.objects.filter(person__name="Per Vik").delete()
    assert names(talk, "barnehagen") == []


def test_answers_and_notes_are_found_too(talk: Channel) -> None:
    owner = owner_of(talk)
    conversation = Conversation.objects.get(person__name="Per Vik")
    reply(by=owner, conversation=conversation, text="Plogen kommer klokka ti", seen=None)
    note(by=owner, conversation=conversation, text="Ringte Rolf om sanding")
    assert names(talk, "plogen") == names(talk, "sanding") == ["Per Vik"]
    Message.objects.filter(text__startswith="Plogen").update(delivery="taken_back")
    assert names(talk, "plogen") == []


def test_search_pages_by_key_and_never_shows_a_conversation_twice_on_a_page(talk: Channel) -> None:
    owner = owner_of(talk)
    for number in range(10, 35):
        say(talk, number, "snø", name=f"N{number}", at=utc_now() - timedelta(minutes=100 - number))
    for number in range(100, 130):
        say(talk, number, "snø mer", name="N34", thread="p34")
    seen: list[int] = []
    after = ""
    for _ in range(30):
        page = find(owner, "snø", after=after, size=10)
        on_page = [hit.conversation.pk for hit in page.rows]
        assert len(on_page) == len(set(on_page)) <= 10
        seen += on_page
        after = page.older
        if not after:
            break
    assert len(set(seen)) == 25 and not after
    assert find(owner, "snø", after="nonsense").rows


def test_people_are_found_by_name_alone(talk: Channel) -> None:
    owner = owner_of(talk)
    assert [str(person) for person in find_people(owner, "per")] == ["Per Vik"]
    assert find_people(owner, "barnehagen") == []


def test_the_search_page(client: Client, talk: Channel) -> None:
    owner = owner_of(talk)
    client.force_login(owner.user)
    url = reverse("web:search", args=[owner.organisation.slug])
    page = text_of(client.get(url, {"q": "brøyt"}))
    assert "<mark>brøytes</mark>" in page and "<mark>brøyting</mark>" in page
    say(talk, 9, "<script>alert(1)</script> brøytefeil", name="<b>Fet</b>")
    page = text_of(client.get(url, {"q": "brøytefeil"}))
    assert "<script>alert" not in page and "<b>Fet" not in page
    assert "Nothing found" in text_of(client.get(url, {"q": "zzzz"}))
    assert "What are you looking for?" in text_of(client.get(url))


def test_the_palette_finds_what_one_types(client: Client, talk: Channel) -> None:
    owner = owner_of(talk)
    save_watch(by=owner, name="Brøyting og føre", query="brøyt*")
    client.force_login(owner.user)
    url = reverse("web:palette", args=[owner.organisation.slug])
    results = client.get(url, {"q": "brøyt"}).json()["results"]
    assert {result["group"] for result in results} == {"Conversations", "Watches"}
    groups = {r["group"] for r in client.get(url, {"q": "per"}).json()["results"]}
    assert "People" in groups
    desks = client.get(url, {"q": "service"}).json()["results"]
    assert [desk["label"] for desk in desks] == ["Service desk"]
    for result in [*results, *desks]:
        assert client.get(result["url"]).status_code == 200
    assert client.get(url, {"q": ""}).json() == {"results": []}


def test_the_tables_of_the_search_are_those_of_the_migration() -> None:
    call_command("makemigrations", "dialogue", check=True, dry_run=True, verbosity=0)
    with connection.cursor() as cursor:
        assert "dialogue_search" in connection.introspection.table_names(cursor)


# Hooks


@pytest.fixture
def hook() -> Channel:
    return connect(
        by=make_owner(), kind="webhook", name="Skjema", settings={}, secrets={"secret": SECRET}
    )


def deliver(client: Client, channel: Channel, body: bytes, **more: Any) -> HttpResponse:
    signed = sign(more.get("secret", SECRET), body, more.get("at", datetime.now(UTC)))
    response: HttpResponse = client.generic(  # type: ignore[assignment]
        "POST",
        reverse("web:hook", args=[channel.pk]),
        body,
        content_type="application/json",
        headers={SIGNATURE_HEADER: more.get("header", signed)},
    )
    return response


def form(number: int = 1, **more: str) -> dict[str, Any]:
    return {
        "id": f"form-{number}",
        "text": "Gatelyset er mørkt",
        "author": {"name": "Ola"},
        "published_at": datetime.now(UTC).isoformat(),
        **more,
    }


def test_a_signed_delivery_opens_a_conversation_once(hook: Channel) -> None:
    client = Client(enforce_csrf_checks=True)
    body = json.dumps({"items": [form(1), {"id": "x"}, form(2)]}).encode()
    answer = deliver(client, hook, body)
    assert answer.status_code == 202
    told = json.loads(answer.content)
    assert told["accepted"] == 2
    assert [each["where"] for each in told["rejected"]] == ["items[1]"]
    deliver(client, hook, body)
    assert Conversation.objects.count() == 2
    assert HealthLine.objects.filter(channel=hook, where="items[1]").exists()


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"secret": "another secret of letters"}, 401, "does not match"),
        ({"at": datetime.now(UTC) - timedelta(hours=1)}, 401, "behind our clock"),
        ({"header": ""}, 401, SIGNATURE_HEADER),
        ({"header": "t=1,v1=é"}, 401, ""),
    ],
)
def test_deliveries_that_are_not_signed_are_turned_away(
    client: Client, hook: Channel, change: dict[str, Any], status: int, told: str
) -> None:
    answer = deliver(client, hook, json.dumps(form()).encode(), **change)
    assert answer.status_code == status
    reason = json.loads(answer.content)["error"]
    assert told in reason
    assert HealthLine.objects.get(channel=hook).message == reason
    hook.refresh_from_db()
    assert not hook.error and not Conversation.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b"null", b'{"items": 3}'])
def test_bodies_that_cannot_be_read_are_told(client: Client, hook: Channel, body: bytes) -> None:
    answer = deliver(client, hook, body)
    assert answer.status_code == 400 and json.loads(answer.content)["error"]


def test_large_deliveries_are_turned_away_unread(client: Client, hook: Channel) -> None:
    assert deliver(client, hook, b"x" * 1_000_001).status_code == 413


def test_hooks_that_are_not_there(client: Client, hook: Channel) -> None:
    body = json.dumps(form()).encode()
    Channel.objects.filter(pk=hook.pk).update(enabled=False)
    assert deliver(client, hook, body).status_code == 404
    hook.pk = 999_999
    assert deliver(client, hook, body).status_code == 404
    assert client.get(reverse("web:hook", args=[1])).status_code == 405


# Exports


def test_an_export_is_streamed_to_those_who_may() -> None:
    owner = make_owner()
    agent = make_member(owner.organisation, Role.AGENT)
    say(make_channel(owner), 1, "=2+2", name="Ola")
    csv_url, other_url = (
        reverse("web:export", args=[owner.organisation.slug, kind]) for kind in ("csv", "exe")
    )
    assert fetched(agent.user, csv_url)[0].status_code == 403
    assert fetched(owner.user, other_url)[0].status_code == 404
    response, body = fetched(owner.user, csv_url)
    assert response.headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert [row["text"] for row in rows] == ["'=2+2"]


@async_to_sync
async def fetched(user: User, url: str) -> tuple[Any, bytes]:
    """A page as an asynchronous server sends it, a chunk at a time."""
    client = AsyncClient()
    await client.aforce_login(user)
    response: Any = await client.get(url)
    if not response.streaming:
        return response, response.content
    return response, b"".join([chunk async for chunk in response])


def test_closing_a_conversation_takes_it_off_the_page(client: Client) -> None:
    owner = make_owner()
    with time_machine.travel(utc_now() - timedelta(hours=3), tick=False):
        say(make_channel(owner), 1, "Er det noen her?")
    client.force_login(owner.user)
    url = reverse("web:today", args=[owner.organisation.slug])
    assert "past their promised time" in text_of(client.get(url))
    close(by=owner, conversation=Conversation.objects.get())
    assert "Nobody waits for an answer" in text_of(client.get(url))
