"""Posts to be matched, as their owner has them: texts, an Arrow column of texts, or whole posts."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ildsjel.engine.matching.encoding import joined, post_bytes
from ildsjel.engine.matching.posts import Post

Texts: TypeAlias = Sequence[str] | pa.Array


class Batch:
    """The same posts for the kernel, as bytes, and for the plain evaluation, one by one."""

    def __init__(self, posts: Sequence[Post] | Texts) -> None:
        self.posts = posts

    def __len__(self) -> int:
        return len(self.posts)

    def at(self, number: int) -> Post:
        post = self.posts[number]
        if isinstance(post, pa.Scalar):
            post = post.as_py() or ""
        return Post(text=post) if isinstance(post, str) else post

    def data(self, zones: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Their bytes as the kernel reads them, and where each begins. See `encoding.post_bytes`
        for `zones`."""
        if isinstance(self.posts, pa.Array):
            return _arrow_data(self.posts)
        return joined([post_bytes(self.at(number), zones) for number in range(len(self))])


def _arrow_data(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The column's own memory, nothing copied; what is null is empty."""
    wide = pa.types.is_large_string(texts.type)
    if texts.null_count or not (wide or pa.types.is_string(texts.type)):
        return _arrow_data(texts.cast(pa.large_string()).fill_null(""))
    _, places, data = texts.buffers()
    if places is None or not len(texts):
        return joined([b""] * len(texts))
    offsets = np.frombuffer(places, np.int64 if wide else np.int32)
    window = offsets[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data or b"", np.uint8), window
