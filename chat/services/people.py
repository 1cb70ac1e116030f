"""Finding people to talk to."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from chat.models import Block


def find_people(*, user: User, q: str = "") -> QuerySet[User]:
    """All people but ``user`` and those who block them, by name; ``q`` keeps those whose name or handle has it.

    Neither those who are not active nor visitors are found. Never searches e-mails.
    """
    blockers = Block.objects.filter(blocked=user, blocker=OuterRef("pk"))
    people = User.objects.people().exclude(pk=user.pk).exclude(Exists(blockers)).order_by("full_name", "pk")
    for word in q.replace("@", " ").split():
        people = people.filter(Q(full_name__icontains=word) | Q(handle__icontains=word))
    return people
