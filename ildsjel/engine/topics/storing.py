"""A model as bytes with a version, and back: plain arrays, no pickle.

Weights aren't stored: they follow from the duals and the examples' features.
"""

import json
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any

import numpy as np
import zstandard

from ildsjel.engine.topics import solver
from ildsjel.engine.topics.calibration import Calibration
from ildsjel.engine.topics.features import Keys, Vocabulary
from ildsjel.engine.topics.layout import kernel
from ildsjel.engine.topics.model import Encoder, Examples, Fit, TopicModel
from ildsjel.engine.topics.sharing import signs_of
from ildsjel.engine.topics.vectors import Vectors, shipped

VERSION = 2
_MAGIC = b"ILDSJEL TOPICS\n"
_LARGEST = 1 << 32  # bytes a model may unfold to


def to_bytes(model: TopicModel) -> bytes:
    """The model for keeping. It grows with the examples: features, not text."""
    fit, examples = model.fit, model.examples
    about = {
        "labels": model.labels,
        "keys": examples.keys,
        "widths": examples.widths,
        "parts": fit.parts,
        "calibration": asdict(model.calibration),
        "encoder": model.encoder is not None,
    }
    arrays: dict[str, Any] = {
        "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
        "known": fit.vocabulary.keys,
        "rarity": fit.vocabulary.rarity,
        "focus": fit.focus,
        "centre": fit.centre,
        "scale": fit.scale,
        "duals": fit.weights.duals,
        "offsets": examples.found.offsets,
        "features": examples.found.keys,
        "counts": examples.found.counts.astype(np.int32),
        "vectors": examples.vectors,
        "labels": examples.labels,
    }
    if model.own is not None:
        arrays |= {"own_words": model.own.words, "own_grams": model.own.grams}
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    packed = zstandard.ZstdCompressor(level=3).compress(buffer.getvalue())
    return _MAGIC + bytes([VERSION]) + packed


def from_bytes(data: bytes, *, encoder: Encoder | None = None) -> TopicModel:
    """A model that was kept. Raises `ValueError` for other bytes, or if its encoder is missing."""
    arrays = _arrays(data)
    about = json.loads(arrays["about"].tobytes())
    if about["encoder"] and encoder is None:
        raise ValueError("this model was trained with an encoder, which is needed to use it")
    own = Vectors(arrays["own_words"], arrays["own_grams"]) if "own_words" in arrays else None
    found = Keys(arrays["offsets"], arrays["features"], arrays["counts"].astype(np.int64))
    examples = Examples(
        found,
        arrays["vectors"],
        tuple(about["widths"]),
        arrays["labels"],
        tuple(about["keys"]),
    )
    bare = Fit(
        Vocabulary(arrays["known"], arrays["rarity"]),
        arrays["focus"],
        arrays["centre"],
        arrays["scale"],
        solver.Weights(np.zeros((0, 0), np.float32), np.zeros((0, 0)), arrays["duals"]),
        tuple(about["parts"]),
        signs_of(about["labels"], about["parts"]),
    )
    return TopicModel(
        about["labels"],
        examples,
        own=own,
        encoder=encoder if about["encoder"] else None,
        fit=replace(bare, weights=_weights(bare, examples)),
        calibration=Calibration(**about["calibration"]),
    )


def _arrays(data: bytes) -> dict[str, Any]:
    if not data.startswith(_MAGIC) or len(data) == len(_MAGIC):
        raise ValueError("this is not a topic model")
    version, packed = data[len(_MAGIC)], data[len(_MAGIC) + 1 :]
    if version != VERSION:
        raise ValueError(f"the topic model has version {version}; this program reads {VERSION}")
    try:
        plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST)
        with np.load(BytesIO(plain), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except (zstandard.ZstdError, OSError, KeyError) as fault:
        raise ValueError("the topic model is damaged") from fault
    if found["centre"].shape[0] < shipped().words.shape[1]:
        raise ValueError("the topic model was made with another table of meanings; train it anew")
    return found


def _weights(fit: Fit, examples: Examples) -> solver.Weights:
    rows, dense, duals = fit.rows(examples.found), fit.dense(examples.vectors), fit.weights.duals
    signed = duals * fit.signs[examples.labels]
    sparse = np.zeros((len(fit.vocabulary), duals.shape[1]), np.float32)
    kernel().spread(rows.starts, rows.rows, rows.values, signed, sparse)
    return solver.Weights(sparse, np.asarray(dense.T @ signed, np.float64), duals)
