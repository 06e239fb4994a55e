"""Full-text search over all that was said: newest first, a page by key, the same on both databases.

Words are found by their beginning, "words in quotes" as they stand. The order is that of time, not
of relevance, so that a page costs the same whether a word stands in ten messages or a million.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from ildsjel.dialogue.models import Conversation, Message, Person
from ildsjel.organisation.models import Member, Organisation, Right

PAGE = 30
SCAN = 4  # hits looked at for each row shown: a long thread may hold many in a row
MOST_WORDS = 12
_PIECE = re.compile(r'"([^"]*)"|(\S+)')
_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand together; of the last one only the beginning is asked for if `prefix`."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation, and the newest message in it that the search found."""

    conversation: Conversation
    message: Message


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of hits, and the mark at which the older ones begin ("": none)."""

    rows: list[Hit]
    older: str


def terms(query: str) -> list[Term]:
    """What a person typed as terms that must all be found; signs only divide words."""
    found = []
    for quoted, plain in _PIECE.findall(query[:500]):
        words = tuple(_RUN.findall((quoted or plain).lower()))
        if words:
            # One letter begins too many words to be asked for as a beginning.
            found.append(Term(words, prefix=not quoted and len(words[-1]) > 1))
    return found[:MOST_WORDS]


def find(member: Member, query: str, *, after: str = "", size: int = PAGE) -> Hits:
    """The conversations of the member's organisation that hold all terms in one message."""
    wanted = terms(query)
    if not wanted or not member.can(Right.READ):
        return Hits([], "")
    limit = size * SCAN
    found = _ENGINES[connection.vendor](member.organisation_id, wanted, _mark(after), limit)
    return _hits(member, found, size, limit)


def find_people(member: Member, query: str, *, size: int = 5) -> list[Person]:
    """People whose name or handle holds every word typed; those heard last come first."""
    wanted = terms(query)
    if not wanted or not member.can(Right.READ):
        return []
    limit = size * SCAN
    run = _ENGINES[connection.vendor]
    found = run(member.organisation_id, wanted, None, limit, column="author")
    in_order = [conversation for _, _, conversation in found]
    rows = Conversation.objects.of(member).filter(pk__in=in_order).select_related("person")
    people = {row.pk: row.person for row in rows}
    seen = {p.pk: p for p in map(people.get, in_order) if p is not None}
    return list(seen.values())[:size]


Key = int  # the time of a message and its number in one, so that a page needs one bound
Found = list[tuple[Key, int, int]]  # key, message, conversation; newest first


def _hits(member: Member, found: Found, size: int, limit: int) -> Hits:
    newest: dict[int, int] = {}
    last = 0
    for number, (key, message, conversation) in enumerate(found):
        if conversation not in newest and len(newest) == size:
            return Hits(_rows(member, newest), str(last))
        newest.setdefault(conversation, message)
        last = key
        if number + 1 == limit:
            return Hits(_rows(member, newest), str(last))
    return Hits(_rows(member, newest), "")


def _rows(member: Member, newest: dict[int, int]) -> list[Hit]:
    conversations = Conversation.objects.of(member).select_related(
        "channel", "person", "desk", "assignee__user", "topic"
    )
    by_pk = conversations.in_bulk(list(newest))
    messages = Message.objects.select_related("item").in_bulk(list(newest.values()))
    return [
        Hit(by_pk[conversation], messages[message])
        for conversation, message in newest.items()
        if conversation in by_pk and message in messages
    ]


def _mark(text: str) -> Key | None:
    key = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    return key if 0 < key < 1 << 63 else None


def _sqlite(
    organisation: int, wanted: Sequence[Term], before: Key | None, limit: int, column: str = ""
) -> Found:
    match = " AND ".join([*_scope(organisation), *(_fts(term, column) for term in wanted)])
    bound = "AND rowid < %s" if before is not None else ""
    values: list[int | str] = [match, *([before] if before is not None else []), limit]
    statement = (
        "SELECT rowid, message, conversation FROM dialogue_search "  # noqa: S608 - no input in it
        f"WHERE dialogue_search MATCH %s {bound} ORDER BY rowid DESC LIMIT %s"
    )
    return _fetch(statement, values)


def _scope(organisation: int) -> list[str]:
    """The organisation as a term. Where there is no other, it would only read its whole list."""
    alone = not Organisation.objects.exclude(pk=organisation).exists()
    return [] if alone else [f"scope : o{organisation}"]


def _fts(term: Term, column: str) -> str:
    """A term in the language of FTS5; its words hold letters and digits only."""
    phrase = f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'
    return f"{column or '{author words}'} : {phrase}"


def _postgres(
    organisation: int, wanted: Sequence[Term], before: Key | None, limit: int, column: str = ""
) -> Found:
    match = " & ".join(f"({_tsquery(term)})" for term in wanted)
    bound = ""
    values: list[int | str] = [organisation, match]
    if before is not None:
        bound = "AND (at, message) < (to_timestamp(%s), %s)"
        values += [before >> 31, before & 0x7FFFFFFF]
    statement = (
        "SELECT (floor(extract(epoch FROM at))::bigint << 31) | (message & 2147483647), "  # noqa: S608
        f"message, conversation FROM dialogue_search WHERE organisation = %s "
        f"AND {column or 'words'} @@ %s::tsquery {bound} ORDER BY at DESC, message DESC LIMIT %s"
    )
    return _fetch(statement, [*values, limit])


def _tsquery(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    words[-1] += ":*" if term.prefix else ""
    return " <-> ".join(words)


def _fetch(statement: str, values: Sequence[int | str]) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(key, message, conversation) for key, message, conversation in cursor.fetchall()]


_ENGINES = {"sqlite": _sqlite, "postgresql": _postgres}
