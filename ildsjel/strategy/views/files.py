"""The plan as a file: written out, read in with a comparison first, and the shipped examples."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.engine.plan.reading import examine, read
from ildsjel.engine.plan.writing import write
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo
from ildsjel.strategy import actions, queries
from ildsjel.strategy.comparing import state_of
from ildsjel.strategy.guide_words import EXAMPLE_WORDS
from ildsjel.strategy.plan_examples import EXAMPLES, LANGUAGES, example_text
from ildsjel.strategy.plan_faults import fault_line
from ildsjel.strategy.views.versions import differences

LARGEST = 4 * 1024 * 1024  # bytes


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("A plan as a YAML file"),
        widget=forms.FileInput({"accept": ".yaml,.yml"}),
    )


@member_page(Right.READ)
def export(request: MemberRequest) -> HttpResponse:
    """The plan as one file."""
    told = queries.plan_of(request.member)
    name = f"{request.member.organisation.slug}-plan.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    kind = "application/yaml; charset=utf-8"
    return HttpResponse(write(told), content_type=kind, headers=headers)


@member_page(Right.PLAN)
def bring_in(request: MemberRequest) -> HttpResponse:
    """Choose a file or an example; what is wrong with a file is told line by line."""
    form, faults = FileForm(), []
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            name, text = _text(form)
            faults = _keep(request, name, text)
            if not faults:
                return redirect(address(request.member, "strategy:import-look"))
    context = {
        "room": "strategy",
        "form": form,
        "faults": faults,
        "examples": EXAMPLE_WORDS.items(),
        "back": address(request.member, "strategy:plan"),
    }
    status = 422 if faults or form.errors else 200
    return render(request, "strategy/import.html", context, status=status)


def _text(form: FileForm) -> tuple[str, str]:
    file = form.cleaned_data["file"]
    return file.name[:200], file.read(LARGEST + 1).decode("utf-8", "replace")


def _keep(request: MemberRequest, name: str, text: str) -> list[str]:
    """Keep what can be read; what is wrong with it otherwise."""
    if len(text.encode()) > LARGEST:
        return [_("The file is larger than a plan can be.")]
    reading = examine(text)
    if reading.plan is None:
        return [fault_line(each) for each in reading.faults]
    actions.keep_draft(by=request.member, name=name, text=text)
    return []


@require_POST
@member_page(Right.PLAN)
def example(request: MemberRequest, name: str) -> HttpResponse:
    """Begin with one of the shipped examples, as with a file."""
    if name not in EXAMPLES:
        raise Http404
    language = get_language() or "en"
    text = example_text(name, language if language in LANGUAGES else "en")
    actions.keep_draft(by=request.member, name=str(EXAMPLE_WORDS[name]), text=text)
    return redirect(address(request.member, "strategy:import-look"))


@member_page(Right.PLAN)
def look(request: MemberRequest) -> HttpResponse:
    """What would change, before it does."""
    member = request.member
    draft = queries.drafts(member).first()
    if draft is None:
        return redirect(address(member, "strategy:import"))
    if request.method == "POST":
        return _decided(request)
    context = {
        "room": "strategy",
        "draft": draft,
        "differences": differences(queries.state_now(member), state_of(read(draft.text))),
        "back": address(member, "strategy:import"),
    }
    return render(request, "strategy/import_look.html", context)


def _decided(request: MemberRequest) -> HttpResponse:
    """Put it in force, or throw it away."""
    member = request.member
    draft = queries.drafts(member).get()
    if "away" in request.POST:
        actions.discard_draft(by=member, draft=draft)
        return redirect(address(member, "strategy:plan"))
    why = request.POST.get("why", "").strip() or _("From the file %(name)s") % {"name": draft.name}
    version = actions.put_in_force(by=member, draft=draft, why=why)
    if version is not None:
        back = address(member, "strategy:undo", version.pk)
        offer_undo(request.session, _("The plan is in force."), back)
    else:
        messages.info(request, _("The plan says that already. Nothing was changed."))
    return redirect(address(member, "strategy:versions"))
