"""What matching looks at in a post, and the whole values (accounts, hosts, languages) in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from ildsjel.engine.items import Address, Item
from ildsjel.engine.matching.nodes import Zone
from ildsjel.engine.text import fold

MAX_TEXT = 200_000  # characters of a post that are searched; longer posts are searched so far
_MAX_KEY = 400  # characters of an account or a host
_MAX_CODE = 35  # of a language
_HOST = regex.compile(r"^[a-z][a-z0-9+.-]{0,20}://(?:[^/?#@]{0,200}@)?([^/?#:@]{1,253})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`tags` are without their sign, `accounts` the author's handle and id, `languages` BCP 47
    codes, `urls` the post's own address and what it links to; `flags` hold "reply", "repost" and
    "media"."""

    text: str
    title: str = ""
    tags: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    author_name: str = ""
    languages: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    location: str = ""
    flags: tuple[str, ...] = ()


def as_post(item: Item, languages: tuple[str, ...] | None = None) -> Post:
    """An item of a connector, as matching looks at it; `languages`, where given, in place of those
    that the network declared."""
    reply = bool(item.parent_id) or item.address is Address.REPLY
    flags: tuple[str, ...] = ("reply",) if reply else ()
    if item.repost:
        flags += ("repost",)
    if item.media:
        flags += ("media",)
    return Post(
        text=item.text,
        title=item.title,
        tags=item.tags,
        accounts=(item.author.handle, item.author.external_id),
        author_name=item.author.name,
        languages=item.languages if languages is None else languages,
        urls=(item.url, *item.links),
        flags=flags,
    )


def keys_of(post: Post) -> Iterator[tuple[Zone, str]]:
    """The whole values of a post, folded, each once."""
    for account in post.accounts:
        yield from ((Zone.ACCOUNT, key) for key in account_keys(account))
    for host in dict.fromkeys(map(host_of, post.urls)):
        yield from ((Zone.SITE, key) for key in _host_keys(host))
    for code in post.languages:
        yield from ((Zone.LANGUAGE, key) for key in _language_keys(code))
    yield from ((Zone.FLAG, flag) for flag in post.flags)


def account_keys(account: str) -> list[str]:
    """`name.example.org` is found by the whole of it and by `name`."""
    whole = fold(account[:_MAX_KEY]).lstrip("@")
    short = whole.partition("@")[0].partition(".")[0]
    return list(dict.fromkeys(filter(None, (whole, short))))


def host_of(url: str) -> str:
    """The host that an address names, folded; empty where it names none."""
    match = _HOST.match(fold(url[:1000]))
    return match[1].strip(".") if match else ""


def _host_keys(host: str) -> Iterator[str]:
    """A host is found by its own name and by those of the domains that it is in."""
    while host:
        yield host
        host = host.partition(".")[2]


def _language_keys(code: str) -> list[str]:
    """`nb-NO` is found by itself, by `nb` and, as Norwegian, by `no`."""
    whole = fold(code[:_MAX_CODE]).replace("_", "-")
    base = whole.partition("-")[0]
    parent = "no" if base in ("nb", "nn") else ""
    return list(dict.fromkeys(filter(None, (whole, base, parent))))
