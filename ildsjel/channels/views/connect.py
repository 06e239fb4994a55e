"""Connecting a channel and changing one: its connector's fields, tried before saving."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from ildsjel.channels import actions, gateway, shown_once, words
from ildsjel.channels.forms import ChannelForm
from ildsjel.channels.gateway import Connector, ConnectorError, Identity, RateLimited, Unreachable
from ildsjel.channels.models import Channel
from ildsjel.channels.queries import connected
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page

NOT_OFFERED = ("files", "sample")


@member_page(Right.CHANNELS)
def kinds(request: MemberRequest) -> HttpResponse:
    """The networks to choose from, and what each of them gives."""
    offered = [_kind(connector) for connector in _offered().values()]
    return render(request, "channels/add.html", {"room": "channels", "kinds": offered})


def _offered() -> dict[str, Connector]:
    found = gateway.all_connectors().items()
    return {kind: connector for kind, connector in found if kind not in NOT_OFFERED}


def _kind(connector: Connector) -> dict[str, Any]:
    return {
        "kind": connector.kind,
        "title": _(connector.title),
        "icon": words.icon_of(connector.kind),
        "reads": words.reads_in_words(connector.capabilities),
        "answers": words.answers_in_words(connector.capabilities),
        "more": words.more_in_words(connector.capabilities),
    }


@member_page(Right.CHANNELS)
def connect(request: MemberRequest, kind: str) -> HttpResponse:
    """A new channel of one kind."""
    connector = _offered().get(kind)
    if connector is None:
        raise Http404
    return _form_page(request, connector, None)


@member_page(Right.CHANNELS)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a channel's name and settings; secrets left empty stay."""
    channel = get_object_or_404(connected(request.member), pk=pk)
    connector = _offered().get(channel.kind)
    if connector is None:
        raise Http404
    return _form_page(request, connector, channel)


def _form_page(
    request: MemberRequest, connector: Connector, channel: Channel | None
) -> HttpResponse:
    form = ChannelForm(connector, request.POST or None, channel=channel)
    unreachable = False
    if request.method == "POST" and form.is_valid():
        secrets = _all_secrets(form, connector, channel)
        try:
            identity = _tried(request, form, connector, secrets)
        except (Unreachable, RateLimited) as fault:
            unreachable = True
            form.add_error(None, words.told(fault))
        except ConnectorError as fault:
            form.add_error(None, words.told(fault))
        else:
            saved = _save(request, form, channel, secrets, identity)
            return _go_to(request, saved)
    context = {
        "room": "channels",
        "form": form,
        "kind": _kind(connector),
        "channel": channel,
        "unreachable": unreachable,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "channels/form.html", context, status=status)


def _all_secrets(
    form: ChannelForm, connector: Connector, channel: Channel | None
) -> dict[str, str]:
    """What is stored, with what was written over it; a new system that calls us gets one."""
    if channel is not None:
        return {**gateway.stored_secrets(channel), **form.secrets()}
    made = {"secret": actions.new_signing_secret()} if connector.capabilities.pushes else {}
    return {**made, **form.secrets()}


def _tried(
    request: MemberRequest, form: ChannelForm, connector: Connector, secrets: dict[str, str]
) -> Identity | None:
    """Who we are at the network; nobody when the person chose to save without asking it."""
    if "anyway" in request.POST:
        return None
    return gateway.check(connector.kind, form.settings(), secrets)


def _save(
    request: MemberRequest,
    form: ChannelForm,
    channel: Channel | None,
    secrets: dict[str, str],
    identity: Identity | None,
) -> Channel:
    given: dict[str, Any] = {
        "by": request.member,
        "name": form.cleaned_data["name"],
        "settings": form.settings(),
        "secrets": {**secrets, **((identity and identity.secrets) or {})},
        **_who(identity, channel if "anyway" in request.POST else None),
    }
    if channel is not None:
        saved = actions.update_channel(channel=channel, **given)
        messages.success(request, _("“%s” is changed.") % saved.name)
        return saved
    saved = actions.connect(kind=form.connector.kind, **given)
    if form.connector.capabilities.pushes:
        shown_once.keep(request.session, saved, secrets["secret"])
    messages.success(request, _("“%s” is connected.") % saved.name)
    return saved


def _who(identity: Identity | None, known: Channel | None) -> dict[str, str]:
    if identity is not None:
        return {
            "identity": identity.external_id,
            "handle": identity.handle,
            "url": identity.url,
        }
    if known is not None:
        return {"identity": known.identity, "handle": known.handle, "url": known.url}
    return {}


def _go_to(request: MemberRequest, channel: Channel) -> HttpResponse:
    target = address(request.member, "channels:detail", channel.pk)
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(target)
    return redirect(target)
