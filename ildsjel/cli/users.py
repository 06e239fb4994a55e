"""`ildsjel user …`: people who can sign in."""

import argparse
import getpass
import sys

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from ildsjel.cli.errors import CommandError
from ildsjel.organisation.actions import create_user, enrol, open_setup, set_password, switch_user
from ildsjel.organisation.models import Member, Role, User
from ildsjel.organisation.queries import organisations


def add(options: argparse.Namespace) -> int:
    """Add a person, and a membership where an organisation is named."""
    _valid_email(options.email)
    if options.role not in Role.values:
        raise CommandError(f"there is no role {options.role!r}; choose {', '.join(Role.values)}")
    if User.objects.filter(email__iexact=options.email).exists():
        raise CommandError(f"{options.email} is there already")
    organisation = None
    if options.organisation:
        organisation = organisations().filter(slug=options.organisation).first()
        if organisation is None:
            raise CommandError(f"there is no organisation {options.organisation!r}")
    password = _password(options)
    with transaction.atomic():
        user = create_user(
            email=options.email, password=password, name=options.name or options.email
        )
        if organisation is not None:
            enrol(organisation=organisation, user=user, role=options.role)
    print(f"{user.email} can sign in.")
    return 0


def password(options: argparse.Namespace) -> int:
    user = _user(options.email)
    set_password(user=user, password=_password(options))
    print(f"{user.email} has a new password.")
    return 0


def stop(options: argparse.Namespace) -> int:
    user = _user(options.email)
    switch_user(user=user, on=False)
    print(f"{user.email} can no longer sign in.")
    return 0


def show(options: argparse.Namespace) -> int:
    for user in User.objects.order_by("email"):
        roles = Member.objects.filter(user=user, active=True).select_related("organisation")
        told = ", ".join(f"{m.role} of {m.organisation.slug}" for m in roles) or "no organisation"
        print(f"{user.email}\t{user.name}\t{told}{'' if user.is_active else chr(9) + 'stopped'}")
    return 0


def setup_link(options: argparse.Namespace) -> int:
    print(f"{settings.PUBLIC_URL}/setup/{open_setup()}/")
    return 0


def _user(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"nobody has the address {email}")
    return user


def _valid_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as fault:
        raise CommandError(f"{email!r} is not an e-mail address") from fault


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        typed = sys.stdin.readline().rstrip("\n")
    else:
        typed = getpass.getpass("Password: ")
        if typed != getpass.getpass("The same again: "):
            raise CommandError("the two were not the same")
    try:
        validate_password(typed)
    except ValidationError as fault:
        raise CommandError(" ".join(fault.messages)) from fault
    return typed
