"""`ildsjel topics`: learn topics from examples in a file, and suggest them for texts."""

import argparse
import io
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from ildsjel.cli.errors import CommandError
from ildsjel.engine.topics import Example, Suggestion, TopicModel, from_bytes, to_bytes, train

_BATCH = 2000


def learn(options: argparse.Namespace) -> int:
    """Train from examples, write the model and say how good it is on examples held out."""
    if not 0 < options.accuracy <= 1:
        raise CommandError("--accuracy takes a share, such as 0.95")
    examples = list(_examples(options.file))
    unlabelled = list(_texts(options.unlabelled)) if options.unlabelled else []
    model = train(examples, unlabelled=unlabelled, accuracy=options.accuracy)
    try:
        Path(options.out).write_bytes(to_bytes(model))
    except OSError as fault:
        raise CommandError(f"cannot write {options.out}: {fault.strerror}") from fault
    print(_summary(model), file=sys.stderr)
    return 0


def suggest(options: argparse.Namespace) -> int:
    """A suggestion for each text, in order."""
    try:
        model = from_bytes(Path(options.model).read_bytes())
    except OSError as fault:
        raise CommandError(f"cannot read {options.model}: {fault.strerror}") from fault
    show = _as_json if options.format == "jsonl" else _as_columns
    texts = _texts(options.file)
    while batch := list(islice(texts, _BATCH)):
        sys.stdout.write("".join(map(show, model.predict(batch))))
        sys.stdout.flush()
    return 0


def _summary(model: TopicModel) -> str:
    found = model.calibration
    first = f"{len(model)} examples, {len(model.labels)} labels."
    if found.held_out is None:
        return f"{first} Too few to measure how good it is: nothing is automatic."
    second = f"Of examples held out, {found.held_out:.1%} got the right label."
    if found.threshold is None or found.automatic_accuracy is None:
        return (
            f"{first} {second} No probability reaches {found.accuracy:.0%}: nothing is automatic."
        )
    third = f"From a probability of {found.threshold:.3f} on a suggestion is automatic:"
    return (
        f"{first} {second} {third} {found.automatic_share:.1%} of examples held out, "
        f"{found.automatic_accuracy:.1%} of those right."
    )


def _open(file: str) -> TextIO:
    if file == "-":
        return io.TextIOWrapper(sys.stdin.buffer, "utf-8", errors="replace", newline="\n")
    try:
        return Path(file).open(encoding="utf-8-sig", errors="replace", newline="\n")
    except OSError as fault:
        raise CommandError(f"cannot read {file}: {fault.strerror}") from fault


def _examples(file: str) -> Iterator[Example]:
    with _open(file) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = _row(line, f"{file}, line {number}")
            label = row.get("label")
            if not isinstance(label, str | int) or not isinstance(row.get("text"), str):
                raise CommandError(f"{file}, line {number}: there is no text and label")
            yield Example(str(row["text"]), str(label), str(row.get("key") or number))


def _row(line: str, where: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except ValueError as fault:
        raise CommandError(f"{where}: this is not JSON") from fault
    if not isinstance(row, dict):
        raise CommandError(f'{where}: expected an object such as {{"text": "…"}}')
    return row


def _texts(file: str) -> Iterator[str]:
    """JSON objects with `text`, or plain lines: a line is JSON if it begins with a brace."""
    with _open(file) as lines:
        for number, line in enumerate(lines, 1):
            yield _text(line.rstrip("\r\n"), f"{file}, line {number}")


def _text(line: str, where: str) -> str:
    if not line.startswith("{"):
        return line
    text = _row(line, where).get("text")
    if not isinstance(text, str):
        raise CommandError(f"{where}: there is no text")
    return text


def _as_columns(found: Suggestion) -> str:
    others = ",".join(f"{label}:{chance:.4f}" for label, chance in found.alternatives)
    return f"{found.label}\t{found.probability:.4f}\t{others}\n"


def _as_json(found: Suggestion) -> str:
    row = {
        "label": found.label,
        "probability": round(found.probability, 4),
        "alternatives": [[label, round(chance, 4)] for label, chance in found.alternatives],
        "automatic": found.automatic,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"
