import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from chat.search.documents import document_of
from chat.search.terms import as_array

BATCH = 2_000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make what was said before known to search; about a minute for a million messages.

    It reads the messages only, so people can go on writing. What workers of an older version store meanwhile, and until
    they are replaced, `manage.py rebuild_search` finds.
    """
    model = apps.get_model("chat", "Message")
    model.attached = None  # which came later
    said = model.objects.filter(kind="text", deleted_at=None).order_by("pk")
    last = 0
    while batch := list(said.filter(pk__gt=last)[:BATCH]):
        with (
            schema_editor.connection.cursor() as cursor,
            cursor.copy("COPY chat_searchtext (message_id, room_id, at, text, terms) FROM STDIN") as copy,
        ):
            for message in batch:
                text, terms = document_of(message)
                copy.write_row((message.pk, message.room_id, message.created_at, text, as_array(terms)))
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_rooms_and_messages")]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="chat.message",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                ("terms", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                (
                    "room",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chat.room",
                    ),
                ),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        # An index is made much faster of all rows at once.
        migrations.AddIndex(
            model_name="searchtext",
            index=models.Index(fields=["room", "at", "message"], name="searchtext_of_room_by_time"),
        ),
        migrations.AddIndex(
            model_name="searchtext",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=True, fields=["terms"], gin_pending_list_limit=65536, name="searchtext_terms"
            ),
        ),
    ]
