"""What job workers do for accounts, and for themselves."""

from accounts.jobs import periodic, upkeep


@periodic("* * * * *")
def requeue_stalled_jobs() -> None:
    upkeep.requeue_stalled()


@periodic("*/10 * * * *")
def forget_finished_jobs() -> None:
    while upkeep.forget_finished() >= upkeep.AT_ONCE:
        pass
