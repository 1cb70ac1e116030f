from django.db import migrations, models

KINDS = {
    "picture": "Picture",
    "video": "Video",
    "sound": "Sound",
    "voice": "Voice",
    "file": "File",
    "preview": "picture of what a link leads to",
}


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0010_link_previews"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="kind",
            field=models.CharField(choices=list(KINDS.items()), max_length=10),
        ),
    ]
