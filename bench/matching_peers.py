"""Other ways of holding many queries against each post, for bench.matching.

Each is given the same texts, the same queries as our grammar has read them, and the same measured
rarity of words, and must find what the plain evaluation finds. Engines that only find literals
(Aho-Corasick, Hyperscan, regular expressions) tell which watches to try: those filed under a rarest
word or phrase that was found. What an engine cannot say by itself is confirmed
(`matching_confirming`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.common import POSTGRES
from bench.matching_confirming import Said
from ildsjel.engine.matching import parse
from ildsjel.engine.matching.anchors import Anchor, anchors, rarest
from ildsjel.engine.matching.nodes import And, Near, Node, Not, Or, Phrase, Query, Term, Window
from ildsjel.engine.text import fold, words

Frequency = Mapping[str, float]
Pairs = list[tuple[int, int]]
Match = Callable[[Sequence[str]], Pairs]


@dataclass(frozen=True, slots=True)
class Peer:
    """`build` makes a matcher of queries; `work` is how many posts × watches it is given."""

    name: str
    build: Callable[[Sequence[str], Frequency], Match]
    work: int

    def posts(self, watches: int) -> int:
        return max(200, self.work // watches)


def _literals(queries: Sequence[Query], frequency: Frequency) -> dict[str, list[int]]:
    """For each literal the watches that are filed under it."""
    found: dict[str, list[int]] = {}
    for number, query in enumerate(queries):
        for literal in _rarest(query, frequency):
            found.setdefault(literal, []).append(number)
    return found


def _rarest(query: Query, frequency: Frequency) -> set[str]:
    """The rarest words and whole phrases that a post must hold one of, between blanks; beginnings
    of words without a blank behind."""
    return {_literal(anchor, frequency) for anchor in anchors(query.root, frequency)[1]}


def _literal(anchor: Anchor, frequency: Frequency) -> str:
    if isinstance(anchor, Phrase) and not any(term.pattern for term in anchor.terms):
        return f" {' '.join(term.key for term in anchor.terms)} "
    term = rarest(anchor, frequency)
    return " " + (term.key.rstrip("*") if term.pattern else f"{term.key} ")


def aho_corasick(sources: Sequence[str], frequency: Frequency) -> Match:
    import ahocorasick_rs

    queries = [parse(source) for source in sources]
    files = _literals(queries, frequency)
    filed = list(files.values())
    automaton = ahocorasick_rs.AhoCorasick(list(files))

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        for at, text in enumerate(texts):
            said = Said(text)
            hits = automaton.find_matches_as_indexes(f" {' '.join(said.words)} ", overlapping=True)
            candidates = {number for hit in hits for number in filed[hit[0]]}
            found += [(at, number) for number in said.confirmed(queries, candidates)]
        return found

    return match


def hyperscan(sources: Sequence[str], frequency: Frequency) -> Match:
    import hyperscan as hs

    queries = [parse(source) for source in sources]
    files = _literals(queries, frequency)
    filed = list(files.values())
    database = hs.Database()
    expressions = [literal.encode() for literal in files]
    database.compile(
        expressions,
        ids=list(range(len(expressions))),
        flags=[hs.HS_FLAG_SINGLEMATCH] * len(expressions),
        literal=True,
    )

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        hits: list[int] = []

        def on_hit(number: int, *_: object) -> None:
            hits.append(number)

        for at, text in enumerate(texts):
            hits.clear()
            said = Said(text)
            database.scan(f" {' '.join(said.words)} ".encode(), match_event_handler=on_hit)
            candidates = {number for hit in hits for number in filed[hit]}
            found += [(at, number) for number in said.confirmed(queries, candidates)]
        return found

    return match


def tantivy(sources: Sequence[str], frequency: Frequency) -> Match:
    """The posts of a batch as an index, each query run over it: best with large batches."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    builder.add_integer_field("number", fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace")
    schema = builder.build()
    queries = [parse(source) for source in sources]
    asked = [_tantivy(engine, schema, query.root) for query in queries]
    sure = [_says_all(query.root) for query in queries]

    def match(texts: Sequence[str]) -> Pairs:
        index = engine.Index(schema)
        writer = index.writer(heap_size=400_000_000, num_threads=1)
        for number, text in enumerate(texts):
            writer.add_document(engine.Document(number=number, text=" ".join(words(text))))
        writer.commit()
        index.reload()
        searcher = index.searcher()
        said: dict[int, Said] = {}
        found: Pairs = []
        for number, query in enumerate(queries):
            for at in _places(searcher, asked[number], len(texts)):
                if not sure[number]:
                    said[at] = said.get(at) or Said(texts[at])
                if sure[number] or said[at].holds(query.root):
                    found.append((at, number))
        return found

    return match


def _places(searcher: Any, asked: Any, most: int) -> Iterable[int]:
    """The numbers of the posts that a query finds. Room for few is asked for first: tantivy sets it
    aside for each query."""
    limit = 64
    while True:
        hits = searcher.search(asked, limit=limit, count=False).hits
        if len(hits) < limit or limit >= most:
            break
        limit *= 16
    if not hits:
        return ()
    numbers: Iterable[int] = searcher.fast_field_values("number", [each for _, each in hits])
    return numbers


def _says_all(node: Node) -> bool:
    """Whether tantivy's own queries, as `_tantivy` makes them, say all of a query."""
    match node:
        case Term():
            return True
        case Phrase(terms):
            return not any(term.pattern for term in terms)
        case Not(part):
            return isinstance(part, Term)
        case And(parts) | Or(parts):
            return all(map(_says_all, parts))
        case _:
            return False


def _tantivy(engine: Any, schema: Any, node: Node) -> Any:
    """As much of a query as tantivy's own queries say; what it finds is confirmed."""
    query, occur = engine.Query, engine.Occur
    match node:
        case Term(key) if node.pattern:
            return query.regex_query(schema, "text", key.replace("*", ".*"))
        case Term(key):
            return query.term_query(schema, "text", key)
        case Phrase(terms) if not any(term.pattern for term in terms):
            return query.phrase_query(schema, "text", [term.key for term in terms])
        case Phrase(terms) | Window(terms, _):
            each = [(occur.Must, _tantivy(engine, schema, term)) for term in terms]
            return query.boolean_query(each)
        case Near(left, right, _, _):
            sides = [(occur.Must, _tantivy(engine, schema, Or(side))) for side in (left, right)]
            return query.boolean_query(sides)
        case And(parts):
            wanted = [p for p in parts if not isinstance(p, Not)]
            each = [(occur.Must, _tantivy(engine, schema, part)) for part in wanted]
            unwanted = [p.part for p in parts if isinstance(p, Not) and isinstance(p.part, Term)]
            if not wanted:
                each = [(occur.Must, query.all_query())]
            each += [(occur.MustNot, _tantivy(engine, schema, part)) for part in unwanted]
            return query.boolean_query(each)
        case Or(parts):
            return query.boolean_query([(occur.Should, _tantivy(engine, schema, p)) for p in parts])
        case _:
            return query.all_query()


def regexes(sources: Sequence[str], frequency: Frequency) -> Match:
    """One regular expression a query, of its rarest words."""
    import re

    queries = [parse(source) for source in sources]
    patterns = []
    for query in queries:
        each = [
            r"\b"
            + re.escape(literal.strip()).replace(r"\ ", r"[\W_]+")
            + (r"\b" if literal[-1] == " " else "")
            for literal in _rarest(query, frequency)
        ]
        patterns.append(re.compile("|".join(each)))

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        for at, text in enumerate(texts):
            said = fold(text)
            candidates = {n for n, pattern in enumerate(patterns) if pattern.search(said)}
            if candidates:
                found += [(at, number) for number in Said(text).confirmed(queries, candidates)]
        return found

    return match


def postgres(sources: Sequence[str], frequency: Frequency) -> Match:
    """A table of tsquery, scanned for each post by @@."""
    import psycopg

    from bench.common import Skipped

    queries = [parse(source) for source in sources]
    try:
        link = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as fault:
        raise Skipped(str(fault).splitlines()[0]) from fault
    link.execute("CREATE TEMP TABLE watch (number int, asked tsquery)")
    with link.cursor() as cursor, cursor.copy("COPY watch FROM STDIN") as copy:
        for number, query in enumerate(queries):
            copy.write_row((number, _tsquery(query.root)))
    link.execute("ANALYZE watch")

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        for at, text in enumerate(texts):
            said = Said(text)
            rows = link.execute(
                "SELECT number FROM watch"
                " WHERE array_to_tsvector(string_to_array(%s, ' ')) @@ asked",
                [" ".join(said.words)],
            )
            candidates = {row[0] for row in rows.fetchall()}
            found += [(at, number) for number in said.confirmed(queries, candidates)]
        return found

    return match


def _tsquery(node: Node) -> str:
    """As much of a query as words alone say."""
    match node:
        case Term(key):
            return f"'{key.rstrip('*')}'" + (":*" if node.pattern else "")
        case Phrase(terms) | Window(terms, _):
            return "(" + " & ".join(map(_tsquery, terms)) + ")"
        case Near(left, right, _, _):
            return f"({_tsquery(Or(left))} & {_tsquery(Or(right))})"
        case And(parts):
            kept = [
                part for part in parts if not isinstance(part, Not) or isinstance(part.part, Term)
            ]
            return "(" + " & ".join(map(_tsquery, kept)) + ")"
        case Or(parts):
            return "(" + " | ".join(map(_tsquery, parts)) + ")"
        case Not(part):
            return f"!{_tsquery(part)}"


PEERS = {
    peer.name: peer
    for peer in (
        Peer("tantivy", tantivy, 400_000_000),
        Peer("ahocorasick", aho_corasick, 100_000_000),
        Peer("hyperscan", hyperscan, 100_000_000),
        Peer("postgres", postgres, 2_000_000),
        Peer("regex", regexes, 2_000_000),
    )
}
