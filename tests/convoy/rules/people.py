"""What people may rely on who sign out, leave, or look who is here."""

from collections.abc import Iterator

from tests.convoy.case import Case, Violation
from tests.convoy.history import Event
from tests.convoy.witness import Witness

HEARD = ("msg", "hear", "synced", "ready", "presence", "ack")


def nothing_after_sign_out(case: Case) -> Iterator[Violation]:
    """2 s after a sign-out (20 s while Redis is away) the device hears nothing any more, and is closed."""
    for witness in case.witnesses.values():
        if witness.out is None:
            continue
        limit = witness.out["t"] + case.patience(witness.out["t"])
        heard = [event for event in witness.of_kind(*HEARD) if event["t"] > limit]
        if heard:
            text = f"{witness.name} still heard something {heard[-1]['t'] - witness.out['t']:.1f} s after signing out."
            yield Violation("nothing_after_sign_out", text, [witness.out, *heard[:3], heard[-1]])
        span = witness.spans[-1] if witness.spans else None
        if span is not None and span.end > limit and limit < case.final:
            text = f"{witness.name} was not closed after signing out."
            yield Violation("nothing_after_sign_out", text, [witness.out, *witness.of_kind("close")[-1:]])


def no_ghosts(case: Case) -> Iterator[Violation]:
    """In the end everybody who watches sees those who left as gone, and those who stayed as here."""
    bound = case.notes("start")[0].get("presence") if case.notes("start") else None
    if bound is None:
        return
    calm = max((window.end for window in case.windows), default=0.0)
    left: dict[int, Event] = {}
    here: set[int] = set()
    for witness in case.witnesses.values():
        if gone := witness.out or witness.left:
            left[witness.user] = gone
        elif witness.span_at(case.final) and witness.span_at(max(calm, case.final - bound)):
            here.add(witness.user)
    for witness in case.staying():
        seen = _last_seen(witness, before=case.final)
        for user, event in seen.items():
            since = max(calm, left[user]["t"]) if user in left else calm
            if case.final - since < bound:
                continue
            if user in left and user not in here and event["status"] != "offline":
                text = f"{witness.name} sees person {user} as {event['status']}, {case.final - since:.0f} s after."
                yield Violation("no_ghosts", text, [left[user], event])
            elif user in here and user not in left and event["status"] == "offline":
                yield Violation("no_ghosts", f"{witness.name} sees person {user} as gone, who is here.", [event])


def _last_seen(witness: Witness, *, before: float) -> dict[int, Event]:
    return {event["user"]: event for event in witness.of_kind("presence") if event["t"] <= before}


RULES = {"nothing_after_sign_out": nothing_after_sign_out, "no_ghosts": no_ghosts}
