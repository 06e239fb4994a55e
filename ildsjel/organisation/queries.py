"""Reads of organisations, members and opening hours."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from ildsjel.engine.business_time import Calendar as OpeningHours
from ildsjel.engine.business_time import Interval
from ildsjel.organisation.models import (
    ApiToken,
    AuditEntry,
    Calendar,
    CalendarOverride,
    Holiday,
    Invitation,
    Member,
    Organisation,
    Pulse,
    Right,
    SampleOrder,
    SampleState,
    SetupLink,
    User,
    utc_now,
)


def digest_of(secret: str) -> str:
    """What is kept of a link or token: enough to recognise it, too little to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def memberships(user: User) -> QuerySet[Member]:
    """The organisations that a person belongs to, by name."""
    return (
        Member.objects.filter(user=user, active=True)
        .select_related("organisation", "user")
        .order_by("organisation__name")
    )


def member_for(user: User, slug: str) -> Member | None:
    """The person's membership of the organisation with that slug, if they belong to it."""
    return memberships(user).filter(organisation__slug=slug).first()


def members_of(member: Member) -> QuerySet[Member]:
    """All members of the same organisation, by name."""
    return (
        Member.objects.filter(organisation=member.organisation)
        .select_related("user")
        .order_by("-active", "user__name")
    )


def colleague(member: Member, pk: int) -> Member | None:
    """An active member of the same organisation."""
    return members_of(member).filter(pk=pk, active=True).first()


def most_recent(user: User) -> Member | None:
    """The membership that a person used last, for pages that belong to no organisation."""
    rows = memberships(user).order_by(F("visited_at").desc(nulls_last=True), "pk")
    return rows.first()


def invitations(member: Member) -> QuerySet[Invitation]:
    """Invitations that nobody has used, newest first; for those who look after people."""
    if not member.can(Right.PEOPLE):
        return Invitation.objects.none()
    return Invitation.objects.of(member).filter(used_at=None).order_by("-created_at", "-pk")


def own_tokens(user: User) -> QuerySet[ApiToken]:
    """A person's API tokens in all their organisations, without those that were stopped."""
    rows = ApiToken.objects.filter(member__user=user, member__active=True, revoked_at=None)
    return rows.select_related("organisation", "member").order_by("-created_at", "-pk")


def calendars(member: Member) -> QuerySet[Calendar]:
    """The organisation's opening hours, by name."""
    return Calendar.objects.of(member).order_by("name", "pk")


def audit_trail(member: Member) -> QuerySet[AuditEntry]:
    """The organisation's trail, newest first; empty for those without the right."""
    if not member.can(Right.AUDIT):
        return AuditEntry.objects.none()
    return AuditEntry.objects.of(member).order_by("-at", "-pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which entries of the trail to show; `begins` is how an action's name begins, as "desk."."""

    person: int | None = None
    begins: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, and the marks where newer and older pages begin ("": none)."""

    rows: list[AuditEntry]
    newer: str
    older: str


def trail_page(
    member: Member, wanted: TrailFilter, *, after: str = "", before: str = "", size: int = 50
) -> TrailPage:
    """One page of the trail by key. Days are those of the organisation's own time zone."""
    rows = _filtered(audit_trail(member), wanted, ZoneInfo(member.organisation.timezone))
    older_than, newer_than = _trail_mark(after), _trail_mark(before)
    if newer_than is not None and older_than is None:
        at, pk = newer_than
        beyond = rows.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk)).order_by("at", "pk")
        found = list(beyond[: size + 1])
        more, found = len(found) > size, found[size - 1 :: -1] if found else []
        return TrailPage(found, _mark(found[0]) if more else "", _mark(found[-1]) if found else "")
    if older_than is not None:
        at, pk = older_than
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    newer = _mark(found[0]) if found and older_than else ""
    return TrailPage(found, newer, _mark(found[-1]) if more else "")


def _filtered(
    rows: QuerySet[AuditEntry], wanted: TrailFilter, zone: ZoneInfo
) -> QuerySet[AuditEntry]:
    if wanted.person:
        rows = rows.filter(member_id=wanted.person)
    if wanted.begins:
        rows = rows.filter(action__startswith=wanted.begins)
    if wanted.since:
        rows = rows.filter(at__gte=datetime.combine(wanted.since, time(0), zone))
    if wanted.until:
        next_day = datetime.combine(wanted.until + timedelta(days=1), time(0), zone)
        rows = rows.filter(at__lt=next_day)
    return rows


def _mark(entry: AuditEntry) -> str:
    return f"{entry.at.isoformat()}_{entry.pk}"


def _trail_mark(text: str) -> tuple[datetime, int] | None:
    moment, _, pk = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(pk)) if at.tzinfo and pk.isdecimal() and len(pk) < 19 else None


def pulse_of(organisation_id: int) -> int:
    """A number that grows with each change a page may show."""
    found = Pulse.objects.filter(pk=organisation_id).values_list("version", flat=True).first()
    return found or 0


def member_of_token(secret: str) -> Member | None:
    """The member whose API token this is, or None for an unknown or revoked one."""
    token = (
        ApiToken.objects.select_related("member__organisation", "member__user")
        .filter(digest=digest_of(secret), revoked_at=None, member__active=True)
        .first()
    )
    if token is None or not token.member.user.is_active:
        return None
    now = utc_now()
    if token.used_at is None or now - token.used_at > timedelta(minutes=5):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token.member


def invitation_for(secret: str) -> Invitation | None:
    """The invitation behind a link, unless it was used or has run out."""
    return (
        Invitation.objects.select_related("organisation")
        .filter(digest=digest_of(secret), used_at=None, expires_at__gt=utc_now())
        .first()
    )


def setup_is_open(secret: str) -> bool:
    """Whether this is the one-time set-up link and nobody has used it."""
    return SetupLink.objects.filter(digest=digest_of(secret), used_at=None).exists()


def somebody_can_sign_in() -> bool:
    return User.objects.filter(is_active=True).exists()


def sample_order(user: User) -> SampleOrder | None:
    """The sample that is being made for a person, was made, or could not be made."""
    rows = SampleOrder.objects.filter(user=user).exclude(state=SampleState.STOPPED)
    return rows.select_related("organisation").order_by("-pk").first()


def organisations() -> QuerySet[Organisation]:
    """Every organisation of the installation; for the loop and the commands, never for a page."""
    return Organisation.objects.order_by("pk")


def opening_hours(calendar: Calendar) -> OpeningHours:
    """A calendar with its overrides and holidays as the engine's value."""
    holidays = Holiday.objects.filter(country=calendar.country).values_list("date", flat=True)
    return OpeningHours(
        timezone=calendar.timezone,
        weekly=tuple(intervals_of(day) for day in calendar.weekly),
        overrides={row.date: intervals_of(row.intervals) for row in calendar.overrides.all()},
        holidays=frozenset(holidays) if calendar.country else frozenset(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One date in a calendar: its hours, and what makes it differ from the plain week."""

    date: date
    intervals: list[list[str]]
    holiday: str = ""
    override: CalendarOverride | None = None


def next_days(calendar: Calendar, count: int = 7) -> list[Day]:
    """The coming days from today on, as this calendar has them."""
    today = utc_now().astimezone(ZoneInfo(calendar.timezone)).date()
    days = [today + timedelta(days=number) for number in range(count)]
    special = _special(calendar, days[0], days[-1])
    return [special.get(day) or _plain_day(calendar, day) for day in days]


def special_days(calendar: Calendar, days: int = 366) -> list[Day]:
    """Public holidays and days with other hours, in order, from today on."""
    today = utc_now().astimezone(ZoneInfo(calendar.timezone)).date()
    found = _special(calendar, today, today + timedelta(days=days))
    return [found[day] for day in sorted(found)]


def _plain_day(calendar: Calendar, day: date) -> Day:
    return Day(date=day, intervals=calendar.weekly[day.weekday()])


def _special(calendar: Calendar, first: date, last: date) -> dict[date, Day]:
    kept = Holiday.objects.filter(country=calendar.country or "-", date__range=(first, last))
    names = dict(kept.values_list("date", "name"))
    found = {day: Day(date=day, intervals=[], holiday=name) for day, name in names.items()}
    for row in calendar.overrides.filter(date__range=(first, last)):
        holiday = names.get(row.date, "")
        found[row.date] = Day(date=row.date, intervals=row.intervals, holiday=holiday, override=row)
    return found


def intervals_of(day: list[list[str]]) -> tuple[Interval, ...]:
    """[["08:00", "15:30"], …] as the engine's intervals."""
    return tuple((clock_time(start), clock_time(end)) for start, end in day)


def clock_time(text: str) -> time:
    """A time of day such as "08:00"; "24:00" is the midnight that ends the day."""
    return time(0) if text == "24:00" else time.fromisoformat(text)


def countries_in_use() -> list[str]:
    """The countries whose holidays some calendar asks for."""
    rows = Calendar.objects.exclude(country="").order_by("country")
    return list(rows.values_list("country", flat=True).distinct())


def pulses_of(organisation_ids: Iterable[int]) -> dict[int, int]:
    """The pulses of several organisations at once."""
    rows = Pulse.objects.filter(pk__in=list(organisation_ids))
    return dict(rows.values_list("pk", "version"))
