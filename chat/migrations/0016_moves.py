import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0015_threads"),
    ]

    operations = [
        migrations.AddField(  # a column that may be empty: no row is written anew
            model_name="membership",
            name="moves",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=3),
                editable=False,
                null=True,
            ),
        ),
    ]
