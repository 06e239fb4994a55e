"""Reading and writing single mails: threads, quotations, character sets, hostile bytes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.connectors.mail_message import read_mail, without_history
from ildsjel.connectors.mail_send import compose
from ildsjel.connectors.protocol import Account, Outgoing, Refused
from ildsjel.engine.items import Item

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = "desk@kommune.test"
PERSON = b"From: Kari <kari@example.test>\r\nReturn-Path: <kari@example.test>\r\n"


def read(raw: bytes) -> Item:
    return read_mail(raw, received_at=NOW, own_address=DESK)


def with_headers(headers: str, body: str = "Hei") -> Item:
    return read(PERSON + headers.encode() + b"\r\n\r\n" + body.encode())


def test_the_thread_is_named_by_the_first_reference() -> None:
    item = with_headers(
        "Message-ID: <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>", "Takk"
    )
    assert (item.external_id, item.thread_key, item.parent_id) == ("c@x", "a@x", "b@x")
    assert item.reply_context["references"] == "a@x b@x c@x"
    lone = with_headers("Message-ID: <c@x>\r\nIn-Reply-To: <b@x>")
    assert (lone.thread_key, lone.parent_id) == ("b@x", "b@x")


def test_a_mail_without_an_id_gets_the_same_one_each_time() -> None:
    first, second = with_headers("Subject: x"), with_headers("Subject: x")
    assert first.external_id == second.external_id != with_headers("Subject: y").external_id


def test_another_mail_with_the_same_id_does_not_count_as_newer() -> None:
    early = with_headers("Message-ID: <a@x>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000")
    late = with_headers("Message-ID: <a@x>\r\nDate: Mon, 2 Mar 2026 11:00:00 +0000", "Annet")
    assert early.revision == late.revision


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 2 Mar 2026 12:30:00 +0100", NOW - timedelta(minutes=30)),
        ("Mon, 2 Mar 2026 11:30:00", NOW - timedelta(minutes=30)),
        ("Mon, 2 Mar 2036 11:30:00 +0000", NOW),
        ("Thu, 1 Jan 1970 00:00:00 +0000", NOW),
        ("Mon, 2 Mar 99999999999 11:30:00 +0000", NOW),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_an_unbelievable_date_gives_way_to_arrival(date: str, expected: datetime) -> None:
    assert with_headers(f"Date: {date}").published_at == expected


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; reason=x",
        "Precedence: bulk",
        "Precedence: LIST",
        "Precedence: junk",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "List-Id: <news.example.test>",
        "Content-Type: multipart/report; boundary=x",
    ],
)
def test_automatic_mail_is_known(headers: str) -> None:
    assert with_headers(headers).automatic


@pytest.mark.parametrize(
    "raw",
    [
        b"From: kari@example.test\r\nReturn-Path: <>\r\n\r\nx",
        b"From: MAILER-DAEMON@example.test\r\n\r\nx",
        b"From: Desk <Desk@Kommune.test>\r\n\r\nx",
    ],
)
def test_bounces_and_our_own_mail_are_automatic(raw: bytes) -> None:
    assert read(raw).automatic


@pytest.mark.parametrize(
    "headers", ["Subject: x", "Auto-Submitted: no", "X-Auto-Response-Suppress: DR, RN, NRN"]
)
def test_people_are_not_automatic(headers: str) -> None:
    assert not with_headers(headers).automatic


@pytest.mark.parametrize(
    ("charset", "body", "expected"),
    [
        ("iso-8859-1", "blåbær".encode("latin-1"), "blåbær"),
        ("utf-8", "blåbær".encode("latin-1"), "blåbær"),
        ("no-such-charset", "blåbær".encode(), "blåbær"),
        ("utf-16", b"abc", "abc"),
        ("utf-8", b"a\x00b", "ab"),
    ],
)
def test_broken_character_sets_are_read_as_well_as_can_be(
    charset: str, body: bytes, expected: str
) -> None:
    raw = PERSON + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + body
    assert read(raw).text == expected


def test_html_alone_becomes_text_and_scripts_are_gone() -> None:
    item = with_headers("Content-Type: text/html", "<p>Hei <b>du</b></p><script>alert(1)</script>")
    assert item.text == "Hei du"


def test_plain_text_is_preferred_and_an_attached_mail_is_a_file() -> None:
    raw = (
        PERSON + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>HTML</p>\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n--b--\r\n"
    )
    item = read(raw)
    assert item.text == "plain"
    assert [media.kind for media in item.media] == ["file"]


@pytest.mark.parametrize(
    "history",
    [
        "> Hva er åpningstiden?\n> Kari",
        "On Mon, 2 Mar 2026 at 10:00, Kari <kari@x.test> wrote:\n> Hva?",
        "Den man. 2. mars 2026 kl. 10:00 skrev Kari <kari@x.test>:\n\n> Hva?\n>\n> Hilsen",
        "Den 2 mars 2026 skrev Kari Nordmann med et svært langt navn\n<kari@x.test>:\n> Hva?",
        "-----Opprinnelig melding-----\nFra: Kari\nHva?",
        "Fra: Kari <kari@x.test>\nSendt: mandag 2. mars 2026\nTil: desk\nEmne: Hva\n\nHva?",
        "Från: Kari\nSkickat: den 2 mars\nTill: desk\n\nVad?",
        "From: Kari\nSent: Monday\nTo: desk\n\nWhat?",
        "________________________________\nFra: Kari\nSendt: mandag\nTil: desk\n\nHva?",
    ],
)
def test_the_quoted_history_at_the_end_is_taken_away(history: str) -> None:
    own = without_history(f"Takk for svar.\n\nKari\n\n{history}\n")
    assert own.removesuffix("_" * 32).rstrip() == "Takk for svar.\n\nKari"


@pytest.mark.parametrize(
    "text",
    [
        "> bare sitat",
        "> sitat\n\nsvar under",
        "Den som skrev dette:\nhar rett.",
        "Fra: Oslo\nTil: Bergen\nNår går toget?",
    ],
)
def test_what_may_be_the_persons_own_words_stays(text: str) -> None:
    assert without_history(text) == text


def test_a_forwarded_mail_keeps_what_is_forwarded() -> None:
    body = "Se under.\n\n-----Original Message-----\nFrom: A\nSent: B\n\nKlagen"
    assert "Klagen" in with_headers("Subject: VS: klage", body).text


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    item = read(raw)
    assert item.external_id and item.thread_key
    item.text.encode()


_HEADER = st.sampled_from(
    ["From", "Subject", "Date", "Message-ID", "References", "Content-Type", "Reply-To"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_HEADER, st.binary(max_size=60)), max_size=8), st.binary(max_size=100))
def test_no_headers_make_it_fail(headers: list[tuple[str, bytes]], body: bytes) -> None:
    lines = [name.encode() + b": " + value.replace(b"\n", b" ") for name, value in headers]
    item = read(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    assert "\n" not in item.title + item.author.handle + item.reply_context["to"]


def test_ten_thousand_levels_of_parts_are_survived() -> None:
    raw = PERSON + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 10_000
    assert read(raw).external_id


ACCOUNT = Account(settings={"from_address": DESK, "from_name": "Desk\r\nBcc: x@y.test"})


@pytest.mark.parametrize("field", ["subject", "to_name", "references", "message_id"])
def test_headers_cannot_be_injected(field: str) -> None:
    context = {"to": "kari@example.test", field: "x\r\nBcc: evil@example.test\n\nbody"}
    mail = compose(ACCOUNT, Outgoing(key="k\r\nBcc: a@b", text="Hei", context=context))
    raw = mail.as_bytes()
    head = raw.split(b"\r\n\r\n")[0]
    names = {line.split(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"}
    assert b"bcc" not in names
    assert b"evil" not in raw.split(b"\r\n\r\n", 1)[1]


@pytest.mark.parametrize("to", ["", "kari", "a@b.test, c@d.test", "a@b.test\r\nBcc: x@y", "<a@b>"])
def test_only_one_plain_address_is_answered(to: str) -> None:
    with pytest.raises(Refused, match="not an e-mail address"):
        compose(ACCOUNT, Outgoing(key="k", text="Hei", context={"to": to}))


def test_a_reply_prefix_is_not_doubled() -> None:
    context = {"to": "kari@example.test", "subject": "SV: Hei"}
    assert compose(ACCOUNT, Outgoing(key="k", text="x", context=context))["Subject"] == "SV: Hei"
