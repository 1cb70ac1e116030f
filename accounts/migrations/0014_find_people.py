from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

WORDS = models.Func(
    "full_name",
    "handle",
    arg_joiner=" || ' ' || ",
    output_field=SearchVectorField(),
    template=(
        "array_to_tsvector(array_remove(string_to_array("
        "translate(lower(%(expressions)s), '-_.''’', '     '), ' '), ''))"
    ),
)
BY_NAME = models.Index(
    fields=["full_name", "id"], condition=models.Q(("is_active", True), ("is_visitor", False)), name="user_by_name"
)


class Migration(migrations.Migration):
    atomic = False  # people go on signing in meanwhile
    dependencies = [
        ("accounts", "0013_invitations"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={"ordering": ("full_name", "id"), "verbose_name": "person", "verbose_name_plural": "people"},
        ),
        AddIndexConcurrently(model_name="user", index=GinIndex(WORDS, fastupdate=False, name="user_names")),
        AddIndexConcurrently(model_name="user", index=BY_NAME),
        RemoveIndexConcurrently(model_name="user", name="user_words"),
    ]
