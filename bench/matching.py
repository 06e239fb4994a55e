"""Posts a second against thousands of watches, beside what else can be installed.

    python -m bench.matching [--watches 100,1000,10000] [--peers tantivy,ahocorasick,regex]
    python -m bench.matching --mix organisations --peers ""

CPU seconds of one thread. Posts are the texts under `ILDSJEL_SHARED` where they are, otherwise
those of the simulated municipality; watches are made here from their words, as people write them.
Every engine's matches are compared with the plain evaluation on a sample; a difference ends it.
Peers are installed by `uv sync --group bench`; those that are missing are left out.
"""

import argparse
import csv
import gc
import json
import os
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path

import pyarrow as pa

from bench import common
from bench.matching_peers import PEERS, Peer
from ildsjel.engine.matching import Matcher, Post, compile_watches, parse
from ildsjel.engine.matching.anchors import measure
from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.matcher import MOST_APART
from ildsjel.engine.matching.oracle import find
from ildsjel.engine.text import words

BATCH = 1_000
SIZES = [100, 1_000, 10_000, 100_000]
MEASURED = 5_000  # posts by which the rarity of words is measured; not among those matched
ENOUGH = 20_000  # posts for which the kernel is worth loading, however few the watches
CHECKED = 40  # posts on which every watch is held against the plain evaluation


@cache
def posts(count: int) -> list[str]:
    """Short posts in the Nordic languages and English, shuffled the same way each time."""
    shared = Path(os.environ.get("ILDSJEL_SHARED", Path(__file__).parents[2] / "shared"))
    found = [text for text in dict.fromkeys(_real(shared.resolve() / "data")) if text]
    if len(found) < 10_000:
        found = list(common.texts())
    random.Random(1).shuffle(found)
    while len(found) < count:
        found += found
    return found[:count]


def _real(folder: Path) -> Iterator[str]:
    twcs = folder / "twcs" / "conversations.csv"
    if twcs.is_file():
        with twcs.open(encoding="utf-8", newline="") as file:
            yield from (row["text"] for row in islice(csv.DictReader(file), 40_000))
    for path in sorted((folder / "language").glob("*/*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from (line.strip() for line in lines[:6_000] if line.strip())
    for path in sorted((folder / "language" / "nordial").glob("*.json")):
        yield from (row["text"] for row in json.loads(path.read_text(encoding="utf-8")))


class Words:
    """Words, neighbours and prefixes as they occur, from which watches are made."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = Counter(word for text in texts for word in set(words(text)) if len(word) > 2)
        common_first = [word for word, _ in counts.most_common()]
        middle = min(2_000, len(common_first) // 2)  # made-up posts have fewer words
        self.common, self.rare = common_first[50:middle], common_first[middle:40_000]
        self.runs = [run for text in texts[:20_000] if len(run := words(text)) > 3]

    def query(self, chance: random.Random) -> str:
        """Two to six words with an OR, a phrase, NEAR, prefix or NOT; 3.7 on average."""
        lead = self._leaf(chance, rare=chance.random() < 0.93)
        shape = chance.random()
        if shape < 0.3:
            query = f"{lead} OR {self._leaf(chance, rare=True)} OR {self._phrase(chance)}"
        elif shape < 0.55:
            query = f"{lead} ({self._leaf(chance)} OR {self._leaf(chance)} OR {self._leaf(chance)})"
        elif shape < 0.7:
            near = f"{lead} NEAR/5 ({self._word(chance)} OR {self._word(chance)})"
            query = f"({near}) OR {self._phrase(chance)}"
        else:
            out = f"{self._word(chance)} OR {self._word(chance)}"
            query = f"({lead} OR {self._phrase(chance)}) NOT ({out})"
        return query

    def organisations(self, chance: random.Random) -> str:
        """As organisations watch: a name in several spellings, with what it is about and without
        what is meant otherwise; compounds with wildcards, tags, accounts, inflected forms."""
        name = self._word(chance, rare=True)
        names = f'{name} OR #{name} OR @{name} OR "{name} {self._word(chance)}"'
        about = " OR ".join(self._about(chance) for _ in range(chance.randrange(2, 7)))
        out = f"{self._word(chance)} OR {self._phrase(chance)}"
        shape = chance.random()
        if shape < 0.3:
            return f"({names}) NOT ({out})"
        if shape < 0.6:
            return f"({names}) ({about}) NOT ({out})"
        if shape < 0.8:
            return f"({names}) NEAR/10 ({self._word(chance)} OR {self._word(chance)})"
        options = chance.choice(("", "forms:nb ", "forms:sv ", "letters:nordic ", "lang:nb "))
        return f"{options}({about}) ({self._about(chance)} OR {name})"

    def _about(self, chance: random.Random) -> str:
        word = self._word(chance, rare=chance.random() < 0.5)
        shape = chance.random()
        if len(word) < 6 or shape < 0.4:
            return word
        if shape < 0.7:
            return f"{word[: chance.randrange(5, len(word))]}*"
        return f"*{word[-5:]}" if shape < 0.9 else f"*{word[1:-1]}*"

    def _word(self, chance: random.Random, *, rare: bool = False) -> str:
        return chance.choice(self.rare if rare else self.common)

    def _leaf(self, chance: random.Random, *, rare: bool = False) -> str:
        shape = chance.random()
        if shape < 0.2:
            return self._phrase(chance)
        word = self._word(chance, rare=rare)
        return f"{word[:6]}*" if shape < 0.32 and len(word) > 6 else word

    def _phrase(self, chance: random.Random) -> str:
        run = chance.choice(self.runs)
        at = chance.randrange(len(run) - 2)
        return '"' + " ".join(run[at : at + chance.randrange(2, 4)]) + '"'


def cpu(work: Callable[[], object]) -> float:
    """The least CPU seconds of five times."""
    took = []
    for _ in range(5):
        gc.collect()
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return min(took)


def plainly(queries: Sequence[str], texts: Sequence[str]) -> set[tuple[int, int]]:
    """What the plain evaluation says of every query and text."""
    roots = [parse(query).root for query in queries]
    documents = [Document(Post(text=text)) for text in texts]
    return {
        (at, number)
        for at, document in enumerate(documents)
        for number, root in enumerate(roots)
        if find(root, document) is not None
    }


def check(name: str, case: "Case", found: set[tuple[int, int]]) -> None:
    """End the run where an engine says something else than the plain evaluation."""
    if found != case.expected:
        at, number = sorted(found ^ case.expected)[0]
        raise SystemExit(f"{name} differs: {case.queries[number]!r} in {case.texts[at]!r}")


@dataclass(frozen=True, slots=True)
class Case:
    """The same for all engines. `expected`: what is found in the first `CHECKED` texts."""

    queries: Sequence[str]
    texts: Sequence[str]
    frequency: Mapping[str, float]
    expected: set[tuple[int, int]]


def in_batches(matcher: Matcher, texts: Sequence[str]) -> int:
    batches = [pa.array(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    return sum(matcher.matches(batch).num_rows for batch in batches)


def one_by_one(matcher: Matcher, texts: Sequence[Post]) -> int:
    return sum(len(matcher.watches_of(post)) for post in texts)


def ours(case: Case) -> tuple[float, list[object]]:
    """Posts a second, and a line of the table: build, edits, posts a second one by one, size."""
    read = {number: parse(query) for number, query in enumerate(case.queries)}
    began = time.thread_time()
    matcher = compile_watches(read, case.frequency)
    matcher.matches(case.texts[:1] * ENOUGH)
    build = time.thread_time() - began
    found = matcher.matches(case.texts[:CHECKED])
    check("ildsjel", case, set(zip(*(each.to_pylist() for each in found.columns), strict=True)))
    hits = in_batches(matcher, case.texts) / len(case.texts)
    batched = len(case.texts) / cpu(lambda: in_batches(matcher, case.texts))
    alone = [Post(text=text) for text in case.texts[: len(case.texts) // 4]]
    single = len(alone) / cpu(lambda: one_by_one(matcher, alone))
    edit, late = (cpu(partial(edited, each, case)) for each in (matcher, fullest(matcher, case)))
    size = matcher._base.watches.runner.arrays.size / 1e6
    return batched, [
        "ildsjel", len(case.queries), f"{hits:.2f}", common.figure(batched), "",
        common.figure(single), f"{build:.2f}", f"{size:.1f}", f"{edit * 1e3:.1f}",
        f"{late * 1e3:.1f}",
    ]  # fmt: skip


def edited(matcher: Matcher, case: Case) -> None:
    """Change a watch, and match the next post with it."""
    matcher.changed({0: case.queries[-1]}).watches_of(Post(text=case.texts[0]))


def fullest(matcher: Matcher, case: Case) -> Matcher:
    """With as many changes as there may be before all is laid out anew."""
    some = {
        number: case.queries[-1 - number] for number in range(min(MOST_APART, len(case.queries)))
    }
    return matcher.changed(some)


def theirs(peer: Peer, case: Case) -> tuple[float, list[object]]:
    began = time.thread_time()
    match = peer.build(case.queries, case.frequency)
    build = time.thread_time() - began
    check(peer.name, case, set(match(case.texts[:CHECKED])))
    count = min(len(case.texts), peer.posts(len(case.queries)))
    rate = count / cpu(lambda: match(case.texts[:count]))
    line = [peer.name, len(case.queries), "", common.figure(rate), "", "", f"{build:.2f}"]
    return rate, [*line, "", "", ""]


HEADS = (
    "engine", "watches", "matches/post", "posts/s", "ours / theirs", "one by one", "build s",
    "compiled MB", "edit ms", "late edit",
)  # fmt: skip


def memory(queries: Sequence[str], frequency: dict[str, float]) -> float:
    """MB that a matcher holds, its queries included."""
    tracemalloc.start()
    matcher = compile_watches(dict(enumerate(queries)), frequency)
    matcher.matches(["x"])
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return held


def linear(matcher: Matcher) -> list[list[object]]:
    """CPU time of a post eight times as long, as a multiple: 8 is in step with the length."""
    units = (
        "a\u0316\u0301",
        "\uff9e\u0316",
        "\ufdfa",
        "@a.",
        "@a-a.a",
        "#",
        "#aB",
        "\u1100",
        "is ",
    )
    rows = []
    for unit in units:
        took = []
        for length in (20_000, 160_000):
            post = Post(text=(unit * (length // len(unit)))[:length])
            took.append(cpu(lambda post=post: matcher.watches_of(post)))  # type: ignore[misc]
        rows.append([ascii(unit), f"{took[1] * 1e3:.1f}", f"{took[1] / took[0]:.1f}"])
    return rows


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    options.add_argument("--watches", type=common.numbers, default=SIZES, metavar="N,N")
    options.add_argument("--posts", type=int, default=80_000)
    options.add_argument("--mix", choices=["words", "organisations"], default="words")
    options.add_argument("--peers", default=",".join(PEERS), help=f"default: {','.join(PEERS)}")
    options.add_argument("--most-for-peers", type=int, default=10_000, metavar="N")
    chosen = options.parse_args()
    print(common.machine())
    every = posts(chosen.posts + MEASURED)
    texts, seen = every[MEASURED:], every[:MEASURED]
    frequency = measure(Post(text=text) for text in seen)
    made, chance = Words(every), random.Random(7)
    make = made.query if chosen.mix == "words" else made.organisations
    queries = [make(chance) for _ in range(max(chosen.watches))]
    length = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} posts of {length:.0f} characters, e.g. {queries[0]}\n", flush=True)
    matcher = compile_watches(dict(enumerate(queries[:1_000])), frequency)
    in_batches(matcher, texts[:5_000])
    rows = []
    for size in chosen.watches:
        few = queries[:size]
        case = Case(few, texts, frequency, plainly(few, texts[:CHECKED]))
        own, line = ours(case)
        rows.append(line)
        print(common.table(HEADS, [line]), flush=True)
        for name in filter(None, chosen.peers.split(",")):
            if size > chosen.most_for_peers:
                continue
            try:
                rate, line = theirs(PEERS[name], case)
                line[4] = common.figure(own / rate)
                rows.append(line)
                print(common.table(HEADS, [line]), flush=True)
            except (common.Skipped, ImportError) as why:
                print(f"{name}: left out, {why}", file=sys.stderr)
    print("\n" + common.table(HEADS, rows))
    print(
        f"\nMB held with {min(10_000, len(queries)):,} watches: "
        f"{memory(queries[:10_000], frequency):.1f}"
    )
    print("\n" + common.table(("unit", "ms", "8 times as long"), linear(matcher)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
