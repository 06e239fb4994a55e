"""What was heard, in figures: every bar opens the posts behind it, every figure has its table."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ildsjel.listening.views.figures import Figure, figures_of
from ildsjel.listening.views.sight import sight_of
from ildsjel.organisation.models import Right
from ildsjel.organisation.pages import MemberRequest, member_page
from ildsjel.work.tables import as_csv


@member_page(Right.READ)
def overview(request: MemberRequest) -> HttpResponse:
    """Volume, shares, languages, channels, authors and rising terms of a period."""
    sight = sight_of(request)
    figures = figures_of(sight)
    return render(
        request,
        "listening/overview.html",
        {
            "room": "listening",
            "sight": sight,
            "figures": [figure for figure in figures if figure.rows],
            "heard": any(figure.rows for figure in figures),
            "periods": [
                {"label": label, "url": "?" + sight.own(period=key), "on": sight.period.name == key}
                for key, label in _period_names()
            ],
            "may_listen": request.member.can(Right.LISTEN),
        },
    )


@member_page(Right.READ)
def table(request: MemberRequest, figure: str) -> HttpResponse:
    """One figure's table as CSV."""
    for each in figures_of(sight_of(request)):
        if each.key == figure:
            name = f"{request.member.organisation.slug}-{figure}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(
                csv_of(each), content_type="text/csv; charset=utf-8", headers=headers
            )
    raise Http404


def csv_of(figure: Figure) -> bytes:
    return as_csv([figure.columns, *([row.label, *row.cells] for row in figure.rows)])


def _period_names() -> list[tuple[str, str]]:
    return [("24h", _("24 hours")), ("7d", _("7 days")), ("28d", _("28 days"))]
