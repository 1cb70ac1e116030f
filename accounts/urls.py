"""Addresses of the account pages, and of accounts over REST (`api_urlpatterns`, under /api/)."""

from django.urls import path

from accounts import address_views, notice_views, recovery_views, settings_views, views
from accounts.push.viewsets import PushViewSet
from accounts.viewsets import AddressViewSet, AuthViewSet, MeViewSet, SessionViewSet

urlpatterns = [
    path("signup/", views.sign_up, name="signup"),
    path("signup/invitations/<str:token>/", views.accept_invitation, name="accept-invitation"),
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("reset/", recovery_views.ask_for_reset, name="reset-password"),
    path("reset/<int:user_id>/<slug:token>/", recovery_views.choose_password, name="choose-password"),
    path("verify/<int:user_id>/<slug:token>/", recovery_views.verify_address, name="verify-address"),
    path("settings/account/verify/", recovery_views.ask_for_verification, name="ask-for-verification"),
    path("settings/", settings_views.profile, name="profile"),
    path("settings/status/", settings_views.status, name="status"),
    path("settings/appearance/", settings_views.appearance, name="appearance"),
    path("settings/notifications/", settings_views.notifications, name="notifications"),
    path("settings/privacy/", settings_views.privacy, name="privacy"),
    path("settings/devices/", settings_views.devices, name="devices"),
    path("settings/sessions/sign-out-others/", settings_views.sign_out_others, name="sign-out-others"),
    path("settings/sessions/<uuid:session_id>/sign-out/", settings_views.sign_out_session, name="sign-out-session"),
    path("settings/account/", settings_views.account, name="account"),
    path("settings/password/", settings_views.password, name="password"),
    path("settings/account/close/", settings_views.close, name="close-account"),
    path("settings/account/address/", address_views.change_address, name="change-address"),
    path("settings/account/address/call-off/", address_views.call_off, name="call-off-address"),
    path("address/<int:change_id>/<slug:token>/", address_views.confirm_address, name="confirm-address"),
    path("address/<int:change_id>/<slug:token>/undo/", address_views.undo_address, name="undo-address"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/<int:notice_id>/appeal/", notice_views.appeal_notice, name="notice-appeal"),
    path("appeal/", notice_views.appeal_at_the_door, name="appeal"),
    path("avatars/<int:user_id>.svg", views.avatar, name="avatar"),
    # The admin has no sign-in of its own. These stand before its own addresses and so take their place.
    path("admin/login/", views.admin_sign_in),
    path("admin/logout/", views.sign_out),
    path("admin/password_change/", settings_views.password),
]

api_urlpatterns = [
    path("auth/csrf/", AuthViewSet.as_view({"get": "csrf"}), name="api-csrf"),
    path("auth/signup/", AuthViewSet.as_view({"post": "signup"}), name="api-signup"),
    path("auth/login/", AuthViewSet.as_view({"post": "login"}), name="api-login"),
    path("auth/logout/", AuthViewSet.as_view({"post": "logout"}), name="api-logout"),
    path("auth/refresh/", AuthViewSet.as_view({"post": "refresh"}), name="api-refresh"),
    path("users/me/", MeViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="api-me"),
    path(
        "users/me/address/",
        AddressViewSet.as_view({"get": "retrieve", "post": "ask", "delete": "call_off"}),
        name="api-address",
    ),
    path(
        "users/me/sessions/",
        SessionViewSet.as_view({"get": "list", "delete": "destroy_others"}),
        name="api-sessions",
    ),
    path(
        "users/me/push/",
        PushViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="api-push",
    ),
    path("users/me/sessions/<uuid:pk>/", SessionViewSet.as_view({"delete": "destroy"}), name="api-session"),
]
