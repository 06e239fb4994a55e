"""Writes to organisations, people and calendars. Each is one transaction, checked and recorded."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

import holidays as public_holidays
from django.db import transaction
from django.utils.text import slugify

from ildsjel.organisation.audit import record, replan, require, require_own
from ildsjel.organisation.models import (
    ApiToken,
    Calendar,
    CalendarOverride,
    Holiday,
    Invitation,
    Member,
    NotAllowed,
    Organisation,
    Pulse,
    Right,
    Role,
    SampleOrder,
    SampleState,
    SetupLink,
    User,
    utc_now,
)
from ildsjel.organisation.queries import digest_of

INVITATION_LASTS = timedelta(days=14)
Week = list[list[list[str]]]


class LastOwner(NotAllowed):
    """An organisation must keep one owner."""


class WasRemoved(NotAllowed):
    """Who was let out comes in again only by a new invitation to their own address."""


@transaction.atomic
def create_user(
    *,
    email: str,
    password: str | None,
    name: str,
    language: str = "",
    hashed: str = "",
    operator: bool = False,
) -> User:
    """A new person. Raises IntegrityError when the address is taken.

    `hashed` is a password that was hashed earlier with `make_password`, in place of `password`.
    An operator may make more organisations in this installation.
    """
    user = User.objects.create_user(
        email, password, name=name, language=language, is_operator=operator
    )
    if hashed:
        user.password = hashed
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def create_organisation(
    *,
    name: str,
    owner: User,
    language: str,
    timezone: str,
    country: str = "",
    simulated: bool = False,
) -> Member:
    """A new organisation with its first owner, whose membership is returned."""
    organisation = Organisation.objects.create(
        name=name,
        slug=_free_slug(name),
        language=language,
        timezone=timezone,
        country=country,
        simulated=simulated,
    )
    Pulse.objects.create(organisation=organisation)
    member = Member.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    record(organisation, "organisation.create", by=member, target=organisation)
    return member


def _free_slug(name: str) -> str:
    plain = name.replace("ø", "o").replace("Ø", "o").replace("æ", "ae")
    base = slugify(plain)[:50] or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


@transaction.atomic
def update_organisation(
    *, by: Member, name: str, language: str, timezone: str, country: str, archive_days: int
) -> Organisation:
    """Change the organisation itself. `archive_days`: how long public posts are kept in the
    archive; 0 keeps none."""
    require(by, Right.SETTINGS)
    organisation = by.organisation
    organisation.name, organisation.language = name, language
    organisation.timezone, organisation.country = timezone, country
    before, organisation.archive_days = organisation.archive_days, archive_days
    organisation.save(update_fields=["name", "language", "timezone", "country", "archive_days"])
    details = {"before": {"archive_days": before}, "after": {"archive_days": archive_days}}
    told = details if before != archive_days else {}
    record(organisation, "organisation.update", by=by, target=organisation, details=told)
    return organisation


@transaction.atomic
def remove_simulated(*, by: Member) -> None:
    """Remove a sample organisation with all it holds. Real organisations are refused."""
    require(by, Right.SETTINGS)
    if not by.organisation.simulated:
        raise NotAllowed("only a simulated organisation is removed this way")
    by.organisation.delete()


@transaction.atomic
def add_member(*, by: Member, user: User, role: str) -> Member:
    """Make a person a member, or give a member another role. Raises `LastOwner`."""
    require(by, Right.PEOPLE)
    member = _made_member(by.organisation, user, role)
    record(by.organisation, "member.add", by=by, target=member, details={"role": role})
    return member


def _made_member(organisation: Organisation, user: User, role: str) -> Member:
    known = Member.objects.filter(organisation=organisation, user=user).first()
    if known is not None:
        _must_keep_an_owner(known, role=role, active=True)
    member, _ = Member.objects.update_or_create(
        organisation=organisation, user=user, defaults={"role": role, "active": True}
    )
    return member


def _must_keep_an_owner(member: Member, *, role: str, active: bool) -> None:
    """Raise `LastOwner` where this change to a member would leave nobody who owns."""
    owners = Member.objects.select_for_update().filter(
        organisation=member.organisation_id, role=Role.OWNER, active=True
    )
    stays_owner = active and role == Role.OWNER
    if not stays_owner and [owner.pk for owner in owners] == [member.pk]:
        raise LastOwner("an organisation must keep one owner")


@transaction.atomic
def change_member(*, by: Member, member: Member, role: str, active: bool) -> Member:
    """Give another role, or let a person out or in again. The last owner can't be taken away.

    Unused invitations to one who is let out are withdrawn: they must not lead in again.
    """
    require(by, Right.PEOPLE)
    require_own(by, member)
    _must_keep_an_owner(member, role=role, active=active)
    if member.active and not active:
        for invitation in _unused_invitations(member):
            withdraw_invitation(by=by, invitation=invitation)
    before = {"role": member.role, "active": member.active}
    member.role, member.active = role, active
    member.save(update_fields=["role", "active"])
    details = {"before": before, "after": {"role": role, "active": active}}
    record(by.organisation, "member.change", by=by, target=member, details=details)
    return member


def _unused_invitations(member: Member) -> list[Invitation]:
    rows = Invitation.objects.filter(organisation=member.organisation_id, used_at=None)
    return list(rows.filter(email__iexact=member.user.email))


@transaction.atomic
def invite(*, by: Member, email: str, role: str) -> str:
    """Make a one-time link's secret for a person to join with; shown once and never kept."""
    require(by, Right.PEOPLE)
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organisation=by.organisation,
        email=email.lower(),
        role=role,
        digest=digest_of(secret),
        expires_at=utc_now() + INVITATION_LASTS,
    )
    details = {"email": email, "role": role}
    record(by.organisation, "member.invite", by=by, target=invitation, details=details)
    return secret


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> Member:
    """Join with an invitation; it can't be used a second time, nor by those who are in already.

    Raises `WasRemoved` for one who was let out, unless the invitation is to their own address:
    those from before were withdrawn then, so this one was meant.
    """
    known = Member.objects.filter(organisation=invitation.organisation, user=user).first()
    if known is not None and known.active:
        raise NotAllowed("already a member")
    if known is not None and invitation.email != user.email.lower():
        raise WasRemoved("was let out, and this invitation is to somebody else")
    used = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=utc_now())
    if not used:
        raise NotAllowed("the invitation has been used")
    member, _ = Member.objects.update_or_create(
        organisation=invitation.organisation,
        user=user,
        defaults={"role": invitation.role, "active": True},
    )
    record(invitation.organisation, "member.join", by=member, target=member)
    return member


@transaction.atomic
def withdraw_invitation(*, by: Member, invitation: Invitation) -> None:
    """Stop an invitation that nobody has used; its link no longer works."""
    require(by, Right.PEOPLE)
    require_own(by, invitation)
    details = {"email": invitation.email, "role": invitation.role}
    record(by.organisation, "member.uninvite", by=by, target=invitation, details=details)
    Invitation.objects.filter(pk=invitation.pk, used_at=None).delete()


@transaction.atomic
def join(*, invitation: Invitation, name: str, password: str, language: str = "") -> Member:
    """A new person at the invited address, who becomes a member at once.

    Raises IntegrityError when the address is taken, and `NotAllowed` when the link was used.
    """
    user = create_user(email=invitation.email, password=password, name=name, language=language)
    return accept_invitation(invitation=invitation, user=user)


@transaction.atomic
def update_person(*, user: User, name: str, language: str) -> None:
    """A person's name, and the language that they read ("": as the browser says)."""
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])


@transaction.atomic
def open_setup() -> str:
    """The secret of a fresh one-time set-up link; older unused ones stop working."""
    SetupLink.objects.filter(used_at=None).delete()
    secret = secrets.token_urlsafe(24)
    SetupLink.objects.create(digest=digest_of(secret))
    return secret


@transaction.atomic
def close_setup(secret: str) -> None:
    """Mark the set-up link as used; `NotAllowed` if somebody was there first."""
    link = SetupLink.objects.filter(digest=digest_of(secret), used_at=None)
    if not link.update(used_at=utc_now()):
        raise NotAllowed("the set-up link has been used")


@transaction.atomic
def end_setup() -> None:
    """Stop set-up links that nobody has used: the installation has its organisation."""
    SetupLink.objects.filter(used_at=None).delete()


@transaction.atomic
def order_sample(*, user: User) -> None:
    """Ask the loop for a sample organisation to look around in. One who has one, or for whom one
    is being made, gets no second."""
    mine = SampleOrder.objects.filter(user=user)
    mine.filter(state=SampleState.DONE).exclude(organisation__members__user=user).delete()
    mine.filter(state=SampleState.FAILED).update(state=SampleState.STOPPED, due_at=utc_now())
    # Whoever presses twice at once meets the constraint.
    SampleOrder.objects.bulk_create(
        [SampleOrder(user=user, due_at=utc_now())], ignore_conflicts=True
    )


@transaction.atomic
def stop_sample(*, user: User) -> bool:
    """Stop the making of a sample; the loop removes what there is of it. False where it is too
    late for that, or nothing was being made."""
    running = SampleOrder.objects.filter(user=user, state=SampleState.RUNNING)
    return bool(running.update(state=SampleState.STOPPED, due_at=utc_now()))


@transaction.atomic
def save_calendar(
    *,
    by: Member,
    name: str,
    timezone: str,
    country: str,
    weekly: Week,
    calendar: Calendar | None = None,
) -> Calendar:
    """Write opening hours. Promises already given keep the time that they were given."""
    require(by, Right.DESKS)
    calendar = calendar or Calendar(organisation=by.organisation, version=0)
    require_own(by, calendar)
    calendar.name, calendar.timezone, calendar.country = name, timezone, country
    calendar.weekly = weekly
    calendar.version = _next_version(calendar)
    calendar.save()
    write_holidays(country)
    record(by.organisation, "calendar.save", by=by, target=calendar, details={"weekly": weekly})
    replan(by.organisation_id)
    return calendar


@transaction.atomic
def remove_calendar(*, by: Member, calendar: Calendar) -> None:
    """Delete opening hours that no desk uses. Raises ProtectedError where one does."""
    require(by, Right.DESKS)
    require_own(by, calendar)
    details = {"name": calendar.name, "weekly": calendar.weekly}
    record(by.organisation, "calendar.remove", by=by, target=calendar, details=details)
    calendar.delete()


@transaction.atomic
def override_day(
    *, by: Member, calendar: Calendar, day: date, intervals: list[list[str]], note: str = ""
) -> CalendarOverride:
    """Other hours on one day; no intervals means closed."""
    require(by, Right.DESKS)
    require_own(by, calendar)
    row, _ = CalendarOverride.objects.update_or_create(
        calendar=calendar, date=day, defaults={"intervals": intervals, "note": note}
    )
    _new_version(calendar)
    details = {"date": day.isoformat(), "intervals": intervals, "note": note}
    record(by.organisation, "calendar.override", by=by, target=calendar, details=details)
    replan(by.organisation_id)
    return row


@transaction.atomic
def remove_override(*, by: Member, override: CalendarOverride) -> None:
    require(by, Right.DESKS)
    require_own(by, override.calendar)
    details = {"date": override.date.isoformat(), "intervals": override.intervals}
    record(by.organisation, "calendar.plain", by=by, target=override.calendar, details=details)
    override.delete()
    _new_version(override.calendar)
    replan(by.organisation_id)


def _new_version(calendar: Calendar) -> None:
    calendar.version = _next_version(calendar)
    calendar.save(update_fields=["version"])


def _next_version(calendar: Calendar) -> int:
    """One more than is stored; two who write at once must not give theirs the same number."""
    rows = Calendar.objects.select_for_update().filter(pk=calendar.pk)
    return (rows.values_list("version", flat=True).first() or 0) + 1


def write_holidays(country: str, years: Sequence[int] | None = None) -> int:
    """Keep public holidays as rows for this year and the two that follow; days already kept stay.

    Sweden's closed eves are kept too: offices close, though the law does not call them holidays.
    """
    if country not in public_holidays.list_supported_countries():
        return 0
    this_year = utc_now().year
    categories = ("public", "de_facto") if country == "SE" else ("public",)
    wanted = list(years or range(this_year, this_year + 3))
    # In the country's own language, whatever the machine's: all who read the rows share them.
    own = public_holidays.country_holidays(country, categories=categories).default_language
    found = public_holidays.country_holidays(
        country, years=wanted, categories=categories, language=own
    )
    rows = [Holiday(country=country, date=day, name=name[:120]) for day, name in found.items()]
    return len(Holiday.objects.bulk_create(rows, ignore_conflicts=True))


@transaction.atomic
def create_token(*, by: Member, name: str) -> str:
    """A new API token with the member's own rights; the secret is returned once and never kept."""
    require(by, Right.READ)
    secret = f"ild_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organisation=by.organisation,
        member=by,
        name=name,
        digest=digest_of(secret),
        hint=secret[:8],
    )
    record(by.organisation, "token.create", by=by, target=token, details={"name": name})
    return secret


@transaction.atomic
def revoke_token(*, by: Member, token: ApiToken) -> None:
    """Stop a token: one's own, or anybody's for those who look after people."""
    require_own(by, token)
    if token.member_id != by.pk:
        require(by, Right.PEOPLE)
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=utc_now())
    record(by.organisation, "token.revoke", by=by, target=token, details={"name": token.name})


def note_visit(member: Member, gap: timedelta = timedelta(minutes=30)) -> None:
    """Remember when a member was here; a pause of `gap` begins a new visit."""
    now = utc_now()
    last = member.visited_at
    if last is not None and now - last < timedelta(minutes=1):
        return
    fields: dict[str, object] = {"visited_at": now}
    if last is None or now - last > gap:
        fields["previous_visit_at"] = last
        member.previous_visit_at = last
    member.visited_at = now
    Member.objects.filter(pk=member.pk).update(**fields)


@transaction.atomic
def enrol(*, organisation: Organisation, user: User, role: str) -> Member:
    """Make a person a member from the command line, where the one who acts owns the machine."""
    member = _made_member(organisation, user, role)
    record(organisation, "member.add", by=None, target=member, details={"role": role})
    return member


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    """A new password; sessions that were open end."""
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def switch_user(*, user: User, on: bool) -> None:
    """Let a person in, or keep them out; open sessions end with the next request."""
    user.is_active = on
    user.save(update_fields=["is_active"])
