"""Which conversation a row belongs to, where the file only says what answers what.

A reply may stand before its parent (newest first), and parents may be missing from the file. So
the columns of ids and parents are read once as a whole. Kept in memory is one entry for each row
that has a parent: measured, about 120 bytes each, and 200 while they are found. The result does not
depend on the order of rows.
"""

from collections.abc import Iterable, Mapping


def thread_roots(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """From (id, parent) to id → the id at the top of its conversation, for all that have a parent.

    A missing parent is the top of those that answer it. Where rows answer each other in a circle,
    the smallest id of the circle is the top. Of two rows with one id the smaller parent counts.
    """
    parents: dict[str, str] = {}
    for child, parent in pairs:
        if parent and parent != child:
            parents[child] = min(parents.get(child, parent), parent)
    roots: dict[str, str] = {}
    for child in parents:
        _settle(child, parents, roots)
    return roots


def _settle(start: str, parents: Mapping[str, str], roots: dict[str, str]) -> None:
    path: dict[str, None] = {}
    at = start
    while at not in roots and at in parents and at not in path:
        path[at] = None
        at = parents[at]
    if at in path:
        trail = list(path)
        root = min(trail[trail.index(at) :])
    else:
        root = roots.get(at, at)
    for each in path:
        roots[each] = root
