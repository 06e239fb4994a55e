"""A day passes: public holidays are kept ahead as rows; sessions that ran out and files that were
imported are cleared; archives and tallies are kept in order."""

from django.core.management import call_command
from django.db import connection

from ildsjel.channels.imports import remove_old_uploads
from ildsjel.listening import keeping, tallies
from ildsjel.listening.story_leaving import forget_old
from ildsjel.organisation.actions import write_holidays
from ildsjel.organisation.models import utc_now
from ildsjel.organisation.queries import countries_in_use


def keep_holidays() -> int:
    """Write the coming years' public holidays for every country that a calendar uses."""
    for country in countries_in_use():
        write_holidays(country)
    return 0


def clear_sessions() -> int:
    """Delete the sessions of people who are long gone."""
    call_command("clearsessions")
    return 0


def clear_uploads() -> int:
    """Delete uploaded files whose imports ended, or were left alone, some days ago."""
    remove_old_uploads()
    return 0


def keep_statistics() -> int:
    """Let the database look at what the tables hold, so that it goes on choosing the right index.

    PostgreSQL does it by itself only where autovacuum runs; SQLite never does.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")
    return 0


def tally_mentions() -> int:
    """Count one organisation's mentions anew: by another clock, or as every night."""
    return tallies.recount_due(utc_now())


def forget_words() -> int:
    """Let go of the words of stories that are over; the stories stay."""
    forget_old(utc_now())
    return 0


def compact_archives() -> int:
    """Join what the archives' batches left in small files; let go of days that are old enough."""
    keeping.compact_all(now=utc_now())
    return 0


def purge_archives() -> int:
    """Once a day, take deleted posts out of the archives' files."""
    keeping.purge_all(now=utc_now())
    return 0
