"""The archive: what sources delivered, as Parquet files by day, so that it can be asked again.

    archive/<organisation>/<day>/new-<digest>.parquet    a batch as it came
    archive/<organisation>/<day>/day-<digest>.parquet    many batches in one, each post once
    archive/<organisation>/gone/<digest>.parquet         what was deleted since, until it is purged

A day is that on which a post was published, in UTC. Files are never changed: they are written whole
under another name and then given theirs, and what replaces others names them in its metadata, so
that a crash between the two leaves nothing doubled. A batch that is read twice gives the same file.
Readers see nothing that was deleted, and each post in its newest revision; until a day's files are
one (nightly) they may see an earlier one of it too.

Whoever reads holds `reading`; files are only replaced while nobody does.
"""

from ildsjel.listening.archive.asking import (
    ask,
    columns_for,
    looks_at_fields,
    matches_in,
    newest_of,
    post_of,
    prepare,
)
from ildsjel.listening.archive.columns import SCHEMA, items_of, table_of
from ildsjel.listening.archive.days import (
    append,
    compact,
    days,
    forget,
    keep_since,
    purge,
    without_deleted,
)
from ildsjel.listening.archive.reading import Piece, pieces, read, reading
from ildsjel.listening.archive.sampling import Part, far_apart, latest_days, spread
from ildsjel.listening.archive.sweeping import (
    ASKED,
    answer,
    forget_answers,
    is_answered,
    question_of,
    sweep,
)

__all__ = [
    "ASKED",
    "SCHEMA",
    "Part",
    "Piece",
    "answer",
    "append",
    "ask",
    "columns_for",
    "compact",
    "days",
    "far_apart",
    "forget",
    "forget_answers",
    "is_answered",
    "items_of",
    "keep_since",
    "latest_days",
    "looks_at_fields",
    "matches_in",
    "newest_of",
    "pieces",
    "post_of",
    "prepare",
    "purge",
    "question_of",
    "read",
    "reading",
    "spread",
    "sweep",
    "table_of",
    "without_deleted",
]
