"""Rooms of many over REST: what they are, who is in them, and the ways in."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import NO_CONTENT
from chat import limits, services
from chat.api_serializers import RoomSerializer
from chat.group_serializers import (
    AddMembersSerializer,
    InvitationSerializer,
    InviteSerializer,
    MemberSerializer,
    NewInvitationSerializer,
    NewOwnerSerializer,
    PublicRoomSerializer,
    PublicRoomsQuerySerializer,
    ReceivedInvitationSerializer,
    RoleSerializer,
    RoomChangesSerializer,
    invitation_data,
    member_data,
    public_room_data,
    received_invitation_data,
)
from chat.pagination import InvitationPagination, MemberPagination, PublicRoomPagination
from chat.request_serializers import PeopleQuerySerializer
from chat.summaries import summary
from chat.viewsets import ChatViewSet, RoomViewSet, checked


class _ChangesRooms(ChatViewSet):
    """What changes here costs everybody in the room, so that one person does not do it without end."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            limits.check(limits.GROUPS, self.user.pk)


class GroupViewSet(_ChangesRooms, RoomViewSet):
    """What a room of many is. Its admins and owners change it."""

    @extend_schema(request=RoomChangesSerializer)
    def partial_update(self, request: Request, room_id: int) -> Response:
        """Change the name, the topic, or how people write in it. What is left out stays."""
        services.update_room(actor=self.user, room_id=room_id, **checked(RoomChangesSerializer, request.data))
        return Response(self._summary(room_id))

    @extend_schema(request=None)
    def archive(self, request: Request, room_id: int) -> Response:
        """Put the room away: it is only for reading then."""
        services.archive_room(actor=self.user, room_id=room_id)
        return Response(self._summary(room_id))

    @extend_schema(request=None)
    def unarchive(self, request: Request, room_id: int) -> Response:
        """Open an archived room again."""
        services.archive_room(actor=self.user, room_id=room_id, archived=False)
        return Response(self._summary(room_id))

    @extend_schema(request=None)
    def join(self, request: Request, room_id: int) -> Response:
        """Come into a public room. Who is in it already stays."""
        services.join_room(user=self.user, room_id=room_id)
        return Response(self._summary(room_id))

    @extend_schema(request=None, responses={204: NO_CONTENT})
    def leave(self, request: Request, room_id: int) -> Response:
        """Go out of a room. Its last owner hands it over first."""
        services.leave_room(user=self.user, room_id=room_id)
        return Response(status=204)

    @extend_schema(request=NewOwnerSerializer)
    def hand_over(self, request: Request, room_id: int) -> Response:
        """Make a member the owner in your place. You stay as an admin."""
        services.hand_over(actor=self.user, room_id=room_id, user_id=checked(NewOwnerSerializer, request.data)["user"])
        return Response(self._summary(room_id))


class PublicRoomViewSet(ChatViewSet):
    """Rooms that anybody may join."""

    serializer_class = PublicRoomSerializer
    pagination_class = PublicRoomPagination

    @extend_schema(parameters=[PublicRoomsQuerySerializer], operation_id="rooms_public_list")
    def list(self, request: Request) -> Response:
        """The public rooms by name; with `q`, those whose name or topic has all its words."""
        q = checked(PublicRoomsQuerySerializer, request.query_params)["q"]
        rooms = self.paginate_queryset(services.find_public_rooms(user=self.user, q=q)) or []
        return self.get_paginated_response([public_room_data(room) for room in rooms])


class MemberViewSet(_ChangesRooms):
    """Who is in a room you are in."""

    serializer_class = MemberSerializer
    pagination_class = MemberPagination

    @extend_schema(parameters=[PeopleQuerySerializer])
    def list(self, request: Request, room_id: int) -> Response:
        """The members by name, with their roles; with `q`, those whose name or handle has it."""
        q = checked(PeopleQuerySerializer, request.query_params)["q"]
        seats = self.paginate_queryset(services.members_of(user=self.user, room_id=room_id, q=q)) or []
        return self.get_paginated_response([member_data(seat) for seat in seats])

    @extend_schema(request=AddMembersSerializer, responses=RoomSerializer)
    def create(self, request: Request, room_id: int) -> Response:
        """Bring people in: into a public room anybody, into a private one its moderators, admins and owners."""
        users = checked(AddMembersSerializer, request.data)["users"]
        services.add_members(actor=self.user, room_id=room_id, user_ids=users)
        return Response(summary(self.user, room_id))

    @extend_schema(request=RoleSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, room_id: int, user_id: int) -> Response:
        """Give somebody whose role is below yours another one, or yourself a lower one."""
        role = checked(RoleSerializer, request.data)["role"]
        seat = services.set_role(actor=self.user, room_id=room_id, user_id=user_id, role=role)
        return Response(member_data(seat))

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, room_id: int, user_id: int) -> Response:
        """Remove somebody whose role is below yours. They hear nothing of the room from then on."""
        services.remove_member(actor=self.user, room_id=room_id, user_id=user_id)
        return Response(status=204)


class RoomInvitationViewSet(_ChangesRooms):
    """The ways into a room: invitations for a person, and links for whoever has them."""

    serializer_class = InvitationSerializer
    pagination_class = InvitationPagination

    def list(self, request: Request, room_id: int) -> Response:
        """The room's open invitations, newest first. Who is no moderator sees their own."""
        found = self.paginate_queryset(services.open_invitations(actor=self.user, room_id=room_id)) or []
        return self.get_paginated_response([invitation_data(invitation) for invitation in found])

    @extend_schema(request=InviteSerializer, responses={201: NewInvitationSerializer})
    def create(self, request: Request, room_id: int) -> Response:
        """Invite a person, or without `user` make a link. A link's token is told here and never again."""
        fields = checked(InviteSerializer, request.data)
        token = None
        if "user" in fields:
            invitation = services.invite(actor=self.user, room_id=room_id, user_id=fields["user"], days=fields["days"])
        else:
            invitation, token = services.make_link(actor=self.user, room_id=room_id, **fields)
        return Response({**invitation_data(invitation), "token": token}, status=201)

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, room_id: int, invitation_id: int) -> Response:
        """End an invitation: your own, or as a moderator any of the room's."""
        services.revoke_invitation(actor=self.user, room_id=room_id, invitation_id=invitation_id)
        return Response(status=204)


class InvitationViewSet(_ChangesRooms):
    """Invitations that you got: by their id, or with a link's token."""

    serializer_class = ReceivedInvitationSerializer
    pagination_class = InvitationPagination

    def list(self, request: Request) -> Response:
        """What you were invited to and have not answered, newest first."""
        found = self.paginate_queryset(services.invitations_for(self.user)) or []
        return self.get_paginated_response([received_invitation_data(invitation) for invitation in found])

    def retrieve(self, request: Request, token: str) -> Response:
        """Look before you follow it: which room, who invites, how many are there."""
        return Response(received_invitation_data(services.look_at_invitation(user=self.user, token=token)))

    @extend_schema(request=None, responses=RoomSerializer)
    def accept(self, request: Request, token: str) -> Response:
        """Follow it, and be in the room."""
        room = services.accept_invitation(user=self.user, token=token)
        return Response(summary(self.user, room.pk))

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, token: str) -> Response:
        """Decline an invitation to you, by its id. Nobody is told."""
        services.decline_invitation(user=self.user, token=token)
        return Response(status=204)
