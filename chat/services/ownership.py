"""A room with people in it has an owner among them, also when owners close their accounts."""

from django.db.models import Exists, OuterRef

from accounts.closing import before_closing
from accounts.exceptions import AccountError
from accounts.models import User
from chat.models import Membership, Room
from chat.permissions import Role

MOST_NAMED = 3


@before_closing
def require_heirs(user: User) -> None:
    """Raise ``AccountError`` where rooms would be left to others without an owner; holds these rooms.

    So of two owners who close their accounts at once, the second is told.
    """
    others = Membership.objects.filter(room=OuterRef("pk"), user__is_active=True).exclude(user=user)
    own = Membership.objects.filter(user=user, role=Role.OWNER)
    rooms = Room.objects.filter(pk__in=own.values("room"), archived_at=None).exclude(kind=Room.Kind.DIRECT)
    Room.objects.all().lock([*rooms.values_list("pk", flat=True)], only=("id",))
    left = rooms.filter(Exists(others)).exclude(Exists(others.filter(role=Role.OWNER))).order_by("name")
    if names := list(left.values_list("name", flat=True)):
        named = ", ".join(f"“{name}”" for name in names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        detail = f"You are the only owner of {named}{more}. Hand over what others are in, or archive it, then close."
        raise AccountError("last_owner", detail, status=409)
