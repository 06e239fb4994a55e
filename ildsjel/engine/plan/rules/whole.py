"""The plan as a whole: goals before means, freedom within a direction, reviews, the sign-off."""

from collections.abc import Iterator
from datetime import timedelta

from ildsjel.engine.plan.document import Element, Freedom, Kind, fingerprint
from ildsjel.engine.plan.findings import Basis, Severity
from ildsjel.engine.plan.rules.base import Found, Rule, View, found, rule, unsaid

FEWEST_POSTS = 10
MOST_WITHOUT_GOAL = 0.2
FAR_OFF = timedelta(days=190)  # half a year, and the week it takes to find a date
OLD = timedelta(days=400)  # a year, and the month it takes to meet


@rule("plan-without-goals", Severity.CRITICAL, Kind.PLAN)
def without_goals(view: View) -> Iterator[Found]:
    if not view.plan.goals:
        yield found(field="goals")


@rule("plan-without-groups", Severity.CRITICAL, Kind.PLAN)
def without_groups(view: View) -> Iterator[Found]:
    if not view.plan.groups:
        yield found(field="groups")


@rule("plan-without-purpose", Severity.ADVICE, Kind.PLAN)
def without_purpose(view: View) -> Iterator[Found]:
    if not view.plan.purpose:
        yield found(field="purpose")


@rule("plan-without-currency", Severity.ADVICE, Kind.PLAN)
def without_currency(view: View) -> Iterator[Found]:
    money = any(channel.money_a_month for channel in view.plan.channels)
    worth = any(goal.value and goal.value.amount for goal in view.plan.goals)
    if not view.plan.currency and (money or worth):
        yield found(field="currency")


@rule("posts-without-goal", Severity.SERIOUS, Kind.PLAN, Basis.EVIDENCE)
def posts_without_goal(view: View) -> Iterator[Found]:
    if view.evidence.without_goal is None or view.evidence.by_goal is None:
        return
    lost = view.evidence.without_goal.posts
    total = lost + sum(each.posts for each in view.evidence.by_goal.values())
    if total >= FEWEST_POSTS and lost > MOST_WITHOUT_GOAL * total:
        yield found(posts=lost, all=total, share=round(100 * lost / total))


@rule("no-guardrails", Severity.SERIOUS, Kind.PLAN)
def no_guardrails(view: View) -> Iterator[Found]:
    if not view.plan.guardrails:
        yield found(field="guardrails")


def _no_guardrail(id: str, kind: Freedom) -> Rule:
    def look(view: View) -> Iterator[Found]:
        if view.plan.guardrails and all(each.kind is not kind for each in view.plan.guardrails):
            yield found(field="guardrails")

    return Rule(id, Severity.ADVICE, Kind.PLAN, Basis.PLAN, look)


@rule("no-review-ahead", Severity.SERIOUS, Kind.PLAN)
def no_review_ahead(view: View) -> Iterator[Found]:
    if not any(each.due and not each.held for each in view.plan.reviews):
        yield found(field="reviews")


@rule("review-far-off", Severity.ADVICE, Kind.PLAN)
def review_far_off(view: View) -> Iterator[Found]:
    ahead = [each.due for each in view.plan.reviews if each.due and not each.held]
    if ahead and min(ahead) - view.today > FAR_OFF:
        yield found(field="reviews", date=min(ahead))


@rule("review-overdue", Severity.SERIOUS, Kind.REVIEW)
def review_overdue(view: View) -> Iterator[Found]:
    for review in view.plan.reviews:
        if review.due and not review.held and review.due < view.today:
            late = (view.today - review.due).days
            yield found(Element(Kind.REVIEW, review.key), "held", date=review.due, days=late)


@rule("review-without-date", Severity.SERIOUS, Kind.REVIEW)
def review_without_date(view: View) -> Iterator[Found]:
    for review in view.plan.reviews:
        if not review.due and not review.held:
            yield found(Element(Kind.REVIEW, review.key), "due")


@rule("review-without-decision", Severity.SERIOUS, Kind.REVIEW)
def review_without_decision(view: View) -> Iterator[Found]:
    for review in view.plan.reviews:
        if review.held and review.decision is None:
            yield found(Element(Kind.REVIEW, review.key), "decision", date=review.held)


@rule("review-without-lesson", Severity.ADVICE, Kind.REVIEW)
def review_without_lesson(view: View) -> Iterator[Found]:
    for review in view.plan.reviews:
        if review.held and not review.learned:
            yield found(Element(Kind.REVIEW, review.key), "learned", date=review.held)


@rule("plan-not-signed", Severity.SERIOUS, Kind.PLAN)
def not_signed(view: View) -> Iterator[Found]:
    signed = view.plan.signed
    if signed is None or not (signed.by and signed.at and signed.version):
        yield found(field="signed", version=fingerprint(view.plan))


@rule("plan-changed", Severity.SERIOUS, Kind.PLAN)
def changed(view: View) -> Iterator[Found]:
    signed = view.plan.signed
    if signed is None or not (signed.by and signed.at and signed.version):
        return
    version = fingerprint(view.plan)
    if signed.version != version:
        yield found(field="signed.version", signed=signed.version, version=version, date=signed.at)


@rule("signed-without-management", Severity.SERIOUS, Kind.PLAN)
def signed_without_management(view: View) -> Iterator[Found]:
    signed = view.plan.signed
    by = view.people.get(signed.by) if signed else None
    if by and not by.management:
        yield found(field="signed.by", person=by.name)


@rule("sign-off-old", Severity.ADVICE, Kind.PLAN)
def sign_off_old(view: View) -> Iterator[Found]:
    signed = view.plan.signed
    if signed and signed.at and view.today - signed.at > OLD:
        yield found(field="signed.at", date=signed.at)


@rule("acceptance-incomplete", Severity.SERIOUS, Kind.PLAN)
def acceptance_incomplete(view: View) -> Iterator[Found]:
    for each in view.plan.acceptances:
        if not (each.reason and each.until and each.by):
            yield found(
                field="acceptances", accepted_rule=each.rule, accepted_element=str(each.element)
            )


@rule("acceptance-idle", Severity.ADVICE, Kind.PLAN)
def acceptance_idle(view: View) -> Iterator[Found]:
    """Nothing is found there any more, or the rule's name is not right. Asked last."""
    there = {(each.rule, each.element) for each in view.found}
    for each in view.plan.acceptances:
        if (each.rule, each.element) not in there:
            yield found(
                field="acceptances", accepted_rule=each.rule, accepted_element=str(each.element)
            )


RULES: tuple[Rule, ...] = (
    without_goals,
    without_groups,
    without_purpose,
    without_currency,
    posts_without_goal,
    no_guardrails,
    _no_guardrail("nothing-free", Freedom.ANYONE),
    _no_guardrail("nothing-four-eyes", Freedom.FOUR_EYES),
    _no_guardrail("nothing-press-officer", Freedom.PRESS_OFFICER_ONLY),
    unsaid("guardrail-without-kind", Severity.ADVICE, Kind.GUARDRAIL, "kind"),
    no_review_ahead,
    review_far_off,
    review_overdue,
    review_without_date,
    review_without_decision,
    review_without_lesson,
    not_signed,
    changed,
    signed_without_management,
    sign_off_old,
    acceptance_incomplete,
)
