"""As `docs/upgrading.md` wants migrations: additions only, no rewrite of a table, no lock that lasts."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("chat", "__first__")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE chat_message ADD COLUMN rolling_note text", "ALTER TABLE chat_message DROP COLUMN rolling_note"
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY rolling_note_index ON chat_message (room_id) WHERE rolling_note IS NOT NULL",
            "DROP INDEX CONCURRENTLY rolling_note_index",
        ),
    ]
