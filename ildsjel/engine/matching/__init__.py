"""Which watches a post matches, and where: many stored queries against each post.

The language is told in docs/watch-language.md. What a match means is `oracle`; `kernel` says the
same of thousands of queries at once.
"""

from ildsjel.engine.matching.errors import WORDS, QueryError
from ildsjel.engine.matching.explanation import Because, Spans, explain
from ildsjel.engine.matching.grammar import MAX_LENGTH, parse
from ildsjel.engine.matching.matcher import Hit, Matcher, compile_watches
from ildsjel.engine.matching.nodes import Query
from ildsjel.engine.matching.posts import Post, as_post
from ildsjel.engine.matching.reading import Options
from ildsjel.engine.matching.sources import Source, named_groups, source_of

__all__ = [
    "MAX_LENGTH",
    "WORDS",
    "Because",
    "Hit",
    "Matcher",
    "Options",
    "Post",
    "Query",
    "QueryError",
    "Source",
    "Spans",
    "as_post",
    "compile_watches",
    "explain",
    "named_groups",
    "parse",
    "source_of",
]
