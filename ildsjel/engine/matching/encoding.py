"""Posts as the bytes that the kernel reads: UTF-8, the parts after the text each behind a mark."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.document import Source, camel_cuts
from ildsjel.engine.matching.nodes import FIRST_KEY_ZONE, Zone
from ildsjel.engine.matching.posts import MAX_TEXT, Post, keys_of
from ildsjel.engine.text import SIGN, placed

_MARKS = bytes((layout.PART, layout.FOLDED, layout.CUT_HERE))
_TITLE = bytes((layout.PART, layout.TITLE_PART))
_TAG = bytes((layout.PART, layout.TAG_PART)) + b"#"
_CUT = bytes((layout.CUT_HERE,))
_FOLDED = bytes((layout.FOLDED,))


def encoded(text: str) -> bytes:
    """UTF-8, with halves of characters, which broken JSON brings, as they are."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def characters_of(data: bytes) -> str:
    """The characters of a post's bytes, and some of its marks."""
    return data.translate(None, _MARKS).decode("utf-8", "surrogatepass")


def post_bytes(post: Post, zones: int) -> bytes:
    """A post with those of its fields that are looked into; bit n of `zones` is zone n."""
    data = encoded(post.text[:MAX_TEXT])
    if post.title:
        data += _TITLE + encoded(post.title[:MAX_TEXT])
    if post.tags:
        data += b"".join(_TAG + encoded(tag[: MAX_TEXT - 1]) for tag in post.tags)
    if zones >> Zone.URL:
        parts = [bytes((layout.PART, part)) + encoded(text) for part, text in _fields(post, zones)]
        data += b"".join([*parts, *_keys(post, zones)])
    return data


def folded_bytes(post: Post, zones: int) -> bytes:
    """The same, folded here because its characters fold together, and with the words of tags
    marked."""
    parts = [(layout.TITLE_PART, post.title[:MAX_TEXT])] if post.title else []
    parts += [(layout.TAG_PART, "#" + tag[: MAX_TEXT - 1]) for tag in post.tags]
    parts += _fields(post, zones)
    data = [_folded(post.text[:MAX_TEXT])]
    data += [bytes((layout.PART, part)) + _folded(text) for part, text in parts]
    return b"".join([*data, *_keys(post, zones)])


def _fields(post: Post, zones: int) -> list[tuple[int, str]]:
    """Parts whose words are looked for in a zone of their own."""
    found = []
    if zones >> Zone.URL & 1:
        found += [(layout.URL_PART, url[:MAX_TEXT]) for url in post.urls]
    if zones >> Zone.LOCATION & 1:
        found.append((layout.LOCATION_PART, post.location[:MAX_TEXT]))
    if zones >> Zone.AUTHOR & 1:
        found.append((layout.AUTHOR_PART, post.author_name[:MAX_TEXT]))
    return found


def _keys(post: Post, zones: int) -> Iterator[bytes]:
    if zones >> FIRST_KEY_ZONE:
        for zone, key in keys_of(post):
            if zones >> zone & 1:
                yield bytes((layout.PART, layout.KEY_PART, zone)) + _FOLDED + encoded(key)


def _folded(text: str) -> bytes:
    source = Source("", text, *placed(text))
    cuts = [
        cut
        for match in SIGN.finditer(source.folded)
        if match[0][0] == "#"
        for cut in camel_cuts(source, match.start() + 1, match.end())
    ]
    edges = [0, *cuts, len(source.folded)]
    pieces = [source.folded[a:b] for a, b in pairwise(edges)]
    return _FOLDED + _CUT.join(map(encoded, pieces))


def joined(parts: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All posts after one another, and where each begins; one more for the end."""
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return np.frombuffer(b"".join(parts), np.uint8), offsets
