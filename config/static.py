"""Static files from the web workers themselves: hashed and cached for ever, or fresh from source."""

from collections.abc import Iterator
from wsgiref.headers import Headers

from asgiref.typing import ASGI3Application
from django.conf import settings
from django.contrib.staticfiles import finders
from servestatic import ServeStaticASGI


class StaticFiles(ServeStaticASGI):
    """Serve STATIC_URL before Django sees the request; everything else goes to `application`."""

    def __init__(self, application: ASGI3Application) -> None:
        super().__init__(
            application,
            root=settings.STATIC_ROOT if settings.STATIC_ROOT.is_dir() else None,
            prefix=settings.STATIC_URL,
            autorefresh=not settings.STATIC_COLLECTED,
            max_age=60 if settings.STATIC_COLLECTED else 0,
            add_headers_function=_add_headers,
        )

    def candidate_paths_for_url(self, url: str) -> Iterator[str]:
        """Yield where the file may be. Asked only where `collectstatic` has not run."""
        if url.startswith(settings.STATIC_URL):
            path = finders.find(url.removeprefix(settings.STATIC_URL))
            if path:
                yield path


def _add_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
