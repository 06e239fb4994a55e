"""From the bytes of an e-mail to an `Item`: threads, text without history, automatic mail.

Nothing in a mail is to be trusted: every function here takes any bytes without an exception. Dates,
character sets and structure follow RFC 5322 and 2045 to 2047 as far as the mail does; what marks
automatic mail follows RFC 3834 and the habits of large mail systems.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from ildsjel.connectors.html import clean_text, html_to_text
from ildsjel.connectors.values import short_id
from ildsjel.engine.items import Address, Author, Item, Media, Visibility

MAX_TEXT = 1_000_000  # characters kept of one mail
MAX_REFERENCES = 50
# A mail is never edited: one revision for ever, so that nobody can overwrite a mail by sending
# another with the same Message-ID.
REVISION = 1
FALLBACK_CHARSET = "cp1252"

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_LIKE_ADDRESS = re.compile(r"[^\s<>,;\"]{1,64}@[^\s<>,;\"]{1,255}")
_FORWARDED = re.compile(r"^\s*(fwd?|vs|vb|wg)\s*:", re.IGNORECASE)
_WROTE = re.compile(
    r"^\s*(On|Den|Am|Op|Le|El|På|Fra|Från)\b.{0,300}\b(wrote|skrev|schrieb)\b.{0,200}:\s*$",
    re.DOTALL,
)
_ORIGINAL = re.compile(
    r"^\s*-{3,}\s*(original message|opprinnelig melding|opprinneleg melding|"
    r"ursprungligt meddelande|oprindelig meddelelse|original besked)\s*-{3,}\s*$",
    re.IGNORECASE,
)
_FROM_LINE = re.compile(r"^\s*\*?(From|Fra|Frå|Från)\s*:\*?\s+\S", re.IGNORECASE)
_SENT_LINE = re.compile(r"^\s*\*?(Sent|Date|Sendt|Dato|Skickat|Datum)\s*:\*?\s+\S", re.IGNORECASE)


def read_mail(raw: bytes, *, received_at: datetime, own_address: str) -> Item:
    """One mail as an item. `received_at` is when the server took it, `own_address` is ours."""
    message = message_from_bytes(raw)
    own_id = message_id(raw, message)
    earlier = _references(message)
    author = _author(message)
    subject = header(message, "Subject")
    text, media = _content(message)
    own = bool(own_address) and author.external_id == own_address.lower()
    automatic = own or is_automatic(message, author.external_id)
    return Item(
        external_id=own_id,
        text=text if _FORWARDED.match(subject) else without_history(text),
        author=author,
        published_at=_sent_at(message, received_at),
        revision=REVISION,
        thread_key=short_id(earlier[0]) if earlier else own_id,
        parent_id=short_id(earlier[-1]) if earlier else "",
        title=subject,
        address=Address.DIRECT,
        visibility=Visibility.PRIVATE,
        own=own,
        automatic=automatic,
        languages=_languages(message),
        media=media,
        reply_context=_reply_context(message, author, subject, earlier, automatic),
    )


def message_id(raw: bytes, message: Message) -> str:
    """The Message-ID without brackets, or a digest of the whole mail when it has none."""
    found = _MESSAGE_ID.search(str(message.get("Message-ID", "")))
    if found:
        return short_id(clean_text(found[1]))
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def header(message: Message, name: str) -> str:
    """A header as one line of text, decoded as well as it can be."""
    value = message.get(name)
    return " ".join(clean_text(_decoded(str(value))).split())[:1_000] if value is not None else ""


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value)
    except (ValueError, LookupError):  # broken base64 inside an encoded word
        return value
    return "".join(
        part if isinstance(part, str) else decode(part, charset or "") for part, charset in parts
    )


def decode(data: bytes, charset: str) -> str:
    """Bytes as text: the charset they claim, else UTF-8, else the old Western one."""
    for candidate in (charset, "utf-8", FALLBACK_CHARSET):
        try:
            return data.decode(candidate or "utf-8")
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _references(message: Message) -> list[str]:
    """The mails that this one answers, the first of the thread first."""
    found = _MESSAGE_ID.findall(str(message.get("References", "")))
    answered = _MESSAGE_ID.findall(str(message.get("In-Reply-To", "")))[:1]
    earlier = [clean_text(each) for each in found if each not in answered] + answered
    # The root names the thread and must survive, however long the thread is.
    return earlier[:1] + earlier[1:][-MAX_REFERENCES:]


def _author(message: Message) -> Author:
    for name in ("From", "Sender", "Return-Path"):
        for shown, address in _addresses(message, name):
            return Author(external_id=address.lower(), handle=address, name=shown)
    return Author(external_id="unknown", name=header(message, "From"))


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    values = [" ".join(str(value).split())[:2_000] for value in message.get_all(name, [])[:5]]
    pairs = [each for value in values for each in getaddresses([value])]
    if not any("@" in address for _, address in pairs):
        # Too broken for the parser: take anything that looks like an address.
        pairs = [("", address) for value in values for address in _LIKE_ADDRESS.findall(value)]
    usable = [(_decoded(shown), clean_text(address)) for shown, address in pairs if "@" in address]
    return [
        (" ".join(clean_text(shown).split())[:200], address)
        for shown, address in usable
        if len(address) <= 320 and not re.search(r"[\s<>,;]", address)
    ]


def is_automatic(message: Message, sender: str) -> bool:
    """Whether no person wrote this to us: auto-replies, bounces, lists, bulk mail."""
    submitted = header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    suppress = header(message, "X-Auto-Response-Suppress").lower()
    return_path = header(message, "Return-Path") if "Return-Path" in message else "set"
    return (
        submitted not in ("", "no")
        or header(message, "Precedence").lower() in ("bulk", "list", "junk")
        or any(word in suppress for word in ("all", "oof", "autoreply"))
        or any(name in message for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or return_path in ("", "<>")
        or message.get_content_type() == "multipart/report"
        or sender.partition("@")[0] in ("mailer-daemon", "postmaster")
    )


def _sent_at(message: Message, received_at: datetime) -> datetime:
    """The sender's clock where it is believable, else the server's."""
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
        sent = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return received_at
    believable = sent.year >= 1980 and sent <= received_at + timedelta(minutes=5)
    return sent if believable else received_at


def _languages(message: Message) -> tuple[str, ...]:
    declared = header(message, "Content-Language").split(",")[0].strip()
    return (declared,) if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", declared) else ()


def _content(message: Message) -> tuple[str, tuple[Media, ...]]:
    plain, html = "", ""
    media: list[Media] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if _is_attachment(part):
            media.append(Media(url="", kind="file", alt=_filename(part)))
        elif kind == "text/plain" and not plain.strip():
            plain = _part_text(part)
        elif kind == "text/html" and not html:
            html = _part_text(part)
    text = plain if plain.strip() else html_to_text(html)
    text = clean_text(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text[:MAX_TEXT].strip(), tuple(media[:100])


def _leaves(message: Message) -> Iterator[Message]:
    """All parts that hold content. An attached mail is one attachment, not a text of this mail."""
    pending = [message]
    for _ in range(1_000):
        if not pending:
            return
        part = pending.pop(0)
        inner = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(inner, list):
            pending = [each for each in inner if isinstance(each, Message)] + pending
        else:
            yield part


def _is_attachment(part: Message) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_content_type() in (
        "message/rfc822",
        "message/delivery-status",
    ):
        return True
    return part.get_content_maintype() != "text" or bool(_filename(part))


def _filename(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return " ".join(clean_text(_decoded(name)).split())[:200]


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(part.get_payload()).encode()
    try:
        charset = part.get_content_charset() or ""
    except (LookupError, ValueError):
        charset = ""
    return decode(data, charset)


def without_history(text: str) -> str:
    """The text without the quoted earlier mails at its end, if something of its own remains."""
    lines = text.split("\n")
    end = _history_start(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    if end < len(lines):
        end = _without_introduction(lines, end)
    own = "\n".join(lines[:end]).strip()
    return own or text.strip()


def _history_start(lines: list[str]) -> int:
    """Where a mail program has put the earlier mails below its own line or block of headers."""
    for at, line in enumerate(lines):
        if _ORIGINAL.match(line):
            return at
        if _FROM_LINE.match(line) and any(map(_SENT_LINE.match, lines[at + 1 : at + 4])):
            return at
        following = next((each for each in lines[at + 1 :] if each.strip()), "")
        if following.startswith(">") and _all_quoted(lines[at + 1 :]) and _WROTE.match(line):
            return at
    return len(lines)


def _all_quoted(lines: list[str]) -> bool:
    return all(not line.strip() or line.lstrip().startswith(">") for line in lines)


def _without_introduction(lines: list[str], end: int) -> int:
    """Take away "On … wrote:" above the quotation, also where it is folded over lines."""
    for height in (1, 2, 3):
        if height <= end and _WROTE.match(" ".join(lines[end - height : end])):
            return end - height
    return end


def _reply_context(
    message: Message, author: Author, subject: str, earlier: list[str], automatic: bool
) -> dict[str, str]:
    replies_go_to = _addresses(message, "Reply-To") or [(author.name, author.handle)]
    own_id = _MESSAGE_ID.search(str(message.get("Message-ID", "")))
    references = [*earlier, *([clean_text(own_id[1])] if own_id else [])]
    return {
        "to": replies_go_to[0][1],
        "to_name": replies_go_to[0][0],
        "subject": subject,
        "message_id": references[-1] if own_id else "",
        "references": " ".join(references),
        "automatic": "yes" if automatic else "",
    }
