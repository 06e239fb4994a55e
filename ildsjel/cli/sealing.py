"""`ildsjel reseal`: after a change of the secret key, what the old one sealed is sealed anew."""

import argparse
import getpass
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from allauth.mfa.models import Authenticator
from django.conf import settings

from ildsjel.channels.actions import reseal_secrets
from ildsjel.channels.queries import sealed_channels
from ildsjel.channels.sealing import SealBroken
from ildsjel.cli.errors import CommandError
from ildsjel.web.accounts import reseal_two_step

CURRENT = "is sealed with the key of today"
OLD, SEALED = "would be sealed anew", "is sealed anew"
BROKEN = "can't be opened with these keys"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something sealed: what it is called, and what seals it anew (False: it was already)."""

    name: str
    reseal: Callable[..., bool]


def run(options: argparse.Namespace) -> int:
    """Say of everything sealed how it is, and seal anew what an old key sealed."""
    keys = _old_keys(options.ask)
    outcomes = Counter(_outcome(each, keys, options.dry_run) for each in _everything())
    for words, count in outcomes.items():
        print(f"{count} {words}" if count > 1 else f"1 {words}", file=sys.stderr)
    if not outcomes:
        print("Nothing is sealed here.", file=sys.stderr)
    return 3 if outcomes[BROKEN] else 0


def _outcome(sealed: Sealed, old_keys: Sequence[str], dry: bool) -> str:
    try:
        fresh = sealed.reseal(old_keys=old_keys, dry=dry)
    except SealBroken:
        outcome = BROKEN
    else:
        outcome = (OLD if dry else SEALED) if fresh else CURRENT
    print(f"{sealed.name}: {outcome}")
    return outcome


def _everything() -> Iterator[Sealed]:
    for channel in sealed_channels():
        name = f"channel {channel.name} ({channel.organisation})"
        yield Sealed(name, partial(reseal_secrets, channel=channel))
    for row in Authenticator.objects.select_related("user").order_by("user__email", "pk"):
        yield Sealed(f"two-step sign-in of {row.user.email}", partial(reseal_two_step, pk=row.pk))


def _old_keys(ask: bool) -> list[str]:
    """From the environment, or typed unseen: on the command line others could read them."""
    if ask:
        typed = getpass.getpass("The old key: ").strip()
        if not typed:
            raise CommandError("no key was given")
        return [typed]
    if not settings.SECRET_KEY_FALLBACKS:
        raise CommandError("give the old key as ILDSJEL_SECRET_KEY_FALLBACKS, or use --ask")
    return list(settings.SECRET_KEY_FALLBACKS)
