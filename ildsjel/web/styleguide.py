"""The living style guide: every component with sample content, for those who build pages."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ildsjel.web.icons import ICONS
from ildsjel.web.statuses import STATUSES


class SampleForm(forms.Form):
    """One of each kind of field."""

    name = forms.CharField(
        label=_("Name of the organisation"), help_text=_("As the public knows it.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=[("no", "Europe/Oslo"), ("se", "Europe/Stockholm")]
    )
    goal = forms.CharField(
        label=_("What do you most want to achieve?"),
        help_text=_("One sentence is enough. It can be changed."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    groups = forms.MultipleChoiceField(
        label=_("Who are you there for?"),
        help_text=_("Choose as many as you like."),
        choices=[("r", _("Residents")), ("b", _("Businesses")), ("v", _("Visitors"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("nb", "Norsk bokmål"), ("sv", "Svenska")],
        widget=forms.RadioSelect,
    )
    listen = forms.BooleanField(
        label=_("Listen at once, without any account"),
        help_text=_("Bluesky, Mastodon tags and feeds."),
        required=False,
    )


def styleguide(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "form": SampleForm(),
        "bad_form": SampleForm({"bad-name": "", "bad-email": "kari@"}, prefix="bad"),
        "statuses": STATUSES,
        "icon_names": ICONS,
        "tabs": [
            {"label": _("Overview"), "url": "#sg-stats", "current": True},
            {"label": _("Members"), "url": "#sg-list", "count": 4},
            {"label": _("Desks"), "url": "#sg-forms"},
        ],
        "due": {
            "calm": now + timedelta(hours=5),
            "soon": now + timedelta(minutes=12),
            "late": now - timedelta(hours=3),
            "days": now + timedelta(days=3),
            "started": now - timedelta(hours=1),
        },
    }
    return render(request, "web/styleguide.html", context)
