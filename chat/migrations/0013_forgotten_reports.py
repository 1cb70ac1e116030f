from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # people go on reporting meanwhile
    dependencies = [
        ("chat", "0012_own_conversations"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="forgotten_at",
            field=models.DateTimeField(help_text="When the texts of it were thrown away.", null=True),
        ),
        AddIndexConcurrently(
            model_name="report",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("forgotten_at", None)),
                fields=["decided_at"],
                name="reports_to_forget",
            ),
        ),
    ]
