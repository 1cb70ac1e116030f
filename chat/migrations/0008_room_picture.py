from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0007_draft_attachments"),
    ]

    operations = [
        migrations.AddField(
            model_name="room",
            name="picture",
            field=models.UUIDField(editable=False, help_text="Which picture of it is shown, if any.", null=True),
        ),
    ]
