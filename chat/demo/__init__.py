"""A furnished Parley to try things in: people who know each other and ten days of talk. For development only."""

from chat.demo.crowd import Size
from chat.demo.people import DOMAIN, PASSWORD, PEOPLE, Person, demo_users, sign_ins
from chat.demo.setup import SEED, add_crowd, create, remove

__all__ = [
    "DOMAIN",
    "PASSWORD",
    "PEOPLE",
    "SEED",
    "Person",
    "Size",
    "add_crowd",
    "create",
    "demo_users",
    "remove",
    "sign_ins",
]
