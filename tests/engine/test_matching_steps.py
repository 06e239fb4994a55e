"""The kernel as plain Python: its steps grow in step with a text, and it stays in its arrays.

Run without numba's compiler, each line that is run can be counted, whatever else the machine does;
and a place outside an array, which machine code reads or writes in silence, is an error.
"""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("numba")

QUERIES = (
    *(
        "is",
        "*is",
        "is*",
        "*is*",
        "i?s",
        "i*s",
        '"is is is vei"',
        '"is is is is is is is is is vei"',
    ),
    *('"is* is vei"', "is NEAR/5 vei", '"is is"~3 OR is', "(is OR a) NEAR/3 (vei OR aa)", "#is"),
    *("@a", "@a*", "#*bb", "letters:nordic åa*", "letters:nordic *åa*", 'letters:nordic "å å vei"'),
    *(
        "a",
        "a NEAR/2 aa*",
        "is NOT vei",
        "(is a) NOT (vei OR å)",
        "aaaaaaaa*",
        "*aaaaaaaa",
        "*a*a*a*b",
    ),
)
UNITS = (
    *("is ", "a", "a ", "@a.", "@a-a.a ", "@a@a ", "#", "#aB ", "#a#a ", "# ", "å", "å ", "aa "),
    *("ﷺ", "ﷺ ", "👍", "🇳🇴", "is vei ", "_", "#_a", "\u200d", "😀a", "1a", "#A1b2C3 "),
)
COUNTING = """
import json, sys, warnings
import numpy as np
from ildsjel.engine.matching import compile_watches
from ildsjel.engine.matching.characters import CHARACTERS
from ildsjel.engine.matching.encoding import joined
from ildsjel.engine.matching.posts import Post
from ildsjel.engine.matching import runner, kernel
assert not hasattr(kernel.match, "py_func"), "compiled after all"
warnings.simplefilter("ignore", RuntimeWarning)  # numbers that wrap around are meant to
steps = 0
def on_line(frame, event, _):
    global steps
    steps += event == "line"
    return on_line
def on_call(frame, event, _):
    return on_line if "kernel" in frame.f_code.co_filename else None
queries, units, lengths = json.load(sys.stdin)
matcher = compile_watches(dict(enumerate(queries)))
counts = []
for unit in units:
    row = []
    for length in lengths:
        post = Post(text=(unit * length)[:length])
        matcher.watches_of(post)  # meets characters, makes room
        steps = 0
        sys.settrace(on_call)
        matcher.watches_of(post)
        sys.settrace(None)
        row.append(steps)
    counts.append(row)
print(json.dumps(counts))
"""
COMPARING = """
import random, sys, warnings
from itertools import islice
warnings.simplefilter("ignore", RuntimeWarning)
from ildsjel.engine.matching import kernel, runner
assert not hasattr(kernel.match, "py_func"), "compiled after all"
from tests.engine.test_matching_kernel import agree, posts, queries
for number in range(3):
    chance = random.Random(number)
    agree(list(islice(queries(chance), 30)), list(islice(posts(chance), 15)))
"""


def plain_python(program: str, given: object = None) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(given),
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_steps_grow_in_step_with_the_text() -> None:
    short, long = 150, 600
    counts = json.loads(plain_python(COUNTING, (QUERIES, UNITS, (short, long))))
    assert len(counts) == len(UNITS)
    for unit, (few, many) in zip(UNITS, counts, strict=True):
        assert few > short, unit
        assert many < 1.1 * few * long / short, (unit, few, many)


def test_the_kernel_stays_in_its_arrays() -> None:
    plain_python(COMPARING)
