"""Which desk gets a post: ordered rules, the first whose conditions all hold, and the reason why.

Reasons are values (a kind and its details), so that the interface can word them in any language and
look up names by id.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ildsjel.engine.items import Item
from ildsjel.engine.matching import Matcher, compile_watches


class Reason(StrEnum):
    """What a condition is about; in a route, what made it hold; in a trial, what failed."""

    CHANNEL = "channel"  # details: the channel's id
    WATCH = "watch"  # ids of the watches that matched
    ADDRESS = "address"  # value of `Address`
    LANGUAGE = "language"  # the language found
    QUERY = "query"  # the words that the rule's own query found
    HOURS = "hours"  # "inside" or "outside" of opening hours
    EVERYTHING = "everything"  # a rule without conditions
    FALLBACK = "fallback"  # no rule held
    LEARNED = "learned"  # no rule held; how sure, and the words that weighed most


@dataclass(frozen=True, slots=True)
class Why:
    """One reason. `details` are ids, codes or words, as `Reason` says, or nothing."""

    reason: Reason
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Posts for which every stated condition holds go to `desk_id`; empty ones are not asked.

    `languages` are BCP 47 codes; "no" also takes nb and nn. `query` is in the language of watches.
    `outside_hours`: True only outside, False only inside the opening hours that the caller knows.
    """

    id: int
    name: str
    desk_id: int
    topic_id: int | None = None
    goal_id: int | None = None
    priority: int | None = None  # passed on with the route
    channels: frozenset[int] = frozenset()
    watches: frozenset[int] = frozenset()
    addresses: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    query: str = ""
    outside_hours: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a post goes, by which rule (None: the fallback desk), and why."""

    desk_id: int | None
    topic_id: int | None = None
    goal_id: int | None = None
    priority: int | None = None
    rule_id: int | None = None
    why: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One rule tried on one post: `failed` is the first condition that did not hold, or None."""

    rule: Rule
    held: tuple[Why, ...]
    failed: Why | None


@dataclass(frozen=True, slots=True)
class _Case:
    """What the conditions are asked about."""

    item: Item
    channel_id: int
    watch_ids: Collection[int]
    open_now: bool | None


@dataclass(frozen=True, slots=True)
class Router:
    """Compiled rules; immutable and safe to share. Made by `compile_rules`."""

    rules: Sequence[Rule]
    fallback_desk: int | None
    queries: Matcher

    def route(
        self,
        item: Item,
        channel_id: int,
        watch_ids: Collection[int] = (),
        *,
        open_now: bool | None = None,
    ) -> Route:
        """Where it goes. `open_now`: whether it came inside opening hours, None if unknown."""
        trials = self.explain(item, channel_id, watch_ids, open_now=open_now)
        hit = next((trial for trial in trials if trial.failed is None), None)
        if hit is None:
            return Route(desk_id=self.fallback_desk, why=(Why(Reason.FALLBACK),))
        return Route(
            desk_id=hit.rule.desk_id,
            topic_id=hit.rule.topic_id,
            goal_id=hit.rule.goal_id,
            priority=hit.rule.priority,
            rule_id=hit.rule.id,
            why=hit.held or (Why(Reason.EVERYTHING),),
        )

    def explain(
        self,
        item: Item,
        channel_id: int,
        watch_ids: Collection[int] = (),
        *,
        open_now: bool | None = None,
    ) -> Iterator[Trial]:
        """Each rule in order, with what held and the first condition that failed (a dry run)."""
        case = _Case(item, channel_id, watch_ids, open_now)
        found: dict[int, tuple[str, ...]] | None = None
        for rule in self.rules:
            held, failed = _ask(rule, case)
            if failed is None and rule.query:
                found = self._found(item) if found is None else found
                why = Why(Reason.QUERY, found.get(rule.id, ()))
                held, failed = ((*held, why), None) if rule.id in found else (held, why)
            yield Trial(rule=rule, held=held, failed=failed)

    def _found(self, item: Item) -> dict[int, tuple[str, ...]]:
        [hits] = self.queries.match([item])
        return {
            hit.watch_id: tuple(dict.fromkeys(item.text[a:b] for a, b in hit.spans)) for hit in hits
        }


def compile_rules(rules: Sequence[Rule], fallback_desk: int | None) -> Router:
    """Make a router of rules in the order in which they are asked. Raises `QueryError`."""
    queries = compile_watches({rule.id: rule.query for rule in rules if rule.query})
    return Router(tuple(rules), fallback_desk, queries)


def _ask(rule: Rule, case: _Case) -> tuple[tuple[Why, ...], Why | None]:
    """What held, and the first condition that did not; the query is asked last, by the caller."""
    held: list[Why] = []
    for good, why in _conditions(rule, case):
        if not good:
            return tuple(held), why
        held.append(why)
    return tuple(held), None


def _conditions(rule: Rule, case: _Case) -> Iterator[tuple[bool, Why]]:
    if rule.channels:
        yield case.channel_id in rule.channels, Why(Reason.CHANNEL, (str(case.channel_id),))
    if rule.addresses:
        address = case.item.address.value
        yield address in rule.addresses, Why(Reason.ADDRESS, (address,))
    if rule.watches:
        hit = tuple(str(watch) for watch in sorted(rule.watches.intersection(case.watch_ids)))
        yield bool(hit), Why(Reason.WATCH, hit)
    if rule.languages:
        hit = tuple(code for code in case.item.languages if _wanted(code, rule.languages))
        yield bool(hit), Why(Reason.LANGUAGE, hit or case.item.languages)
    if rule.outside_hours is not None:
        yield case.open_now is (not rule.outside_hours), Why(Reason.HOURS, _hours(case.open_now))


def _hours(open_now: bool | None) -> tuple[str, ...]:
    return () if open_now is None else ("inside" if open_now else "outside",)


def _wanted(code: str, wanted: Collection[str]) -> bool:
    base = code.lower().split("-")[0]
    return base in wanted or code in wanted or (base in {"nb", "nn"} and "no" in wanted)
