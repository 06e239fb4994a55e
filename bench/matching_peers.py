"""Other ways of holding many queries against each post, for bench.matching.

Each is given the same queries, read by our grammar, and must find what the plain evaluation finds.
Engines that only find words (Aho-Corasick, Hyperscan) tell which watches to try, by their rarest
words, and the plain evaluation tries them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.common import POSTGRES
from ildsjel.engine.matching import Post, parse
from ildsjel.engine.matching.anchors import anchors, rarest
from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.nodes import And, Near, Node, Not, Or, Phrase, Query, Term, Window
from ildsjel.engine.matching.oracle import find
from ildsjel.engine.text import fold, words

Pairs = list[tuple[int, int]]
Match = Callable[[Sequence[str]], Pairs]


@dataclass(frozen=True, slots=True)
class Peer:
    """`build` makes a matcher of queries; `work` is how many posts × watches it is given."""

    name: str
    build: Callable[[Sequence[str]], Match]
    work: int

    def posts(self, watches: int) -> int:
        return max(100, self.work // watches)


def _literals(queries: Sequence[Query]) -> dict[str, list[int]]:
    """For each word or beginning of a word the watches that it is the rarest of."""
    found: dict[str, list[int]] = {}
    for number, query in enumerate(queries):
        for anchor in anchors(query.root, {})[1]:
            term = rarest(anchor, {})
            found.setdefault(term.key.rstrip("*"), []).append(number)
    return found


def _confirmed(queries: Sequence[Query], text: str, candidates: set[int]) -> list[int]:
    if not candidates:
        return []
    document = Document(Post(text=text))
    return [n for n in sorted(candidates) if find(queries[n].root, document) is not None]


def aho_corasick(sources: Sequence[str]) -> Match:
    import ahocorasick_rs

    queries = [parse(source) for source in sources]
    files = _literals(queries)
    literals = list(files)
    # A blank before a literal makes it the beginning of a word.
    automaton = ahocorasick_rs.AhoCorasick([f" {literal}" for literal in literals])

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        for at, text in enumerate(texts):
            said = " " + " ".join(words(text))
            hits = automaton.find_matches_as_indexes(said, overlapping=True)
            candidates = {number for hit in hits for number in files[literals[hit[0]]]}
            found += [(at, number) for number in _confirmed(queries, text, candidates)]
        return found

    return match


def hyperscan(sources: Sequence[str]) -> Match:
    import hyperscan as hs

    queries = [parse(source) for source in sources]
    files = _literals(queries)
    literals = list(files)
    database = hs.Database()
    expressions = [f" {literal}".encode() for literal in literals]
    flags = hs.HS_FLAG_SINGLEMATCH
    database.compile(expressions, ids=list(range(len(literals))), flags=[flags] * len(literals))

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        for at, text in enumerate(texts):
            hits: list[int] = []
            said = (" " + " ".join(words(text))).encode()
            database.scan(
                said, match_event_handler=lambda number, *_, hits=hits: hits.append(number)
            )
            candidates = {number for hit in hits for number in files[literals[hit]]}
            found += [(at, number) for number in _confirmed(queries, text, candidates)]
        return found

    return match


def tantivy(sources: Sequence[str]) -> Match:
    import tantivy as engine

    queries = [parse(source) for source in sources]

    def match(texts: Sequence[str]) -> Pairs:
        builder = engine.SchemaBuilder()
        builder.add_integer_field("number", stored=True, fast=True)
        builder.add_text_field("text", tokenizer_name="whitespace")
        schema = builder.build()
        index = engine.Index(schema)
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        for number, text in enumerate(texts):
            writer.add_document(engine.Document(number=number, text=" ".join(words(text))))
        writer.commit()
        index.reload()
        searcher = index.searcher()
        found: Pairs = []
        for number, query in enumerate(queries):
            asked = _tantivy(engine, schema, query.root)
            hits = searcher.search(asked, limit=max(1, len(texts)), count=False).hits
            for _, address in hits:
                at = searcher.doc(address)["number"][0]
                found += [
                    (at, n) for n in _confirmed([query], texts[at], {0}) or [] for n in [number]
                ]
        return found

    return match


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


def regexes(sources: Sequence[str]) -> Match:
    """One regular expression a query, of its rarest words; what it finds is confirmed."""
    import re

    queries = [parse(source) for source in sources]
    patterns = []
    for query in queries:
        keys = [rarest(anchor, {}).key for anchor in anchors(query.root, {})[1]]
        each = [re.escape(k.rstrip("*")) + ("" if k.endswith("*") else r"\b") for k in keys]
        patterns.append(re.compile(r"\b(?:" + "|".join(each) + ")"))

    def match(texts: Sequence[str]) -> Pairs:
        found: Pairs = []
        for at, text in enumerate(texts):
            said = fold(text)
            candidates = {n for n, pattern in enumerate(patterns) if pattern.search(said)}
            found += [(at, number) for number in _confirmed(queries, text, candidates)]
        return found

    return match


def postgres(sources: Sequence[str]) -> Match:
    """A table of tsquery, scanned for each post by @@; what it finds is confirmed."""
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
            said = " ".join(words(text))
            rows = link.execute(
                "SELECT number FROM watch"
                " WHERE array_to_tsvector(string_to_array(%s, ' ')) @@ asked",
                [said],
            )
            candidates = {row[0] for row in rows.fetchall()}
            found += [(at, number) for number in _confirmed(queries, text, candidates)]
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
        Peer("tantivy", tantivy, 40_000_000),
        Peer("ahocorasick", aho_corasick, 200_000_000),
        Peer("hyperscan", hyperscan, 100_000_000),
        Peer("postgres", postgres, 2_000_000),
        Peer("regex", regexes, 4_000_000),
    )
}
