"""Where things stand: the addresses that pages and notices lead to."""

from django.urls import reverse

from chat.models import Message


def place_of(message: Message) -> str:
    """The address of a message among its neighbours."""
    return f"{reverse('room', args=[message.room_id])}?around={message.seq}#m-{message.seq}"
