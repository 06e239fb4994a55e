"""`ildsjel language`: texts in, languages out, line by line."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ildsjel.cli.errors import CommandError
from ildsjel.engine.language import LEAST, Identified, identify

_CHUNK = 1 << 20  # bytes read at once where they are there at once


def run(options: argparse.Namespace) -> int:
    """Answer each line as soon as it has come."""
    least = LEAST if options.least is None else options.least
    with _source(options.file) as source:
        for texts in _batches(source):
            found = identify(texts, least=least)
            sys.stdout.write("".join(map(_line, found)))
            sys.stdout.flush()
    return 0


def _source(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as fault:
        raise CommandError(f"cannot read {file}: {fault.strerror}") from fault


def _batches(source: BinaryIO) -> Iterator[list[str]]:
    """Whole lines, as many as have come; what is no UTF-8 is passed over as unknown signs."""
    rest = b""
    read = getattr(source, "read1", source.read)
    while chunk := read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield [_text(line) for line in lines]
    if rest:
        yield [_text(rest)]


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")


def _line(found: Identified) -> str:
    others = ",".join(f"{code}:{chance:.3f}" for code, chance in found.alternatives)
    return f"{'+'.join(found.codes) or 'und'}\t{found.probability:.3f}\t{others}\n"
