"""A watch looks back: the same rows however it is asked, once, and without what was deleted."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.cli import main
from ildsjel.dialogue.models import Conversation, Promise
from ildsjel.engine.items import Address, Author, Deletion, Item, Media
from ildsjel.engine.matching import Source, compile_watches
from ildsjel.engine.pipeline import Plan, run
from ildsjel.flow.backfill import Progress, backfill
from ildsjel.flow.inbound import receive
from ildsjel.listening import archive, keeping
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item as Row
from ildsjel.listening.models import Mention, Watch
from ildsjel.organisation.models import AuditEntry, Member, utc_now
from tests.builders import make_channel, make_owner

BEGIN = datetime(2026, 3, 2, 12, tzinfo=utc_now().tzinfo)
EVER = (date(2000, 1, 1), date(2100, 1, 1))
WORDS = (
    "Veien er ikke brøytet",
    "Når åpner skolen?",
    "Det är fint väder i dag, tycker jag",
    "Skoleveien er glatt",
)


def a_post(number: int, **fields: object) -> Item:
    """Posts of many kinds: with tags, titles, links, pictures, as answers and passed on."""
    values: dict[str, object] = {
        "external_id": f"post-{number}",
        "text": WORDS[number % 4],
        "author": Author(external_id=f"did:{number % 5}", handle=f"p{number % 5}.example"),
        "published_at": BEGIN + timedelta(minutes=number),
        "revision": 1,
        "thread_key": f"post-{number}",
        "title": "Skolen" if number % 11 == 0 else "",
        "tags": ("brøyting",) if number % 7 == 0 else (),
        "languages": ("nb",) if number % 3 else ("sv",),
        "links": ("https://www.bergvik.no/skole",) if number % 13 == 0 else (),
        "media": (Media(url="https://a.no/b.png"),) if number % 17 == 0 else (),
        "parent_id": f"post-{number - 1}" if number % 19 == 0 else "",
        "address": Address.PUBLIC,
        "repost": number % 23 == 0,
    }
    return Item(**(values | fields))  # type: ignore[arg-type]


def keep(folder: Path, items: list[Item], size: int) -> list[archive.Piece]:
    for at in range(0, len(items), size):
        part = items[at : at + size]
        rows = archive.table_of(part, channel=1, network="bluesky", received_at=BEGIN)
        archive.append(folder, rows)
    return archive.pieces(folder, *EVER)


SCHOOL = Source("skole*")
QUERIES = [
    "skole*",
    "*veien* NOT glatt",
    "#brøyting",
    "title:skolen",
    "lang:sv väder OR lang:sv skolen",
    "site:bergvik.no",
    "is:reply OR is:repost OR has:media",
    "from:p3 väder",
    "skolen NOT #brøyting",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("count", [300, 6000])
def test_a_piece_gives_what_its_posts_give_one_by_one(
    tmp_path: Path, query: str, count: int
) -> None:
    posts = [a_post(n, published_at=BEGIN) for n in range(count)]
    [piece] = keep(tmp_path, posts, count)
    found = archive.ask(piece, Source(query))
    plan = Plan(channel_id=1, matcher=compile_watches({0: query}))
    expected = [outcome.item.external_id for outcome in run(plan, posts) if outcome.hits]
    assert found["external_id"].to_pylist() == expected
    assert found.schema == archive.SCHEMA
    assert 0 < len(expected) < count


def answered(folder: Path, pieces: list[archive.Piece]) -> pa.Table:
    return pa.concat_tables([archive.answer(folder, piece) for piece in pieces])


def test_it_brings_the_same_rows_in_one_process_and_in_several(tmp_path: Path) -> None:
    pieces = keep(tmp_path / "archive", [a_post(n) for n in range(400)], 50)
    alone, several = tmp_path / "alone", tmp_path / "several"
    assert list(archive.sweep(alone, pieces, SCHOOL, processes=1)) == pieces
    done = list(archive.sweep(several, pieces, SCHOOL, processes=2))
    assert sorted(piece.key for piece in done) == sorted(piece.key for piece in pieces)
    assert answered(alone, pieces).equals(answered(several, pieces))


def test_a_cluster_brings_the_same_rows_although_a_worker_is_killed(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    pieces = keep(tmp_path / "archive", [a_post(n) for n in range(1200)], 20)
    alone, cluster = tmp_path / "alone", tmp_path / "cluster"
    list(archive.sweep(alone, pieces, SCHOOL, processes=1))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", local_directory=tmp_path
    ) as made:
        steps = archive.sweep(cluster, pieces, SCHOOL, cluster=made.scheduler_address)
        next(steps)
        os.kill(made.workers[0].process.pid, signal.SIGKILL)
        rest = list(steps)
    assert len(rest) == len(pieces) - 1
    assert answered(alone, pieces).equals(answered(cluster, pieces))


def test_what_was_asked_before_a_stop_is_not_asked_again(tmp_path: Path) -> None:
    pieces = keep(tmp_path / "archive", [a_post(n) for n in range(200)], 20)
    folder = tmp_path / "asked"
    first = archive.sweep(folder, pieces, SCHOOL, processes=1)
    done = [next(first) for _ in range(4)]
    first.close()
    rest = list(archive.sweep(folder, pieces, SCHOOL, processes=1))
    assert {piece.key for piece in done}.isdisjoint(piece.key for piece in rest)
    assert len(done) + len(rest) == len(pieces)
    assert len(list(folder.glob("*.parquet"))) == len(pieces)


def test_a_killed_sweep_leaves_whole_answers_or_none(tmp_path: Path) -> None:
    pieces = keep(tmp_path / "archive", [a_post(n) for n in range(600)], 4)
    folder = tmp_path / "asked"
    code = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from ildsjel.engine.matching import Source\n"
        "from ildsjel.listening import archive\n"
        "found = archive.pieces(Path(sys.argv[1]), date(2000, 1, 1), date(2100, 1, 1))\n"
        "list(archive.sweep(Path(sys.argv[2]), found, Source('skole*'), processes=1))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, tmp_path / "archive", folder])
    while len(list(folder.glob("*.parquet"))) < 3 and child.poll() is None:
        time.sleep(0.001)
    child.kill()
    child.wait()
    list(archive.sweep(folder, pieces, SCHOOL, processes=1))
    list(archive.sweep(tmp_path / "whole", pieces, SCHOOL, processes=1))
    assert answered(folder, pieces).equals(answered(tmp_path / "whole", pieces))


# Storing


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, kind="bluesky")


def said(channel: Channel, *numbers: int, **fields: object) -> None:
    """Posts of today that the line takes in."""
    now = utc_now() - timedelta(seconds=5)
    posts = [a_post(n, **({"published_at": now} | fields)) for n in numbers]
    receive(channel, Batch(items=posts))


def a_watch(owner: Member, query: str = "skole*") -> Watch:
    return save_watch(by=owner, name="Skole", query=query)


def look_back(owner: Member, watch: Watch) -> Progress:
    *_, last = backfill(by=owner, watch=watch, first=EVER[0], last=EVER[1], processes=1)
    return last


def mentioned(watch: Watch) -> list[str]:
    return sorted(Mention.objects.filter(watch=watch).values_list("item__external_id", flat=True))


@pytest.mark.django_db
def test_a_watch_finds_what_was_said_before_it(owner: Member, channel: Channel) -> None:
    said(channel, 1, 2, 3)
    assert not Row.objects.exists()
    watch = a_watch(owner)
    state = look_back(owner, watch)
    assert (state.pieces, state.of_pieces, state.posts, state.mentions) == (1, 1, 3, 2)
    assert mentioned(watch) == ["post-1", "post-3"]
    assert Mention.objects.get(item__external_id="post-1").spans == [[10, 16]]
    assert not Conversation.objects.exists() and not Promise.objects.exists()
    assert AuditEntry.objects.get(action="watch.backfill").details == {"found": 2}


@pytest.mark.django_db
def test_twice_changes_nothing(owner: Member, channel: Channel) -> None:
    said(channel, 1, 2, 3)
    watch = a_watch(owner)
    look_back(owner, watch)
    before = list(Row.objects.values()), list(Mention.objects.values())
    assert look_back(owner, watch).mentions == 0
    assert (list(Row.objects.values()), list(Mention.objects.values())) == before


@pytest.mark.django_db
def test_what_is_deleted_is_not_found_not_even_while_it_is_asked(
    owner: Member, channel: Channel
) -> None:
    said(channel, 1, 3, 5)
    deletions = [Deletion(at=utc_now(), external_id="post-1")]
    receive(channel, Batch(deletions=deletions))
    watch = a_watch(owner)
    steps = backfill(by=owner, watch=watch, first=EVER[0], last=EVER[1], processes=1)
    while next(steps).pieces == 0:
        continue
    folder = keeping.folder_of(owner.organisation_id)
    archive.forget(folder, channel.pk, [Deletion(at=utc_now(), external_id="post-3")])
    list(steps)
    assert mentioned(watch) == ["post-5"]


@pytest.mark.django_db
def test_words_that_were_edited_away_are_not_found(owner: Member, channel: Channel) -> None:
    said(channel, 1, 3)
    said(channel, 1, text="Noe annet", revision=2)
    watch = a_watch(owner)
    look_back(owner, watch)
    assert mentioned(watch) == ["post-3"]


@pytest.mark.django_db
def test_posts_that_are_stored_already_are_mentioned_and_left_as_they_are(
    owner: Member, channel: Channel
) -> None:
    save_watch(by=owner, name="Åpner", query="åpner")
    said(channel, 1)
    [row] = Row.objects.values()
    watch = a_watch(owner)
    look_back(owner, watch)
    assert mentioned(watch) == ["post-1"]
    assert list(Row.objects.values()) == [row]


@pytest.mark.django_db
def test_the_archive_of_others_is_not_asked(owner: Member, channel: Channel) -> None:
    stranger = make_owner("Nordvik")
    said(make_channel(stranger, kind="bluesky"), 1)
    watch = a_watch(owner)
    assert look_back(owner, watch).posts == 0


@pytest.mark.django_db(transaction=True)
def test_the_command_looks_back_and_tells_how_far(
    owner: Member, channel: Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    said(channel, 1, 2, 3)
    a_watch(owner)
    days = ["--from", "2026-01-01", "--to", "2100-01-01", "--processes", "1"]
    assert main(["backfill", "Skole", *days]) == 0
    told = capsys.readouterr()
    assert told.out == "3 posts, 2 new mentions.\n"
    assert "1 of 1 pieces" in told.err
    assert main(["backfill", "Ukjent", *days]) == 1
    assert "there is no watch 'Ukjent'; there are: Skole" in capsys.readouterr().err
    assert main(["backfill", "Skole", "--from", "i går", "--to", "2100-01-01"]) == 1
