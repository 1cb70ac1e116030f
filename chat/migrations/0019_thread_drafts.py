import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("chat", "0018_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="thread_root",
            field=models.ForeignKey(
                db_constraint=False,
                editable=False,
                help_text="Where the thread begins that it is written in; none: it is written in the conversation.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="chat.message",
            ),
        ),
        migrations.RemoveConstraint(model_name="draft", name="draft_once_per_user_and_room"),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=Q(("thread_root", None)), fields=("user", "room"), name="draft_once_per_user_and_room"
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=Q(("thread_root__isnull", False)),
                fields=("user", "room", "thread_root"),
                name="draft_once_per_user_and_thread",
            ),
        ),
        # On the way back a room has one draft again.
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM chat_draft WHERE thread_root_id IS NOT NULL"),
    ]
