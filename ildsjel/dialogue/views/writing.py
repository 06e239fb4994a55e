"""Writing: replies, notes, drafts, and what is decided about a reply on its way."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.channels import gateway
from ildsjel.dialogue import actions, queries
from ildsjel.dialogue.answering import why_not
from ildsjel.dialogue.forms import LONGEST_TEXT, WriteForm
from ildsjel.dialogue.models import Conversation, DraftKind, Message, MessageKind
from ildsjel.dialogue.views.composer import Written
from ildsjel.dialogue.views.place import place_in
from ildsjel.dialogue.views.show import Shown, after_act, conversation_or_404, opened
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, member_page


@require_POST
@member_page(Right.REPLY)
def write(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a reply or a note. Whatever is wrong with it, its words stay in the box."""
    conversation = conversation_or_404(request.member, pk)
    _keep_other(request, conversation)
    able = gateway.capabilities(conversation.channel)
    form = WriteForm(request.POST, limit=able.max_length, unit=able.length_unit)
    if not form.is_valid():
        return _again(request, conversation, error=form.fault())
    if form.cleaned_data["kind"] == MessageKind.NOTE:
        return _note(request, conversation, form.cleaned_data["text"])
    return _reply(request, conversation, form.cleaned_data)


def _note(request: MemberRequest, conversation: Conversation, text: str) -> HttpResponse:
    actions.note(by=request.member, conversation=conversation, text=text)
    return after_act(request, place_in(request.GET), conversation.pk)


def _reply(
    request: MemberRequest, conversation: Conversation, given: dict[str, Any]
) -> HttpResponse:
    member, place = request.member, place_in(request.GET)
    refusal = why_not(conversation, queries.last_asked(conversation))
    if refusal:
        return _again(request, conversation, error=refusal)
    following = queries.next_in(member, place.view, conversation) if given["close"] else None
    try:
        message = actions.reply(
            by=member, conversation=conversation, text=given["text"], seen=given["seen"]
        )
    except actions.ThreadMoved:
        return _again(request, conversation, moved=True)
    if not given["close"]:
        return after_act(request, place, conversation.pk, message=message.pk)
    entry = actions.close(by=member, conversation=conversation)
    return after_act(request, place, following, [entry], message.pk)


def _again(
    request: MemberRequest, conversation: Conversation, *, error: str = "", moved: bool = False
) -> HttpResponse:
    """The conversation as it is now, with the words that were not sent, and why."""
    text = request.POST.get("text", "")[:LONGEST_TEXT]
    kind = _kind(request)
    if text.strip():
        actions.save_draft(by=request.member, conversation=conversation, text=text, kind=kind)
    drafts = queries.drafts_of(request.member, conversation)
    stale = _("New messages came while you wrote, so nothing was sent. Read them, then send again.")
    written = Written(
        text=text,
        kind=kind,
        other=drafts.get(_other(kind), ""),
        error=error,
        stale=stale if moved else "",
    )
    shown = Shown(conversation=conversation, written=written, status=422)
    return opened(request, place_in(request.GET), shown)


@require_POST
@member_page(Right.REPLY)
def draft(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep what is being written, a reply and a note each for itself."""
    conversation = conversation_or_404(request.member, pk)
    text = request.POST.get("text", "")[:LONGEST_TEXT]
    kind = _kind(request)
    actions.save_draft(by=request.member, conversation=conversation, text=text, kind=kind)
    _keep_other(request, conversation)
    return HttpResponse(status=204)


def _kind(request: MemberRequest) -> DraftKind:
    is_note = request.POST.get("kind") == MessageKind.NOTE
    return DraftKind.NOTE if is_note else DraftKind.REPLY


def _other(kind: DraftKind) -> DraftKind:
    return DraftKind.REPLY if kind == DraftKind.NOTE else DraftKind.NOTE


def _keep_other(request: MemberRequest, conversation: Conversation) -> None:
    """Keep the text that was put aside when its writer changed over; it is sent along from then."""
    if "other" in request.POST:
        text = request.POST["other"][:LONGEST_TEXT]
        kind = _other(_kind(request))
        actions.save_draft(by=request.member, conversation=conversation, text=text, kind=kind)


def _message_or_404(request: MemberRequest, pk: int) -> Message:
    found = queries.message(request.member, pk)
    if found is None or found.kind != MessageKind.REPLY:
        raise Http404
    return found


@require_POST
@member_page(Right.REPLY)
def take_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop a reply that has not left."""
    message = _message_or_404(request, pk)
    if actions.take_back(by=request.member, message=message):
        messages.success(request, _("Taken back. Your words are in the box below."))
    else:
        messages.warning(request, _("It was too late: the reply has left already."))
    return after_act(request, place_in(request.GET), message.conversation_id)


@require_POST
@member_page(Right.REPLY)
def send_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Send a refused reply once more."""
    message = _message_or_404(request, pk)
    if not actions.decide_unsure(by=request.member, message=message, was_sent=False):
        messages.info(request, _("This reply has gone on already. Nothing was sent twice."))
    return after_act(request, place_in(request.GET), message.conversation_id)


@require_POST
@member_page(Right.REPLY)
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """A person has looked at the network: the reply is there, or it is to be sent again."""
    message = _message_or_404(request, pk)
    answer = request.POST.get("sent")
    if answer not in {"yes", "no"}:
        raise Http404
    if not actions.decide_unsure(by=request.member, message=message, was_sent=answer == "yes"):
        messages.info(request, _("This reply has gone on already. Nothing was sent twice."))
    return after_act(request, place_in(request.GET), message.conversation_id)


@require_POST
@member_page(Right.REPLY)
def rewrite(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a refused reply back into the box, to be changed."""
    message = _message_or_404(request, pk)
    if not actions.rewrite(by=request.member, message=message):
        messages.info(request, _("This reply has gone on already. Nothing was changed."))
    return after_act(request, place_in(request.GET), message.conversation_id)


@require_POST
@member_page(Right.REPLY)
def put_aside(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave a refused reply unsent."""
    message = _message_or_404(request, pk)
    if not actions.put_aside(by=request.member, message=message):
        messages.info(request, _("This reply has gone on already. Nothing was changed."))
    return after_act(request, place_in(request.GET), message.conversation_id)
