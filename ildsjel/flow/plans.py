"""What the engine needs to know of a channel: watches, rules, what was learned, who wrote how.

All watches of all organisations are compiled into one matcher, of which each process has its own.
What an organisation has changed is put into it when its next batch comes, as its plan's version
tells; nothing else is compiled anew.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock

from ildsjel.channels.models import Channel
from ildsjel.dialogue.intake import default_desk
from ildsjel.dialogue.learning import models_of
from ildsjel.dialogue.queries import rules_in_force
from ildsjel.engine.items import Item
from ildsjel.engine.matching import Matcher, Query, QueryError, Source, compile_watches
from ildsjel.engine.pipeline import Earlier, Plan
from ildsjel.engine.routing import Router, compile_rules
from ildsjel.listening import intake
from ildsjel.listening.group_queries import sources
from ildsjel.listening.queries import all_watches_in_force, spoken_in, watches_in_force
from ildsjel.organisation.models import Organisation

EVERYTHING = frozenset({"mail", "webhook", "files", "sample"})
REMEMBERED = 10  # earlier posts that count: everybody may change language
log = logging.getLogger(__name__)


def plan_for(channel: Channel) -> Plan:
    """The channel's plan in its newest version."""
    organisation = channel.organisation_id
    version = Organisation.objects.values_list("plan_version", flat=True).get(pk=organisation)
    ours, matcher = COMPILED.of(organisation, version)
    learned = models_of(organisation)
    return Plan(
        channel_id=channel.pk,
        matcher=matcher,
        watches=ours.watches.keys(),
        router=ours.router,
        identity=channel.identity,
        opening_watches=ours.opening,
        keep_all=channel.kind in EVERYTHING,
        topics=learned.topics,
        desks=learned.desks,
        earlier=partial(earlier_languages, channel),
    )


def earlier_languages(channel: Channel, items: Sequence[Item]) -> list[Earlier]:
    """In which languages the authors of these items wrote before, and others in their threads."""
    authors = [intake.stored_author(item.author.external_id) for item in items]
    threads = [intake.stored_id(item.thread_key) for item in items]
    theirs, around = spoken_in(channel, authors=authors), spoken_in(channel, threads=threads)
    return [
        (
            [code for _, code in theirs.get(author, ())][:REMEMBERED],
            [code for who, code in around.get(thread, ()) if who != author][:REMEMBERED],
        )
        for author, thread in zip(authors, threads, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Ours:
    """An organisation's part, in one version of its plan: its watches by id, and its rules."""

    version: int
    watches: Mapping[int, Source]
    opening: frozenset[int]
    router: Router


class Compiled:
    """The watches of all organisations in one matcher, and what else is made of their plans."""

    def __init__(self) -> None:
        self._changing = Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew, as where the numbers of rows have come to mean other rows."""
        self._ours: dict[int, Ours] = {}
        self._within: dict[
            int, Mapping[int, Source]
        ] = {}  # watches in the matcher, by organisation
        self._matcher = compile_watches({})

    def of(self, organisation_id: int, version: int) -> tuple[Ours, Matcher]:
        """The organisation's part in this version, and a matcher that holds its watches."""
        ours = self._ours.get(organisation_id)
        if ours is None or ours.version != version:
            ours = _read(organisation_id, version)
            others = {} if self._within else _watches_of_all()
            with self._changing:
                self._put(others)
                self._put({organisation_id: ours.watches})
                self._ours[organisation_id] = ours
        return ours, self._matcher

    def _put(self, watches: Mapping[int, Mapping[int, Source]]) -> None:
        """Bring the matcher up to date with the watches of some organisations."""
        put: dict[int, Query] = {}
        taken: set[int] = set()
        for organisation, wanted in watches.items():
            known = self._within.get(organisation, {})
            put |= _readable({pk: q for pk, q in wanted.items() if known.get(pk) != q})
            taken |= known.keys() - wanted.keys()
            self._within[organisation] = wanted
        if put or taken:
            matcher = self._matcher.changed(put, taken)
            self._matcher = matcher.compacted() if matcher.wants_compaction else matcher


COMPILED = Compiled()


def _read(organisation_id: int, version: int) -> Ours:
    watches = watches_in_force(organisation_id)
    return Ours(
        version,
        sources(watches),
        frozenset(watch.pk for watch in watches if watch.opens_conversations),
        compile_rules(rules_in_force(organisation_id), default_desk(organisation_id)),
    )


def _watches_of_all() -> dict[int, dict[int, Source]]:
    """By organisation its watches in force: compiled at once, that takes least time."""
    rows = list(all_watches_in_force())
    read = sources(rows)
    found: dict[int, dict[int, Source]] = defaultdict(dict)
    for watch in rows:
        found[watch.organisation_id][watch.pk] = read[watch.pk]
    return found


def _readable(watches: Mapping[int, Source]) -> dict[int, Query]:
    """What can't be read, as after a change of the language, is told in the log and left out: it
    must not hold up the watches of others."""
    found: dict[int, Query] = {}
    for pk, words in watches.items():
        try:
            found[pk] = words.read()
        except QueryError:
            log.exception("The watch %s can't be read; it is left out.", pk)
    return found
