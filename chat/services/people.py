"""Finding people to talk to."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from chat.models import Block


def find_people(*, user: User, q: str = "") -> QuerySet[User]:
    """All people but ``user`` and those who block them, by name; with ``q`` those who are called so.

    That is, of whom each word of it begins a word of the name or the handle: there is an index for that, and people ask
    with each letter they type. Neither those who are not active nor visitors are found. Never searches e-mails.
    """
    blockers = Block.objects.filter(blocked=user, blocker=OuterRef("pk"))
    people = User.objects.people().exclude(pk=user.pk).exclude(Exists(blockers)).order_by("full_name", "pk")
    return people.called(q) if q.strip(" @") else people
