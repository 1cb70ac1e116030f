from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="avatar",
            field=models.UUIDField(editable=False, help_text="Which picture of theirs is shown, if any.", null=True),
        ),
    ]
