"""What goes into the pages of a site."""

from django.conf import settings
from django.urls import reverse

from chat.widget.models import Site


def snippet(site: Site) -> str:
    """The two lines of HTML that show the chat, with the address under which people reach us."""
    script = f'<script type="module" async src="{settings.SITE_URL}{reverse("widget")}"></script>'
    return f'{script}\n<chat-widget site="{site.key}"></chat-widget>'
