"""Notes half written, and what has not been sent, found without reading all."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("dialogue", "0002_search")]

    operations = [
        migrations.RemoveConstraint(
            model_name='draft',
            name='one_draft_each',
        ),
        migrations.AddField(
            model_name='draft',
            name='kind',
            field=models.CharField(choices=[('reply', 'Reply'), ('note', 'Note')], default='reply', max_length=5),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('waiting_since__isnull', False)), fields=['organisation', 'state', 'promised_at', 'waiting_since', 'id'], name='conv_waiting'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('delivery__in', ['queued', 'sending', 'unsure', 'failed'])), fields=['organisation', 'delivery', 'conversation'], name='message_unsent'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('conversation', 'member', 'kind'), name='one_draft_of_a_kind'),
        ),
    ]
