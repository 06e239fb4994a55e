"""What can be set, as far as the role may; and the organisation itself."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation import actions
from ildsjel.organisation.forms.people import SettingsForm
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import MemberRequest, address, member_page


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the settings, and the right that it asks for."""

    name: str
    icon: str
    right: Right
    title: Promise
    text: Promise


ORGANISATION = [
    Entry(
        "organisation:organisation",
        "organisation",
        Right.SETTINGS,
        _("Name, language and country"),
        _("How the organisation is named, where it is, and how long posts are archived"),
    ),
    Entry(
        "organisation:members",
        "people",
        Right.PEOPLE,
        _("Members"),
        _("Who is here, and what each may do"),
    ),
    Entry(
        "organisation:audit",
        "history",
        Right.AUDIT,
        _("Audit trail"),
        _("Who did what, and when"),
    ),
]
WORK = [
    Entry(
        "dialogue:desks",
        "desk",
        Right.DESKS,
        _("Desks"),
        _("Who takes care of what, and what is promised"),
    ),
    Entry(
        "dialogue:rules",
        "filter",
        Right.DESKS,
        _("Routing rules"),
        _("Which desk an enquiry comes to"),
    ),
    Entry(
        "organisation:calendars",
        "calendar",
        Right.DESKS,
        _("Opening hours"),
        _("When somebody is there to answer, and public holidays"),
    ),
    Entry(
        "strategy:plan",
        "plan",
        Right.PLAN,
        _("Goals, groups and topics"),
        _("What the dialogue is for, and what it is about"),
    ),
    Entry(
        "channels:list",
        "channel",
        Right.CHANNELS,
        _("Channels"),
        _("Connected accounts, sources and imports"),
    ),
]
SECTIONS = [(_("The organisation"), ORGANISATION), (_("The work"), WORK)]


@member_page(Right.READ)
def settings_index(request: MemberRequest) -> HttpResponse:
    sections = [(heading, _allowed(request.member, entries)) for heading, entries in SECTIONS]
    own = {
        "url": reverse("web:profile"),
        "icon": "person",
        "title": _now("You and your sign-in"),
        "text": _now("Name, language, password, two-step sign-in and API tokens"),
    }
    context = {
        "room": "settings",
        "sections": [section for section in sections if section[1]] + [(_now("You"), [own])],
    }
    return render(request, "organisation/settings.html", context)


def _allowed(member: Member, entries: list[Entry]) -> list[dict[str, str]]:
    return [
        {
            "url": address(member, entry.name),
            "icon": entry.icon,
            "title": str(entry.title),
            "text": str(entry.text),
        }
        for entry in entries
        if member.can(entry.right)
    ]


@member_page(Right.SETTINGS)
def organisation(request: MemberRequest) -> HttpResponse:
    form = (
        SettingsForm(request.POST)
        if request.method == "POST"
        else SettingsForm.of(request.member.organisation)
    )
    if form.is_bound and form.is_valid():
        actions.update_organisation(by=request.member, **form.cleaned_data)
        messages.success(request, _now("Saved."))
        return redirect(address(request.member, "organisation:settings"))
    context = {"room": "settings", "form": form}
    return render(request, "organisation/organisation.html", context, status=_status(form))


def _status(form: SettingsForm) -> int:
    return 422 if form.errors else 200
