"""Everything that changes people rather than rooms: their names, switches, looks and devices, and who is here."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils import timezone
from redis import Redis

from accounts import appearance, services, switches
from accounts.models import Session
from presence import services as presence
from presence.leases import Lease, Leases, Status, redis_prefix
from presence.timing import Timing
from tests.chat.acts import Act, Stage, Words

MODULES = (services, switches, appearance, presence)

SILENT = {
    services.require_current,
    services.show_otherwise,
    services.find_session,
    services.find_sessions,
    services.note_use,
    services.refresh,
    switches.status_data,
    switches.status_of,
    presence.statuses,
    presence.snapshot,
}
"""What changes nothing that a page shows."""

DOORS = {
    services.sign_up,
    services.sign_in,
    services.open_session,
    services.sign_out,
    services.revoke_session,
    services.revoke_sessions,
    services.change_password,
    services.set_password,
    services.deactivate,
    services.make_admin,
    services.close_account,
}
"""What lets somebody in or out: `test_whoever_is_signed_out_gets_nothing_more` has these."""


def about(service: Callable[..., object], name: str, **words: object) -> Act:
    """Something that somebody says of themselves."""
    return Act(service, lambda on: {"user": on.people[name], **words})


def here(name: str, status: Status) -> Act:
    """Somebody comes, goes idle, or is gone; the last as the sweeper says it."""

    def come(*, user_id: int) -> None:
        if status == "offline":
            with Redis.from_url(settings.REDIS_URL) as redis:
                redis.hdel(f"{redis_prefix()}statuses", str(user_id))
            return

        async def renew() -> None:
            leases = Leases.connect(Timing.from_settings())
            await leases.close([(user_id, f"lease of {name}")], grace=0)
            await leases.sweep()
            await leases.renew([Lease(user_id, f"lease of {name}", status)])
            await leases.disconnect()

        async_to_sync(renew)()

    return Act(come, lambda on: {"user_id": on.people[name].pk})


def _seen(on: Stage) -> Words:
    return {"seen": {on.bob.pk: timezone.now() - timedelta(days=3)}}


def _other_device(on: Stage) -> Words:
    return {"session": Session.objects.of(on.alice).latest("created_at")}


ACCOUNT_ACTS: dict[str, list[Act]] = {
    "names": [
        about(services.update_profile, "bob", full_name="Robert Baker"),
        about(services.update_profile, "carol", handle="clay"),
        about(services.update_profile, "alice", full_name="Alicia Arden", handle="alicia"),
        about(services.update_profile, "eve", full_name="Eva Evans"),
        about(services.update_profile, "bob", about="At sea", time_zone="Europe/Lisbon"),
        about(services.set_avatar, "bob", avatar=UUID(int=1)),
        about(services.set_avatar, "bob", avatar=None),
    ],
    "switches": [
        about(switches.update_switches, "bob", private_reading=True),
        about(switches.update_switches, "bob", private_reading=False),
        about(switches.update_switches, "alice", sends_typing=False, sees_typing=False),
        about(switches.update_switches, "alice", status_emoji="🌊", status_text="at sea"),
        about(switches.update_switches, "bob", status_emoji="🏖", status_text="away"),
        about(switches.update_switches, "bob", invisible=True),
        about(appearance.update_appearance, "alice", theme="dark", density="compact"),
    ],
    "being here": [
        here("bob", "active"),
        here("bob", "away"),
        here("carol", "active"),
        here("bob", "offline"),
        Act(presence.record_last_seen, _seen),
        here("bob", "active"),
    ],
}
