"""One answer for every request of the inbox: the whole page, or the panes that have changed.

A plain request gets the page. A request by htmx gets the conversation's pane, and after an act also
the list, the counts and a word about what was done, so that nothing else on the screen moves.
"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from ildsjel.dialogue import queries
from ildsjel.dialogue.forms import SnoozeForm
from ildsjel.dialogue.models import Conversation, Message
from ildsjel.dialogue.views import toasts
from ildsjel.dialogue.views.about import about, alike
from ildsjel.dialogue.views.bubbles import bubbles, original, waiting
from ildsjel.dialogue.views.composer import Written, begun, composer
from ildsjel.dialogue.views.heads import Team, acts, head
from ildsjel.dialogue.views.panes import list_pane, views_pane
from ildsjel.dialogue.views.place import Place, at, list_at
from ildsjel.dialogue.views.suggesting import suggestions
from ildsjel.organisation.models import AuditEntry, Member, Right
from ildsjel.organisation.pages import MemberRequest, address

Context = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which conversation is open, and what is to be said beside it."""

    conversation: Conversation | None = None
    before: str = ""  # the mark before which messages are read
    written: Written | None = None
    snooze: SnoozeForm | None = None
    undo: Context | None = None
    status: int = 200


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for panes; a page that it restores from the history is wanted whole."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def conversation_or_404(member: Member, pk: int) -> Conversation:
    found = queries.conversation(member, pk)
    if found is None:
        raise Http404
    return found


def page(request: MemberRequest, place: Place, shown: Shown) -> HttpResponse:
    """The whole page: views, list, conversation and what is beside it."""
    member = request.member
    team = Team.of(member)
    context = list_context(member, place, team, shown.conversation) | thread_context(
        member, place, team, shown
    )
    answer = render(request, "dialogue/inbox.html", context, status=shown.status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def opened(request: MemberRequest, place: Place, shown: Shown) -> HttpResponse:
    """A conversation that somebody opens: htmx gets its panes alone."""
    if not is_partial(request):
        return page(request, place, shown)
    team = Team.of(request.member)
    return _panes(request, place, shown, thread_context(request.member, place, team, shown))


def after_act(
    request: MemberRequest,
    place: Place,
    pk: int | None,
    entries: list[AuditEntry] | None = None,
    message: int | None = None,
) -> HttpResponse:
    """What comes after an act: the conversation, or None for the list, and a way to undo it."""
    member = request.member
    done = [entry.pk for entry in entries or []]
    if not is_partial(request):
        marks = toasts.marks(done, message)
        if pk is None:
            where = address(member, "dialogue:list") + place.query
            return redirect(toasts.with_marks(where, marks))
        return redirect(at(member, "thread", pk, place, **marks))
    shown = Shown(
        conversation=conversation_or_404(member, pk) if pk else None,
        undo=toasts.undo(member, place, entries or [], message),
    )
    return refreshed(request, place, shown)


def refreshed(request: MemberRequest, place: Place, shown: Shown) -> HttpResponse:
    """The conversation with list and counts as they are now; the whole page without htmx."""
    if not is_partial(request):
        return page(request, place, shown)
    member = request.member
    team = Team.of(member)
    context = thread_context(member, place, team, shown)
    context |= list_context(member, place, team, shown.conversation) | {"everything": True}
    return _panes(request, place, shown, context)


def _panes(request: MemberRequest, place: Place, shown: Shown, context: Context) -> HttpResponse:
    answer = render(request, "dialogue/_panes.html", context, status=shown.status)
    open_now = shown.conversation
    answer.headers["HX-Push-Url"] = (
        at(request.member, "thread", open_now.pk, place)
        if open_now
        else list_at(request.member, place)
    )
    answer.headers["Cache-Control"] = "no-store"  # or Back would show panes without a page
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def list_context(
    member: Member, place: Place, team: Team, conversation: Conversation | None
) -> Context:
    """What the first two panes show."""
    desk = next((each for each in team.desks if each.pk == place.desk), None)
    return {
        "room": "dialogue",
        "place": place,
        "views": views_pane(member, place, team.desks),
        "view_name": desk.name if desk else place.name,
        "tabs": _tabs(member, place) if desk else [],
        **list_pane(member, place, conversation.pk if conversation else None),
        "selectable": member.can(Right.REPLY),
        "selection_url": address(member, "dialogue:together") + place.query,
        "colleagues": team.colleagues if member.can(Right.REPLY) else [],
    }


def _tabs(member: Member, place: Place) -> list[Context]:
    """At a desk: what needs an answer, and all that is open."""
    return [
        {
            "label": Place(key).name,
            "url": list_at(member, Place(key, place.desk)),
            "current": place.key == key,
        }
        for key in ("needs", "open")
    ]


def thread_context(member: Member, place: Place, team: Team, shown: Shown) -> Context:
    """What the conversation's pane and the one beside it show; little where none is open."""
    base: Context = {"place": place, "undo": shown.undo, "list_url": list_at(member, place)}
    conversation = shown.conversation
    if conversation is None:
        return {**base, "pane": "list", "conversation": None}
    asked = queries.last_asked(conversation)
    return {
        **base,
        "pane": "thread",
        "conversation": conversation,
        "thread": head(conversation),
        "thread_actions": acts(member, place, conversation, team, asked.pk if asked else 0),
        "suggestions": suggestions(member, place, conversation, team.desks),
        "about": about(member, place, conversation),
        "alike": alike(member, conversation),
        **_messages(member, place, conversation, shown, asked),
        "snooze": shown.snooze,
        "snooze_url": at(member, "snooze", conversation.pk, place),
    }


def _messages(
    member: Member, place: Place, conversation: Conversation, shown: Shown, asked: Message | None
) -> Context:
    """The messages, and where one writes; no writing while one reads earlier ones."""
    said = queries.stretch(conversation, before=shown.before)
    may_write = member.can(Right.REPLY) and not shown.before
    kept = shown.written or begun(queries.drafts_of(member, conversation))
    here = (member, "thread", conversation.pk, place)
    return {
        "original": original(queries.original_post(conversation, said.messages)),
        "thread_messages": bubbles(member, place, said.messages),
        "earlier_url": at(*here, until=said.earlier) if said.earlier else "",
        "newest_url": at(*here) if shown.before else "",
        "composer": composer(member, place, conversation, asked, kept) if may_write else None,
        "live": None
        if shown.before
        else live(
            member,
            place,
            conversation,
            seen=asked.pk if asked else 0,
            pending=waiting(said.messages),
        ),
    }


def live(
    member: Member,
    place: Place,
    conversation: Conversation,
    *,
    seen: int,
    pending: list[int],
    told: int = 0,
) -> Context:
    """What the page asks again for: messages since the last one seen, and replies on their way."""
    more = {"seen": str(seen), "told": str(told), "pending": "-".join(map(str, pending))}
    return {
        "url": at(member, "thread-live", conversation.pk, place, **more),
        "pending": bool(pending),
        "told": told,
        "thread_url": at(member, "thread", conversation.pk, place),
        "words": _("New messages have come."),
    }
