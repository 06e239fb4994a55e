"""Counting what is said about each watch, and telling when it is much more than usual.

Counts are by when a post was published, in intervals of five minutes. The last hour is counted anew
each time, so that a post that a slow channel brings late still stands where it belongs; what comes
later than that (imports, catching up, a search through the archive) is not news and never counts.
Each watch costs the same however long it has been listened for; all that is remembered stands in
its `BurstState`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMinute

from ildsjel.engine.bursts import (
    Baseline,
    Prior,
    Signal,
    StateError,
    band,
    dump,
    forecast,
    load,
    observe_all,
    pool,
    usual_hours,
)
from ildsjel.listening.burst_reasons import reason_of
from ildsjel.listening.models import Burst, BurstState, Mention, Watch
from ildsjel.organisation.audit import changed
from ildsjel.work.rows import update_rows

STEP = timedelta(minutes=5)
LATE = timedelta(hours=1)  # a post that comes later than this after it was published does not count
HOUR = int(timedelta(hours=1) / STEP)
BEHIND = 2 * LATE  # after a longer pause the time between is unknown, not silent
LEARNING = 36  # intervals of a new watch before the first alarm
HISTORY = timedelta(days=14)  # what a watch that has been listened for already begins with
BATCH = 50
BEGUN_AT_ONCE = 10
POOLED = 20
FEWEST = 5  # posts in an hour; fewer are no burst, however rare
BEFORE = timedelta(hours=12)  # shown before a burst
SHOWN_HOURS = 48
AHEAD_HOURS = 6
CALM = timedelta(hours=1)  # how long after its last alarm a burst may end
RELIVED_STEP = timedelta(minutes=30)
GROWN = 1.25  # times the posts, before the reason is worked out again

Counts = Mapping[datetime, int]


def count_due(now: datetime) -> int:
    """Count some watches that have not been counted up to now; says how many."""
    until = _floor(now)
    end_of_resting(now)
    begun = begin_states(until)
    states = list(
        BurstState.objects.filter(counted_to__lt=until, watch__enabled=True, watch__removed_at=None)
        .select_related("watch", "organisation")
        .order_by("counted_to", "pk")[:BATCH]
    )
    _count(states, until)
    return begun + len(states)


def live(rows: QuerySet[Mention]) -> QuerySet[Mention]:
    """The mentions that count: others' posts, said while their channel was listened to."""
    said = rows.filter(item__deleted_at=None, item__own=False)
    heard = said.filter(published_at__gte=F("item__channel__created_at"))
    return heard.exclude(item__channel__kind="files")


def end_of_resting(now: datetime) -> None:
    """What goes on about a watch that nobody listens for any more has no end of its own."""
    resting = Q(watch__enabled=False) | ~Q(watch__removed_at=None)
    gone = list(Burst.objects.filter(resting, ended_at=None).values_list("pk", flat=True))
    if gone:
        Burst.objects.filter(pk__in=gone).update(ended_at=now)


def begin_states(until: datetime) -> int:
    """Begin to count watches that are new, or have new words; says how many."""
    moved = Q(burst_state=None) | ~Q(burst_state__query=F("query"))
    rows = Watch.objects.filter(moved, enabled=True, removed_at=None)
    watches = list(rows.select_related("organisation", "burst_state").order_by("pk"))
    if watches:
        _begin(watches[:BEGUN_AT_ONCE], until)
    return len(watches[:BEGUN_AT_ONCE])


def _begin(watches: Sequence[Watch], until: datetime, since: datetime | None = None) -> None:
    """Begin with what was said before; that nothing was said says something from `since` on."""
    first = [each for each in watches if since or not hasattr(each, "burst_state")]
    past = _counts([each.pk for each in first], until - HISTORY, until)
    if since is not None:
        for watch in first:
            past.setdefault(watch.pk, Counter())[since] += 0
    priors = {each: _prior(each) for each in {watch.organisation_id for watch in watches}}
    states = [
        _begun(watch, priors[watch.organisation_id], past.get(watch.pk, {}), until)
        for watch in watches
    ]
    with transaction.atomic():
        BurstState.objects.filter(watch__in=watches).delete()
        Burst.objects.filter(watch__in=watches, ended_at=None).update(ended_at=until)
        BurstState.objects.bulk_create(states, ignore_conflicts=True)


def relive(organisation_id: int, since: datetime, until: datetime) -> None:
    """Count an organisation's watches as if that time passed now: what was unusual is told."""
    at, until = _floor(since), _floor(until)
    watches = Watch.objects.filter(organisation=organisation_id, enabled=True, removed_at=None)
    _begin(list(watches.select_related("organisation").order_by("pk")), at, at - HISTORY)
    while at < until:
        at = min(at + RELIVED_STEP, until)
        rows = BurstState.objects.filter(organisation=organisation_id)
        _count(list(rows.select_related("watch", "organisation").order_by("pk")), at)


def _begun(watch: Watch, prior: Prior, past: Counts, until: datetime) -> BurstState:
    state = Baseline.start(STEP.total_seconds(), prior=prior)
    if past:
        zone = ZoneInfo(watch.organisation.timezone)
        state, _ = observe_all(state, _series(past, _floor(min(past)), until, zone))
    return BurstState(
        organisation_id=watch.organisation_id,
        watch=watch,
        query=watch.query,
        state=dump(state),
        settled_to=until,
        counted_to=until,
        alarm_at=until - STEP,
    )


def _prior(organisation_id: int) -> Prior:
    """What the organisation's watches have in common: a good guess of a new one's rhythm."""
    rows = BurstState.objects.filter(organisation_id=organisation_id).order_by("pk")
    states = [_loaded(stored) for stored in rows.values_list("state", flat=True)[:POOLED]]
    return pool([state for state in states if state is not None])


def _loaded(stored: bytes | memoryview) -> Baseline | None:
    try:
        return load(bytes(stored))
    except StateError:  # of a version that is no more: learned anew
        return None


def _floor(at: datetime) -> datetime:
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _counts(
    watches: Sequence[int], since: datetime, until: datetime
) -> dict[int, Counter[datetime]]:
    """By watch and interval, how many posts; in one query."""
    found: dict[int, Counter[datetime]] = {}
    if not watches:
        return found
    rows = Mention.objects.filter(
        watch__in=watches, published_at__gte=since, published_at__lt=until
    )
    minutes = live(rows).annotate(minute=TruncMinute("published_at", tzinfo=UTC))
    grouped = minutes.values_list("watch", "minute").annotate(posts=Count("pk")).order_by()
    for watch, minute, posts in grouped:
        found.setdefault(watch, Counter())[_floor(minute)] += posts
    return found


def _series(
    counts: Counts, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, int]]:
    """Every interval with its count, zeros too, by the organisation's clock."""
    while since < until:
        yield since.astimezone(zone), counts.get(since, 0)
        since += STEP


@dataclass(frozen=True, slots=True)
class Seen:
    """A watch counted up to now: its baseline with all counts, and what the last ones said."""

    row: BurstState
    now: Baseline
    signals: Sequence[Signal]
    alarms: Sequence[Signal]  # those not told before
    until: datetime

    @property
    def hour_posts(self) -> int:
        return int(sum(each.count for each in self.signals[-HOUR:]))

    @property
    def hour_expected(self) -> float:
        return sum(each.expected for each in self.signals[-HOUR:])


def _count(states: Sequence[BurstState], until: datetime) -> None:
    if not states:
        return
    before = {row.pk: row.counted_to for row in states}
    since = min(_resumed(row, until) for row in states)
    counts = _counts([row.watch_id for row in states], since, until)
    seen = [_observed(row, counts.get(row.watch_id, {}), until) for row in states]
    running = {
        burst.watch_id: burst
        for burst in Burst.objects.filter(
            watch__in=[row.watch_id for row in states], ended_at=None
        ).select_related("watch")
    }
    told = [each for each in seen if each.alarms or each.row.watch_id in running]
    bursts = [_burst(each, running.get(each.row.watch_id)) for each in told]
    grown = {each.row.watch_id for each in told if each.alarms and each.row.watch_id in running}
    _store(states, before, bursts, grown)


def _resumed(row: BurstState, until: datetime) -> datetime:
    """Where counting goes on: where it left off, unless that is too long ago to be known."""
    return row.settled_to if row.settled_to > until - BEHIND else until - LATE


def _observed(row: BurstState, counts: Counts, until: datetime) -> Seen:
    """Move the row forward, and say what is new. Only `row` itself is changed, and not stored."""
    zone = ZoneInfo(row.organisation.timezone)
    begin, border = _resumed(row, until), until - LATE
    settled = _loaded(row.state) or Baseline.start(STEP.total_seconds())
    settled, earlier = observe_all(settled, _series(counts, begin, border, zone))
    now, later = observe_all(settled, _series(counts, max(begin, border), until, zone))
    signals = [*earlier, *later]
    alarms = [each for each in signals if each.alarm and each.at > row.alarm_at]
    row.state, row.settled_to, row.counted_to = dump(settled), max(begin, border), until
    if now.seen < LEARNING:
        row.alarm_at, alarms = until - STEP, []
    elif alarms:
        row.alarm_at = alarms[-1].at
    found = Seen(row, now, signals, alarms, until)
    loud = found.hour_posts >= FEWEST and found.hour_posts > found.hour_expected
    return found if loud else Seen(row, now, signals, [], until)


def _burst(seen: Seen, running: Burst | None) -> Burst:
    """The burst as it is now: new, grown, going on, or at its end."""
    burst = running or _new(seen)
    if running and seen.alarms:
        burst.escalations += len(seen.alarms)
        burst.alarm_at = seen.alarms[-1].at
    periods = [each.return_period for each in seen.alarms]
    burst.return_period = max([burst.return_period, *periods])
    if seen.hour_posts >= burst.hour_posts:
        burst.hour_posts, burst.hour_expected = seen.hour_posts, seen.hour_expected
    burst.ahead = [
        [each.at.astimezone(UTC).isoformat(), *_rounded(each.mean, each.low, each.high)]
        for each in forecast(seen.now, AHEAD_HOURS)
    ]
    if seen.alarms or seen.hour_posts >= GROWN * burst.reason.get("hour", 0):
        burst.reason = reason_of(burst, seen.until) | {"hour": seen.hour_posts}
    if seen.until - burst.alarm_at >= CALM and _is_calm(seen):
        burst.ended_at, burst.ahead = seen.until, []
    return burst


def _is_calm(seen: Seen) -> bool:
    """Whether the last hour was a usual one."""
    return seen.hour_posts <= band(seen.hour_expected, seen.now.hour_dispersion)[1]


def _new(seen: Seen) -> Burst:
    first = seen.alarms[0]
    shown_from = (first.at - BEFORE).replace(minute=0, second=0, microsecond=0)
    usual = usual_hours(_loaded(seen.row.state) or seen.now, shown_from, SHOWN_HOURS)
    return Burst(
        organisation_id=seen.row.organisation_id,
        watch=seen.row.watch,
        began_at=first.at,
        alarm_at=seen.alarms[-1].at,
        return_period=first.return_period,
        hour_posts=seen.hour_posts,
        hour_expected=seen.hour_expected,
        known_days=seen.now.days,
        shown_from=shown_from,
        usual=[_rounded(each.mean, each.low, each.high) for each in usual],
    )


def _rounded(*values: float) -> list[float]:
    return [round(value, 2) for value in values]


GOES_ON = [
    "return_period", "hour_posts", "hour_expected", "ahead", "reason", "ended_at", "escalations",
    "alarm_at",
]  # fmt: skip


def _store(
    states: Sequence[BurstState],
    before: Mapping[int, datetime],
    bursts: Sequence[Burst],
    grown: AbstractSet[int],
) -> None:
    """Write it all at once; what another process has counted meanwhile is left to it.

    `grown` are the watches whose burst has grown: it is not what somebody has seen any more.
    """
    with transaction.atomic():
        locked = BurstState.objects.select_for_update().filter(pk__in=list(before))
        stands = dict(locked.values_list("pk", "counted_to"))
        ours = [row for row in states if stands.get(row.pk) == before[row.pk]]
        update_rows(ours, ["state", "settled_to", "counted_to", "alarm_at"])
        watches = {row.watch_id for row in ours}
        kept = [burst for burst in bursts if burst.watch_id in watches]
        fresh = [burst for burst in kept if burst._state.adding]
        stored = [burst for burst in kept if not burst._state.adding]
        Burst.objects.bulk_create(fresh, ignore_conflicts=True)
        update_rows(stored, GOES_ON)
        again = [burst.pk for burst in stored if burst.watch_id in grown]
        Burst.objects.filter(pk__in=again).update(noted_by=None, noted_at=None)
        for organisation_id in sorted({burst.organisation_id for burst in kept}):
            changed(organisation_id)
