"""A file comes in: upload, choosing its columns, watching it being read, the rows left out."""

import csv
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files import File
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ildsjel.channels import imports as files
from ildsjel.channels.file_preview import REQUIRED, read_samples
from ildsjel.channels.forms import MappingForm, UploadForm
from ildsjel.channels.gateway import ConnectorError
from ildsjel.channels.models import Import, ImportState
from ildsjel.channels.queries import imports, is_being_imported, rejected_rows
from ildsjel.engine.items import Item
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, address, member_page

ROWS = 20
REJECTED_SHOWN = 25
FORMULA = ("=", "+", "-", "@", "\t", "\r")
STATUS = {
    ImportState.MAPPING: "waiting",
    ImportState.RUNNING: "sending",
    ImportState.STOPPED: "held",
    ImportState.DONE: "working",
    ImportState.FAILED: "stopped",
}


@member_page(Right.CHANNELS)
def upload(request: MemberRequest) -> HttpResponse:
    """Choose a file, or go on with an earlier one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        source = _take_in(request, form) if form.is_valid() else None
        if source is not None:
            return redirect(address(request.member, "channels:import-source", source.pk))
    page = Paginator(imports(request.member), ROWS).get_page(request.GET.get("page"))
    context = {
        "room": "channels",
        "form": form,
        "page": page,
        "rows": [{"source": row, "status": STATUS[ImportState(row.state)]} for row in page],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "channels/import.html", context, status=status)


def _take_in(request: MemberRequest, form: UploadForm) -> Import | None:
    """The file kept and looked at; None, with the reason in the form, when it can't be read."""
    upload: File[bytes] = form.cleaned_data["file"]
    name = Path(upload.name or "file").name
    if is_being_imported(request.member, name[:120]):
        text = _("A file of this name is being imported just now. Wait for it, or stop it first.")
        form.add_error("file", text)
        return None
    path = files.keep_upload(name, upload.chunks())
    try:
        return files.prepare(by=request.member, path=path, name=name)
    except ConnectorError as fault:
        path.unlink(missing_ok=True)
        form.add_error("file", _(str(fault)))
        return None


@member_page(Right.CHANNELS)
def source(request: MemberRequest, pk: int) -> HttpResponse:
    """An import where it stands: its columns to be chosen, or how far it has come."""
    found = get_object_or_404(imports(request.member), pk=pk)
    if found.state == ImportState.MAPPING:
        return _mapping_page(request, found)
    return _progress_page(request, found)


def _mapping_page(request: MemberRequest, found: Import) -> HttpResponse:
    form = MappingForm(found, request.POST or None)
    starts = request.method == "POST" and "preview" not in request.POST
    valid = form.is_valid() if request.method == "POST" else False
    if starts and valid:
        files.start(
            by=request.member,
            source=found,
            mapping=form.mapping(),
            history=form.cleaned_data["history"],
            reading=form.reading(),
        )
        return redirect(address(request.member, "channels:import-source", found.pk))
    context = {
        "room": "channels",
        "form": form,
        "source": found,
        **_as_read(found, form),
    }
    only_rows = bool(getattr(request, "htmx", False)) and not starts
    template = "channels/_as_read.html" if only_rows else "channels/mapping.html"
    return render(request, template, context, status=422 if starts else 200)


def _as_read(found: Import, form: MappingForm) -> dict[str, Any]:
    """The first rows as they will be read, or what must be chosen before that can be said."""
    mapping, reading = form.mapping(), form.reading()
    if any(target not in mapping for target in REQUIRED):
        return {"posts": None}
    try:
        read = read_samples(found.inspection["samples"], mapping, reading)
    except ConnectorError as fault:
        return {"posts": None, "problem": _(str(fault))}
    return {"posts": [_post(row) for row in read]}


def _post(row: Item | str) -> dict[str, Any]:
    return {"problem": _(row)} if isinstance(row, str) else {"item": row}


def _progress_page(request: MemberRequest, found: Import) -> HttpResponse:
    rejected = Paginator(rejected_rows(found), REJECTED_SHOWN)
    context = {
        "room": "channels",
        "source": found,
        "status": STATUS[ImportState(found.state)],
        "running": found.state == ImportState.RUNNING,
        "can_go_on": found.state in {ImportState.STOPPED, ImportState.FAILED},
        "kept": files.is_kept(found),
        "total": max(found.rows_expected, found.rows_read),
        "rejected": rejected.get_page(request.GET.get("page")),
        "history": bool(found.channel.settings.get("history")),
    }
    return render(request, "channels/progress.html", context)


@member_page(Right.CHANNELS)
@require_POST
def stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop after the batch at hand."""
    found = get_object_or_404(imports(request.member), pk=pk)
    files.stop(by=request.member, source=found)
    messages.success(request, _("Stopped. What is in stays, and it can go on where it was."))
    return redirect(address(request.member, "channels:import-source", found.pk))


@member_page(Right.CHANNELS)
@require_POST
def go_on(request: MemberRequest, pk: int) -> HttpResponse:
    """Take up a stopped import where it was."""
    found = get_object_or_404(imports(request.member), pk=pk)
    files.go_on(by=request.member, source=found)
    return redirect(address(request.member, "channels:import-source", found.pk))


@member_page(Right.CHANNELS)
@require_POST
def again(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose the columns of the same file anew."""
    found = get_object_or_404(imports(request.member), pk=pk)
    if found.state == ImportState.RUNNING:
        messages.error(request, _("Stop the import first."))
        return redirect(address(request.member, "channels:import-source", found.pk))
    try:
        fresh = files.begin_again(by=request.member, source=found)
    except ConnectorError as fault:
        messages.error(request, _(str(fault)))
        return redirect(address(request.member, "channels:import-source", found.pk))
    return redirect(address(request.member, "channels:import-source", fresh.pk))


@member_page(Right.CHANNELS)
def rejected_csv(request: MemberRequest, pk: int) -> HttpResponse:
    """The rows that could not be read, as a file that a spreadsheet opens."""
    found = get_object_or_404(imports(request.member), pk=pk)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-left-out.csv"'
    writer = csv.writer(response)
    writer.writerow([_("Where"), _("Why"), _("The row")])
    for row in rejected_rows(found):
        writer.writerow([_harmless(cell) for cell in (row.where, row.reason, row.sample)])
    return response


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
