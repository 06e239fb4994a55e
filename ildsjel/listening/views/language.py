"""How words to listen for are written, and queries of other tools in our language."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ildsjel.engine.matching.translate import Translation, translate
from ildsjel.listening.forms import one_line_ends
from ildsjel.listening.language_help import CHAPTERS
from ildsjel.listening.query_words import fault_words
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, member_page, posted

LONGEST = 50_000  # characters of a query that is pasted
TOOLS = [("brandwatch", "Brandwatch"), ("meltwater", "Meltwater"), ("talkwalker", "Talkwalker")]


class PastedForm(forms.Form):
    """A query of another tool."""

    dialect = forms.ChoiceField(label=gettext_lazy("Where it is from"), choices=TOOLS)
    pasted = forms.CharField(
        label=gettext_lazy("The query as it stands there"),
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off", "class": "words"}
        ),
    )


@member_page(Right.READ)
def language(request: MemberRequest) -> HttpResponse:
    """The whole language with examples, and a place to paste a query of another tool."""
    form = PastedForm(posted(request))
    context: dict[str, Any] = {
        "room": "listening",
        "chapters": CHAPTERS,
        "form": form,
        "may_listen": request.member.can(Right.LISTEN),
    }
    if form.is_bound and form.is_valid():
        source = one_line_ends(form.cleaned_data["pasted"])
        context |= _told(translate(source, form.cleaned_data["dialect"]))
    status = 422 if form.errors else 200
    return render(request, "listening/language.html", context, status=status)


def _told(found: Translation) -> dict[str, Any]:
    return {
        "translated": found.query,
        "left_out": [
            {"text": each.text, "place": each.position + 1, "why": _(each.why)}
            for each in found.left_out
        ],
        "fault": " ".join(filter(None, fault_words(found.fault))) if found.fault else "",
    }
