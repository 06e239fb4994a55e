"""Stories: the list, and one with its first source, its timeline and how it has spread."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ildsjel.engine.bursts import Kind
from ildsjel.listening import story_queries
from ildsjel.listening.highlight import Shown, pieces_of
from ildsjel.listening.models import Story
from ildsjel.listening.network_names import network_name
from ildsjel.listening.periods import (
    LENGTHS,
    Period,
    last_place,
    own_period,
    place,
    read_period,
    read_place,
)
from ildsjel.listening.queries import watches
from ildsjel.listening.story_queries import GROWING, LARGEST, NEWEST, SIZES, Spread, Wanted
from ildsjel.listening.views.figures import Figure, Row
from ildsjel.listening.views.overview import csv_of
from ildsjel.organisation.models import Member, Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page

ROWS = 20
EXCERPT = 280  # characters in the list
WHOLE = 2000  # on the story's own page
NARROWED = ("start", "end", "network", "account")


@member_page(Right.READ)
def listing(request: MemberRequest) -> HttpResponse:
    """What several posts say in nearly the same words, in a period."""
    wanted = _asked_for(request)
    found = story_queries.wanted_stories(request.member, wanted)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    spread = story_queries.spread_of(list(page))
    context = {
        "room": "listening",
        "page": page,
        "cards": [_card(request.member, story, spread[story.pk]) for story in page],
        "wanted": wanted,
        "chosen": _chosen(request),
        "kept": urlencode(_chosen(request)),
        "watches": watches(request.member),
        "choices": _choices(request.member),
    }
    return render(request, "listening/stories.html", context)


def _asked_for(request: MemberRequest) -> Wanted:
    given = _chosen(request)
    period = read_period(given, _zone(request), utc_now())
    watch = None
    if given["watch"]:
        number = given["watch"]
        rows = watches(request.member) if number.isdecimal() and len(number) < 19 else None
        watch = rows.filter(pk=number).first() if rows is not None else None
        if watch is None:
            raise Http404
    return Wanted(
        start=period.start,
        end=period.end,
        watch=watch,
        network=given["network"],
        fewest=int(given["size"]),
        growing={"growing": True, "over": False}.get(given["state"]),
        order=given["order"],
    )


def _chosen(request: MemberRequest) -> dict[str, str]:
    """The filters as they stand, each with a value that it may have."""
    asked = request.GET
    sizes = [str(size) for size in SIZES]
    return {
        "period": asked.get("period", "") if asked.get("period") in LENGTHS else "7d",
        "watch": asked.get("watch", ""),
        "network": asked.get("network", "")[:40],
        "size": asked.get("size", "") if asked.get("size") in sizes else sizes[0],
        "state": asked.get("state", "") if asked.get("state") in {"growing", "over"} else "",
        "order": NEWEST if asked.get("order") == NEWEST else LARGEST,
    }


def _choices(member: Member) -> dict[str, list[tuple[str, str]]]:
    sizes = [(str(size), _("From %(n)s posts") % {"n": size}) for size in SIZES]
    return {
        "period": [("24h", _("24 hours")), ("7d", _("7 days")), ("28d", _("28 days"))],
        "network": [(each, network_name(each)) for each in story_queries.networks(member)],
        "size": sizes,
        "state": [("", _("All")), ("growing", _("Growing")), ("over", _("Over"))],
        "order": [(LARGEST, _("Largest first")), (NEWEST, _("Newest first"))],
    }


def _card(member: Member, story: Story, spread: Spread) -> dict[str, Any]:
    first = story.first
    return {
        "story": story,
        "url": address(member, "listening:story", story.pk),
        "finding": finding(story, spread),
        "networks": [(network_name(name), posts) for name, posts, _accounts in spread.networks],
        "pieces": pieces_of(first.text or first.title, (), EXCERPT) if first else (),
        "growing": is_growing(story),
    }


def is_growing(story: Story) -> bool:
    return story.last_at >= utc_now() - GROWING


def finding(story: Story, spread: Spread) -> str:
    """How many say it, in words."""
    posts = ngettext("%(n)s post", "%(n)s posts", story.posts) % {"n": story.posts}
    by = ngettext("%(posts)s by one account", "%(posts)s by %(n)s accounts", spread.accounts)
    return by % {"posts": posts, "n": spread.accounts}


@member_page(Right.READ)
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One story; one that has become part of another leads there."""
    story = get_object_or_404(Story.objects.of(request.member), pk=pk)
    if story.part_of_id:
        return redirect(address(request.member, "listening:story", story.part_of_id))
    story = get_object_or_404(story_queries.stories(request.member), pk=pk)
    (spread,) = story_queries.spread_of([story]).values()
    page = Paginator(_posts(request, story), ROWS).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in NARROWED if request.GET.get(name)}
    figures = _figures(request, story, spread)
    context = {
        "room": "listening",
        **_card(request.member, story, spread),
        "kind": _kind_words(story, spread),
        "first": _first(request.member, story),
        "figures": [figure for figure in figures if figure.rows],
        "page": page,
        "posts": story_queries.shown_posts(request.member, page, EXCERPT),
        "kept": urlencode(kept),
        "narrowed": bool(kept),
        "may_reply": request.member.can(Right.REPLY),
        "inbox_url": f"{address(request.member, 'dialogue:list')}?view=all&story={story.pk}",
    }
    return render(request, "listening/story.html", context)


def _posts(request: MemberRequest, story: Story) -> Any:
    zone, asked = _zone(request), request.GET
    return story_queries.tellings(
        story,
        start=read_place(asked.get("start", ""), zone),
        end=read_place(asked.get("end", ""), zone, end=True),
        network=asked.get("network", "")[:40],
        account=asked.get("account", ""),
    )


def _first(member: Member, story: Story) -> Shown | None:
    """The first source, with as much of its words as a page takes."""
    if story.first is None:
        return None
    return Shown(story.first, (), pieces_of(story.first.text, (), WHOLE))


def _kind_words(story: Story, spread: Spread) -> str:
    """Whether many tell it or few, in plain words."""
    share = round(100 * story_queries.few_share(story))
    match story_queries.kind(story, spread):
        case Kind.ORGANIC:
            return _("Many different accounts pass it on.")
        case Kind.FEW_ACCOUNTS:
            return _("A few accounts: the three busiest wrote %(share)s %% of the posts.") % {
                "share": share
            }
    return _("There are too few posts to say who is behind it.")


@member_page(Right.READ)
def table(request: MemberRequest, pk: int, figure: str) -> HttpResponse:
    """One figure's table as CSV."""
    story = get_object_or_404(story_queries.stories(request.member), pk=pk)
    (spread,) = story_queries.spread_of([story]).values()
    for each in _figures(request, story, spread):
        if each.key == figure:
            name = f"{request.member.organisation.slug}-{pk}-{figure}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(
                csv_of(each), content_type="text/csv; charset=utf-8", headers=headers
            )
    raise Http404


def _zone(request: MemberRequest) -> ZoneInfo:
    return ZoneInfo(request.member.organisation.timezone)


def _figures(request: MemberRequest, story: Story, spread: Spread) -> list[Figure]:
    here = address(request.member, "listening:story", story.pk)
    return [
        _timeline(request, story, here),
        _networks(request.member, story, spread, here),
        _accounts(request.member, story, here),
    ]


def _timeline(request: MemberRequest, story: Story, here: str) -> Figure:
    period = _period(story, _zone(request))
    volume = story_queries.volume(story, period)
    names = [_step_name(start, period.step) for start, _end in period.steps]
    urls = [
        f"{here}?{urlencode({'start': place(a, period.step), 'end': last_place(b, period.step)})}"
        "#posts"
        for a, b in period.steps
    ]
    totals = [sum(each) for each in zip(*volume.values(), strict=True)]
    panels = [{"name": _("All"), "values": totals, "urls": urls}]
    for network in sorted(volume, key=lambda name: -sum(volume[name])) if len(volume) > 1 else ():
        more = [url.replace("#posts", f"&{urlencode({'network': network})}#posts") for url in urls]
        panels.append({"name": network_name(network), "values": volume[network], "urls": more})
    rows = [Row(*each[:2], each[1:2], each[2]) for each in zip(names, totals, urls, strict=True)]
    return Figure(
        "timeline", _("When it was said"), (_("When"), _("Posts")), rows, "volume",
        data={"names": names, "panels": panels, "bursts": []},
        csv_url=_csv_url(request.member, story, "timeline"),
    )  # fmt: skip


def _period(story: Story, zone: ZoneInfo) -> Period:
    """From its first post to its last, by hour, day or week; the newest year of a longer one."""
    first, last = (at.astimezone(zone) for at in (story.first_at, story.last_at))
    found = own_period(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}", zone, last + timedelta(seconds=1))
    if found is None:
        raise Http404
    return found


def _step_name(start: Any, step: str) -> str:
    return date_format(start, _("j M H:i") if step == "hour" else _("j M"))


def _networks(member: Member, story: Story, spread: Spread, here: str) -> Figure:
    rows = [
        Row(
            network_name(name), posts, (posts, accounts),
            f"{here}?{urlencode({'network': name})}#posts",
        )
        for name, posts, accounts in spread.networks
    ]  # fmt: skip
    columns = (_("Network"), _("Posts"), _("Accounts"))
    url = _csv_url(member, story, "networks")
    return Figure("networks", _("Where it was said"), columns, rows, data=_bars(rows), csv_url=url)


def _accounts(member: Member, story: Story, here: str) -> Figure:
    rows = []
    for each in story_queries.accounts_of(story):
        known: Mapping[str, object] = {"network": each.network, "account": each.account}
        name = _("In private")
        if each.item:
            name = each.item.author_name or each.item.author_handle or _("Somebody")
        share = f"{100 * each.posts / max(story.posts, 1):.1f}"
        cells = (network_name(each.network), each.posts, share)
        rows.append(Row(name, each.posts, cells, f"{here}?{urlencode(known)}#posts"))
    columns = (_("Who"), _("Network"), _("Posts"), _("Per cent"))
    url = _csv_url(member, story, "accounts")
    title = _("Who said it most often")
    return Figure("accounts", title, columns, rows, data=_bars(rows), csv_url=url)


def _bars(rows: list[Row]) -> dict[str, Any]:
    return {"rows": [{"label": row.label, "value": row.value, "url": row.url} for row in rows]}


def _csv_url(member: Member, story: Story, figure: str) -> str:
    return address(member, "listening:story-table", story.pk, figure)
