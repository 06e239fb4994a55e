"""The list of conversations, the count of what is new in it, and acts on several at once."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ildsjel.dialogue import actions, queries
from ildsjel.dialogue.models import Conversation, State
from ildsjel.dialogue.views import toasts
from ildsjel.dialogue.views.heads import Team
from ildsjel.dialogue.views.panes import count_word, counts_of
from ildsjel.dialogue.views.place import list_at, number_in, place_in
from ildsjel.dialogue.views.show import Shown, after_act, is_partial, list_context, page
from ildsjel.organisation.models import AuditEntry, Right
from ildsjel.organisation.pages import MemberRequest, member_page
from ildsjel.organisation.queries import colleague


@require_GET
@member_page()
def conversations(request: MemberRequest) -> HttpResponse:
    """The inbox with no conversation open."""
    place = place_in(request.GET)
    if not is_partial(request):
        undo = toasts.from_address(request.member, place, request.GET)
        return page(request, place, Shown(undo=undo))
    context = list_context(request.member, place, Team.of(request.member), None)
    answer = render(request, "dialogue/_list.html", {**context, "views_too": True})
    said = {"HX-Retarget": "#rows-place", "HX-Reswap": "innerHTML", "Cache-Control": "no-store"}
    for name, value in {**said, "HX-Push-Url": list_at(request.member, place)}.items():
        answer.headers[name] = value
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_GET
@member_page()
def count_new(request: MemberRequest) -> JsonResponse:
    """How many conversations of the view have new messages since it was shown, and all counts."""
    place = place_in(request.GET)
    since = number_in(request.GET, "since") or 0
    fresh = queries.new_in(request.member, place.view, since)
    number = queries.counts({"new": fresh}, request.member)["new"]
    found = counts_of(request.member, list(queries.desks(request.member)))
    shown = {key: count_word(count) if count else "" for key, count in found.items()}
    return JsonResponse({"count": number, "counts": shown})


@require_POST
@member_page(Right.REPLY)
def together(request: MemberRequest) -> HttpResponse:
    """Assign or close the chosen conversations, all of them or none."""
    place = place_in(request.GET)
    chosen = _chosen(request)
    if not chosen:
        messages.info(request, _("Nothing was chosen. Tick the conversations first."))
        return redirect(list_at(request.member, place))
    entries = _act_on(request, chosen)
    if entries is None:
        messages.error(request, _("Choose what to do, and with whom. Nothing was changed."))
    return after_act(request, place, None, entries or [])


def _chosen(request: MemberRequest) -> list[Conversation]:
    pks = [int(pk) for pk in request.POST.getlist("chosen") if pk.isdecimal() and len(pk) < 19]
    rows = Conversation.objects.of(request.member).filter(pk__in=pks[: queries.PAGE])
    return list(rows.order_by("pk"))


def _act_on(request: MemberRequest, chosen: list[Conversation]) -> list[AuditEntry] | None:
    """Do what was asked with the chosen ones; None where it cannot be understood."""
    member = request.member
    match request.POST.get("do"):
        case "take":
            return actions.assign_all(by=member, conversations=chosen, to=member)
        case "assign":
            to = colleague(member, number_in(request.POST, "to") or 0)
            return actions.assign_all(by=member, conversations=chosen, to=to) if to else None
        case "close":
            not_closed = [each for each in chosen if each.state != State.CLOSED]
            return actions.close_all(by=member, conversations=not_closed)
    return None
