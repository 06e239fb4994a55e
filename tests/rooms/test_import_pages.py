"""Importing a file from its pages: upload, columns, the run itself, the rows left out."""

import csv
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from ildsjel.channels import forms
from ildsjel.channels.imports import prepare, remove_old_uploads, stop
from ildsjel.channels.models import Channel, Import, ImportState, RejectedRow
from ildsjel.dialogue.models import Conversation, Promise, State
from ildsjel.flow.imports import step
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Member, Role, utc_now
from ildsjel.work.models import claim
from tests.builders import make_member, make_owner

pytestmark = pytest.mark.django_db

GOOD = (
    "id;dato;navn;melding\n"
    "1;21.11.2026 10:00;Anne Berg;Når åpner biblioteket?\n"
    "2;21.11.2026 11:00;Ola Lie;<b>Takk</b> for svar\n"
    "3;i går;Kari Moe;=1+1 og en dato som ikke kan leses\n"
)


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def owner() -> Member:
    return make_owner()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object) -> str:
    return reverse(f"channels:{name}", args=[member.organisation.slug, *args])


def upload(member: Member, content: str | bytes = GOOD, name: str = "gammelt.csv") -> Import:
    data = content.encode() if isinstance(content, str) else content
    answer = signed_in(member).post(at(member, "import"), {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.context["form"].errors
    return Import.objects.get(state=ImportState.MAPPING)


def chosen(**more: str) -> dict[str, str]:
    columns = {
        "text": "melding",
        "published_at": "dato",
        "author_name": "navn",
        "external_id": "id",
    }
    mapping = {f"setting_{target}": column for target, column in columns.items()}
    reading = {"timezone": "Europe/Oslo", "date_order": "day_first", "address": "mention"}
    return {**mapping, **reading, **more}


def start(member: Member, source: Import, **more: str) -> None:
    answer = signed_in(member).post(at(member, "import-source", source.pk), chosen(**more))
    assert answer.status_code == 302
    source.refresh_from_db()


def test_the_guessed_columns_and_the_rows_as_they_will_be_read(owner: Member) -> None:
    source = upload(owner)
    page = signed_in(owner).get(at(owner, "import-source", source.pk))
    # The time is not guessed: one row holds something else in that column.
    guess = {"text": "melding", "author_name": "navn", "external_id": "id"}
    assert page.context["form"].mapping() == guess
    assert "Choose the columns of the text and of the time" in page.content.decode()
    assert "navn  (Anne Berg)" in page.content.decode()


def test_the_rows_follow_the_columns_that_are_chosen(owner: Member) -> None:
    source = upload(owner)
    client = signed_in(owner)
    url = at(owner, "import-source", source.pk)
    page = client.post(url, chosen(preview="yes"), headers={"HX-Request": "true"})
    shown = page.content.decode()
    assert "<html" not in shown
    assert "21 Nov 2026, 10:00" in shown
    assert "&lt;b&gt;Takk&lt;/b&gt;" in shown
    assert "This row can't be read:" in shown
    swapped = chosen(preview="yes", setting_text="navn", setting_author_name="melding")
    assert '<td class="as-read-text">Anne Berg</td>' in client.post(url, swapped).content.decode()
    missing = client.post(url, chosen(preview="yes", setting_text="")).content.decode()
    assert "Choose the columns of the text and of the time" in missing
    source.refresh_from_db()
    assert source.state == ImportState.MAPPING


def test_a_start_without_text_is_refused_and_the_rest_is_kept(owner: Member) -> None:
    source = upload(owner)
    answer = signed_in(owner).post(
        at(owner, "import-source", source.pk), chosen(setting_text="", setting_title="navn")
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"setting_text": ["Choose the column that holds this."]}
    assert answer.context["form"]["setting_title"].value() == "navn"


def test_a_whole_import(owner: Member) -> None:
    source = upload(owner)
    start(owner, source, history="on")
    assert source.state == ImportState.RUNNING
    client, url = signed_in(owner), at(owner, "import-source", source.pk)
    assert 'hx-trigger="every 2s"' in client.get(url).content.decode()
    step(source)
    source.refresh_from_db()
    assert (source.state, source.rows_read, source.rows_new, source.rows_rejected) == (
        ImportState.DONE,
        3,
        2,
        1,
    )
    assert sorted(Item.objects.values_list("author_name", flat=True)) == ["Anne Berg", "Ola Lie"]
    page = client.get(url).content.decode()
    assert 'hx-trigger="every 2s"' not in page
    assert "line 4" in page
    assert reverse("dialogue:list", args=[owner.organisation.slug]) in page


def test_the_rows_left_out_as_csv_hold_no_formulas(owner: Member) -> None:
    source = upload(owner)
    RejectedRow.objects.create(source=source, where="line 9", reason="Why", sample="=1+1")
    answer = signed_in(owner).get(at(owner, "import-rejected", source.pk))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["Where", "Why", "The row"], ["line 9", "Why", "'=1+1"]]


def test_stop_and_go_on(owner: Member) -> None:
    source = upload(owner)
    start(owner, source, history="on")
    client = signed_in(owner)
    client.post(at(owner, "import-stop", source.pk))
    source.refresh_from_db()
    assert source.state == ImportState.STOPPED
    settings = Channel.objects.get().settings
    client.post(at(owner, "import-go-on", source.pk))
    source.refresh_from_db()
    assert source.state == ImportState.RUNNING
    assert Channel.objects.get().settings == settings
    step(source)
    client.post(at(owner, "import-go-on", source.pk))
    source.refresh_from_db()
    assert source.state == ImportState.DONE


def test_the_columns_can_be_chosen_again(owner: Member) -> None:
    source = upload(owner)
    start(owner, source)
    client = signed_in(owner)
    client.post(at(owner, "import-again", source.pk))
    source.refresh_from_db()
    assert source.state == ImportState.RUNNING
    step(source)
    client.post(at(owner, "import-again", source.pk))
    fresh = Import.objects.get()
    assert fresh.state == ImportState.MAPPING
    start(owner, fresh)
    step(fresh)
    fresh.refresh_from_db()
    assert (fresh.rows_read, fresh.rows_new) == (3, 0)
    Path(fresh.channel.settings["path"]).unlink()
    page = client.post(at(owner, "import-again", fresh.pk), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"] * 2
    assert Import.objects.get().state == ImportState.DONE


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("ark.xlsx", b"PK\x03\x04 not text", "Save it as CSV first"),
        ("tom.csv", b"   ", "The file is empty."),
        ("liste.json", b'[{"text": "hei"}]', "one object a line"),
        ("feil.parquet", b"PAR1 and nothing more", "not valid Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_plainly_and_not_kept(
    owner: Member, own_folder: Path, name: str, content: bytes, words: str
) -> None:
    answer = signed_in(owner).post(at(owner, "import"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert words in answer.context["form"].errors["file"][0]
    assert not Import.objects.exists()
    assert [path for path in own_folder.rglob("*") if path.is_file()] == []


def test_no_file_and_a_too_large_one(owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(owner)
    answer = client.post(at(owner, "import"))
    assert answer.context["form"].errors["file"] == ["Choose a file first."]
    monkeypatch.setattr(forms, "UPLOAD_LIMIT", 10)
    answer = client.post(at(owner, "import"), {"file": SimpleUploadedFile("a.csv", b"x" * 11)})
    assert "the limit here is 10" in answer.context["form"].errors["file"][0]


def test_a_file_that_is_being_imported_is_not_replaced(owner: Member) -> None:
    source = upload(owner)
    start(owner, source)
    again = {"file": SimpleUploadedFile("gammelt.csv", GOOD.encode())}
    answer = signed_in(owner).post(at(owner, "import"), again)
    assert answer.status_code == 422
    assert Import.objects.get().pk == source.pk


def test_an_unfinished_import_is_found_again(owner: Member) -> None:
    source = upload(owner)
    page = signed_in(owner).get(at(owner, "import"))
    assert [row["source"].pk for row in page.context["rows"]] == [source.pk]
    assert at(owner, "import-source", source.pk) in page.content.decode()
    detail = signed_in(owner).get(at(owner, "detail", source.channel_id))
    assert detail.headers["Location"] == at(owner, "import-source", source.pk)


def test_history_leaves_open_what_an_earlier_import_of_that_name_left(owner: Member) -> None:
    source = upload(owner)
    start(owner, source)
    step(source)
    before = list(Conversation.objects.values_list("pk", flat=True))
    assert len(before) == Conversation.objects.filter(state=State.OPEN).count() == 2
    fresh = upload(owner, GOOD + "4;20.11.2026 9:00;Eva Ås;Hvorfor er gatelyset slukket?\n")
    start(owner, fresh, history="on")
    step(fresh)
    assert set(Conversation.objects.filter(state=State.OPEN).values_list("pk", flat=True)) == set(
        before
    )
    assert Promise.objects.filter(conversation__in=before, dropped_at=None).count() == 2
    brought = Conversation.objects.exclude(pk__in=before).get()
    assert (brought.state, brought.promised_at) == (State.CLOSED, None)
    assert not Promise.objects.filter(conversation=brought, dropped_at=None).exists()


def later(days: int) -> int:
    """How many files are removed so many days from now."""
    with time_machine.travel(utc_now() + timedelta(days=days)):
        return remove_old_uploads()


@pytest.mark.parametrize("end", ["done", "stopped", "never begun"])
def test_an_uploaded_file_is_removed_when_nobody_needs_it(owner: Member, end: str) -> None:
    source = upload(owner)
    if end != "never begun":
        start(owner, source)
    if end == "done":
        step(source)
    if end == "stopped":
        stop(by=owner, source=source)
    path = Path(source.channel.settings["path"])
    assert later(13) == 0 and path.is_file()
    assert later(15) == 1 and not path.exists()
    assert later(15) == 0


def test_a_file_that_is_being_read_stays_however_long_it_takes(owner: Member) -> None:
    source = upload(owner)
    start(owner, source)
    assert later(100) == 0
    stop(by=owner, source=source)
    Import.objects.update(created_at=utc_now() - timedelta(days=30))
    assert later(13) == 0  # it counts from the stop
    assert later(15) == 1
    page = signed_in(owner).get(at(owner, "import-source", source.pk)).content.decode()
    assert "no longer kept" in page
    assert at(owner, "import-go-on", source.pk) not in page
    assert at(owner, "import-again", source.pk) not in page


def test_a_file_that_was_replaced_goes_and_one_of_the_command_line_stays(
    owner: Member, tmp_path: Path
) -> None:
    first = Path(upload(owner).channel.settings["path"])
    upload(owner)
    named = tmp_path / "own.csv"
    named.write_text(GOOD, encoding="utf-8")
    prepare(by=owner, path=named, name=named.name)
    Import.objects.update(created_at=utc_now() + timedelta(days=10))  # the replaced one has no row
    assert later(15) == 1
    assert not first.exists()
    assert later(100) == 1
    assert named.is_file()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_a_stop_and_a_batch_being_stored_do_not_wait_for_each_other(owner: Member) -> None:
    start(owner, upload(owner))
    [source] = claim(Import.objects.all(), now=utc_now(), lease=timedelta(minutes=5), limit=1)
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            with connection.cursor() as cursor:  # the batch is held up with its report of bad rows
                cursor.execute("LOCK TABLE channels_rejectedrow IN SHARE MODE")
            storing = pool.submit(in_a_thread, lambda: step(source))
            until_so_many_wait(1)
            stopping = pool.submit(in_a_thread, lambda: stop(by=owner, source=source))
            until_so_many_wait(2)
        assert [each.exception(60) for each in (storing, stopping)] == [None, None]
    source.refresh_from_db()
    assert (source.state, source.rows_new, source.rows_rejected) == (ImportState.DONE, 2, 1)


def in_a_thread(task: Callable[[], object]) -> None:
    try:
        task()
    finally:
        connection.close()


def until_so_many_wait(count: int) -> None:
    """Until that many others wait for a lock in this database; for a minute at most."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.05)
    raise AssertionError(f"{count} should wait")


ADDRESSES = [
    ("get", "import-source"),
    ("get", "import-rejected"),
    ("post", "import-source"),
    ("post", "import-stop"),
    ("post", "import-go-on"),
    ("post", "import-again"),
]


@pytest.mark.parametrize(("method", "name"), ADDRESSES)
def test_imports_are_for_those_who_look_after_channels(
    owner: Member, method: str, name: str
) -> None:
    source = upload(owner)
    agent = make_member(owner.organisation, Role.AGENT)
    stranger = make_owner("Nabokommunen")
    url = at(owner, name, source.pk)
    assert getattr(signed_in(agent), method)(url).status_code == 403
    assert getattr(signed_in(stranger), method)(url).status_code == 404
    theirs = at(stranger, name, source.pk)
    assert getattr(signed_in(stranger), method)(theirs).status_code == 404
    source.refresh_from_db()
    assert source.state == ImportState.MAPPING
