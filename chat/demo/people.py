"""Who lives in the demo, and how to sign in as them."""

from typing import NamedTuple

from django.db.models import QuerySet

from accounts.models import User

DOMAIN = "demo.parley.example"
PASSWORD = "moth-in-relay-70"  # noqa: S105  known to everybody who can read: hence only with DEBUG


class Person(NamedTuple):
    """`key` is what the conversations call somebody."""

    key: str
    full_name: str
    is_staff: bool = False

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


PEOPLE = (
    Person("grace", "Grace Hopper"),
    Person("alan", "Alan Turing"),
    Person("edsger", "Edsger Dijkstra"),
    Person("barbara", "Barbara Liskov"),
    Person("donald", "Donald Knuth"),
    Person("margaret", "Margaret Hamilton", is_staff=True),
    Person("ada", "Ada Lovelace"),
    Person("katherine", "Katherine Johnson"),
    Person("dennis", "Dennis Ritchie"),
    Person("frances", "Frances Allen"),
    Person("radia", "Radia Perlman"),
    Person("tony", "Tony Hoare"),
)


def demo_users() -> QuerySet[User]:
    """The people by name."""
    return User.objects.filter(email__in=[person.email for person in PEOPLE])


def crowd_users() -> QuerySet[User]:
    """Those whom `chat.demo.crowd` made up."""
    return User.objects.filter(email__startswith="crowd", email__endswith=f"@{DOMAIN}")


def sign_ins() -> list[tuple[str, str, str]]:
    """Return (name, e-mail, password) of the demo people there are, in the order of PEOPLE; none without a demo."""
    there = set(demo_users().values_list("email", flat=True))
    return [
        (f"{person.full_name} (admin)" if person.is_staff else person.full_name, person.email, PASSWORD)
        for person in PEOPLE
        if person.email in there
    ]
