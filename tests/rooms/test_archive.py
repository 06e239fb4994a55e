"""The archive of posts: each once, in its newest words, and nothing that was deleted."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ildsjel.engine.items import Author, Deletion, Item, Media
from ildsjel.listening import archive

START = datetime(2026, 11, 20, 22, tzinfo=UTC)
EVER = (date(2000, 1, 1), date(2100, 1, 1))


def a_post(number: int, *, revision: int = 1, text: str = "Når åpner skolen?") -> Item:
    return Item(
        external_id=f"post-{number}",
        text=text,
        author=Author(external_id=f"person-{number % 7}", name="Kari"),
        published_at=START + timedelta(minutes=number * 7),
        revision=revision,
        thread_key=f"post-{number}",
        tags=("skole",),
        media=(Media(url="https://a.no/b.png", alt="En skole"),),
    )


def keep(folder: Path, *posts: Item, channel: int = 1) -> None:
    rows = archive.table_of(posts, channel=channel, network="bluesky", received_at=START)
    archive.append(folder, rows)


def held(folder: Path) -> dict[str, Item]:
    """What a reader who lets the newest revision win makes of it."""
    found: dict[str, Item] = {}
    with archive.reading(folder):
        for piece in archive.pieces(folder, *EVER):
            for _, post in archive.items_of(archive.read(piece)):
                if post.external_id not in found or (
                    post.revision > found[post.external_id].revision
                ):
                    found[post.external_id] = post
    return found


def test_a_post_comes_back_as_it_was(tmp_path: Path) -> None:
    keep(tmp_path, a_post(1))
    assert held(tmp_path) == {"post-1": a_post(1)}


def test_the_same_batch_twice_is_kept_once(tmp_path: Path) -> None:
    for _ in range(2):
        keep(tmp_path, *map(a_post, range(40)))
    assert sum(piece.rows for piece in archive.pieces(tmp_path, *EVER)) == 40
    assert archive.days(tmp_path) == [date(2026, 11, 20), date(2026, 11, 21)]


def test_what_is_no_valid_unicode_is_kept_with_marks_in_the_holes(tmp_path: Path) -> None:
    keep(tmp_path, a_post(1, text="hei \ud800 der\x00"))
    assert held(tmp_path)["post-1"].text == "hei ? der\x00"


def test_whatever_the_order_it_holds_the_newest_of_what_was_not_deleted(tmp_path: Path) -> None:
    chance = random.Random(3)
    newest: dict[str, int] = {}
    gone: set[str] = set()
    for step in range(200):
        match chance.randrange(10):
            case 0:
                archive.compact(tmp_path, fewest=2)
            case 1:
                number = chance.randrange(60)
                gone.add(f"post-{number}")
                deletion = Deletion(at=START, external_id=f"post-{number}")
                archive.forget(tmp_path, 1, [deletion])
            case _:
                numbers = [n for n in chance.sample(range(60), 8) if f"post-{n}" not in gone]
                posts = [a_post(n, revision=step + 1, text=f"utgave {step}") for n in numbers]
                keep(tmp_path, *posts)
                newest |= {post.external_id: post.revision for post in posts}
    expected = {name: revision for name, revision in newest.items() if name not in gone}
    assert {name: post.revision for name, post in held(tmp_path).items()} == expected
    archive.purge(tmp_path)
    archive.compact(tmp_path, fewest=1)
    assert {name: post.revision for name, post in held(tmp_path).items()} == expected
    assert sum(piece.rows for piece in archive.pieces(tmp_path, *EVER)) == len(expected)


def test_a_purge_takes_deleted_words_out_of_old_files(tmp_path: Path) -> None:
    keep(tmp_path, a_post(1, text="hemmelig"), a_post(2))
    keep(tmp_path, a_post(3), channel=2)
    archive.forget(tmp_path, 1, [Deletion(at=START, author_id="person-1")])
    assert archive.purge(tmp_path) == 1
    texts = [
        text
        for path in tmp_path.rglob("*.parquet")
        for text in pq.read_table(path)["text"].to_pylist()
    ]
    assert sorted(texts) == ["Når åpner skolen?", "Når åpner skolen?"]
    assert archive.purge(tmp_path) == 0


def test_a_day_whose_posts_are_all_deleted_is_gone(tmp_path: Path) -> None:
    keep(tmp_path, a_post(1))
    archive.forget(tmp_path, 1, [Deletion(at=START, external_id="post-1")])
    archive.purge(tmp_path)
    assert archive.days(tmp_path) == []


def test_an_id_of_another_channel_is_another_post(tmp_path: Path) -> None:
    keep(tmp_path, a_post(1))
    archive.forget(tmp_path, 2, [Deletion(at=START, external_id="post-1")])
    assert set(held(tmp_path)) == {"post-1"}


def test_a_stop_between_writing_a_day_and_removing_its_parts_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        keep(tmp_path, a_post(number))

    def stop(path: Path) -> None:
        raise KeyboardInterrupt(path)

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Path, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            archive.compact(tmp_path, fewest=2)
    assert sum(piece.rows for piece in archive.pieces(tmp_path, *EVER)) == 10
    archive.compact(tmp_path, fewest=1)
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_nothing_is_replaced_while_somebody_reads(tmp_path: Path) -> None:
    for number in range(10):
        keep(tmp_path, a_post(number))
    with archive.reading(tmp_path):
        assert archive.compact(tmp_path, fewest=2) == 0
        assert archive.keep_since(tmp_path, date(2027, 1, 1)) == 0
    assert archive.compact(tmp_path, fewest=2) == 1


def test_days_are_kept_as_long_as_asked(tmp_path: Path) -> None:
    keep(tmp_path, *map(a_post, range(40)))
    assert archive.keep_since(tmp_path, date(2026, 11, 21)) == 1
    assert archive.days(tmp_path) == [date(2026, 11, 21)]
