"""What was heard: the stream of mentions and its count of new ones."""

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render

from ildsjel.channels.models import Channel
from ildsjel.channels.queries import channels
from ildsjel.listening import exporting
from ildsjel.listening.burst_queries import CARDS, recent
from ildsjel.listening.highlight import shown
from ildsjel.listening.models import Mention, Watch
from ildsjel.listening.periods import read_place
from ildsjel.listening.queries import (
    NO_LANGUAGE,
    Slice,
    Wanted,
    key_of,
    mention_page,
    newer_mentions,
    newest_mention,
    wanted_mentions,
    watches,
)
from ildsjel.listening.story_queries import one_of_each, with_stories
from ildsjel.listening.views.bursts import cards
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, download, member_page
from ildsjel.organisation.undo import undo_offer

TEXTS = ("language", "network", "author", "word")  # filters that are what the address says
FOLD = "fold"  # a text that is copied takes one line
HIDDEN = ("start", "end", *TEXTS)
LONGEST = 300  # characters of one of them


@member_page(Right.READ)
def stream(request: MemberRequest) -> HttpResponse:
    """The posts that matched, newest first, of one watch or channel if asked for."""
    wanted = asked_for(request)
    # Read before the page, so that nothing falls between the page and the count of what is new.
    newest = newest_mention(request.member)
    page = mention_page(
        _found(request, wanted),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "listening/mentions.html",
        {
            "room": "listening",
            "posts": with_stories(request.member, shown(page.rows)),
            "fold": FOLD in request.GET,
            "watch": wanted.watches[0] if len(wanted.watches) == 1 else None,
            "channel": wanted.channel,
            "narrowed": _narrowed(request, wanted),
            "kept": {name: request.GET[name] for name in HIDDEN if request.GET.get(name)},
            "watches": watches(request.member),
            "channels": channels(request.member),
            "may_listen": request.member.can(Right.LISTEN),
            "exports": _exports(request, wanted) if request.member.can(Right.EXPORT) else [],
            "may_reply": request.member.can(Right.REPLY),
            "cards": cards(request.member, list(recent(request.member, wanted.watches)[:CARDS])),
            "undo": undo_offer(request.session),
            **_addresses(request, page, _kept(request, wanted), newest),
        },
    )


@member_page(Right.READ)
def new(request: MemberRequest) -> HttpResponse:
    """How many mentions came since the page was made, as JSON for the pill."""
    wanted = asked_for(request)
    since = request.GET.get("since", "")
    if not since.isdecimal() or len(since) > 18:
        return JsonResponse({"count": 0})
    rows = _found(request, wanted)
    count = newer_mentions(rows, since=int(since), shown_from=request.GET.get("from", ""))
    return JsonResponse({"count": count})


@member_page(Right.EXPORT)
def export(request: MemberRequest, kind: str) -> StreamingHttpResponse:
    """The posts that the filters in the address ask for, as a file."""
    if kind not in exporting.KINDS:
        raise Http404
    chunks = exporting.export(request.member, asked_for(request), kind)
    name = f"{request.member.organisation.slug}-{utc_now():%Y-%m-%d}-posts.{kind}"
    return download(chunks, name=name, content_type=exporting.KINDS[kind])


def _found(request: MemberRequest, wanted: Wanted) -> QuerySet[Mention]:
    """The mentions that are asked for, one of each story where that is asked for too."""
    rows = wanted_mentions(request.member, wanted)
    return one_of_each(rows) if FOLD in request.GET else rows


def asked_for(request: MemberRequest) -> Wanted:
    zone = ZoneInfo(request.member.organisation.timezone)
    channel = None
    asked = {text for text in request.GET.getlist("watch") if text}
    numbers = [int(text) for text in asked if text.isdecimal() and len(text) < 19]
    watches = tuple(Watch.objects.of(request.member).filter(pk__in=numbers)) if numbers else ()
    if number := _number(request, "channel"):
        channel = Channel.objects.of(request.member).filter(pk=number).first()
    if len(watches) < len(asked) or (request.GET.get("channel") and not channel):
        raise Http404
    given = {name: request.GET.get(name, "")[:LONGEST] for name in TEXTS}
    start = read_place(request.GET.get("start", ""), zone)
    end = read_place(request.GET.get("end", ""), zone, end=True)
    return Wanted(watches, channel, start, end, **given)


def _kept(request: MemberRequest, wanted: Wanted) -> dict[str, Any]:
    """The filters as the address holds them."""
    kept: dict[str, Any] = {"watch": [watch.pk for watch in wanted.watches]}
    kept["channel"] = wanted.channel and wanted.channel.pk
    kept |= {name: request.GET.get(name, "") for name in (*TEXTS, "start", "end", FOLD)}
    return {name: value for name, value in kept.items() if value}


def _exports(request: MemberRequest, wanted: Wanted) -> list[tuple[str, str]]:
    """Each kind of file with its address."""
    query = urlencode(_kept(request, wanted), doseq=True)
    here = [address(request.member, "listening:export", kind) for kind in exporting.KINDS]
    return [(kind, f"{at}?{query}") for kind, at in zip(exporting.KINDS, here, strict=True)]


def _narrowed(request: MemberRequest, wanted: Wanted) -> list[str]:
    """What the page is narrowed to beside what its own fields show."""
    first, last = (request.GET.get(name, "").replace("T", " ") for name in ("start", "end"))
    watches = [watch.name for watch in wanted.watches] if len(wanted.watches) > 1 else []
    when = [first if first == last else f"{first} – {last}"] if wanted.start or wanted.end else []
    language = [wanted.language.replace(NO_LANGUAGE, "–")] if wanted.language else []
    return [*when, *watches, *language, *filter(None, [wanted.author, wanted.word])]


def _number(request: MemberRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _addresses(
    request: MemberRequest,
    page: Slice,
    kept: dict[str, Any],
    newest: int,
) -> dict[str, Any]:
    here = address(request.member, "listening:mentions")

    def at(place: str, **more: object) -> str:
        query = urlencode({**kept, **more}, doseq=True)
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
