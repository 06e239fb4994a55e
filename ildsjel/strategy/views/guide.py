"""The guided conversation: from nothing to a first plan, back and forth without loss."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ildsjel.channels.queries import channels
from ildsjel.engine.plan.document import title
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page
from ildsjel.organisation.undo import offer_undo
from ildsjel.strategy import actions
from ildsjel.strategy.codec import kind_of, name_of
from ildsjel.strategy.facts import facts_of
from ildsjel.strategy.field_words import KINDS
from ildsjel.strategy.guide import make
from ildsjel.strategy.guide_forms import HALF_A_YEAR, ONLY_HERE, QUESTIONS, Question
from ildsjel.strategy.guide_words import EXAMPLE_WORDS, examples_of, heading_of, lead_of
from ildsjel.strategy.models import How

KEY = "plan_guide"
LOOK = "look"  # the last step: what it comes to
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way through the conversation."""

    request: MemberRequest

    def _held(self, part: str) -> dict[str, Any]:
        kept = self.request.session.setdefault(KEY, {})
        own = kept.setdefault(self.request.member.organisation.slug, {"said": {}, "typed": {}})
        return cast(dict[str, Any], own[part])

    @property
    def said(self) -> dict[str, Any]:
        """What has been answered, by step."""
        return self._held("said")

    @property
    def typed(self) -> dict[str, Any]:
        """What stands in the fields, readable or not, by step."""
        return self._held("typed")

    @property
    def steps(self) -> list[str]:
        nowhere = "where" in self.said and not self.said["where"].get("here")
        asked = [step for step in QUESTIONS if not (nowhere and step in ONLY_HERE)]
        return [*asked, LOOK]

    def missing(self) -> str:
        """The first question without an answer; the last page where there is none."""
        return next((step for step in self.steps if step not in self.said), LOOK)

    def url(self, step: str) -> str:
        return address(self.request.member, "strategy:guide-step", step)

    def form(self, step: str, data: Any = None) -> Question:
        initial = {**self._guesses(step), **self.typed.get(step, {})}
        return QUESTIONS[step](data, initial=initial, by=self.request.member, said=self.said)

    def _guesses(self, step: str) -> dict[str, Any]:
        today = utc_now().date()
        me = str(self.request.member)
        connected = channels(self.request.member)
        found: dict[str, dict[str, Any]] = {
            "measure": {"due": today + A_YEAR},
            "owner": {"owner": me},
            "where": {"here": "\n".join(each.name for each in connected[:3])},
            "mandate": {"owner": me, "open": "08:00–15:30", "promise": 120},
            "review": {"due": today + HALF_A_YEAR, "what": _("Are we nearer to the goal?")},
        }
        return found.get(step, {})

    def forget(self) -> None:
        self.request.session.get(KEY, {}).pop(self.request.member.organisation.slug, None)
        self.request.session.modified = True


@never_cache
@member_page(Right.PLAN)
def guide(request: MemberRequest, step: str = "") -> HttpResponse:
    """One question, or what the answers come to."""
    walk = Walk(request)
    missing = walk.missing()
    if step not in walk.steps:
        return redirect(walk.url(missing))
    if walk.steps.index(missing) < walk.steps.index(step):
        return redirect(walk.url(missing))
    if step == LOOK:
        return _finish(walk) if request.method == "POST" else _last(walk)
    if request.method == "POST":
        return _answer(walk, step)
    return _page(walk, step, walk.form(step))


def _answer(walk: Walk, step: str) -> HttpResponse:
    """Take an answer and go on, or back; what was typed is kept either way."""
    form = walk.form(step, walk.request.POST)
    walk.typed[step] = {name: form[name].data for name in form.fields}
    walk.request.session.modified = True
    if "back" in walk.request.POST:
        return _back(walk, step)
    if not form.is_valid():
        walk.said.pop(step, None)
        return _page(walk, step, form, status=422)
    walk.said[step] = form.cleaned_data
    if step == "whom":
        walk.said.pop("need", None)  # asked anew: the groups may be others
    following = walk.steps[walk.steps.index(step) + 1]
    missing = walk.missing()
    nearer = min(walk.steps.index(missing), walk.steps.index(following))
    return redirect(walk.url(walk.steps[nearer]))


def _back(walk: Walk, step: str) -> HttpResponse:
    place = walk.steps.index(step)
    return redirect(walk.url(walk.steps[max(0, place - 1)]))


def _page(walk: Walk, step: str, form: Question, status: int = 200) -> HttpResponse:
    place = walk.steps.index(step)
    context = {
        "room": "strategy",
        "form": form,
        "step": step,
        "heading": heading_of(step),
        "lead": lead_of(step),
        "inspiration": examples_of(step),
        "suggested": getattr(form, "suggested", []),
        "number": place + 1,
        "total": len(walk.steps),
        "first": place == 0,
        "examples": EXAMPLE_WORDS.items() if place == 0 else (),
        "back": address(walk.request.member, "strategy:plan"),
    }
    return render(walk.request, "strategy/guide.html", context, status=status)


def _last(walk: Walk) -> HttpResponse:
    """What the answers come to, before anything is made."""
    made = make(walk.request.member, walk.said)
    titles = {name_of(each): title(each) for each in made.elements}
    sections: list[dict[str, Any]] = []
    for each in made.elements:
        heading = KINDS[kind_of(each)]
        if not sections or sections[-1]["heading"] != heading:
            sections.append({"heading": heading, "rows": []})
        facts = facts_of(each, titles)
        sections[-1]["rows"].append({"title": title(each), "facts": facts})
    context = {
        "room": "strategy",
        "sections": sections,
        "heading": heading_of(LOOK),
        "number": len(walk.steps),
        "total": len(walk.steps),
        "previous": walk.url(walk.steps[-2]),
        "back": address(walk.request.member, "strategy:plan"),
    }
    return render(walk.request, "strategy/guide_look.html", context)


def _finish(walk: Walk) -> HttpResponse:
    """Make it, and show the picture."""
    member = walk.request.member
    made = make(member, walk.said)
    version = actions.change(
        by=member,
        put=made.elements,
        members=made.members,
        why=walk.said["achieve"]["statement"],
        how=How.GUIDE,
    )
    walk.forget()
    if version is not None:
        offer_undo(
            walk.request.session,
            _("Your first plan is made."),
            address(member, "strategy:undo", version.pk),
        )
    messages.success(walk.request, _("Your first plan is made. Look at it together."))
    return redirect(address(member, "strategy:plan"))
