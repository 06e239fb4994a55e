"""The network while it learns: floating point, one text at a time, gradients by hand.

It is that of `ildsjel.engine.language.model`: the rows of a word's features add up to its vector;
the sum of the vectors by the root of their number, their largest and smallest value in each
dimension and the number of words go through one hidden layer (rectified) to the outputs.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ildsjel.engine.language import kernel

DIMENSIONS = kernel.DIMENSIONS
LANGUAGES, FOUR = 10, 4
OUTPUTS = LANGUAGES + FOUR
INPUTS = 3 * DIMENSIONS + 2
MOST_WORDS = 60

Array = Any


class Net(NamedTuple):
    """Weights; or, in the same shapes, the sums of squared gradients (AdaGrad, Duchi et al. 2011;
    one number for each feature's row).
    """

    rows: Array
    hidden: Array
    hidden_bias: Array
    output: Array
    output_bias: Array


class Words(NamedTuple):
    """The words of one text: rows of features, how many, hashes, whether a name, what is kept."""

    rows: Array
    counts: Array
    hashes: Array
    names: Array
    keep: Array


class State(NamedTuple):
    """What one pass computes: word vectors, inputs, which word was largest or smallest, hidden
    layer, outputs, and the gradients of outputs and inputs.
    """

    vectors: Array
    inputs: Array
    extreme: Array
    hidden: Array
    outputs: Array
    slope: Array
    input_slope: Array


def started(rng: Any, hidden: int) -> tuple[Net, Net]:
    """Small random weights, and the sums of squares to begin with."""
    shapes = ((kernel.ROWS, DIMENSIONS), (INPUTS, hidden), (hidden,), (hidden, OUTPUTS), (OUTPUTS,))
    spread = (0.02, 0.15, 0, 0.15, 0)
    drawn = (rng.normal(0, 1, shape) * s for shape, s in zip(shapes, spread, strict=True))
    ones = [np.ones(shape, np.float32) for shape in shapes[1:]]
    squares = Net(np.full(kernel.ROWS, 0.1, np.float32), *ones)
    return Net(*(part.astype(np.float32) for part in drawn)), squares


def rooms(hidden: int) -> tuple[Words, State]:
    """Empty arrays to work in."""
    many = (MOST_WORDS, kernel.MOST_FEATURES)
    one = MOST_WORDS
    words = Words(
        *(np.zeros(size, np.int64) for size in (many, one, one)),
        np.zeros(one, np.bool_),
        np.zeros(many, np.bool_),
    )
    state = State(
        np.zeros((MOST_WORDS, DIMENSIONS), np.float32),
        np.zeros(INPUTS, np.float32),
        np.zeros(2 * DIMENSIONS, np.int64),
        np.zeros(hidden, np.float32),
        np.zeros(OUTPUTS, np.float32),
        np.zeros(OUTPUTS),
        np.zeros(INPUTS),
    )
    return words, state


@njit
def forward(words: Words, first: int, last: int, net: Net, state: State) -> None:
    """From the words `first` to `last` of a text to the outputs."""
    _pool(words, first, last, net.rows, state)
    hidden, outputs = state.hidden, state.outputs
    hidden[:] = net.hidden_bias
    for i in range(INPUTS):
        for j in range(len(hidden)):
            hidden[j] += state.inputs[i] * net.hidden[i, j]
    outputs[:] = net.output_bias
    for j in range(len(hidden)):
        hidden[j] = max(hidden[j], 0)
        for o in range(OUTPUTS):
            outputs[o] += hidden[j] * net.output[j, o]


@njit
def _pool(words: Words, first: int, last: int, weights: Array, state: State) -> None:
    x = state.inputs
    x[:] = 0
    state.extreme[:] = -1
    for w in range(first, last):
        v = state.vectors[w]
        _word(words.rows[w], words.keep[w], words.counts[w], weights, v)
        for d in range(DIMENSIONS):
            x[d] += v[d]
            if v[d] > x[DIMENSIONS + d]:
                x[DIMENSIONS + d] = v[d]
                state.extreme[d] = w
            if v[d] < x[2 * DIMENSIONS + d]:
                x[2 * DIMENSIONS + d] = v[d]
                state.extreme[DIMENSIONS + d] = w
    size = max(last - first, 1)
    x[:DIMENSIONS] /= np.sqrt(size)
    x[3 * DIMENSIONS] = np.log(size) / 4
    x[3 * DIMENSIONS + 1] = 1 / size


@njit
def _word(rows: Array, keep: Array, count: int, weights: Array, vector: Array) -> None:
    vector[:] = 0
    for f in range(count):
        if keep[f]:
            for d in range(DIMENSIONS):
                vector[d] += weights[rows[f], d]


@njit
def loss(target: Array, holds: Array, state: State) -> float:
    """Fill `state.slope`; the cross-entropy of the language.

    `target`: shares of languages, adding up to 1; or ones for several of which one is right.
    `holds`: for each of the four 1 where the text is correct in it, 0 where not, -1 unknown.
    """
    scores = state.outputs[:LANGUAGES]
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    wanted = target
    if target.sum() > 1.5:
        wanted = chances * target / max((chances * target).sum(), 1e-9)
    for of in range(LANGUAGES):
        state.slope[of] = chances[of] - wanted[of]
    for of in range(FOUR):
        sure = 1 / (1 + np.exp(-state.outputs[LANGUAGES + of]))
        state.slope[LANGUAGES + of] = 0.8 * (sure - holds[of]) if holds[of] >= 0 else 0
    return -(wanted * np.log(np.maximum(chances, 1e-9))).sum()


@njit(fastmath=True)
def backward(
    words: Words, span: tuple[int, int, float], net: Net, squares: Net, state: State
) -> None:
    """Take a step. `span`: first word, last word, rate of learning."""
    first, last, rate = span
    _upper(net, squares, state, 0.3 * rate)
    gradient = np.zeros(DIMENSIONS)
    root = 1 / np.sqrt(max(last - first, 1))
    for w in range(first, last):
        for d in range(DIMENSIONS):
            gradient[d] = state.input_slope[d] * root
            if state.extreme[d] == w:
                gradient[d] += state.input_slope[DIMENSIONS + d]
            if state.extreme[DIMENSIONS + d] == w:
                gradient[d] += state.input_slope[2 * DIMENSIONS + d]
        _rows(words, w, gradient, rate, (net.rows, squares.rows))


@njit(fastmath=True)
def _upper(net: Net, squares: Net, state: State, rate: float) -> None:
    """Outputs and hidden layer; fills the gradient of the inputs."""
    state.input_slope[:] = 0
    for o in range(OUTPUTS):
        _step(net.output_bias, squares.output_bias, o, state.slope[o], rate)
    for j in range(len(state.hidden)):
        if state.hidden[j] <= 0:
            continue
        inner = 0.0
        for o in range(OUTPUTS):
            inner += state.slope[o] * net.output[j, o]
            _step(net.output[j], squares.output[j], o, state.slope[o] * state.hidden[j], rate)
        _step(net.hidden_bias, squares.hidden_bias, j, inner, rate)
        for i in range(INPUTS):
            state.input_slope[i] += inner * net.hidden[i, j]
            _step(net.hidden[i], squares.hidden[i], j, inner * state.inputs[i], rate)


@njit(fastmath=True)
def _step(weights: Array, squares: Array, at: int, gradient: float, rate: float) -> None:
    squares[at] += gradient * gradient
    weights[at] -= rate * gradient / np.sqrt(squares[at])


@njit(fastmath=True)
def _rows(words: Words, w: int, gradient: Array, rate: float, learned: tuple[Array, Array]) -> None:
    weights, squares = learned
    mean = (gradient * gradient).sum() / DIMENSIONS
    for f in range(words.counts[w]):
        if words.keep[w, f]:
            row = words.rows[w, f]
            squares[row] += mean
            step = rate / np.sqrt(squares[row])
            for d in range(DIMENSIONS):
                weights[row, d] -= step * gradient[d]
