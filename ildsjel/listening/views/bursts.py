"""What is unusual: the list, a burst with its timeline and reason, and "I have seen it"."""

from typing import Any
from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.listening import actions, burst_words
from ildsjel.listening.burst_queries import (
    PAGE_POSTS,
    Told,
    authors_of,
    bursts,
    reason_words,
    timeline,
    told,
)
from ildsjel.listening.models import Burst
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo, undo_offer

ROWS = 20
AUTHORS = 5


def cards(member: Member, rows: list[Burst]) -> list[dict[str, Any]]:
    """Bursts as cards: on Today, in the stream and in the list."""
    return [_card(member, each) for each in told(rows)]


def _card(member: Member, each: Told) -> dict[str, Any]:
    return {
        "told": each,
        "burst": each.burst,
        "rarity": burst_words.rarity(each.burst),
        "volume": burst_words.volume(each.burst),
        "url": address(member, "listening:burst", each.burst.pk),
        "may_note": member.can(Right.REPLY) and each.burst.noted_at is None,
    }


@member_page(Right.READ)
def listing(request: MemberRequest) -> HttpResponse:
    """Every burst, the newest first."""
    page = Paginator(bursts(request.member), ROWS).get_page(request.GET.get("page"))
    context = {
        "room": "listening",
        "page": page,
        "cards": cards(request.member, list(page)),
        "undo": undo_offer(request.session),
    }
    return render(request, "listening/bursts.html", context)


@member_page(Right.READ)
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One burst: how much, why, and how it may go on."""
    burst = get_object_or_404(bursts(request.member), pk=pk)
    hours = timeline(burst)
    (each,) = told([burst], PAGE_POSTS)
    context = {
        "room": "listening",
        **_card(request.member, each),
        "drawing": burst_words.drawn(burst, hours),
        "hours": [burst_words.said(hour) for hour in hours],
        "ahead": [hour for hour in hours if hour.part == "ahead"],
        "reason": reason_words(burst),
        "terms": burst.reason.get("terms", []),
        "links": [
            (url, during) for url, during, _before in burst.reason.get("links", []) if web(url)
        ],
        "authors": authors_of(burst)[:AUTHORS],
        "posts": each.posts,
        "may_reply": request.member.can(Right.REPLY),
        "short_history": burst.known_days < burst_words.SHORT_HISTORY,
        "undo": undo_offer(request.session),
    }
    return render(request, "listening/burst.html", context)


def web(url: str) -> bool:
    """Whether a browser may open it."""
    return urlsplit(url).scheme in {"http", "https"}


@member_page(Right.REPLY)
@require_POST
def note(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that it has been seen; the next page offers to take that back."""
    burst = get_object_or_404(bursts(request.member), pk=pk)
    actions.note_burst(by=request.member, burst=burst)
    undo_url = address(request.member, "listening:burst-unnote", burst.pk)
    offer_undo(request.session, _("“%s” is marked as seen.") % burst.watch.name, undo_url)
    return redirect(address(request.member, "listening:burst", burst.pk))


@member_page(Right.REPLY)
@require_POST
def unnote(request: MemberRequest, pk: int) -> HttpResponse:
    """Take back that it has been seen."""
    burst = get_object_or_404(bursts(request.member), pk=pk)
    actions.note_burst(by=request.member, burst=burst, noted=False)
    return redirect(address(request.member, "listening:burst", burst.pk))
