"""`ildsjel watch`: hold queries against a file of posts, and translate those of other tools."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ildsjel.cli.errors import CommandError
from ildsjel.engine.matching import Matcher, Post, Query, QueryError, compile_watches, parse
from ildsjel.engine.matching.anchors import measure
from ildsjel.engine.matching.translate import translate as translated

AT_ONCE = 5_000  # posts in memory
_MEASURED = 3_000  # posts by which the rarity of words is measured
_MANY = 500  # queries for which measuring is worth its time
_IN_PART = 3


def match(options: argparse.Namespace) -> int:
    """Print `post index<TAB>query index` for every match."""
    queries, faulty = _queries(options.queries, _groups(options.groups))
    matcher: Matcher | None = None
    first = 0
    with _opened(options.posts) as lines:
        numbered = enumerate(lines, start=1)
        while chunk := list(islice(numbered, AT_ONCE)):
            posts = [_post(line, number, options.posts) for number, line in chunk]
            faulty = faulty or None in posts
            whole = [post or Post(text="") for post in posts]
            matcher = matcher or _matcher(queries, whole)
            _print(matcher, whole, [post is not None for post in posts], first)
            first += len(posts)
    return _IN_PART if faulty else 0


def _matcher(queries: Mapping[int, Query], posts: Sequence[Post]) -> Matcher:
    known = measure(posts[:_MEASURED]) if len(queries) > _MANY else None
    return compile_watches(queries, known)


def _print(matcher: Matcher, posts: Sequence[Post], read: Sequence[bool], first: int) -> None:
    found = matcher.matches(posts)
    pairs = zip(found["post"].to_pylist(), found["watch"].to_pylist(), strict=True)
    lines = [f"{first + post}\t{watch}\n" for post, watch in pairs if read[post]]
    sys.stdout.write("".join(lines))
    sys.stdout.flush()


def _queries(name: str, groups: Mapping[str, str]) -> tuple[dict[int, Query], bool]:
    """The queries by the number of their line, from 0; and whether any cannot be read."""
    found: dict[int, Query] = {}
    faulty = False
    for number, line in enumerate(_text(name).split("\n")):
        if not line.strip():
            continue
        try:
            found[number] = parse(line.rstrip("\r"), groups=groups)
        except QueryError as fault:
            faulty = True
            _tell(f"{name}:{number + 1}:{fault.position + 1}: {fault.message} {fault.hint}")
    return found, faulty


def _groups(name: str | None) -> dict[str, str]:
    """Saved groups from lines of `name = query`."""
    lines = _text(name).splitlines() if name else []
    pairs = [line.partition("=") for line in lines if line.strip()]
    return {key.strip(): query.strip() for key, _, query in pairs}


def _text(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{name} cannot be read: {fault}") from fault


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as fault:
        raise CommandError(f"{name} cannot be read: {fault}") from fault


def _post(line: bytes, number: int, name: str) -> Post | None:
    """A post from a line of JSON, empty for an empty line; None where it cannot be read."""
    if not line.strip():
        return Post(text="")
    try:
        value = orjson.loads(line)
        if isinstance(value, str):
            return Post(text=value)
        return as_post(value)
    except (orjson.JSONDecodeError, TypeError, AttributeError) as fault:
        _tell(f"{name}:{number}: this is no post: {fault}")
        return None


def as_post(value: Mapping[str, Any]) -> Post:
    """A post from fields of JSON, under the names that are common for them."""
    if len(value) == 1 and "text" in value:
        return Post(text=str(value["text"] or ""))
    author = value.get("author") or ""
    by_name = author if isinstance(author, dict) else {"handle": author}
    named = by_name.get("name") or value.get("author_name") or ""
    handles = (by_name.get("handle"), by_name.get("id"), value.get("author_id"))
    flags = {
        "reply": ("is_reply", "reply", "in_reply_to", "parent_id"),
        "repost": ("is_repost", "repost"),
        "media": ("has_media", "media"),
    }
    return Post(
        text=str(value.get("text") or ""),
        title=str(value.get("title") or ""),
        tags=tuple(tag.removeprefix("#") for tag in _texts(value, "tags", "hashtags")),
        accounts=tuple(str(each) for each in handles if each),
        author_name=str(named),
        languages=_texts(value, "lang", "language", "languages"),
        urls=_texts(value, "url", "urls", "links"),
        location=str(value.get("location") or ""),
        flags=tuple(flag for flag, names in flags.items() if any(map(value.get, names))),
    )


def _texts(value: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        each = value.get(name) or []
        found += [each] if isinstance(each, str) else [str(one) for one in each]
    return tuple(found)


def translate(options: argparse.Namespace) -> int:
    """Print a query of another tool in the language of watches, and what is not in it."""
    source = sys.stdin.read() if options.file == "-" else _text(options.file)
    found = translated(source.strip(), options.dialect)
    print(found.query)
    for each in found.left_out:
        _tell(f"character {each.position + 1}: left out or changed: {each.text} ({each.why})")
    if found.fault:
        raise CommandError(
            f"the translation cannot be read: character {found.fault.position + 1}: "
            f"{found.fault.message} {found.fault.hint}"
        )
    return _IN_PART if found.left_out else 0


def _tell(words: str) -> None:
    print(words.rstrip(), file=sys.stderr)
