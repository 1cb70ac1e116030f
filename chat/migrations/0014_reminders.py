from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # people go on saving meanwhile
    dependencies = [
        ("chat", "0013_forgotten_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedmessage",
            name="remind_at",
            field=models.DateTimeField(help_text="When to remind of it; empty once that is done.", null=True),
        ),
        migrations.AddField(
            model_name="savedmessage",
            name="reminded_at",
            field=models.DateTimeField(help_text="When its time came, until somebody takes note of it.", null=True),
        ),
        AddIndexConcurrently(
            model_name="savedmessage",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)),
                fields=["user"],
                name="reminders_that_wait",
            ),
        ),
    ]
