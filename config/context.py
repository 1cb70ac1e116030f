"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import invitations


def site(request: HttpRequest) -> dict[str, Any]:
    """Give templates the site's name, whether it sends mail and signs up only whom it invites, and ``reader``.

    The reader is the person signed in, whose choice it is how pages look;
    None where nobody is, or where the database that knows is away: errors are shown then, too.
    """
    session = getattr(request, "auth_session", None)
    return {
        "SITE_NAME": settings.SITE_NAME,
        "MAIL_ENABLED": settings.MAIL_ENABLED,
        "SIGN_UP_BY_INVITATION": invitations.is_needed(),
        "reader": session.user if session else None,
    }
