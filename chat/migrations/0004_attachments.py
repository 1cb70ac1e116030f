import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="attached",
            field=models.JSONField(
                editable=False, help_text="Its attachments as they are shown, made anew from their rows.", null=True
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("blob", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                (
                    "parts",
                    models.JSONField(
                        default=dict, editable=False, help_text="What there is of it, with sizes in bytes."
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("picture", "Picture"),
                            ("video", "Video"),
                            ("sound", "Sound"),
                            ("voice", "Voice"),
                            ("file", "File"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("alt", models.CharField(blank=True, max_length=1024)),
                (
                    "look",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="What is known of a picture or a voice: width, duration, and so on.",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("stored_at", models.DateTimeField(editable=False, null=True)),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("removed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="attachments",
                        to="chat.message",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["created_at"], name="attachment_not_sent"
                    ),
                    models.Index(
                        condition=models.Q(("removed_at__isnull", False)),
                        fields=["removed_at"],
                        name="attachment_removed",
                    ),
                ],
            },
        ),
    ]
