"""The languages of mentions that are stored already, and their tallies, by each organisation's clock."""

from collections import Counter
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import CharField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

AT_ONCE = 2000  # rows in a statement


def write_languages(apps, schema_editor):
    mentions = apps.get_model("listening", "Mention").objects
    spoken = Cast(KeyTextTransform("0", "item__languages"), CharField())
    named = mentions.annotate(spoken=spoken)
    for spoken in list(named.order_by().values_list("spoken", flat=True).distinct()):
        code = (spoken or "").lower().partition("-")[0][:10]
        if code:
            found = named.filter(spoken=spoken).values("pk")
            mentions.filter(pk__in=found).update(language=code)


def count(apps, schema_editor):
    clocks = apps.get_model("listening", "TallyClock").objects
    for organisation in apps.get_model("organisation", "Organisation").objects.all():
        clocks.create(organisation=organisation, zone=organisation.timezone)
        _count(apps, organisation)


def _count(apps, organisation):
    tally = apps.get_model("listening", "Tally")
    zone = ZoneInfo(organisation.timezone)
    cells = Counter()
    said = apps.get_model("listening", "Mention").objects.filter(
        organisation=organisation, item__deleted_at=None
    )
    rows = said.order_by().values_list("watch", "item__channel", "language", "published_at")
    for watch, channel, language, at in rows.iterator():
        here = at.astimezone(zone)
        hour = here.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        day = datetime.combine(here.date(), time(), zone).astimezone(UTC)
        cells["hour", hour, watch, channel, language] += 1
        cells["day", day, watch, channel, language] += 1
    made = (
        tally(
            organisation=organisation,
            step=step,
            start=start,
            watch_id=watch,
            channel_id=channel,
            language=language,
            mentions=mentions,
        )
        for (step, start, watch, channel, language), mentions in cells.items()
    )
    tally.objects.bulk_create(made, batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ("listening", "0003_tallies"),
    ]

    operations = [
        migrations.RunPython(write_languages, migrations.RunPython.noop),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
