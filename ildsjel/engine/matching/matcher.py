"""All watches compiled into one matcher: batches of posts in, matches out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ildsjel.engine.items import Item
from ildsjel.engine.matching.anchors import Frequency
from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.explanation import Spans, text_spans
from ildsjel.engine.matching.grammar import parse
from ildsjel.engine.matching.index import Index
from ildsjel.engine.matching.nodes import Query
from ildsjel.engine.matching.oracle import find
from ildsjel.engine.matching.posts import as_post


@dataclass(frozen=True, slots=True)
class Hit:
    """A watch that matched. `spans` are what it found, as (from, until) in the post's `text`;
    empty where only the title, the tags or a field hold it."""

    watch_id: int
    spans: Spans


class Matcher:
    def __init__(self, ids: Sequence[int], queries: Sequence[Query], frequency: Frequency) -> None:
        self.ids, self.queries = ids, queries
        self.index = Index(queries, frequency)

    def match(self, items: Sequence[Item]) -> list[list[Hit]]:
        return [self._hits(item) for item in items]

    def _hits(self, item: Item) -> list[Hit]:
        document = Document(as_post(item))
        hits = []
        for number in self.index.candidates(document):
            found = find(self.queries[number].root, document)
            if found is not None:
                hits.append(Hit(self.ids[number], text_spans(found)))
        return sorted(hits, key=lambda hit: hit.watch_id)


def compile_watches(
    watches: Mapping[int, str | Query], frequency: Mapping[str, float] | None = None
) -> Matcher:
    queries = [each if isinstance(each, Query) else parse(each) for each in watches.values()]
    return Matcher(list(watches), queries, frequency or {})
