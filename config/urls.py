"""Every address of the site but those of health: pages at the root, REST under /api/, the admin."""

from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from chat.views import protocol
from config import install, widget

admin.site.site_header = admin.site.site_title = settings.SITE_NAME

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("chat.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),  # no inline script
    path("api/events/", protocol, name="protocol"),
    path("api/", include("config.api")),
    path("manifest.webmanifest", install.manifest, name="manifest"),
    path("worker.js", install.worker, name="worker"),
    path("offline/", install.offline, name="offline"),
    path("widget.js", widget.loader, name="widget"),
    path("widget-<slug:version>.js", widget.loader, name="widget-version"),
    path("widget/panel.html", widget.panel, name="widget-panel"),
    path("widget/panel.css", widget.sheet, name="widget-sheet"),
    # For pages that name no icon, such as the admin's.
    path("favicon.ico", lambda request: redirect(static("img/favicon.svg")), name="favicon"),
    path("admin/", admin.site.urls),  # its sign-in is ours: accounts.urls, above, takes that address
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
