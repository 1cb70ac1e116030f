from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import CASCADE, PROTECT, SET_NULL, Q

WITHOUT = {
    "membership": {
        "room": models.ForeignKey("chat.room", CASCADE, db_index=False, related_name="memberships"),
    },
    "message": {
        "room": models.ForeignKey("chat.room", CASCADE, db_index=False, related_name="messages"),
        "author": models.ForeignKey(settings.AUTH_USER_MODEL, PROTECT, db_index=False, related_name="messages"),
        "reply_to": models.ForeignKey(
            "chat.message", SET_NULL, null=True, blank=True, editable=False, db_index=False, related_name="replies"
        ),
        "forwarded_from": models.ForeignKey(
            "chat.message", SET_NULL, null=True, blank=True, editable=False, db_index=False, related_name="forwards"
        ),
        "pinned_by": models.ForeignKey(
            settings.AUTH_USER_MODEL,
            SET_NULL,
            null=True,
            blank=True,
            editable=False,
            db_index=False,
            related_name="+",
        ),
        "deleted_by": models.ForeignKey(
            settings.AUTH_USER_MODEL, SET_NULL, null=True, blank=True, db_index=False, related_name="+"
        ),
    },
}

INDEXES = {
    "chat_membership_room_id_15d30f85": ("chat_membership", "room_id"),
    "chat_message_room_id_5e7d8d78": ("chat_message", "room_id"),
    "chat_message_author_id_923569d5": ("chat_message", "author_id"),
    "chat_message_reply_to_id_afede338": ("chat_message", "reply_to_id"),
    "chat_message_forwarded_from_id_f1d0afc3": ("chat_message", "forwarded_from_id"),
    "chat_message_pinned_by_id_ab5dd3e6": ("chat_message", "pinned_by_id"),
    "chat_message_deleted_by_id_84f8bbc9": ("chat_message", "deleted_by_id"),
}


class Migration(migrations.Migration):
    # People go on writing meanwhile. Altering the fields would check each foreign key anew, under a lock.
    atomic = False
    dependencies = [
        ("chat", "0017_push_marks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            AddIndexConcurrently(
                "message", models.Index(fields=[field], condition=Q(**{f"{field}__isnull": False}), name=name)
            )
            for field, name in (
                ("reply_to", "message_answering"),
                ("forwarded_from", "message_forward"),
                ("pinned_by", "message_pinned_by"),
                ("deleted_by", "message_deleted_by"),
            )
        ),
        *(
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({column})",
            )
            for name, (table, column) in INDEXES.items()
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(model, name, field)
                for model, fields in WITHOUT.items()
                for name, field in fields.items()
            ]
        ),
    ]
