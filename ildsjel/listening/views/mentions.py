"""What was heard: the stream of mentions and its count of new ones."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from ildsjel.channels.models import Channel
from ildsjel.channels.queries import channels
from ildsjel.listening.highlight import shown
from ildsjel.listening.models import Mention, Watch
from ildsjel.listening.queries import (
    Slice,
    key_of,
    mention_page,
    mentions,
    newer_mentions,
    newest_mention,
    watches,
)
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import undo_offer


@member_page(Right.READ)
def stream(request: MemberRequest) -> HttpResponse:
    """The posts that matched, newest first, of one watch or channel if asked for."""
    watch, channel = _asked_for(request)
    # Read before the page, so that nothing falls between the page and the count of what is new.
    newest = newest_mention(request.member)
    page = mention_page(
        mentions(request.member, watch, channel),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "listening/mentions.html",
        {
            "room": "listening",
            "posts": shown(page.rows),
            "watch": watch,
            "channel": channel,
            "watches": watches(request.member),
            "channels": channels(request.member),
            "may_listen": request.member.can(Right.LISTEN),
            "undo": undo_offer(request.session),
            **_addresses(request, page, watch, channel, newest),
        },
    )


@member_page(Right.READ)
def new(request: MemberRequest) -> HttpResponse:
    """How many mentions came since the page was made, as JSON for the pill."""
    watch, channel = _asked_for(request)
    since = request.GET.get("since", "")
    if not since.isdecimal() or len(since) > 18:
        return JsonResponse({"count": 0})
    rows = mentions(request.member, watch, channel)
    count = newer_mentions(rows, since=int(since), shown_from=request.GET.get("from", ""))
    return JsonResponse({"count": count})


def _asked_for(request: MemberRequest) -> tuple[Watch | None, Channel | None]:
    watch = channel = None
    if number := _number(request, "watch"):
        watch = Watch.objects.of(request.member).filter(pk=number).first()
    if number := _number(request, "channel"):
        channel = Channel.objects.of(request.member).filter(pk=number).first()
    if (request.GET.get("watch") and not watch) or (request.GET.get("channel") and not channel):
        raise Http404
    return watch, channel


def _number(request: MemberRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _addresses(
    request: MemberRequest,
    page: Slice,
    watch: Watch | None,
    channel: Channel | None,
    newest: int,
) -> dict[str, Any]:
    here = address(request.member, "listening:mentions")
    kept = {"watch": watch and watch.pk, "channel": channel and channel.pk}
    kept = {name: value for name, value in kept.items() if value}

    def at(place: str, **more: object) -> str:
        query = urlencode({**kept, **more})
        return f"{place}?{query}" if query else place

    count = {"since": newest, **_last_shown(page.rows if page.older else [])}
    return {
        "newest_url": at(here),
        "newer_url": at(here, after=page.newer) if page.newer else "",
        "older_url": at(here, before=page.older) if page.older else "",
        "count_url": at(address(request.member, "listening:new"), **count),
        "first_page": not page.newer,
    }


def _last_shown(rows: list[Mention]) -> dict[str, str]:
    return {"from": key_of(rows[-1])} if rows else {}
