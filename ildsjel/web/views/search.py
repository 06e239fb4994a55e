"""Search over conversations, and what the command palette finds while one types."""

import re
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ildsjel.dialogue.models import Conversation, Message, State
from ildsjel.dialogue.queries import desks
from ildsjel.dialogue.search import Hit, Term, find, find_people, terms
from ildsjel.dialogue.views.panes import who
from ildsjel.dialogue.views.place import Place, list_at
from ildsjel.listening.queries import watches
from ildsjel.organisation.models import Member
from ildsjel.organisation.pages import MemberRequest, address, member_page

AROUND = 90  # characters shown on each side of the first word found
EACH = 5  # of each kind in the palette
LONGEST = 200


@member_page()
def search(request: MemberRequest) -> HttpResponse:
    """Conversations in which all the words were said, newest first."""
    query = " ".join(request.GET.get("q", "").split())[:LONGEST]
    found = find(request.member, query, after=request.GET.get("after", ""))
    wanted = terms(query)
    older = urlencode({"q": query, "after": found.older})
    return render(
        request,
        "web/search.html",
        {
            "room": "",
            "query": query,
            "asked": bool(wanted),
            "hits": [_shown(request.member, hit, wanted) for hit in found.rows],
            "older_url": f"{request.path}?{older}" if found.older else "",
            "begins": not request.GET.get("after"),
        },
    )


def _shown(member: Member, hit: Hit, wanted: list[Term]) -> dict[str, Any]:
    row, message = hit.conversation, hit.message
    return {
        "url": conversation_url(member, row),
        "name": who(row),
        "channel": row.channel.name,
        "desk": row.desk.name,
        "topic": row.topic.name if row.topic else "",
        "at": message.at,
        "state": row.state if row.state != State.OPEN else "",
        "kind": message.kind,
        "pieces": pieces(words_of(message), wanted),
    }


def conversation_url(member: Member, row: Conversation) -> str:
    return address(member, "dialogue:thread", row.pk)


def words_of(message: Message) -> str:
    title = message.item.title if message.item else ""
    return " ".join(f"{title} {message.words}".split())


def pieces(text: str, wanted: list[Term]) -> list[tuple[str, bool]]:
    """The part of a text around the first word found, cut so that what was found can be marked."""
    pattern = _pattern(wanted)
    first = pattern.search(text)
    begin = max(0, first.start() - AROUND) if first else 0
    end = min(len(text), begin + 2 * AROUND + (len(first[0]) if first else 0))
    shown = f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
    cut, at = [], 0
    for found in pattern.finditer(shown):
        cut += [(shown[at : found.start()], False), (found[0], True)]
        at = found.end()
    return [piece for piece in [*cut, (shown[at:], False)] if piece[0]]


def _pattern(wanted: list[Term]) -> re.Pattern[str]:
    parts = [
        r"[\W_]+".join(map(re.escape, term.words)) + (r"\w*" if term.prefix else r"\b")
        for term in wanted
    ]
    return re.compile(rf"\b(?:{'|'.join(parts)})" if parts else r"(?!)", re.IGNORECASE)


@member_page()
def palette(request: MemberRequest) -> JsonResponse:
    """What the palette offers for what is typed: {"results": [{label, url, hint, group}]}."""
    query = " ".join(request.GET.get("q", "").split())[:LONGEST]
    member = request.member
    found = [
        *_conversations(member, query),
        *_people(member, query),
        *_watches(member, query),
        *_desks(member, query),
    ]
    return JsonResponse({"results": found})


def _conversations(member: Member, query: str) -> list[dict[str, str]]:
    return [
        {
            "label": f"{who(hit.conversation)}: {Truncator(words_of(hit.message)).chars(56)}",
            "url": conversation_url(member, hit.conversation),
            "hint": hit.conversation.channel.name,
            "group": _("Conversations"),
        }
        for hit in find(member, query, size=EACH).rows
    ]


def _people(member: Member, query: str) -> list[dict[str, str]]:
    place = address(member, "web:search")
    return [
        {
            "label": person.name,
            "url": f"{place}?{urlencode({'q': _quoted(person.name)})}",
            "hint": "",
            "group": _("People"),
        }
        for person in find_people(member, query, size=EACH)
    ]


def _quoted(name: str) -> str:
    """A name as the search takes it: its words as they stand, together."""
    return '"' + name.replace('"', " ") + '"'


def _watches(member: Member, query: str) -> list[dict[str, str]]:
    rows = [row for row in watches(member) if _says(query, f"{row.name} {row.query}")]
    return [
        {
            "label": row.name,
            "url": address(member, "listening:watch", row.pk),
            "hint": "",
            "group": _("Watches"),
        }
        for row in rows[:EACH]
    ]


def _desks(member: Member, query: str) -> list[dict[str, str]]:
    rows = [row for row in desks(member) if _says(query, row.name)]
    return [
        {
            "label": row.name,
            "url": list_at(member, Place("open", row.pk)),
            "hint": "",
            "group": _("Desks"),
        }
        for row in rows[:EACH]
    ]


def _says(query: str, text: str) -> bool:
    """Whether every word typed stands somewhere in the text."""
    parts, held = query.casefold().split(), text.casefold()
    return bool(parts) and all(part in held for part in parts)
