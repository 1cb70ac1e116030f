"""Views that are marked to be kept, and do what a view might do one day."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from accounts.dependencies import note_end
from accounts.models import User
from accounts.requests import MemberRequest
from chat.keeping import OF_LIST, kept
from chat.models import Room, SavedMessage
from config.urls import urlpatterns as ours

made: list[str] = []
"""Which of them made something."""


@kept(OF_LIST)
def headers(request: HttpRequest) -> HttpResponse:
    made.append("headers")
    shown = {name: value for name, value in request.META.items() if isinstance(value, str)}
    return JsonResponse({"headers": shown, "cookies": request.COOKIES})


@login_required
@kept(OF_LIST)
def rooms(request: MemberRequest) -> HttpResponse:
    made.append("rooms")
    return HttpResponse(str(list(Room.objects.visible_to(request.user).values_list("name", flat=True))))


@login_required
@kept(OF_LIST)
def saved(request: MemberRequest) -> HttpResponse:
    """Reads a table that is not among those that it is made of."""
    made.append("saved")
    return HttpResponse(str(SavedMessage.objects.filter(user=request.user).count()))


@login_required
@kept(OF_LIST)
def visits(request: MemberRequest) -> HttpResponse:
    """Writes, though it is only asked."""
    made.append("visits")
    User.objects.filter(pk=request.user.pk).update(status_text=str(len(made)))
    return HttpResponse("written")


@kept(OF_LIST)
def cookie(request: HttpRequest) -> HttpResponse:
    made.append("cookie")
    response = HttpResponse("sets a cookie")
    response.set_cookie("seen", "yes")
    return response


@kept(OF_LIST)
def over(request: HttpRequest) -> HttpResponse:
    made.append("over")
    note_end(timezone.now() - timedelta(seconds=1))
    return HttpResponse("over")


@kept(OF_LIST)
def lasting(request: HttpRequest) -> HttpResponse:
    made.append("lasting")
    note_end(timezone.now() + timedelta(hours=1))
    return HttpResponse("lasts")


urlpatterns = [
    *[path(f"kept/{view.__name__}/", view) for view in (headers, rooms, saved, visits, cookie, over, lasting)],
    *ours,
]
