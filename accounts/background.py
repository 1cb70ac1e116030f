"""What job workers do for accounts, and for themselves."""

from accounts.jobs import periodic, task, upkeep


@task(retries=12)  # for some four hours: providers have such mornings
def send_mail(mail_id: int) -> None:
    from accounts.mail.delivery import deliver  # who only enqueues needs no provider's code

    deliver(mail_id)


@periodic("17 3 * * *")
def forget_mails() -> None:
    from accounts.mail.delivery import forget_old

    forget_old()


@periodic("* * * * *")
def requeue_stalled_jobs() -> None:
    upkeep.requeue_stalled()


@periodic("*/10 * * * *")
def forget_finished_jobs() -> None:
    while upkeep.forget_finished() >= upkeep.AT_ONCE:
        pass
