"""Near-duplicates: which posts say the same thing in nearly the same words.

A text becomes a signature of 64 numbers (MinHash, Broder 1997) over its pairs of neighbouring
words; the share of equal numbers in two signatures estimates the share of pairs in common.
Twelve keys of three numbers each (locality-sensitive hashing, Indyk and Motwani 1998) find the few
earlier posts that are worth comparing, so that grouping a stream costs the same however long it is;
`grouping` does that. `bench.stories` shows what these numbers were chosen by.

    batch = signatures(["Bussen er forsinket igjen i dag", ...])   # uint32, (texts, 64)
    keys(batch)                                                     # int64, (texts, 12)
    likeness(batch[0], batch[1])                                    # 0.0 to 1.0

Addresses, mentions and signs do not count, nor does case. A text with fewer than `FEWEST` pairs of
words says too little to be recognised: its signature is empty (all zeros), and it has no keys.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIZE = 64  # numbers in a signature
BANDS = 12
ROWS = 3  # numbers in a band
FEWEST = 5  # pairs of words
ALIKE = 0.5  # from this likeness on two posts belong together
MOST = 20_000  # characters of a text that are read

Signatures = NDArray[np.uint32]  # (texts, SIZE)
Keys = NDArray[np.int64]  # (texts, BANDS)

_CAMPAIGN = ("utm_", "fbclid", "gclid", "mc_", "igsh", "ref_src")


def signatures(texts: Sequence[str]) -> Signatures:
    """One row for each text; rows of zeros where a text is too short. No text costs more than
    one of `MOST` characters."""
    from ildsjel.engine.stories.kernel import sign

    short = [text[:MOST] for text in texts]
    codes = np.frombuffer("".join(short).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.cumsum([len(text) for text in short], dtype=np.int64)
    found = np.zeros((len(short), SIZE), dtype=np.uint32)
    sign(codes, ends, found)
    return found


def keys(rows: Signatures) -> Keys:
    """The keys under which texts meet: two with a key in common are worth comparing."""
    bands = rows[:, : BANDS * ROWS].reshape(len(rows), BANDS, ROWS).astype(np.uint64)
    mixed = np.full(bands.shape[:2], 0x9E3779B97F4A7C15, dtype=np.uint64)
    mixed ^= np.arange(BANDS, dtype=np.uint64) * np.uint64(0xD1B54A32D192ED03)
    for place in range(ROWS):
        mixed = (mixed ^ bands[:, :, place]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def is_empty(signature: NDArray[np.uint32]) -> bool:
    return not signature.any()


def likeness(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The estimated share of word pairs that two texts have in common (Jaccard), ± 0.06."""
    if is_empty(one) or is_empty(other):
        return 0.0
    return float(np.count_nonzero(one == other)) / SIZE


def packed(signature: NDArray[np.uint32]) -> bytes:
    """A signature as it is stored: 256 bytes, the same on every machine."""
    return signature.astype("<u4").tobytes()


def unpacked(stored: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(stored, dtype="<u4").astype(np.uint32)


def link_in_common(url: str) -> str:
    """A web address as all who pass it on have it: without scheme, `www.`, fragment and the marks
    of campaigns. Empty for what leads to no page of its own, such as a site's front page."""
    scheme, _, rest = url.strip().partition("#")[0].partition("://")
    address, _, asked = rest.partition("?")
    host, _, path = address.partition("/")
    host = host.lower().removeprefix("www.").removeprefix("m.")
    path = path.rstrip("/")
    kept = sorted(
        part for part in asked.split("&") if part and not part.lower().startswith(_CAMPAIGN)
    )
    if scheme.lower() not in {"http", "https"} or not host or not (path or kept):
        return ""
    return f"{host}/{path}{'?' if kept else ''}{'&'.join(kept)}"[:1000]
