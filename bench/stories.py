"""Near-duplicates: how well copies with edits are found again among real texts, and how fast.

Real texts are edited as people and campaigns do it (a word replaced, a tag added, cut off at the
end) and mixed with texts that nobody copied. Truth is which text a copy was made from. Beside our
grouping stand exact hashing of the folded text and datasketch's MinHashLSH over the same pairs of
words, with as many numbers in a signature and twice as many, its finds joined as they are and
joined where the estimated likeness is high enough.
"""

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from bench import common

BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
THRESHOLD = 0.6
Groups = list[int]  # by text, the number of its group


def read(path: Path) -> Iterator[str]:
    """Texts of a file: one a line, or the `text` of JSON, JSON lines or CSV."""
    said = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".jsonl":
        yield from (str(json.loads(line)["text"]) for line in said.splitlines() if line.strip())
    elif path.suffix == ".json":
        yield from (str(each["text"]) for each in json.loads(said))
    elif path.suffix == ".csv":
        yield from (row["text"] or "" for row in csv.DictReader(said.splitlines()))
    elif path.suffix == ".tsv":
        yield from (line.partition("\t")[0] for line in said.splitlines())
    else:
        yield from said.splitlines()


def words(text: str) -> list[str]:
    """What grouping looks at: small letters and digits; no addresses and mentions."""
    kept = [part for part in text.split() if not part.startswith("@") and "//" not in part]
    plain = "".join(sign if sign.isalnum() else " " for sign in " ".join(kept).lower())
    return plain.split()


# Edits. Each makes a copy of a text; `stock` are the words of all texts.
Edit = Callable[[str, Random, Sequence[str]], str]


def _spread(share: float, change: Callable[[list[str], int, Random, Sequence[str]], None]) -> Edit:
    """Change a share of the words, at least one."""

    def edit(text: str, chance: Random, stock: Sequence[str]) -> str:
        said = text.split()
        for _ in range(max(1, round(share * len(said)))):
            change(said, chance.randrange(len(said)), chance, stock)
        return " ".join(said)

    return edit


def _replace(said: list[str], place: int, chance: Random, stock: Sequence[str]) -> None:
    said[place] = chance.choice(stock)


def _insert(said: list[str], place: int, chance: Random, stock: Sequence[str]) -> None:
    said.insert(place, chance.choice(stock))


def _delete(said: list[str], place: int, chance: Random, stock: Sequence[str]) -> None:
    if len(said) > 1:
        del said[place]


def _decorate(text: str, chance: Random, stock: Sequence[str]) -> str:
    tag, number = chance.choice(stock), chance.randrange(10**6)
    return f"RT @user{number}: {text} #{tag} https://t.example/{number}"


def _shout(text: str, chance: Random, stock: Sequence[str]) -> str:
    return text.upper().replace(".", "!!!")


def _cut(share: float) -> Edit:
    return lambda text, chance, stock: text[: int(share * len(text))].rpartition(" ")[0] + "…"


def _sign(text: str, chance: Random, stock: Sequence[str]) -> str:
    """As in a campaign: a greeting and a name of one's own around it."""
    return f"Hei! {text} Hilsen {chance.choice(stock)} {chance.choice(stock)}"


EDITS: dict[str, Edit] = {
    "as it is": lambda text, chance, stock: text,
    "CAPITALS": _shout,
    "RT, tag, link": _decorate,
    "greeting": _sign,
    "5 % replaced": _spread(0.05, _replace),
    "10 % replaced": _spread(0.10, _replace),
    "20 % replaced": _spread(0.20, _replace),
    "10 % inserted": _spread(0.10, _insert),
    "10 % deleted": _spread(0.10, _delete),
    "cut at 80 %": _cut(0.8),
    "cut at 60 %": _cut(0.6),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """Texts with the number of the text that each was made from, and how ("": it is that text)."""

    texts: Sequence[str]
    origins: Sequence[int]
    edits: Sequence[str]


def trial(texts: Sequence[str], copied: int, seed: int) -> Trial:
    """Copies of the first texts, one by each edit, in among all, in random order."""
    chance = Random(seed)
    stock = [word for text in texts for word in words(text)]
    rows = [(text, number, "") for number, text in enumerate(texts)]
    rows += [
        (edit(texts[number], chance, stock), number, name)
        for number in range(copied)
        for name, edit in EDITS.items()
    ]
    chance.shuffle(rows)
    return Trial(*(list(column) for column in zip(*rows, strict=True)))


def distinct(paths: Sequence[Path], fewest: int) -> list[str]:
    """Texts that say enough, each once whatever its capitals and signs."""
    found = {
        " ".join(said): text
        for path in paths
        for text in read(path)
        if len(said := words(text)) >= fewest
    }
    return list(found.values())


# Methods


class Sets:
    """What belongs together (union-find)."""

    def __init__(self, count: int) -> None:
        self.above = list(range(count))

    def root(self, place: int) -> int:
        while self.above[place] != place:
            self.above[place] = self.above[self.above[place]]
            place = self.above[place]
        return place

    def join(self, one: int, other: int) -> None:
        self.above[self.root(other)] = self.root(one)

    def groups(self) -> Groups:
        return [self.root(place) for place in range(len(self.above))]


def ours(texts: Sequence[str], batch: int = 500) -> Groups:
    """Signatures and grouping, a batch at a time, as the line does it."""
    from ildsjel.engine.stories import signatures
    from ildsjel.engine.stories.grouping import Grouping, posts_of

    grouping = Grouping()
    for first in range(0, len(texts), batch):
        numbers = range(first, min(first + batch, len(texts)))
        moments = [BEGIN + timedelta(seconds=number) for number in numbers]
        rows = signatures(texts[first : first + batch])
        grouping.take(posts_of(numbers, rows, moments))
    sets = Sets(len(texts))
    for group in grouping.groups():
        posts = [post for wording in group for post in wording.posts]
        for post in posts[1:]:
            sets.join(posts[0], post)
    return sets.groups()


def exact(texts: Sequence[str]) -> Groups:
    """By a hash of the words."""
    return [hash(" ".join(words(text))) for text in texts]


def datasketch(size: int, *, verified: bool) -> Callable[[Sequence[str]], Groups]:
    def group(texts: Sequence[str]) -> Groups:
        from datasketch import MinHash, MinHashLSH

        index, sets = MinHashLSH(threshold=THRESHOLD, num_perm=size), Sets(len(texts))
        made = []
        for place, text in enumerate(texts):
            pairs = {f"{one} {other}".encode() for one, other in pairwise(words(text))}
            made.append(MinHash(num_perm=size, seed=1))
            made[place].update_batch(pairs)
            if not pairs:
                continue
            for other in index.query(made[place]):
                if not verified or made[place].jaccard(made[other]) >= THRESHOLD:
                    sets.join(other, place)
            index.insert(place, made[place])
        return sets.groups()

    return group


METHODS: dict[str, Callable[[Sequence[str]], Groups]] = {
    "ildsjel": ours,
    "exact hashing": exact,
    "datasketch 64": datasketch(64, verified=False),
    "datasketch 64, checked": datasketch(64, verified=True),
    "datasketch 128": datasketch(128, verified=False),
    "datasketch 128, checked": datasketch(128, verified=True),
}


# Scores


def _pairs(counts: Counter[tuple[int, int]] | Counter[int]) -> int:
    return sum(number * (number - 1) // 2 for number in counts.values())


def precision_and_recall(given: Trial, groups: Groups) -> tuple[float, float]:
    """Over all pairs of texts: of those put together, and of those that belong together."""
    both = _pairs(Counter(zip(groups, given.origins, strict=True)))
    put, belong = _pairs(Counter(groups)), _pairs(Counter(given.origins))
    return both / max(put, 1), both / max(belong, 1)


def found_by_edit(given: Trial, groups: Groups) -> dict[str, float]:
    """Which share of the copies stands with the text that it was made from."""
    rows = list(zip(groups, given.origins, given.edits, strict=True))
    home = {origin: group for group, origin, edit in rows if not edit}
    met = Counter(edit for group, origin, edit in rows if edit and home[origin] == group)
    made = Counter(edit for _, _, edit in rows if edit)
    return {edit: met[edit] / made[edit] for edit in EDITS}


@dataclass(frozen=True, slots=True)
class Score:
    name: str
    precision: float
    recall: float
    edits: dict[str, float]
    rate: float


def measure(name: str, given: Trial) -> Score:
    METHODS[name](given.texts[:200])  # what is compiled or loaded once is not counted
    began = time.perf_counter()
    groups = METHODS[name](given.texts)
    rate = len(given.texts) / (time.perf_counter() - began)
    return Score(name, *precision_and_recall(given, groups), found_by_edit(given, groups), rate)


def tables(scores: Sequence[Score]) -> str:
    base = scores[0].rate
    rows = [
        [
            score.name, f"{100 * score.precision:.2f}", f"{100 * score.recall:.2f}",
            f"{200 * score.precision * score.recall / (score.precision + score.recall):.2f}",
            common.figure(score.rate), f"{base / score.rate:.2f}",
        ]
        for score in scores
    ]  # fmt: skip
    heads = ("method", "precision %", "recall %", "F1 %", "posts/s", "ours / theirs")
    edits = [[name, *(f"{100 * score.edits[name]:.1f}" for score in scores)] for name in EDITS]
    by_edit = common.table(("found by edit, %", *(score.name for score in scores)), edits)
    return f"{common.table(heads, rows)}\n\n{by_edit}"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.stories", description=__doc__)
    options.add_argument("--texts", type=Path, nargs="+", required=True, metavar="FILE")
    options.add_argument("--copied", type=int, default=1000, help="texts that are copied")
    options.add_argument("--fewest", type=int, default=7, help="words of a text (default: 7)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--methods", default=",".join(METHODS).replace(", checked", "+"))
    given = options.parse_args()
    texts = distinct(given.texts, given.fewest)
    Random(given.seed).shuffle(texts)
    made = trial(texts, min(given.copied, len(texts)), given.seed)
    print(common.machine())
    print(f"{len(texts):,} texts, {len(made.texts) - len(texts):,} copies of {given.copied:,}\n")
    names = [name.replace("+", ", checked") for name in given.methods.split(",")]
    print(tables([measure(name, made) for name in names]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
