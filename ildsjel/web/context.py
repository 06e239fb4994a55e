"""What the shell around every page shows: rooms, organisations, the person, and where things
are."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import address
from ildsjel.organisation.queries import memberships, pulse_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context for `web/base.html`; small for those who are not signed in."""
    member: Member | None = getattr(request, "member", None)
    if member is None:
        return {}
    return {
        "member": member,
        "organisation": member.organisation,
        "organisations": _organisations(member),
        "person": {"name": member.user.name, "email": member.user.email},
        "rail": rooms(member),
        "commands": commands(member),
        "shell": {
            "home_url": address(member, "web:today"),
            "search_url": address(member, "web:search"),
            "palette_url": address(member, "web:palette"),
            "settings_url": address(member, "organisation:settings"),
            "profile_url": reverse("web:profile"),
            "logout_url": reverse("account_logout"),
            "live_url": f"{address(member, 'web:live')}?since={pulse_of(member.organisation_id)}",
            "remove_sample_url": (
                address(member, "web:remove-sample") if member.can(Right.SETTINGS) else ""
            ),
        },
    }


def rooms(member: Member) -> list[dict[str, Any]]:
    """The rooms in the order of the loop, without those that the role has no use for."""
    found = [
        ("today", _("Today"), "web:today", "today", Right.READ),
        ("dialogue", _("Dialogue"), "dialogue:list", "dialogue", Right.READ),
        ("listening", _("Listen"), "listening:mentions", "listen", Right.READ),
        ("strategy", _("Plan"), "strategy:plan", "plan", Right.READ),
        ("channels", _("Channels"), "channels:list", "channels", Right.READ),
    ]
    return [
        {"key": key, "label": label, "url": address(member, name), "icon": icon}
        for key, label, name, icon, right in found
        if member.can(right)
    ]


def commands(member: Member) -> list[dict[str, str]]:
    """What the command palette offers beside what it finds."""
    go = [(room["label"], room["url"]) for room in rooms(member)]
    more = [
        (_("Listen for something new"), "listening:watch-add", Right.LISTEN),
        (_("Connect a channel"), "channels:add", Right.CHANNELS),
        (_("Import a file"), "channels:import", Right.CHANNELS),
        (_("Settings"), "organisation:settings", Right.READ),
        (_("Desks"), "dialogue:desks", Right.DESKS),
        (_("Routing rules"), "dialogue:rules", Right.DESKS),
        (_("Members"), "organisation:members", Right.PEOPLE),
    ]
    found = [{"label": label, "url": url, "group": _("Go to")} for label, url in go]
    return found + [
        {"label": label, "url": address(member, name), "group": _("Do")}
        for label, name, right in more
        if member.can(right)
    ]


def _organisations(member: Member) -> list[dict[str, Any]]:
    return [
        {
            "name": each.organisation.name,
            "url": reverse("web:today", args=[each.organisation.slug]),
            "current": each.organisation_id == member.organisation_id,
        }
        for each in memberships(member.user)
    ]
