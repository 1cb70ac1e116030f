from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_profile"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="until",
            field=models.DateTimeField(null=True),
        ),
    ]
