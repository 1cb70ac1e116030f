"""What Parley is measured against: the chat of the Channels tutorial, and an echo, on stock Daphne.

The consumer is the tutorial's (a channel for each socket, a group for each room, `group_send`), plus the row that most
people add next and an answer to the sender. It knows no users. Two things are kinder than the tutorial: the pub/sub
layer, which is the faster one, and a database connection that is kept, not opened again for every event.
"""

import json
import os
from typing import Any, ClassVar

import dj_database_url
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="nothing-is-signed-here-and-nobody-signs-in",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["channels"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=None)},
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": "stock"},
        }
    },
    USE_TZ=True,
)
django.setup()

# ruff: noqa: E402  models and consumers want Django to be set up
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path


class Message(models.Model):
    """Its table is in `stock.sql`; nothing migrates here."""

    objects: models.Manager["Message"] = models.Manager()

    room = models.CharField(max_length=80)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "stock"
        db_table = "stock_message"

    def __str__(self) -> str:
        return self.body


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        self.room_name = self.scope["url_route"]["kwargs"]["room_name"]
        self.room_group_name = f"chat_{self.room_name}"
        await self.channel_layer.group_add(self.room_group_name, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.room_group_name, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        frame = json.loads(text_data or "{}")
        message = await Message.objects.acreate(room=self.room_name, body=frame["body"])
        event = {
            "type": "chat.message",
            "id": message.pk,
            "body": message.body,
            "created_at": message.created_at.isoformat(),
        }
        await self.channel_layer.group_send(self.room_group_name, event)
        await self.send(text_data=json.dumps({"type": "ack", "ref": frame["ref"], "body": message.body}))

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps({**event, "type": "message"}))


class EchoConsumer(AsyncWebsocketConsumer):
    """The least that Daphne and Channels can do; it has no channel layer."""

    channel_layer_alias: ClassVar[Any] = None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data=text_data)


async def bare(_request: HttpRequest) -> HttpResponse:
    """The least that Django can do."""
    return HttpResponse("Hello")


urlpatterns: list[Any] = [path("bare/", bare)]
route: Any = re_path  # it is typed for Django's views
application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter(
            [
                route(r"^ws/chat/(?P<room_name>\w+)/$", ChatConsumer.as_asgi()),
                route(r"^ws/echo/$", EchoConsumer.as_asgi()),
            ]
        ),
    }
)
