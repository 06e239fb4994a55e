"""The audit trail: who did what, when."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation.audit_names import Names, names_in
from ildsjel.organisation.audit_words import KINDS, action_words, detail_lines
from ildsjel.organisation.forms.fields import choose_from
from ildsjel.organisation.models import AuditEntry, Member, Right
from ildsjel.organisation.pages import MemberRequest, member_page
from ildsjel.organisation.queries import TrailFilter, members_of, trail_page


class FilterForm(forms.Form):
    person = forms.ModelChoiceField(
        label=_("Who"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Everybody"),
    )
    kind = forms.ChoiceField(
        label=_("About"), required=False, choices=lambda: [("", _("Everything")), *KINDS]
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, by: Member, **more: Any) -> None:
        super().__init__(*args, **more)
        choose_from(self, "person", members_of(by))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        since: date | None = given.get("since")
        until: date | None = given.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day comes before the first."))
        return given

    def wanted(self) -> TrailFilter:
        """What to show; unreadable parts are left out."""
        given = self.cleaned_data
        person = given.get("person")
        return TrailFilter(
            person=person.pk if person else None,
            begins=given.get("kind", ""),
            since=given.get("since"),
            until=given.get("until"),
        )


@member_page(Right.AUDIT)
def audit(request: MemberRequest) -> HttpResponse:
    form = FilterForm(request.GET, by=request.member)
    form.is_valid()
    page = trail_page(
        request.member,
        form.wanted(),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    names = names_in(request.member, page.rows)
    zone = request.member.organisation.timezone
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "room": "settings",
        "form": form,
        "filtered": bool(kept),
        "entries": [_shown(entry, names, zone) for entry in page.rows],
        "newer_url": f"?{urlencode({**kept, 'before': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**kept, 'after': page.older})}" if page.older else "",
        "zone": zone,
    }
    return render(request, "organisation/audit.html", context)


def _shown(entry: AuditEntry, names: Names, zone: str) -> dict[str, object]:
    kind, _, number = entry.target.partition(":")
    known = names.get((kind, int(number))) if number.isdecimal() else None
    return {
        "at": entry.at,
        "actor": entry.actor,
        "words": action_words(entry.action),
        "target": known or entry.target,
        "lines": detail_lines(entry.details, names, zone),
    }
