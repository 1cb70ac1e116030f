import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # people go on writing meanwhile; `manage.py rebuild_threads` sees to what they wrote before
    dependencies = [
        ("chat", "0014_reminders"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="thread_root",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                help_text="Where the thread begins that it belongs to: what it answers, or what that belongs to.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="chat.message",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("thread_root__isnull", False)),
                fields=["thread_root", "seq"],
                name="message_thread",
            ),
        ),
    ]
