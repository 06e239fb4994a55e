"""The channels: the list with its health, a channel's own page, switching, trying, removing."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.channels import actions, examples, gateway, shown_once, words
from ildsjel.channels.models import Channel
from ildsjel.channels.queries import (
    channels,
    connected,
    health_lines,
    imports,
    removed_channels,
    trouble_of_the_week,
)
from ildsjel.channels.sealing import SealBroken
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo, undo_offer

ROWS = 50
LINES = 20
REMOVED_SHOWN = 10
IMPORTS_SHOWN = 5


@member_page(Right.READ)
def listing(request: MemberRequest) -> HttpResponse:
    """Every connected account and source, and how it is."""
    page = Paginator(connected(request.member), ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "channels/list.html",
        {
            "room": "channels",
            "page": page,
            "rows": [_row(channel) for channel in page],
            "imports": imports(request.member)[:IMPORTS_SHOWN],
            "removed": removed_channels(request.member)[:REMOVED_SHOWN],
            "may_connect": request.member.can(Right.CHANNELS),
            "undo": undo_offer(request.session),
        },
    )


def _row(channel: Channel) -> dict[str, Any]:
    key, word = words.status_of(channel)
    return {
        "channel": channel,
        "network": network_of(channel),
        "icon": words.icon_of(channel.kind),
        "status": key,
        "status_word": word,
        "health": words.health_in_words(channel),
    }


def network_of(channel: Channel) -> str:
    """The name of the channel's network; its kind where the connector is no longer installed."""
    connector = gateway.all_connectors().get(channel.kind)
    return _(connector.title) if connector else channel.kind


@member_page(Right.READ)
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One channel: how it is and has been, and what it can do."""
    channel = get_object_or_404(channels(request.member), pk=pk)
    if channel.kind == "files":
        return _to_its_import(request, channel)
    may_connect = request.member.can(Right.CHANNELS)
    capabilities = gateway.capabilities(channel)
    lines = Paginator(health_lines(channel), LINES).get_page(request.GET.get("page"))
    context = {
        "room": "channels",
        **_row(channel),
        "lines": lines,
        "told": [(line, words.fault_in_words(line.message, line.said)) for line in lines],
        "trouble": trouble_of_the_week(channel),
        "reads": words.reads_in_words(capabilities),
        "answers": words.answers_in_words(capabilities),
        "more": words.more_in_words(capabilities),
        "may_connect": may_connect,
        "may_edit": may_connect and channel.kind != "sample",
        "calls_us": capabilities.pushes,
        "account_url": channel.url if urlsplit(channel.url).scheme in {"http", "https"} else "",
        "account_unknown": may_connect and _account_unknown(channel),
        "webhook": _webhook(request, channel) if capabilities.pushes and may_connect else None,
    }
    return render(request, "channels/detail.html", context)


def _account_unknown(channel: Channel) -> bool:
    """Whether it was saved without an answer, so that we can't tell our own posts from others'."""
    if not channel.error or channel.identity or gateway.capabilities(channel).pushes:
        return False
    return bool(gateway.stored_secrets(channel))


def _to_its_import(request: MemberRequest, channel: Channel) -> HttpResponse:
    source = get_object_or_404(imports(request.member), channel=channel)
    return redirect(address(request.member, "channels:import-source", source.pk))


def _webhook(request: MemberRequest, channel: Channel) -> dict[str, str]:
    hook = settings.PUBLIC_URL + reverse("web:hook", args=[channel.pk])
    return {
        "address": hook,
        "secret": shown_once.take(request.session, channel),
        "python": examples.signed_call(examples.PYTHON, hook),
        "curl": examples.signed_call(examples.CURL, hook),
    }


@member_page(Right.CHANNELS)
@require_POST
def switch(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop reading and sending, or take it up again."""
    channel = get_object_or_404(connected(request.member), pk=pk)
    on = request.POST.get("on") == "yes"
    actions.switch(by=request.member, channel=channel, on=on)
    done = _("“%s” is switched on.") if on else _("“%s” is switched off. What it brought is kept.")
    messages.success(request, done % channel.name)
    return redirect(address(request.member, "channels:detail", channel.pk))


@member_page(Right.CHANNELS)
@require_POST
def try_now(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask the network once, with what is stored, and say what it answered."""
    channel = get_object_or_404(connected(request.member), pk=pk)
    try:
        identity = gateway.try_again(channel)
    except (gateway.ConnectorError, SealBroken) as fault:
        messages.error(request, words.told(fault))
    else:
        actions.update_channel(
            by=request.member,
            channel=channel,
            name=channel.name,
            settings=channel.settings,
            secrets=(identity and identity.secrets) or {},
            identity=identity.external_id if identity else channel.identity,
            handle=identity.handle if identity else channel.handle,
            url=identity.url if identity else channel.url,
        )
        messages.success(request, _("“%s” answers. Everything is in order.") % channel.name)
    return redirect(address(request.member, "channels:detail", channel.pk))


@member_page(Right.CHANNELS)
@require_POST
def renew_secret(request: MemberRequest, pk: int) -> HttpResponse:
    """A new signing secret for the system that calls, shown once on the page that follows."""
    rows = connected(request.member).filter(kind__in=_kinds_that_call())
    channel = get_object_or_404(rows, pk=pk)
    secret = actions.renew_signing_secret(by=request.member, channel=channel)
    shown_once.keep(request.session, channel, secret)
    messages.success(request, _("A new secret is made. The one before it still holds."))
    return redirect(address(request.member, "channels:detail", channel.pk))


def _kinds_that_call() -> list[str]:
    return [k for k, connector in gateway.all_connectors().items() if connector.capabilities.pushes]


@member_page(Right.CHANNELS)
@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a channel out of the lists; the next page offers to take that back."""
    channel = get_object_or_404(connected(request.member), pk=pk)
    actions.remove(by=request.member, channel=channel)
    text = _("“%s” is removed. What it brought is kept.") % channel.name
    restore_url = address(request.member, "channels:restore", channel.pk)
    offer_undo(request.session, text, restore_url)
    return redirect(address(request.member, "channels:list"))


@member_page(Right.CHANNELS)
@require_POST
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a removed channel back and switch it on."""
    channel = get_object_or_404(removed_channels(request.member), pk=pk)
    actions.remove(by=request.member, channel=channel, removed=False)
    messages.success(request, _("“%s” is back.") % channel.name)
    return redirect(address(request.member, "channels:detail", channel.pk))
