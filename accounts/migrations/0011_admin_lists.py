from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

WORDS = models.Func(
    "full_name",
    "handle",
    arg_joiner=" || ' ' || ",
    output_field=SearchVectorField(),
    template="array_to_tsvector(array_remove(string_to_array(lower(%(expressions)s), ' '), ''))",
)
INDEXES = [
    ("session", models.Index(fields=["-created_at", "id"], name="session_by_age")),
    ("session", models.Index(fields=["ip", "-created_at"], name="session_of_address")),
    ("user", GinIndex(WORDS, fastupdate=False, name="user_words")),
    ("user", models.Index(condition=models.Q(("is_active", False)), fields=["id"], name="user_inactive")),
    ("user", models.Index(condition=models.Q(("is_staff", True)), fields=["id"], name="user_staff")),
    ("user", models.Index(condition=models.Q(("muted_until__isnull", False)), fields=["id"], name="user_muted")),
    ("user", models.Index(condition=models.Q(("banned_until__isnull", False)), fields=["id"], name="user_banned")),
]


class Migration(migrations.Migration):
    atomic = False  # people go on signing in meanwhile
    dependencies = [
        ("accounts", "0010_address_changes"),
    ]

    operations = [AddIndexConcurrently(model_name=model, index=index) for model, index in INDEXES]
