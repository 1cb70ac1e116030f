"""Addresses of the chat's pages."""

from django.urls import path

from chat import (
    face_views,
    group_views,
    media_views,
    message_views,
    personal_views,
    report_views,
    search_views,
    thread_views,
    views,
)
from chat.widget.views import demo

urlpatterns = [
    path("", views.home, name="home"),
    path("rooms/", views.rooms, name="rooms"),
    path("rooms/<int:room_id>/", views.room, name="room"),
    path("rooms/new/", group_views.new_room, name="new-room"),
    path("rooms/find/", group_views.find_rooms, name="find-rooms"),
    path("rooms/<int:room_id>/join/", group_views.join, name="room-join"),
    path("rooms/<int:room_id>/about/", group_views.about, name="room-about"),
    path("rooms/<int:room_id>/about/change/", group_views.change, name="room-change"),
    path("rooms/<int:room_id>/about/add/", group_views.add, name="room-add"),
    path("rooms/<int:room_id>/about/members/<int:user_id>/", group_views.member, name="room-member"),
    path("rooms/<int:room_id>/about/link/", group_views.make_link, name="room-link"),
    path(
        "rooms/<int:room_id>/about/invitations/<int:invitation_id>/", group_views.end_invitation, name="room-uninvite"
    ),
    path("rooms/<int:room_id>/about/archive/", group_views.archive, name="room-archive"),
    path("rooms/<int:room_id>/about/leave/", group_views.leave, name="room-leave"),
    path("invitations/<str:token>/", group_views.invitation, name="invitation"),
    path("rooms/<int:room_id>/read/", views.mark_read, name="room-read"),
    path("m/<int:message_id>/", message_views.permalink, name="permalink"),
    path("messages/<int:message_id>/", message_views.message, name="message"),
    path("messages/<int:message_id>/delete/", message_views.delete_message, name="message-delete"),
    path("media/<uuid:attachment_id>/", media_views.attachment, name="media"),
    path("media/<uuid:attachment_id>/<int:width>/", media_views.attachment, name="media-width"),
    path("messages/<int:message_id>/report/", report_views.report_message, name="message-report"),
    path("avatars/<int:user_id>/<uuid:version>/", face_views.avatar, name="face"),
    path("avatars/<int:user_id>/<uuid:version>/<int:width>/", face_views.avatar, name="face-width"),
    path("pictures/<int:room_id>/<uuid:version>/", face_views.picture, name="room-picture"),
    path("pictures/<int:room_id>/<uuid:version>/<int:width>/", face_views.picture, name="room-picture-width"),
    path("settings/avatar/", face_views.change_avatar, name="avatar-change"),
    path("rooms/<int:room_id>/about/picture/", face_views.change_picture, name="room-picture-change"),
    path("search/", search_views.search, name="search"),
    path("rooms/<int:room_id>/search/", search_views.search_room, name="room-search"),
    path("saved/", message_views.saved, name="saved"),
    path("rooms/<int:room_id>/pins/", message_views.pins, name="room-pins"),
    path("rooms/<int:room_id>/details/", personal_views.details, name="room-details"),
    path("rooms/<int:room_id>/thread/<int:seq>/", thread_views.thread, name="thread"),
    path("rooms/<int:room_id>/me/", personal_views.preferences, name="room-preferences"),
    path("rooms/<int:room_id>/unread/", personal_views.mark_unread, name="room-unread"),
    path("people/blocked/", personal_views.blocks, name="blocks"),
    path("people/<int:user_id>/block/", personal_views.block, name="block"),
    path("people/<int:user_id>/unblock/", personal_views.unblock, name="unblock"),
    path("people/<int:user_id>/report/", report_views.report_person, name="person-report"),
    path("embed/demo/", demo, name="widget-demo"),
    path("people/", views.people, name="people"),
    path("people/<int:user_id>/chat/", views.open_direct, name="open-direct"),
]
