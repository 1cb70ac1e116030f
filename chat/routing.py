"""Where sockets are accepted."""

from django.urls import path

from chat.consumers import ChatConsumer
from chat.widget.consumers import VisitorConsumer

websocket_urlpatterns = [path("ws/", ChatConsumer.as_asgi())]

VISITORS_PATH = "/ws/widget/"
visitors = VisitorConsumer.as_asgi()
"""What is there: it comes from other sites' pages, without a cookie, and looks at the origin itself."""
