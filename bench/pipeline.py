"""Posts a second through the whole of `engine.pipeline`, and the share of each step.

    python -m bench.pipeline [--jetstream FILE] [--watches 1000,10000]

From the messages of Jetstream as they come over the wire to outcomes: decode, match, language,
near-duplicates, topic and desk, route. CPU seconds of one core, beside reading the messages as JSON
and doing nothing with them, the physical limit. `--jetstream` names real messages, one a line,
whose shapes are taken; else they are made here. Texts, and watches of their words, are those of
`bench.matching`: real ones where `ILDSJEL_SHARED` names a folder of them, else those of the
simulated municipality.

Two mixes: `firehose`, where one post in a hundred is kept, and `all kept`, where each is stored and
a third opens a conversation, as in an import.
"""

import argparse
import gc
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench import common
from bench.matching import MEASURED, Words, posts
from ildsjel.connectors.bluesky.events import Folder
from ildsjel.engine import pipeline
from ildsjel.engine.items import Item
from ildsjel.engine.matching import Post, compile_watches
from ildsjel.engine.matching.anchors import measure
from ildsjel.engine.pipeline import Plan
from ildsjel.engine.routing import Rule, compile_rules
from ildsjel.engine.topics import Example, TopicModel, train

BATCH = 500  # as a stream gives them
POSTS = 20_000
TIMES = 3
NAME = "bergvik"  # stands in no text, so that we choose how many posts match
BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
# How each step is named in the table, by the function of the pipeline that does it.
STEPS = {
    "_hits": "match",
    "_languages": "language",
    "_signed": "near-duplicate",
    "_learned": "topic and desk",
    "_routed": "route",
}


def posts_of(file: Path | None, count: int) -> list[dict[str, Any]]:
    """Jetstream's messages that bring a post, each with a text and a record key of its own."""
    shapes = list(_real(file) if file else _made())
    random.Random(1).shuffle(shapes)
    texts = posts(count)
    return [_filled(shapes[at % len(shapes)], at, text) for at, text in enumerate(texts)]


def _real(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_bytes().splitlines():
        message = orjson.loads(line)
        commit = message.get("commit", {})
        if commit.get("operation") == "create" and commit["collection"] == "app.bsky.feed.post":
            yield message


def _made() -> Iterator[dict[str, Any]]:
    for number in range(1000):
        did = f"did:plc:{number % 997:024d}"
        at = int(BEGIN.timestamp()) + number
        record: dict[str, Any] = {
            "$type": "app.bsky.feed.post",
            "createdAt": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
            "langs": ["nb"],
        }
        if number % 2:
            parent = {"cid": f"bafyrei{number:052d}", "uri": f"at://{did}/app.bsky.feed.post/3kaa"}
            record["reply"] = {"parent": parent, "root": parent}
        if number % 4 == 0:
            image = {"$type": "blob", "ref": {"$link": f"bafkrei{number:052d}"}, "size": 481_516}
            pictures = [{"alt": "", "image": image | {"mimeType": "image/jpeg"}}]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": pictures}
        commit = {
            "rev": "3mptbyoeyc22k",
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": "3kaa",
            "record": record,
            "cid": f"bafyrei{number:052d}",
        }
        yield {"did": did, "time_us": at * 1_000_000, "kind": "commit", "commit": commit}


def _filled(message: dict[str, Any], number: int, text: str) -> dict[str, Any]:
    commit = message["commit"]
    record = commit["record"] | {"text": text[:300]}  # as many characters as the network takes
    return message | {"commit": commit | {"rkey": f"{number:013d}", "record": record}}


def with_words(messages: Sequence[dict[str, Any]], every: int) -> list[bytes]:
    """As they come over the wire; each n-th names us."""
    named = (
        _filled(each, number, f"{each['commit']['record']['text'][:280]} {NAME}")
        if number % every == every - 1
        else each
        for number, each in enumerate(messages)
    )
    return [orjson.dumps(message) for message in named]


def decoded(raw: Sequence[bytes]) -> list[Item]:
    folder = Folder()
    for message in raw:
        folder.add(message)
    return folder.items


def batches(raw: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (raw[at : at + BATCH] for at in range(0, len(raw), BATCH))


def topics() -> TopicModel:
    """Learned from what the simulator's citizens write about: its most telling words are labels."""
    labels = {"1": "vei", "2": "vann", "3": "barnehage", "4": "skole", "5": "bibliotek"}
    texts = dict.fromkeys(common.texts())
    found = [
        Example(text, label) for text in texts for label, word in labels.items() if word in text
    ]
    return train(found[:300])


@contextmanager
def timed(took: dict[str, float]) -> Iterator[None]:
    """Count the CPU seconds of the pipeline's steps while this lasts."""
    before = {name: getattr(pipeline, name) for name in STEPS}
    for name, step in before.items():
        setattr(pipeline, name, _counting(step, took, STEPS[name]))
    try:
        yield
    finally:
        for name, step in before.items():
            setattr(pipeline, name, step)


def _counting(step: Callable[..., Any], took: dict[str, float], name: str) -> Callable[..., Any]:
    def counted(*given: Any) -> Any:
        began = time.thread_time()
        try:
            return step(*given)
        finally:
            took[name] += time.thread_time() - began

    return counted


def least(work: Callable[[], object]) -> float:
    """The least CPU seconds of some times."""
    found = []
    for _ in range(TIMES):
        gc.collect()
        began = time.thread_time()
        work()
        found.append(time.thread_time() - began)
    return min(found)


def whole(plan: Plan, raw: Sequence[bytes]) -> int:
    """All of it; how many are kept."""
    kept = 0
    for batch in batches(raw):
        kept += sum(outcome.keep for outcome in pipeline.run(plan, decoded(batch)))
    return kept


def shares(plan: Plan, raw: Sequence[bytes], items: Sequence[Sequence[Item]]) -> dict[str, float]:
    """CPU seconds of each step, of one pass; what is left is "the rest"."""
    took: dict[str, float] = defaultdict(float)
    began = time.thread_time()
    for batch in batches(raw):
        decoded(batch)
    took["decode"] = time.thread_time() - began
    took |= dict.fromkeys(STEPS.values(), 0.0)
    began = time.thread_time()
    with timed(took):
        for some in items:
            pipeline.run(plan, some)
    took["the rest"] = time.thread_time() - began - sum(took[name] for name in STEPS.values())
    return took


def measured(name: str, plan: Plan, raw: Sequence[bytes], expected: int) -> list[list[object]]:
    kept = whole(plan, raw)  # compiles, and fills what is kept by character
    if kept != expected:
        raise SystemExit(f"{name}: kept {kept} of {expected} posts")
    items = [decoded(batch) for batch in batches(raw)]
    limit = least(lambda: [orjson.loads(message) for message in raw])
    total = least(lambda: whole(plan, raw))
    count = len(raw)
    rows: list[list[object]] = [
        [name, "JSON alone", common.figure(count / limit), f"{1e6 * limit / count:.1f}", ""],
        [name, "all", common.figure(count / total), f"{1e6 * total / count:.1f}",
         f"{limit / total:.2f}"],
    ]  # fmt: skip
    took = shares(plan, raw, items)
    every = sum(took.values())
    rows += [
        [name, f"  {step}", "", f"{1e6 * seconds / count:.1f}", f"{seconds / every:.0%}"]
        for step, seconds in took.items()
    ]
    return rows


HEADS = ("mix", "step", "posts/s", "µs a post", "share; all: of JSON alone")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.pipeline", description=__doc__)
    options.add_argument("--jetstream", type=Path, metavar="FILE", help="real messages, one a line")
    options.add_argument("--watches", type=common.numbers, default=[1000, 10_000], metavar="N,N")
    options.add_argument("--posts", type=int, default=POSTS)
    chosen = options.parse_args()
    print(common.machine())
    messages = posts_of(chosen.jetstream, chosen.posts)
    every = with_words(messages, 100)
    texts = [message["commit"]["record"]["text"] for message in messages]
    frequency = measure(Post(text=text) for text in texts[:MEASURED])
    made, chance = Words(posts(40_000)), random.Random(7)
    model = topics()
    rules = [Rule(id=1, name="Roads", desk_id=1, query="vei* OR brøyt*")]
    router = compile_rules(rules, 2)
    length = sum(map(len, texts)) / len(texts)
    size = sum(map(len, every)) / len(every)
    print(f"{len(every):,} posts of {length:.0f} characters, {size:.0f} bytes as they come\n")
    for number in chosen.watches:
        queries = {pk + 2: made.query(chance) for pk in range(number - 1)} | {1: NAME}
        matcher = compile_watches(queries, frequency)
        plan = Plan(
            channel_id=1, matcher=matcher, watches={1}, opening_watches={1}, router=router,
            topics=model, desks=model,
        )  # fmt: skip
        rows = measured("firehose", plan, every, len(every) // 100)
        third = with_words(messages, 3)
        keeping = Plan(
            channel_id=1, matcher=matcher, watches={1}, opening_watches={1}, router=router,
            topics=model, desks=model, keep_all=True,
        )  # fmt: skip
        rows += measured("all kept", keeping, third, len(third))
        print(f"{number:,} watches\n{common.table(HEADS, rows, 2)}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
