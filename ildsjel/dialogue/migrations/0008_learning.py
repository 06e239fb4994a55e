import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

CHOSEN = {"conversation.topic": ("topic", "topic_id"), "conversation.move": ("desk", "desk_id")}


def begin_with_what_was_chosen(apps, editor):
    """The audit trail tells what people chose before; where that stands still, it's learned from."""
    Choice = apps.get_model("dialogue", "Choice")
    standing = apps.get_model("dialogue", "Conversation").objects.values("pk", "topic_id", "desk_id")
    entries = apps.get_model("organisation", "AuditEntry").objects.filter(action__in=CHOSEN)
    found = {}
    for entry in entries.exclude(member=None).order_by("pk").iterator():
        kind, field = CHOSEN[entry.action]
        number = entry.target.partition(":")[2]
        chosen = entry.details.get("after", {}).get(field)
        if chosen and number.isdecimal():
            found[int(number), kind] = (field, chosen, entry)
    now = {row["pk"]: row for row in standing.filter(pk__in={pk for pk, _ in found})}
    rows = [
        Choice(
            organisation_id=entry.organisation_id,
            conversation_id=pk,
            kind=kind,
            chosen=chosen,
            member_id=entry.member_id,
            at=entry.at,
        )
        for (pk, kind), (field, chosen, entry) in found.items()
        if pk in now and now[pk][field] == chosen
    ]
    Choice.objects.bulk_create(rows, batch_size=500)
    LearnedModel = apps.get_model("dialogue", "LearnedModel")
    due = django.utils.timezone.now()
    LearnedModel.objects.bulk_create(
        LearnedModel(organisation_id=organisation, kind=kind, due_at=due)
        for organisation, kind in sorted({(row.organisation_id, row.kind) for row in rows})
    )


class Migration(migrations.Migration):

    dependencies = [
        ('dialogue', '0007_error_said'),
        ('organisation', '0003_archive_days'),
        ('strategy', '0004_keys_differ'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='suggested_topic',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='strategy.topic'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='suggestion',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('topic', 'Topic'), ('desk', 'Desk')], max_length=5)),
                ('chosen', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='choices', to='dialogue.conversation')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='organisation.member')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'kind', '-id'], name='choice_newest')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'kind'), name='one_choice_of_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='LearnedModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('lease_holder', models.CharField(blank=True, max_length=100)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('kind', models.CharField(choices=[('topic', 'Topic'), ('desk', 'Desk')], max_length=5)),
                ('data', models.BinaryField(default=b'')),
                ('trained_at', models.DateTimeField(blank=True, null=True)),
                ('last_choice', models.BigIntegerField(default=0)),
                ('examples', models.PositiveIntegerField(default=0)),
                ('held_out', models.FloatField(blank=True, null=True)),
                ('automatic_share', models.FloatField(blank=True, null=True)),
                ('automatic_accuracy', models.FloatField(blank=True, null=True)),
                ('stale', models.BooleanField(default=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind'), name='one_model_of_a_kind')],
            },
        ),
        migrations.RunPython(begin_with_what_was_chosen, migrations.RunPython.noop),
    ]
