"""What the loop does, and how often it looks.

A network that hangs may hold up others that are read, but never an answer to another: answers have
threads of their own, and no two of them work on one channel.
"""

from ildsjel.channels.models import Channel, Import
from ildsjel.dialogue.delivery import wake_snoozed
from ildsjel.dialogue.learning import suggest_due, train_due
from ildsjel.dialogue.models import LearnedModel, Message
from ildsjel.flow import (
    alarms,
    daily,
    imports,
    inbound,
    lookbacks,
    outbound,
    plan_evidence,
    sample_making,
)
from ildsjel.listening import story_grouping
from ildsjel.listening.models import Lookback
from ildsjel.organisation.models import SampleOrder, utc_now
from ildsjel.work.loop import Job
from ildsjel.work.models import free_leases_of_the_dead

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
READERS = 3
SENDERS = 6  # so many networks may hang at once before an answer to another one waits for them


def wake() -> int:
    return wake_snoozed(utc_now())


def free_leases() -> int:
    """What a killed process held is taken up at once, not when its lease has run out."""
    now = utc_now()
    freed = free_leases_of_the_dead(Message.objects.all(), now=now)
    freed += free_leases_of_the_dead(Channel.objects.all(), now=now)
    freed += free_leases_of_the_dead(LearnedModel.objects.defer("data"), now=now)
    freed += free_leases_of_the_dead(SampleOrder.objects.all(), now=now)
    freed += free_leases_of_the_dead(Lookback.objects.all(), now=now)
    return freed + free_leases_of_the_dead(Import.objects.all(), now=now)


def answers() -> list[Job]:
    return [
        Job("recover answers", outbound.recover, every=1),
        Job("return stranded answers", outbound.return_stranded, every=1),
    ]


def sending() -> list[Job]:
    return [Job("send answers", outbound.send_due, every=0.5)]


def reading() -> list[Job]:
    return [Job("look at channels", inbound.poll_due, every=1)]


def chores() -> list[Job]:
    return [
        Job("free leases of the dead", free_leases, every=2),
        Job("import files", imports.step_due, every=1),
        Job("wake snoozed", wake, every=5),
        Job("keep holidays", daily.keep_holidays, every=DAY),
        Job("keep statistics", daily.keep_statistics, every=HOUR),
        Job("clear sessions", daily.clear_sessions, every=DAY),
        Job("clear uploads", daily.clear_uploads, every=DAY),
    ]


def counting() -> list[Job]:
    """By itself: four weeks of a busy organisation take a while to count."""
    return [Job("count for plans", plan_evidence.count_for_plans, every=HOUR)]


def listening() -> list[Job]:
    """By themselves: after a long pause there is much to count, for which nothing else waits."""
    return [
        Job("count watches", alarms.count_watches, every=60),
        Job("tally mentions", daily.tally_mentions, every=60),
    ]


def stories() -> list[Job]:
    """By themselves: after an import there are many posts to compare."""
    return [
        Job("group stories", story_grouping.group_due, every=1),
        Job("forget old words", daily.forget_words, every=DAY),
    ]


def learning() -> list[Job]:
    """By itself: training takes seconds."""
    return [
        Job("suggest anew", suggest_due, every=5),
        Job("learn from choices", train_due, every=10),
    ]


def samples() -> list[Job]:
    """By itself: making one takes seconds, for which nobody's snoozed conversation should wait."""
    return [Job("make samples", sample_making.make_due, every=0.5)]


def looking_back() -> list[Job]:
    """By itself: a watch may look through a whole year."""
    return [Job("look back", lookbacks.work_due, every=1)]


def archives() -> list[Job]:
    """By themselves too: a day of a whole network takes a while to rewrite."""
    return [
        Job("compact archives", daily.compact_archives, every=10 * MINUTE),
        Job("purge archives", daily.purge_archives, every=HOUR),
    ]


def loops() -> dict[str, list[Job]]:
    """The loop's threads by name, each with its jobs in order of urgency."""
    readers = {f"reading {number + 1}": reading() for number in range(READERS)}
    senders = {f"sending {number + 1}": sending() for number in range(SENDERS)}
    single = {
        "answers": answers(),
        "chores": chores(),
        "listening": listening(),
        "learning": learning(),
        "counting": counting(),
        "samples": samples(),
        "stories": stories(),
        "looking back": looking_back(),
        "archives": archives(),
    }
    return {**single, **senders, **readers}
