"""How the pages look to somebody, on all their devices. What is left to the system may differ from device to device."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from django.db import models, transaction

if TYPE_CHECKING:
    from accounts.models import User

APPEARANCE = ("theme", "contrast", "text_size", "density", "motion")


class Theme(models.TextChoices):
    SYSTEM = "system", "System"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Contrast(models.TextChoices):
    SYSTEM = "system", "System"
    MORE = "more", "High"


class TextSize(models.TextChoices):
    NORMAL = "normal", "Normal"
    LARGE = "large", "Large"
    LARGER = "larger", "Larger"


class Density(models.TextChoices):
    ROOMY = "roomy", "Comfortable"
    COMPACT = "compact", "Compact"


class Motion(models.TextChoices):
    SYSTEM = "system", "System"
    LESS = "less", "Less"


class Appearance(TypedDict, total=False):
    """What can be changed; what is left out stays."""

    theme: str
    contrast: str
    text_size: str
    density: str
    motion: str


def update_appearance(*, user: User, **changes: Unpack[Appearance]) -> User:
    """Change how pages look to ``user``; the values are of the choices above.

    Counts as a new version of the user, as every page of theirs is another one then.
    """
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if changed:
        people = type(user).objects.filter(pk=user.pk)
        with transaction.atomic():
            people.update(**changed)
            people.bump_version()
        user.refresh_from_db()
    return user
