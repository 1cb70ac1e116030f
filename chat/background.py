"""What job workers do for the chat."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from accounts.jobs import periodic, task
from accounts.rows import patience
from chat.services import faces, purging, removal, showing

UNDO_OVER = timedelta(seconds=15)
"""After that long nobody can undo a deletion any more (`chat.services.deletion`), also not one on its way."""

PURGE_SECONDS = 10.0
"""After that long a purge leaves the rest to another job: a worker that is to leave finishes what it has begun."""


@task(retries=20)
def remove_files(message_id: int) -> None:
    """Delete the files of a deleted message, once that is certain."""
    if not removal.remove_files(message_id=message_id, undo_over=UNDO_OVER):
        remove_files_later(message_id)  # it was brought back, and deleted again while this waited


def remove_files_later(message_id: int) -> None:
    """Enqueue that, once however often the message is deleted and brought back."""
    remove_files.using(run_after=UNDO_OVER, key=str(message_id)).enqueue(message_id=message_id)


@task(retries=20)
def forget_face(blob: str) -> None:
    """Delete a picture of somebody or of a room, if it is not shown any more."""
    faces.forget_face(UUID(blob))


@task(retries=3)
def tell_rooms_of(user_id: int) -> None:
    """Tell the large rooms that somebody is in, too, how they are shown."""
    showing.tell_all_rooms(user_id)


@task(retries=1)
def preview_link(message_id: int) -> None:
    """Show under a message what its link leads to."""
    from chat.previews.making import make_preview  # who only enqueues fetches nothing

    make_preview(message_id)


@task(retries=20)
def follow_team(site_id: int, user_ids: list[int]) -> None:
    """Bring people into the conversations with a site's visitors, or out of them, as they are in its team now."""
    from chat.services import teams  # which enqueues this

    teams.follow_team(site_id=site_id, user_ids=user_ids)


@task(retries=20)
def remind(saved_id: int, at: str) -> None:
    """Remind somebody of a message, if they still want to be at that moment."""
    from chat.services import reminders  # which enqueues this

    reminders.remind(saved_id=saved_id, at=datetime.fromisoformat(at))


@task(retries=6)
def push(subscription_id: int, user_id: int, room_id: int, seq: int) -> None:
    """Tell a device of what was not read."""
    from chat.push import sending  # who only enqueues needs none of what encrypts
    from chat.push.news import News

    sending.push(subscription_id=subscription_id, news=News(user_id, room_id, seq))


@periodic("* * * * * */10")
def push_news() -> None:
    """Have devices told of what nobody has read."""
    from chat.services import pushing  # which enqueues the above

    pushing.push_news()


@periodic("*/10 * * * *")
def collect_files() -> None:
    removal.collect_files()


@periodic("43 3 * * *")
def purge_nightly() -> None:
    """Throw away what the settings say is kept no longer; `manage.py purge` does the same."""
    if settings.PURGE_NIGHTLY:
        purge.using(key="").enqueue()


@task
def purge() -> None:
    with patience():
        has_more = purging.throw_away(seconds=PURGE_SECONDS)
    if has_more:
        purge.using(key="").enqueue()
