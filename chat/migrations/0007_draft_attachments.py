from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0006_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="attached",
            field=models.JSONField(editable=False, help_text="Ids of what was uploaded for it.", null=True),
        ),
    ]
