"""Who gets in: an owner, a colleague in each role and a stranger, at every address of the house."""

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ildsjel.channels.actions import remove
from ildsjel.channels.imports import prepare
from ildsjel.dialogue.actions import archive_desk, reply, save_rule
from ildsjel.dialogue.models import Delivery, Message
from ildsjel.engine.plan import Element, Kind, document, write
from ildsjel.listening.actions import remove_watch, save_watch
from ildsjel.listening.group_actions import archive_watch_group, save_watch_group
from ildsjel.listening.models import Mention
from ildsjel.organisation.actions import create_token, invite, override_day
from ildsjel.organisation.models import Invitation, Member, Right, Role, utc_now
from ildsjel.strategy.actions import (
    accept_finding,
    archive,
    change,
    keep_draft,
    observe,
    save_goal,
    save_group,
    save_topic,
)
from ildsjel.strategy.documents import TABLES
from ildsjel.strategy.models import Goal, StakeholderGroup
from ildsjel.strategy.queries import plan_of, versions
from tests.builders import (
    make_burst,
    make_calendar,
    make_channel,
    make_conversation,
    make_desk,
    make_member,
    make_owner,
    make_story,
)

pytestmark = pytest.mark.django_db
BELOW = "o/<slug:organisation>/"
# Doors of their own: these check the membership themselves.
OTHER_DOORS = {"live"}


@dataclass(frozen=True)
class House:
    """An organisation with a row of each kind. All that is written in it holds the word `mark`."""

    owner: Member
    mark: str
    rows: dict[str, Any]

    @property
    def slug(self) -> str:
        return self.owner.organisation.slug


def build(mark: str, folder: Path) -> House:
    """A house with everything in it, and of what can be put back something that was put away."""
    owner = make_owner(f"{mark} kommune")
    organisation = owner.organisation
    organisation.simulated = True  # so that its removal has an address too
    organisation.save()
    rows = {**of_the_plan(owner, mark), **of_the_desks(owner, mark)}
    rows["watch"], rows["old watch"] = [
        save_watch(by=owner, name=f"Watch {mark}", query=mark, goal=rows["goal"]) for _ in range(2)
    ]
    remove_watch(by=owner, watch=rows["old watch"])
    rows["word group"], rows["old word group"] = [
        save_watch_group(by=owner, name=f"Words {age}{mark}", query=mark) for age in ("", "old ")
    ]
    archive_watch_group(by=owner, group=rows["old word group"])
    rows["burst"] = make_burst(rows["watch"])
    rows["story"] = make_story(owner, f"Watch {mark} and tell everybody what you have seen there")
    rows["channel"], rows["old channel"] = [
        make_channel(owner, name=f"Channel {mark}", settings={"reply_url": "http://127.0.0.1:9/"})
        for _ in range(2)
    ]
    remove(by=owner, channel=rows["old channel"])
    conversation = make_conversation(owner, f"Where is {mark}?", channel=rows["channel"])
    message = reply(by=owner, conversation=conversation, text=f"Here is {mark}.", seen=None)
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.UNSURE, due_at=None)
    invite(by=owner, email=f"{mark}@example.org", role=Role.AGENT)
    item = conversation.messages.exclude(item=None).get().item
    rows |= {
        "conversation": conversation,
        "item": item,
        "mention": Mention.objects.get(item=item),
        "message": message,
        "member": make_member(organisation, name=f"Member {mark}"),
        "invitation": Invitation.objects.get(organisation=organisation),
        "import": prepare(by=owner, path=file_in(folder, mark), name=f"{mark}.csv"),
    }
    return House(owner, mark, rows)


def of_the_plan(owner: Member, mark: str) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for age in ("", "old "):
        rows |= {
            f"{age}goal": save_goal(by=owner, statement=f"Goal {age}{mark}"),
            f"{age}group": save_group(by=owner, name=f"Group {age}{mark}"),
            f"{age}topic": save_topic(by=owner, name=f"Topic {age}{mark}"),
        }
        change(by=owner, put=elements_of(age, mark))
        rows |= {
            f"{age}{table.KIND.value}": table._default_manager.get(
                organisation=owner.organisation, key=f"{age.strip()}x"
            )
            for table in TABLES.values()
            if table not in {Goal, StakeholderGroup}
        }
    for name, row in rows.items():
        if name.startswith("old "):
            archive(by=owner, row=row)
    goal = rows["goal"]
    rows["value"] = observe(by=owner, goal=goal, on=utc_now().date(), value=3.0, note=mark)
    rows["accepted"] = accept_finding(
        by=owner, rule="goal-without-owner", element=Element(Kind.GOAL, goal.key), reason=mark,
        until=utc_now().date() + timedelta(days=9),
    )  # fmt: skip
    keep_draft(by=owner, name=f"Draft {mark}", text=write(plan_of(owner)))
    rows["version"] = versions(owner).first()
    return rows


def elements_of(age: str, mark: str) -> list[document.AnyElement]:
    """One of each kind besides goals and groups."""
    key, name = f"{age.strip()}x", f"{age}{mark}"
    return [
        document.Person(key=key, name=f"Person {name}"),
        document.Tactic(key=key, name=f"Tactic {name}"),
        document.Channel(key=key, name=f"Channel {name}"),
        document.Role(key=key, name=f"Role {name}"),
        document.Guardrail(key=key, statement=f"Guardrail {name}"),
        document.Review(key=key, what=f"Review {name}"),
    ]


def of_the_desks(owner: Member, mark: str) -> dict[str, Any]:
    desk, old = make_desk(owner, name=f"Desk {mark}"), make_desk(owner, name=f"Desk old {mark}")
    archive_desk(by=owner, desk=old)
    calendar = make_calendar(owner)
    today = utc_now().date()
    return {
        "desk": desk,
        "old desk": old,
        "calendar": calendar,
        "override": override_day(by=owner, calendar=calendar, day=today, intervals=[], note=mark),
        "rule": save_rule(by=owner, name=f"Rule {mark}", desk=desk, conditions={"query": mark}),
    }


def file_in(folder: Path, mark: str) -> Path:
    path = folder / f"{mark}.csv"
    path.write_text(f"text,created_at\nIn a file: {mark},2026-03-02T12:00:00Z\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Hundreds of refusals are what these tests ask for."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(level)


@pytest.fixture
def ours(tmp_path: Path) -> House:
    return build("Zebrakorn", tmp_path)


@pytest.fixture
def theirs(tmp_path: Path) -> House:
    return build("Quarkdugg", tmp_path)


# Every address below /o/<slug>/, with what its arguments are


@dataclass(frozen=True)
class Address:
    """One address of the house. `route` is what follows the organisation's slug."""

    route: str
    name: str
    view: Any

    @property
    def takes_rows(self) -> bool:
        return "<int:" in self.route


def addresses() -> list[Address]:
    found = [
        Address(route.removeprefix(BELOW), pattern.name or "", pattern.callback)
        for route, pattern in walk(get_resolver().url_patterns)
        if route.startswith(BELOW)
    ]
    assert len(found) > 60
    return found


def walk(patterns: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route, pattern


# Which row a number in an address names, by what stands before it: the first that fits.
ROWS = [
    ("dialogue/messages/<int:pk>", "message"),
    ("dialogue/desks/<int:pk>", "desk"),
    ("dialogue/rules/<int:pk>", "rule"),
    ("dialogue/<int:pk>", "conversation"),
    ("listen/watches/<int:pk>", "watch"),
    ("listen/watches/groups/<int:pk>", "word group"),
    ("listen/bursts/<int:pk>", "burst"),
    ("listen/posts/<int:pk>", "item"),
    ("listen/stories/<int:pk>", "story"),
    ("plan/accepted/<int:pk>", "accepted"),
    ("plan/history/<int:pk>", "version"),
    ("plan/goals/<int:pk>/forget/<int:value>", "value"),
    ("plan/goals/<int:pk>", "goal"),
    ("plan/groups/<int:pk>", "group"),
    ("plan/topics/<int:pk>", "topic"),
    ("plan/people/<int:pk>", "people"),
    ("plan/tactics/<int:pk>", "tactics"),
    ("plan/channels/<int:pk>", "channels"),
    ("plan/roles/<int:pk>", "roles"),
    ("plan/guardrails/<int:pk>", "guardrails"),
    ("plan/reviews/<int:pk>", "reviews"),
    ("channels/import/<int:pk>", "import"),
    ("channels/<int:pk>", "channel"),
    ("settings/members/invitations/<int:pk>", "invitation"),
    ("settings/members/<int:pk>", "member"),
    ("settings/hours/<int:pk>/day/<int:override>", "override"),
    ("settings/hours/<int:pk>", "calendar"),
]
OTHERS = ["people", "tactics", "channels", "roles", "guardrails", "reviews"]
# What a word in an address may be, by the whole of what stands before it.
WORDS = {
    "plan/findings/<slug:rule>": ["tactic-without-goal"],
    "plan/findings/<slug:rule>/<slug:kind>": ["tactics"],
    "plan/findings/<slug:rule>/<slug:kind>/<str:key>": ["x"],
    "plan/import/example/<slug:name>": ["municipality"],
    "plan/begin/<slug:step>": ["achieve"],
    "plan/all/<str:kind>": ["goals", "reviews"],
    "plan/<str:kind>": ["goals", "groups", "topics", *OTHERS],
    "channels/add/<slug:kind>": ["feeds", "webhook"],
    "export/<slug:kind>": ["csv", "jsonl"],
    "listen/export/<slug:kind>": ["csv", "jsonl"],
    "listen/overview/<slug:figure>": ["volume"],
    "listen/stories/<int:pk>/<slug:figure>": ["timeline"],
    "dialogue/rules/<int:pk>/move/<str:way>": ["up"],
    "dialogue/rules/<int:pk>/switch/<str:state>": ["off"],
    "settings/members/<int:pk>/<str:where>": ["out"],
}
# What a form must say before its page looks at the row at all.
FORMS: dict[str, Callable[[House], dict[str, Any]]] = {
    "assign": lambda house: {"to": house.owner.pk},
    "move": lambda house: {"desk": house.rows["desk"].pk},
    "decide": lambda house: {"sent": "yes"},
    "observe": lambda house: {"on": "2026-01-02", "value": "4"},
    "remove-sample": lambda house: {"sure": "yes"},
}
ARGUMENT = re.compile(r"<(?:\w+:)?\w+>")


def paths(route: str, house: House) -> list[str]:
    """The route with its arguments filled in with what the house has."""
    found = [route]
    for start, words in WORDS.items():
        argument = ARGUMENT.findall(start)[-1]
        found = [
            each.replace(argument, word, 1) if route.startswith(start) else each
            for each in found
            for word in (words if route.startswith(start) else [""])
        ]
    filled = [with_rows(each, house) for each in found]
    left = [each for each in filled if ARGUMENT.search(each)]
    assert not left, (
        f"No sample for the arguments of {left[0]!r}: add its row to ROWS, or its words to WORDS, "
        "in tests/rooms/test_access.py, so that the access tests cover the new address."
    )
    return filled


def with_rows(path: str, house: House) -> str:
    """The path with its numbers filled in; what is put back was put away before."""
    age = "old " if path.endswith("/restore/") else ""
    while match := re.search(r"<int:\w+>", path):
        so_far = plain(path[: match.end()])
        name = next((name for start, name in ROWS if plain(start) == so_far), None)
        if name is None:
            return path
        path = f"{path[: match.start()]}{house.rows[age + name].pk}{path[match.end() :]}"
    return path


def plain(route: str) -> str:
    """A route or path without its numbers, to compare one with the other."""
    return re.sub(r"<int:\w+>|(?<=/)\d+(?=/|$)", "#", route)


def every_path(house: House, at: House | None = None) -> Iterator[tuple[Address, str]]:
    """Every address with this house's rows, below the slug of `at` (or its own)."""
    for address in addresses():
        for path in paths(address.route, house):
            yield address, f"/o/{(at or house).slug}/{path}"


def test_every_number_in_an_address_is_known(ours: House) -> None:
    known = {plain(start) for start, _ in ROWS}
    seen = {plain(path.removeprefix(f"/o/{ours.slug}/")) for _, path in every_path(ours)}
    unused = [start for start in known if not any(each.startswith(start) for each in seen)]
    assert unused == []


def test_every_page_has_the_door(ours: House) -> None:
    without = [each.route for each in addresses() if right_of(each.view) is None]
    assert without == [each.route for each in addresses() if each.name in OTHER_DOORS]


def right_of(view: Any) -> Right | None:
    """The right that `member_page` asks for before it lets anybody in to this page."""
    while view is not None:
        if inspect.isfunction(view):
            right = inspect.getclosurevars(view).nonlocals.get("right")
            if isinstance(right, Right):
                return right
        view = getattr(view, "__wrapped__", None)
    return None


# What is in the house


def contents() -> dict[str, list[Any]]:
    """All rows of ours, without what a mere visit writes."""
    visits = {"visited_at", "previous_visit_at", "last_login", "used_at"}
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("ildsjel."):
            columns = [f.attname for f in model._meta.concrete_fields if f.name not in visits]
            found[model.__name__] = list(
                model._default_manager.order_by("pk").values_list(*columns)
            )
    return found


def said(address: Address, house: House) -> dict[str, Any]:
    """What is filled in at this address: enough for it to be done."""
    return FORMS.get(address.name, lambda _: {})(house)


def visit(
    client: Client, method: str, path: str, form: dict[str, Any] | None = None
) -> HttpResponseBase:
    response: HttpResponseBase = client.generic(
        method, path, urlencode(form or {}), content_type="application/x-www-form-urlencoded"
    )
    return response


def text_of(response: HttpResponseBase) -> str:
    """The whole answer, a streamed one too; the live stream is not read to its end."""
    if isinstance(response, StreamingHttpResponse):
        if response["Content-Type"] == "text/event-stream":
            return ""
        return async_to_sync(_gathered)(response).decode()
    return response.content.decode()  # type: ignore[attr-defined]


async def _gathered(response: StreamingHttpResponse) -> bytes:
    return b"".join([chunk async for chunk in response])


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_the_samples_are_real(ours: House) -> None:
    """The owner finds something at every address: a stranger's 404 is not for want of a row."""
    client, faults = signed_in(ours.owner), []
    for address, path in every_path(ours):
        for method in ("GET", "POST"):
            with transaction.atomic():
                status = visit(client, method, path, said(address, ours)).status_code
                transaction.set_rollback(True)
            if status >= 500 or status in {401, 404}:
                faults.append(f"{method} {path} ({address.name}): {status}")
    assert "\n".join(faults) == ""


def open_doors(client: Client, house: House, *, at: House | None = None) -> list[str]:
    """Where somebody who is to learn nothing gets another answer than "there is no such page".

    That a page takes only GET or only POST may be told: it stands in the code for all to read. With
    `at`, the house's rows are asked for below another's name, where they have an address at all.
    """
    faults = []
    for address, path in every_path(house, at=at):
        if at is not None and not address.takes_rows:
            continue
        form = said(address, house)
        answers = [visit(client, method, path, form) for method in ("GET", "POST", "DELETE")]
        shut = [is_shut(response) for response in answers]
        told = [response.status_code == 405 for response in answers]
        if not any(shut) or not all(a or b for a, b in zip(shut, told, strict=True)):
            faults.append(f"{path}: {[response.status_code for response in answers]}")
    return faults


def is_shut(response: HttpResponseBase) -> bool:
    to_sign_in = response.status_code == 302 and "/accounts/login/" in response["Location"]
    return to_sign_in or response.status_code == 404


def test_nobody_gets_in_without_signing_in(ours: House) -> None:
    before = contents()
    assert open_doors(Client(), ours) == []
    assert contents() == before


def test_a_stranger_learns_of_nothing(ours: House, theirs: House) -> None:
    """The owner of another house gets 404 at every address of ours, as for what is not there."""
    client, before = signed_in(theirs.owner), contents()
    assert open_doors(client, ours) == []
    nowhere = visit(client, "GET", "/o/no-such-house/dialogue/")
    there = visit(client, "GET", f"/o/{ours.slug}/dialogue/")
    assert there.status_code == nowhere.status_code == 404
    assert contents() == before


def test_a_stranger_cannot_reach_our_rows_through_their_own_door(
    ours: House, theirs: House
) -> None:
    """Below their own name, with the numbers of our rows."""
    client, before = signed_in(theirs.owner), contents()
    assert open_doors(client, ours, at=theirs) == []
    assert contents() == before


def test_lists_search_and_export_show_only_ones_own(ours: House, theirs: House) -> None:
    client, seen_own, leaks = signed_in(theirs.owner), set(), []
    for address, path in every_path(theirs):
        for asked in (path, f"{path}?q={ours.mark}", f"{path}?q={theirs.mark}"):
            shown = words_of(text_of(visit(client, "GET", asked)))
            if any(f"{word} {ours.mark}" in shown for word in BEFORE_THE_MARK):
                leaks.append(asked)
            if f"is {theirs.mark}" in shown:
                seen_own.add(address.name)
    assert leaks == []
    assert {"search", "export", "mentions", "thread", "today"} <= seen_own


# A page may repeat the question that was asked; what answers it has one of these before the mark.
BEFORE_THE_MARK = [
    "is", "Goal", "Group", "Topic", "old", "Desk", "Watch", "Channel", "Rule", "Member", "file:",
]  # fmt: skip


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"</?mark[^>]*>", "", page))


# Roles


RIGHTS_OF = {
    Role.OWNER: "read reply listen plan sign desks channels export people settings audit",
    Role.ADVISER: "read reply listen plan desks channels export",
    Role.LEAD: "read reply listen desks export",
    Role.AGENT: "read reply",
    Role.READER: "read",
    Role.AUDITOR: "read audit export",
}


def test_the_table_of_roles_is_whole() -> None:
    assert set(RIGHTS_OF) == set(Role)
    assert set(RIGHTS_OF[Role.OWNER].split()) == set(Right)


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_do(role: Role, ours: House) -> None:
    colleague = make_member(ours.owner.organisation, role)
    assert {right for right in Right if colleague.can(right)} == set(RIGHTS_OF[role].split())
    colleague.active = False
    assert not any(colleague.can(right) for right in Right)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_in_where_it_may_and_nowhere_else(role: Role, ours: House) -> None:
    """403 at each page whose right the role has not; no refusal at the door of the others."""
    client, faults = signed_in(make_member(ours.owner.organisation, role)), []
    for address, path in every_path(ours):
        right = right_of(address.view)
        allowed = right is None or right in RIGHTS_OF[role].split()
        for method in ("GET", "POST"):
            with transaction.atomic():
                status = visit(client, method, path, said(address, ours)).status_code
                transaction.set_rollback(True)
            refused = status == 403 or (status == 405 and method == "GET")
            if (not allowed and not refused) or status == 404 or status >= 500:
                faults.append(f"{method} {path} ({right}): {status}")
            if allowed and status == 403 and method == "GET":
                faults.append(f"{method} {path} ({right}): refused")
    assert "\n".join(faults) == ""


@pytest.mark.parametrize("role", [Role.READER, Role.AUDITOR])
def test_who_only_reads_changes_nothing(role: Role, ours: House) -> None:
    colleague = make_member(ours.owner.organisation, role)
    client, before = signed_in(colleague), contents()
    for address, path in every_path(ours):
        text_of(visit(client, "POST", path, said(address, ours)))
    after = contents()
    if role == Role.AUDITOR:  # an export is on the record
        after["AuditEntry"] = after["AuditEntry"][: len(before["AuditEntry"])]
    assert after == before


def test_who_was_let_out_is_a_stranger(ours: House) -> None:
    gone = make_member(ours.owner.organisation, Role.OWNER)
    Member.objects.filter(pk=gone.pk).update(active=False)
    client = signed_in(gone)
    found = {visit(client, "POST", path).status_code for _, path in every_path(ours)}
    assert found <= {404, 405}


# The API, asked at every address


def api_paths(house: House) -> Iterator[tuple[str, str]]:
    numbers = {"pk": "conversation", "message": "message"}
    for route, _ in walk(get_resolver().url_patterns):
        if not route.startswith("api/v1/") or "<path:" in route or route.endswith("openapi.json"):
            continue
        named = {"watches": "watch", "mentions": "mention"}
        kind = route.removeprefix("api/v1/").partition("/")[0]
        numbers["pk"] = named.get(kind, "conversation")
        path = re.sub(r"<int:(\w+)>", lambda m: str(house.rows[numbers[m[1]]].pk), route)
        yield route, f"/{path}"


def test_the_api_asks_everybody_for_a_token(ours: House) -> None:
    client = signed_in(ours.owner)
    for route, path in api_paths(ours):
        statuses = {visit(client, m, path).status_code for m in ("GET", "POST", "PATCH", "DELETE")}
        assert statuses <= {401, 405} or route == "api/v1/", path


def test_the_api_shows_a_stranger_nothing(ours: House, theirs: House) -> None:
    token = create_token(by=theirs.owner, name="test")
    client, before = Client(HTTP_AUTHORIZATION=f"Bearer {token}"), contents()
    for route, path in api_paths(ours):
        response = visit(client, "GET", path)
        assert ours.mark not in text_of(response)
        hidden = "<int" in route or route == "api/v1/"
        assert response.status_code in ({404, 405} if hidden else {200})
        for method in ("PATCH", "DELETE"):
            assert visit(client, method, path).status_code in {404, 405, 422}
    after = contents()  # an export is on the record
    after["AuditEntry"] = after["AuditEntry"][: len(before["AuditEntry"])]
    assert after == before
