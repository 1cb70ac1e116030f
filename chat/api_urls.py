"""Where the chat is found in REST; `config/api.py` puts it under /api/."""

from django.urls import path

from chat.face_viewsets import AvatarViewSet, RoomPictureViewSet
from chat.group_viewsets import (
    GroupViewSet,
    InvitationViewSet,
    MemberViewSet,
    PublicRoomViewSet,
    RoomInvitationViewSet,
)
from chat.message_viewsets import MessageViewSet, PinViewSet, SavedViewSet
from chat.personal_viewsets import AcquaintancePresenceViewSet, BlockViewSet, OwnRoomViewSet, ReadersViewSet
from chat.report_viewsets import ReportViewSet
from chat.search_viewsets import SearchViewSet
from chat.thread_viewsets import ThreadViewSet
from chat.upload_viewsets import FormParser, UploadViewSet
from chat.viewsets import PeopleViewSet, RoomMessageViewSet, RoomViewSet
from chat.widget.viewsets import (
    ConversationViewSet,
    VisitorMediaViewSet,
    VisitorMessageViewSet,
    VisitorRoomViewSet,
    VisitViewSet,
)

api_urlpatterns = [
    path("rooms/", RoomViewSet.as_view({"get": "list", "post": "create"}), name="api-rooms"),
    path("rooms/public/", PublicRoomViewSet.as_view({"get": "list"}), name="api-public-rooms"),
    path(
        "rooms/<int:room_id>/",
        GroupViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-room",
    ),
    path("rooms/<int:room_id>/join/", GroupViewSet.as_view({"post": "join"}), name="api-room-join"),
    path("rooms/<int:room_id>/leave/", GroupViewSet.as_view({"post": "leave"}), name="api-room-leave"),
    path("rooms/<int:room_id>/archive/", GroupViewSet.as_view({"post": "archive"}), name="api-room-archive"),
    path("rooms/<int:room_id>/unarchive/", GroupViewSet.as_view({"post": "unarchive"}), name="api-room-unarchive"),
    path("rooms/<int:room_id>/owner/", GroupViewSet.as_view({"post": "hand_over"}), name="api-room-owner"),
    path(
        "rooms/<int:room_id>/members/",
        MemberViewSet.as_view({"get": "list", "post": "create"}),
        name="api-members",
    ),
    path(
        "rooms/<int:room_id>/members/<int:user_id>/",
        MemberViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-member",
    ),
    path(
        "rooms/<int:room_id>/invitations/",
        RoomInvitationViewSet.as_view({"get": "list", "post": "create"}),
        name="api-room-invitations",
    ),
    path(
        "rooms/<int:room_id>/invitations/<int:invitation_id>/",
        RoomInvitationViewSet.as_view({"delete": "destroy"}),
        name="api-room-invitation",
    ),
    path("invitations/", InvitationViewSet.as_view({"get": "list"}), name="api-invitations"),
    path(
        "invitations/<str:token>/",
        InvitationViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="api-invitation",
    ),
    path("invitations/<str:token>/accept/", InvitationViewSet.as_view({"post": "accept"}), name="api-accept"),
    path("rooms/<int:room_id>/read/", RoomViewSet.as_view({"post": "read"}), name="api-room-read"),
    path(
        "rooms/<int:room_id>/messages/",
        RoomMessageViewSet.as_view({"get": "list", "post": "create"}),
        name="api-room-messages",
    ),
    path("rooms/<int:room_id>/pins/", PinViewSet.as_view({"get": "list"}), name="api-room-pins"),
    path(
        "messages/<int:message_id>/",
        MessageViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-message",
    ),
    path("messages/<int:message_id>/restore/", MessageViewSet.as_view({"post": "restore"}), name="api-restore"),
    path("messages/<int:message_id>/revisions/", MessageViewSet.as_view({"get": "revisions"}), name="api-revisions"),
    path("messages/<int:message_id>/reactions/", MessageViewSet.as_view({"get": "reactions"}), name="api-reactions"),
    path(
        "messages/<int:message_id>/reactions/<str:emoji>/",
        MessageViewSet.as_view({"put": "react", "delete": "take_off"}),
        name="api-reaction",
    ),
    path("messages/<int:message_id>/pin/", MessageViewSet.as_view({"put": "pin", "delete": "unpin"}), name="api-pin"),
    path(
        "messages/<int:message_id>/report/",
        ReportViewSet.as_view({"post": "report_message"}),
        name="api-message-report",
    ),
    path("users/<int:user_id>/report/", ReportViewSet.as_view({"post": "report_person"}), name="api-user-report"),
    path(
        "messages/<int:message_id>/attachments/<uuid:attachment_id>/played/",
        MessageViewSet.as_view({"put": "played"}),
        name="api-played",
    ),
    path(
        "messages/<int:message_id>/preview/",
        MessageViewSet.as_view({"delete": "remove_preview"}),
        name="api-preview",
    ),
    path("messages/<int:message_id>/forward/", MessageViewSet.as_view({"post": "forward"}), name="api-forward"),
    path("messages/<int:message_id>/origin/", MessageViewSet.as_view({"get": "origin"}), name="api-origin"),
    path(
        "uploads/",
        UploadViewSet.as_view({"get": "list", "post": "create"}, parser_classes=[FormParser]),
        name="api-uploads",
    ),
    path(
        "uploads/<uuid:attachment_id>/",
        UploadViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-upload",
    ),
    path(
        "users/me/avatar/",
        AvatarViewSet.as_view({"put": "update", "delete": "destroy"}, parser_classes=[FormParser]),
        name="api-avatar",
    ),
    path(
        "rooms/<int:room_id>/picture/",
        RoomPictureViewSet.as_view({"put": "update", "delete": "destroy"}, parser_classes=[FormParser]),
        name="api-room-picture",
    ),
    path("search/", SearchViewSet.as_view({"get": "list"}), name="api-search"),
    path("saved/", SavedViewSet.as_view({"get": "list"}), name="api-saved"),
    path(
        "saved/<int:message_id>/",
        SavedViewSet.as_view({"put": "create", "delete": "destroy"}),
        name="api-saved-message",
    ),
    path(
        "saved/<int:message_id>/reminder/",
        SavedViewSet.as_view({"get": "reminder", "put": "remind", "delete": "forget"}),
        name="api-saved-reminder",
    ),
    path("rooms/<int:room_id>/unread/", OwnRoomViewSet.as_view({"post": "mark_unread"}), name="api-room-unread"),
    path("rooms/<int:room_id>/me/", OwnRoomViewSet.as_view({"patch": "partial_update"}), name="api-room-me"),
    path(
        "rooms/<int:room_id>/draft/",
        OwnRoomViewSet.as_view({"put": "save_draft", "delete": "drop_draft"}),
        name="api-room-draft",
    ),
    path("messages/<int:message_id>/thread/", ThreadViewSet.as_view({"get": "retrieve"}), name="api-thread"),
    path("messages/<int:message_id>/readers/", ReadersViewSet.as_view({"get": "retrieve"}), name="api-readers"),
    path("presence/", AcquaintancePresenceViewSet.as_view({"get": "list"}), name="api-presence"),
    path("blocks/", BlockViewSet.as_view({"get": "list"}), name="api-blocks"),
    path("blocks/<int:user_id>/", BlockViewSet.as_view({"post": "create", "delete": "destroy"}), name="api-block"),
    path("widget/visits/", VisitViewSet.as_view({"post": "create"}), name="api-widget-visits"),
    path("widget/rooms/<int:room_id>/", VisitorRoomViewSet.as_view({"get": "enter"}), name="api-widget-room"),
    path(
        "widget/rooms/<int:room_id>/messages/",
        VisitorMessageViewSet.as_view({"get": "page", "post": "send"}),
        name="api-widget-messages",
    ),
    path(
        "widget/media/<uuid:attachment_id>/", VisitorMediaViewSet.as_view({"get": "retrieve"}), name="api-widget-media"
    ),
    path(
        "widget/media/<uuid:attachment_id>/<int:width>/",
        VisitorMediaViewSet.as_view({"get": "reduced"}),
        name="api-widget-media-width",
    ),
    path("widget/conversation/", ConversationViewSet.as_view({"post": "create"}), name="api-widget-conversation"),
    path(
        "widget/rooms/<int:room_id>/read/",
        VisitorRoomViewSet.as_view({"post": "mark_read"}),
        name="api-widget-read",
    ),
    path("users/", PeopleViewSet.as_view({"get": "list"}), name="api-users"),
]
