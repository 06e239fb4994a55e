"""What the pages of the plan share: their tabs, and where an element's page is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from ildsjel.engine.plan.document import THE_PLAN, Element, Kind, Plan, elements, title
from ildsjel.engine.plan.findings import Finding
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import address
from ildsjel.strategy.documents import TABLES
from ildsjel.strategy.field_words import ONE
from ildsjel.strategy.findings import Shown, findings_of
from ildsjel.strategy.queries import numbers_of

TOPICS = "topics"
KINDS = {kind.value: kind for kind in TABLES}


def kind_or_404(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def tabs(member: Member, here: str) -> list[dict[str, Any]]:
    """The parts of the room; findings with how many of them want something done."""
    open_findings = [each for each in findings_of(member) if each.accepted is None]
    named = [
        ("picture", _("Picture"), "strategy:plan", 0),
        ("matrix", _("Matrix"), "strategy:matrix", 0),
        ("parts", _("Everything"), "strategy:parts", 0),
        ("findings", _("Findings"), "strategy:findings", len(open_findings)),
        ("versions", _("History"), "strategy:versions", 0),
    ]
    return [
        {"label": label, "url": address(member, name), "current": key == here, "count": number}
        for key, label, name, number in named
    ]


class Names:
    """Where the elements of a plan are, and what they are called."""

    def __init__(self, member: Member, plan: Plan) -> None:
        self.member = member
        self.titles = {name: title(each) for name, each in elements(plan)}
        self._numbers: dict[Kind, Mapping[str, int]] = {}

    def url(self, name: Element) -> str:
        """The page of an element; that of the plan for what has none of its own."""
        number = self._of_kind(name.kind).get(name.key)
        if number is None:
            return address(self.member, "strategy:plan")
        return address(self.member, "strategy:show", name.kind.value, number)

    def number(self, name: Element) -> int | None:
        return self._of_kind(name.kind).get(name.key)

    def _of_kind(self, kind: Kind) -> Mapping[str, int]:
        if kind not in self._numbers:
            self._numbers[kind] = numbers_of(self.member, kind)
        return self._numbers[kind]

    def title(self, name: Element) -> str:
        return str(ONE[Kind.PLAN]) if name == THE_PLAN else self.titles.get(name, name.key)

    def link(self, name: Element) -> dict[str, str]:
        return {"label": self.title(name), "url": self.url(name), "kind": str(ONE[name.kind])}


def open_by_element(member: Member) -> dict[Element, list[Finding]]:
    """The findings that nobody has accepted, by the element that they speak of."""
    found: dict[Element, list[Finding]] = defaultdict(list)
    for each in findings_of(member):
        if each.accepted is None:
            found[each.element].append(each)
    return found


def with_links(names: Names, found: Iterable[Shown]) -> list[dict[str, Any]]:
    """Findings as `_finding.html` shows them, with the page of what they speak of."""
    may = names.member.can(Right.PLAN)
    return [
        {
            "said": each,
            "title": names.title(each.finding.element),
            "kind": str(ONE[each.finding.element.kind]),
            "url": names.url(each.finding.element),
            "accept_url": (
                address(names.member, "strategy:accept", each.finding.rule, *_place(each))
                if may
                else ""
            ),
        }
        for each in found
    ]


def _place(each: Shown) -> tuple[str, str]:
    name = each.finding.element
    return name.kind.value, name.key or "-"
