"""Import of CSV, TSV, JSON Lines and Parquet: guesses, resuming, threads, unreadable rows."""

import os
import random
import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.connectors import files as files_module
from ildsjel.connectors.files import Files, guess_mapping, inspect
from ildsjel.connectors.files.dates import DAY_FIRST, MONTH_FIRST, read_time
from ildsjel.connectors.files.rows import BadCell, clean_id
from ildsjel.connectors.files.threads import thread_roots
from ildsjel.connectors.protocol import Account, Batch, Refused
from ildsjel.engine.items import Address, Item

HEADER = "id,author,created_at,text\n"


def twcs() -> Path:
    beside = Path(__file__).resolve().parents[2].parent / "shared"
    path = Path(os.environ.get("ILDSJEL_SHARED", beside)) / "data" / "twcs" / "conversations.csv"
    if not path.exists():
        pytest.skip("The shared data is not here (set ILDSJEL_SHARED).")
    return path


def write(folder: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def fetch(path: Path, cursor: str = "", /, connector: Files | None = None, **changes: str) -> Batch:
    account = Account(settings={"path": str(path)} | changes)
    return (connector or Files()).fetch(account, cursor)


def read_all(path: Path, **changes: str) -> tuple[list[Item], list[tuple[str, str]]]:
    """Everything in the file, each batch by a connector that knows nothing but the cursor."""
    items: list[Item] = []
    rejected: list[tuple[str, str]] = []
    cursor, more = "", True
    while more:
        batch = fetch(path, cursor, None, **changes)
        items += batch.items
        rejected += [(line.where, line.reason) for line in batch.rejected]
        cursor, more = batch.cursor, batch.more
    return items, rejected


def rows(count: int) -> str:
    lines = [f"{n},a{n % 7},2026-03-02T12:00:{n % 60:02d}Z,Hei nr {n}" for n in range(count)]
    return HEADER + "\n".join(lines) + "\n"


def test_real_tweets() -> None:
    found = inspect(twcs())
    assert found.mapping == {
        "external_id": "tweet_id",
        "author_id": "author_id",
        "direction": "inbound",
        "published_at": "created_at",
        "text": "text",
        "parent_id": "in_response_to_tweet_id",
    }
    items, rejected = read_all(twcs())
    assert (len(items), rejected) == (5000, [])
    assert Counter(item.own for item in items) == {False: 2778, True: 2222}
    by_id = {item.external_id: item for item in items}
    assert by_id["1"].parent_id == "3" and by_id["1"].own
    assert by_id["1"].published_at == datetime(2017, 10, 31, 22, 10, 47, tzinfo=UTC)
    for item in items:
        parent = by_id.get(item.parent_id)
        assert parent is None or parent.thread_key == item.thread_key
    assert by_id["3"].address is Address.REPLY and by_id["8"].address is Address.MENTION


def test_the_same_cursors_give_the_same_items_in_any_process() -> None:
    alone = read_all(twcs())[0]
    one, cursor, more = Files(), "", True
    together: list[Item] = []
    while more:
        batch = fetch(twcs(), cursor, one)
        together += batch.items
        cursor, more = batch.cursor, batch.more
    assert together == alone


def test_inspection_shows_what_will_happen(tmp_path: Path) -> None:
    found = inspect(write(tmp_path, rows(1000)))
    assert (found.format, found.encoding, found.delimiter) == ("csv", "utf-8", ",")
    assert found.columns == ("id", "author", "created_at", "text")
    assert [row["text"] for row in found.samples] == [f"Hei nr {n}" for n in range(5)]
    assert abs(found.rows_estimate - 1000) < 50
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            "id_str full_text created_at user.screen_name in_reply_to_status_id lang",
            "id_str full_text created_at",
        ),
        ("thread_id id timestamp body author subject url", "id body timestamp"),
        (
            "Query Id|Date|Title|Snippet|Url|Full Text|Author|Resource Id",
            "Resource Id|Full Text|Date",
        ),
        (
            "conversation_id message_id content message_type sender_name created_at",
            "message_id content created_at",
        ),
        ("Innleggsid Dato Avsender Melding Emne", "Innleggsid Melding Dato"),
        ("Inläggsid Datum Avsändare Meddelande Ämne", "Inläggsid Meddelande Datum"),
        ("Opslagsid Tidspunkt Afsender Besked Emne", "Opslagsid Besked Tidspunkt"),
    ],
)
def test_known_exports_are_recognised(columns: str, expected: str) -> None:
    sign = "|" if "|" in columns else " "
    mapping = guess_mapping(columns.split(sign), [])
    found = [mapping[target] for target in ("external_id", "text", "published_at")]
    assert found == expected.split(sign)
    assert len(set(mapping.values())) == len(mapping)


def test_values_speak_where_names_do_not() -> None:
    samples = [
        {
            "a": "1",
            "b": "02.03.2026 12:00",
            "c": "Når åpner biblioteket i dag?",
            "d": "https://x.t",
        },
        {"a": "1", "b": "03.03.2026 12:00", "c": "Hvor lenge er det åpent?", "d": "https://x.t"},
    ]
    assert guess_mapping(["a", "b", "c", "d"], samples) == {
        "published_at": "b",
        "text": "c",
        "url": "d",
    }


def test_a_name_that_the_values_contradict_is_not_trusted() -> None:
    samples = [{"id": "7", "date": "soon", "text": "a b"}, {"id": "7", "date": "x", "text": "c d"}]
    assert guess_mapping(["id", "date", "text"], samples) == {"text": "text"}


OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T12:00:00+01:00", "2026-03-02T11:00:00"),
        ("2026-03-02 12:00:00", "2026-03-02T11:00:00"),
        ("2026-07-02 12:00", "2026-07-02T10:00:00"),
        ("2026-03-02 12:00:00 UTC", "2026-03-02T12:00:00"),
        ("2026-03-02", "2026-03-01T23:00:00"),
        ("20260302T120000Z", "2026-03-02T12:00:00"),
        ("1772452800", "2026-03-02T12:00:00"),
        ("1772452800.0", "2026-03-02T12:00:00"),
        ("1772452800000", "2026-03-02T12:00:00"),
        ("Tue Oct 31 22:10:47 +0000 2017", "2017-10-31T22:10:47"),
        ("Mon, 02 Mar 2026 12:00:00 +0100", "2026-03-02T11:00:00"),
        ("02.03.2026 12:00", "2026-03-02T11:00:00"),
        ("2.3.2026 kl. 12.00", "2026-03-02T11:00:00"),
        ("2/3/2026 12:00:05", "2026-03-02T11:00:05"),
        ("3/22/2026 12:00", "2026-03-22T11:00:00"),
        ("2/3/2026 1:00 PM", "2026-03-02T12:00:00"),
        ("2. mars 2026 12:00", "2026-03-02T11:00:00"),
        ("2 maj 2026", "2026-05-01T22:00:00"),
    ],
)
def test_times(text: str, expected: str) -> None:
    assert read_time(text, OSLO) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_the_order_of_day_and_month_is_a_choice() -> None:
    assert read_time("2/3/2026", UTC, DAY_FIRST).month == 3
    assert read_time("2/3/2026", UTC, MONTH_FIRST).month == 2
    assert read_time("2.3.2026", UTC, MONTH_FIRST).month == 3


@pytest.mark.parametrize(
    "text", ["", "soon", "31.02.2026", "2026-13-01", "99999999999999", "12:00"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        read_time(text, UTC)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[0-9./: +-]{0,30}"))
def test_no_text_makes_the_reading_of_times_fail_otherwise(text: str) -> None:
    try:
        assert read_time(text, OSLO).tzinfo is UTC
    except ValueError as error:
        assert "not a time" in str(error)


def test_the_file_decides_what_slashes_mean(tmp_path: Path) -> None:
    american = HEADER + "1,a,3/2/2026 12:00,Hei du\n2,a,3/22/2026 12:00,Hei igjen\n"
    items, _ = read_all(write(tmp_path, american))
    assert [item.published_at.month for item in items] == [3, 3]
    unclear = write(tmp_path, HEADER + "1,a,3/2/2026 12:00,Hei du\n")
    assert "day first" in " ".join(inspect(unclear).warnings)
    items, _ = read_all(unclear, date_order=MONTH_FIRST, timezone="Europe/Oslo")
    assert items[0].published_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_resuming_gives_every_row_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, rows(100))
    monkeypatch.setattr(files_module, "BATCH", 7)
    items, rejected = read_all(path)
    assert [item.external_id for item in items] == [str(n) for n in range(100)]
    assert rejected == []


BROKEN = (
    HEADER
    + '1,a,2026-03-02,"To linjer,\nmed ""sitat"""\n'  # lines 2 and 3
    + "2,a,2026-03-02\n"  # 4
    + "3,a,2026-03-02,for,mange\n"  # 5
    + "\n"
    + "4,a,i går,Hei\n"  # 7
    + "5,a,2026-03-02,\n"  # 8
    + "6,a,2026-03-02,a\0b\n"  # 9
    + "1.2E+17,a,2026-03-02,avrundet\n"  # 10
    + '7,a,2026-03-02,"aldri lukket\n'  # 11
    + "8,a,2026-03-02,siste\n"
)


def test_rows_that_cannot_be_read_are_named_by_line_and_nothing_else_is_lost(
    tmp_path: Path,
) -> None:
    items, rejected = read_all(write(tmp_path, BROKEN), mapping=mapping())
    assert [(item.external_id, item.text) for item in items] == [
        ("1", 'To linjer,\nmed "sitat"'),
        ("6", "ab"),
        ("8", "siste"),
    ]
    assert [where for where, _ in rejected] == [f"line {n}" for n in (4, 5, 7, 8, 10, 11)]
    words = ["3 cells", "5 cells", "not a time", "text is empty", "rounded", "never closed"]
    for (_, reason), expected in zip(rejected, words, strict=True):
        assert expected in reason


def mapping(**more: str) -> str:
    chosen = {"external_id": "id", "author_handle": "author", "published_at": "created_at"}
    return orjson.dumps({**chosen, "text": "text", **more}).decode()


def test_a_broken_file_resumes_like_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, BROKEN)
    whole = read_all(path, mapping=mapping())
    for size in (1, 2, 3):
        monkeypatch.setattr(files_module, "BATCH", size)
        assert read_all(path, mapping=mapping()) == whole


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_huge_cell_is_rejected_and_the_next_row_is_read(tmp_path: Path, quote: str) -> None:
    filler = ("x" * 79 + ("\n" if quote else " ")) * 130_000  # 10 MB
    huge = f"1,a,2026-03-02,{quote}{filler}{quote}\n"
    path = write(tmp_path, HEADER + huge + "2,a,2026-03-02,etter\n")
    tracemalloc.start()
    items, rejected = read_all(path, mapping=mapping())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [item.external_id for item in items] == ["2"]
    assert rejected == [("line 2", "The row is longer than 2 MB.")]
    assert peak < 40_000_000


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, expected: str) -> None:
    # Ċ and ਊ hold the byte of a line feed in UTF-16.
    odd = "Ċਊ" if encoding.startswith("utf") else ""
    text = HEADER + f"1,åse,2026-03-02,Blåbærsyltetøy {odd}\n2,a,2026-03-02,neste\n"
    path = write(tmp_path, text.encode(encoding))
    assert inspect(path).encoding == expected
    items, rejected = read_all(path)
    assert [item.text for item in items] == [f"Blåbærsyltetøy {odd}".strip(), "neste"]
    assert items[0].author.handle == "åse" and rejected == []


def test_one_line_in_another_encoding_is_still_read(tmp_path: Path) -> None:
    lines = [rows(3000).encode(), "9000,a,2026-03-02,blåbær\n".encode("cp1252")]
    items, _ = read_all(write(tmp_path, b"".join(lines)))
    assert items[-1].text == "blåbær"


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_delimiters(tmp_path: Path, sign: str) -> None:
    text = rows(3).replace(",", sign).replace("nr ", "nr, ")
    items, rejected = read_all(write(tmp_path, text, "posts.txt"))
    assert (len(items), rejected) == (3, [])


def test_line_ends_of_windows_and_stray_ones(tmp_path: Path) -> None:
    text = (HEADER + "1,a,2026-03-02,en\rto\n2,a,2026-03-02,tre\n").replace("\n", "\r\n")
    items, rejected = read_all(write(tmp_path, text))
    assert [item.text for item in items] == ["en\nto", "tre"] and rejected == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b'[{"id": 1}]', "JSON Lines"),
        (b"PAR1 but not really", "not valid Parquet"),
        (b'id,"text\n1,a\n', "never closed"),
        (b"id,text\r1,a\r", "old Macs"),
        (b'{"a": 1\n{"b"', "None of the first rows"),
    ],
)
def test_files_that_cannot_be_read_at_all(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        inspect(write(tmp_path, content, "posts.dat"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": "/nowhere/posts.csv"}, "no file 'posts.csv'"),
        ({"mapping": "{"}, "not valid JSON"),
        ({"mapping": "[]"}, "must look like"),
        ({"mapping": '{"text": "text"}'}, "holds published_at"),
        ({"mapping": '{"text": "tekst", "published_at": "created_at"}'}, "no column 'tekst'"),
        ({"mapping": '{"body": "text"}'}, "is not one of"),
        ({"timezone": "Oslo/Europe"}, "not a time zone"),
        ({"timezone": "../../etc/passwd"}, "not a time zone"),
    ],
)
def test_wrong_settings(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    path = write(tmp_path, rows(3))
    account = Account(settings={"path": str(path), **changes})
    with pytest.raises(Refused, match=words):
        Files().check(account)


def test_a_file_that_changed_is_not_read_on(tmp_path: Path) -> None:
    path = write(tmp_path, rows(1500))
    cursor = fetch(path).cursor
    write(tmp_path, rows(2000))
    with pytest.raises(Refused, match="has changed"):
        fetch(path, cursor)
    with pytest.raises(Refused, match="place where the import stopped"):
        fetch(path, "{}")


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        b'{"id": 3.0, "user": {"id": 9, "screen_name": "kari"}, "created_at": 1772452800,'
        b' "text": "Hei", "lang": "nb", "hashtags": ["a", "b"], "in_reply_to_status_id": null}',
        b"{broken",
        b"[1]",
        b'{"id": 4, "created_at": 1772452800, "text": "' + b"x" * 3_000_000 + b'"}',
        b'{"id": "5", "created_at": 1772452860, "text": "bl\xe5", "in_reply_to_status_id": 3}',
    ]
    items, rejected = read_all(write(tmp_path, b"\n".join(lines), "posts.jsonl"))
    assert [(i.external_id, i.text, i.thread_key) for i in items] == [
        ("3", "Hei", "3"),
        ("5", "blå", "3"),
    ]
    assert (items[0].languages, items[0].tags) == (("nb",), ("a", "b"))
    assert [where for where, _ in rejected] == ["line 2", "line 3", "line 4"]
    assert "not valid JSON" in rejected[0][1] and "longer than 2 MB" in rejected[2][1]


def parquet(folder: Path, count: int, group: int) -> Path:
    start = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - a file without time zones
    table = pa.table(
        {
            "id": pa.array([float(n) for n in range(count)]),
            "created_at": pa.array([start] * count, pa.timestamp("ns")),
            "text": [f"Hei nr {n}" for n in range(count)],
            "parent_id": pa.array([None if n % 5 == 0 else float(n - 1) for n in range(count)]),
            "unused": pa.array([None] * count, pa.string()),
        }
    )
    path = folder / "posts.parquet"
    pq.write_table(table, path, row_group_size=group)
    return path


@pytest.mark.parametrize("group", [10, 64, 1000])
def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    path = parquet(tmp_path, 150, group)
    found = inspect(path)
    assert (found.format, found.rows_estimate) == ("parquet", 150)
    monkeypatch.setattr(files_module, "BATCH", 16)
    items, rejected = read_all(path, timezone="Europe/Oslo")
    assert [item.external_id for item in items] == [str(n) for n in range(150)]
    assert items[7].thread_key == "5" and rejected == []
    assert items[0].published_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_threads_do_not_depend_on_the_order_of_rows() -> None:
    pairs = [("b", "a"), ("c", "b"), ("d", "c"), ("y", "x"), ("z", "x"), ("1", "2"), ("2", "1")]
    expected = {"b": "a", "c": "a", "d": "a", "y": "x", "z": "x", "1": "1", "2": "1"}
    for seed in range(20):
        random.Random(seed).shuffle(pairs)
        assert thread_roots(pairs) == expected


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=25), st.randoms())
def test_threads_are_the_same_however_they_are_read(
    numbers: list[tuple[int, int]], order: random.Random
) -> None:
    pairs = [(str(child), str(parent)) for child, parent in numbers]
    roots = thread_roots(pairs)
    order.shuffle(pairs)
    assert thread_roots(pairs) == roots
    parents = {c: min(p for k, p in pairs if k == c and p != c) for c in roots}
    assert all(roots.get(parents[c], parents[c]) == roots[c] for c in roots)


def test_a_chain_of_a_hundred_thousand_is_no_trouble() -> None:
    roots = thread_roots((str(n), str(n - 1)) for n in range(100_000, 0, -1))
    assert set(roots.values()) == {"0"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.0", "3"), ("3", "3"), (" a.b ", "a.b"), ("nan", ""), ("", ""), ("3.5", "3.5")],
)
def test_ids(text: str, expected: str) -> None:
    assert clean_id(text) == expected


def test_an_id_that_a_spreadsheet_rounded_is_no_id() -> None:
    with pytest.raises(BadCell, match="rounded"):
        clean_id("9,25E+17")


@pytest.mark.parametrize(
    ("column", "own", "received"),
    [
        ("inbound", "False", "True"),
        ("direction", "outgoing", "incoming"),
        ("retning", "Utgående", "Inngående"),
        ("own", "1", "0"),
    ],
)
def test_direction(tmp_path: Path, column: str, own: str, received: str) -> None:
    header = f"id,created_at,text,{column}\n"
    text = f"{header}1,2026-03-02,svar her,{own}\n2,2026-03-02,hei du,{received}\n"
    items, _ = read_all(write(tmp_path, text))
    assert [item.own for item in items] == [True, False]


def test_the_address_can_be_set_for_the_whole_file(tmp_path: Path) -> None:
    items, _ = read_all(write(tmp_path, rows(2)), address="direct")
    assert {item.address for item in items} == {Address.DIRECT}


def test_rows_without_ids_are_the_same_items_every_time(tmp_path: Path) -> None:
    path = write(tmp_path, "created_at,text\n2026-03-02,Hei du der\n2026-03-02,Noe annet her\n")
    assert "stand in for its id" in " ".join(inspect(path).warnings)
    first, second = read_all(path)[0], read_all(path)[0]
    assert first == second and len({item.external_id for item in first}) == 2


def test_a_later_import_with_a_time_of_change_is_a_newer_revision(tmp_path: Path) -> None:
    text = "id,created_at,updated_at,text\n1,2026-03-02,{},Hei du\n"
    old, _ = read_all(write(tmp_path, text.format("")))
    new, _ = read_all(write(tmp_path, text.format("2026-03-03")))
    assert new[0].revision > old[0].revision


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, rows(20_000))
    connector = Files()
    tracemalloc.start()
    cursor, more, count = "", True, 0
    while more:
        batch = fetch(path, cursor, connector, mapping=mapping())
        count, cursor, more = count + len(batch.items), batch.cursor, batch.more
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 12_000_000


_CELLS = st.text(st.sampled_from('ab,;"\n\r\0å\t |'), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(_CELLS, max_size=12))
def test_no_csv_makes_it_fail_or_loop(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("csv"), HEADER + "\n".join(lines))
    items, rejected = read_all(path, mapping=mapping(), format="csv")
    assert len(items) + len(rejected) <= 1 + sum(line.count("\n") + 1 for line in lines)
