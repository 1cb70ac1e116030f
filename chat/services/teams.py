"""The people who answer for a site, who are those of one room: they are in all conversations with its visitors.

Who comes into that room or goes out of it, and which room it is, counts for conversations that have begun as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from chat import background
from chat.models import Membership, Room, Site, Visitor
from chat.querysets import MembershipQuerySet
from chat.services.log import say
from chat.services.seats import MOST_MEMBERS, count_members, hold, seat_people, unseat

Roles = dict[int, Membership.Role]


def seat_team(room: Room, team_id: int) -> None:
    """Seat the people of a team in a conversation that is held, in the roles that they have there. Tells them."""
    by_role: defaultdict[Membership.Role, list[int]] = defaultdict(list)
    for user_id, role in _roles(Membership.objects.filter(room=team_id)).items():
        by_role[role].append(user_id)
    for role, user_ids in by_role.items():
        seat_people(room, user_ids, role=role)


def follow_team_later(team_id: int, user_ids: Collection[int]) -> None:
    """Bring these people into the conversations of the sites that a room answers for, or out of them, if it is one.

    To be called where they came into the room or went out of it. There may be thousands, so that it is done later.
    """
    for site_id in Site.objects.filter(team=team_id).values_list("pk", flat=True):
        background.follow_team.enqueue(site_id=site_id, user_ids=list(user_ids))


def follow_team(*, site_id: int, user_ids: Collection[int]) -> None:
    """Seat those of these people who are in the site's team now in its conversations, and take the others' seats.

    Doing it twice changes nothing. Tells them, and the people of the conversations.
    """
    people = User.objects.in_bulk(user_ids)
    for room_id in Visitor.objects.filter(site=site_id, room__isnull=False).values_list("room", flat=True):
        with transaction.atomic():
            room = hold(room_id)
            team = _team_of(site_id)  # as it is now that nobody else can bring it into this conversation
            seated = {user_id for _, user_id in Membership.objects.all().seats(rooms=[room_id], users=people)}
            gone, new = seated - team.keys(), (people.keys() & team.keys()) - seated
            unseat(room, gone)
            for user in (people[user_id] for user_id in sorted(gone)):
                say(room, user, {"type": "member.left", "users": [user.pk]}, f"{user.full_name} left.")
            for user in (people[user_id] for user_id in sorted(new)):
                say(room, user, {"type": "member.joined", "users": [user.pk]}, f"{user.full_name} joined.")
                seat_people(room, [user.pk], role=team[user.pk])
            if gone or new:
                count_members(room)


def _team_of(site_id: int) -> Roles:
    return _roles(Membership.objects.filter(room__answers_for=site_id))


def _roles(seats: MembershipQuerySet) -> Roles:
    """Who has these seats of a team, and as what. A conversation has one more, for the visitor."""
    seats = seats.filter(user__is_active=True, user__is_visitor=False).order_by("pk")
    return {pk: Membership.Role(role) for pk, role in seats.values_list("user", "role")[: MOST_MEMBERS - 1]}
