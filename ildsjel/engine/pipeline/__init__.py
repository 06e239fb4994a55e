"""From what a channel brought to what is done with it: one pure function for every source.

Live batches, imports and what a watch finds in the archive all pass here, a batch at a time. For
all posts: what matched, whether it is something to answer, whether it is worth keeping. For those
kept: their languages and the signature by which near-duplicates meet. For those to answer: a desk
and a topic, by rules first, then by what was learned.

Nothing is looked up and nothing is written; what only the caller knows comes with the plan.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ildsjel.engine import stories
from ildsjel.engine.items import Address, Item
from ildsjel.engine.language import Identified
from ildsjel.engine.matching import Hit, Matcher, as_post, compile_watches
from ildsjel.engine.pipeline.languages import Earlier, Spoken, settled
from ildsjel.engine.pipeline.learned import Learned, suggest
from ildsjel.engine.routing import Reason, Route, Router, Why, compile_rules
from ildsjel.engine.topics import TopicModel

__all__ = [
    "Earlier",
    "Identified",
    "Learned",
    "Outcome",
    "Plan",
    "completed",
    "run",
    "settled",
    "suggest",
    "words_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is known of a channel and its organisation when a batch is worked through.

    `matcher` may hold watches of others too: `watches` are those that count here (None: all).
    `identity` is our own id at the network (empty: the channel only reads). `opening_watches` are
    those whose matches become conversations. `open_at` tells whether we are open at a moment.
    `keep_all`: what this channel brings was sent or given to us, so nothing is left out. `topics`
    and `desks` were learned from the organisation's own choices; their labels are ids. `earlier` is
    asked once a batch for posts whose words don't tell their language: in which ones their authors,
    and others in their threads, wrote before.
    """

    channel_id: int
    matcher: Matcher = field(default_factory=lambda: compile_watches({}))
    watches: Collection[int] | None = None
    router: Router = field(default_factory=lambda: compile_rules((), None))
    identity: str = ""
    opening_watches: Collection[int] = frozenset()
    listens_publicly: bool = True  # False: posts that are not to us are not looked at
    keep_all: bool = False
    open_at: Callable[[datetime], bool] | None = None
    topics: TopicModel | None = None
    desks: TopicModel | None = None
    earlier: Callable[[Sequence[Item]], Sequence[Earlier]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of one item.

    `opens`: it is something to answer, which opens or continues a conversation and its clock.
    `route` is given where it opens, or where it is to us. `keep`: worth storing. `own`: written by
    us, whether the connector or the identity says so.

    Only where it is kept: `language` (its codes are several where the words are correct in several,
    none where they don't tell) and `signature`, as `stories.packed` has it, empty where the words
    are too few. Only where it opens: `topic` and `desk`, where something was learned that fits.
    """

    item: Item
    hits: tuple[Hit, ...] = ()
    route: Route | None = None
    opens: bool = False
    keep: bool = False
    own: bool = False
    language: Identified | None = None
    signature: bytes = b""
    topic: Learned | None = None
    desk: Learned | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """What counts as its languages: ours where its words tell, else the network's."""
        told = self.language.codes if self.language else ()
        return settled(told, self.item.languages)


def words_of(item: Item) -> str:
    """What is said in an item, its title included: what languages, topics and stories look at."""
    return f"{item.title}\n{item.text}" if item.title else item.text


def run(plan: Plan, items: Sequence[Item]) -> list[Outcome]:
    """One outcome for each item, in the same order."""
    hits = _hits(plan, items)
    return completed(plan, [_judged(plan, *each) for each in zip(items, hits, strict=True)])


def _hits(plan: Plan, items: Sequence[Item]) -> list[list[Hit]]:
    if plan.watches is not None and not plan.watches:
        return [[] for _ in items]
    if not plan.matcher.asks_language:
        return plan.matcher.match(items, plan.watches)
    spoken = _spoken(items, [words_of(item) for item in items]).codes()
    posts = [as_post(item, codes) for item, codes in zip(items, spoken, strict=True)]
    return plan.matcher.match(posts, plan.watches)


def _judged(plan: Plan, item: Item, found: Sequence[Hit]) -> Outcome:
    """What matched, and what follows from that alone."""
    own = item.own or bool(plan.identity and item.author.external_id == plan.identity)
    addressed = item.address is not Address.PUBLIC
    hits = tuple(found) if plan.listens_publicly or addressed or plan.keep_all else ()
    return Outcome(
        item=item,
        hits=hits,
        opens=_opens(plan, item, hits, own),
        keep=bool(plan.keep_all or own or addressed or hits),
        own=own,
    )


def _opens(plan: Plan, item: Item, hits: Sequence[Hit], own: bool) -> bool:
    # Passing a post on says nothing to us, whatever the network calls it.
    if own or item.automatic or item.repost:
        return False
    to_us = item.address is not Address.PUBLIC
    return to_us or any(hit.watch_id in plan.opening_watches for hit in hits)


def completed(plan: Plan, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """With all that is said of outcomes that are kept, for those of which it isn't said yet."""
    found = list(outcomes)
    places = [at for at, each in enumerate(found) if each.keep and each.language is None]
    if places:
        for at, each in zip(places, _told(plan, [found[at] for at in places]), strict=True):
            found[at] = each
    return found


def _told(plan: Plan, outcomes: Sequence[Outcome]) -> list[Outcome]:
    texts = [words_of(each.item) for each in outcomes]
    languages = _languages(plan, [each.item for each in outcomes], texts)
    topics, desks = _learned(plan, outcomes, texts)
    told = zip(outcomes, languages, _signed(texts), topics, desks, strict=True)
    return [
        _routed(
            plan,
            Outcome(
                item=each.item,
                hits=each.hits,
                opens=each.opens,
                keep=each.keep,
                own=each.own,
                language=language,
                signature=signature,
                topic=topic,
                desk=desk,
            ),
        )
        for each, language, signature, topic, desk in told
    ]


def _spoken(items: Sequence[Item], texts: Sequence[str]) -> Spoken:
    return Spoken(texts, [item.languages for item in items])


def _languages(plan: Plan, items: Sequence[Item], texts: Sequence[str]) -> list[Identified]:
    spoken = _spoken(items, texts)
    if plan.earlier is not None and (unsure := spoken.unsure()):
        spoken.weigh(unsure, plan.earlier([items[at] for at in unsure]))
    return spoken.told()


def _signed(texts: Sequence[str]) -> list[bytes]:
    rows = stories.signatures(texts)
    return [b"" if stories.is_empty(row) else stories.packed(row) for row in rows]


def _learned(
    plan: Plan, outcomes: Sequence[Outcome], texts: Sequence[str]
) -> tuple[list[Learned | None], list[Learned | None]]:
    """Topics and desks that were learned, for those that open a conversation."""
    places = [at for at, each in enumerate(outcomes) if each.opens]
    opening = [texts[at] for at in places]
    both: list[list[Learned | None]] = []
    for model in (plan.topics, plan.desks):
        found: list[Learned | None] = [None] * len(outcomes)
        for at, each in zip(places, suggest(model, opening), strict=True):
            found[at] = each
        both.append(found)
    return both[0], both[1]


def _routed(plan: Plan, outcome: Outcome) -> Outcome:
    to_us = outcome.item.address is not Address.PUBLIC and not outcome.own
    if not (outcome.opens or to_us):
        return outcome
    route = plan.router.route(
        _in_its_languages(outcome),
        plan.channel_id,
        frozenset(hit.watch_id for hit in outcome.hits),
        open_now=plan.open_at(outcome.item.published_at) if plan.open_at else None,
    )
    return replace(outcome, route=_with_learned(route, outcome.desk))


def _in_its_languages(outcome: Outcome) -> Item:
    """The item as rules see it."""
    item, codes = outcome.item, outcome.languages
    return item if codes == item.languages else replace(item, languages=codes)


def _with_learned(route: Route, desk: Learned | None) -> Route:
    """Rules decide; where none does, what was learned may, if it is sure enough."""
    if route.rule_id is not None or desk is None or not desk.automatic:
        return route
    why = Why(Reason.LEARNED, (f"{100 * desk.probability:.0f}", *desk.words))
    return replace(route, desk_id=desk.id, why=(why,))
