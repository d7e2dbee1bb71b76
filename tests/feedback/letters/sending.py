"""The couriers as a process of its own, to be killed: mails letters until it is stopped.

It kills itself at the step that CRASH_AT names, if it names one. Its clock is AHEAD seconds ahead, so that a
lease need not be waited for.
"""

import os
import signal
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from alerts.sender import wall_clock
from feedback.letters.box import LetterBox
from feedback.letters.courier import Couriers
from feedback.letters.post import Post
from feedback.letters.smtp import Patience, Smtp
from feedback.letters.smtp_url import mail_server
from feedback.letters.telemetry import Telemetry
from feedback.store import Store
from harness.letters import HEAD, KNOWN, link
from privacy.seal import opener
from runtime.stop import Stop

P = ParamSpec("P")
R = TypeVar("R")


def dies(step: Callable[P, R], before: str = "", after: str = "") -> Callable[P, R]:
    """`step`, except that the process dies before or after it where CRASH_AT says so."""

    @wraps(step)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        if os.environ["CRASH_AT"] == before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = step(*args, **kwargs)
        if os.environ["CRASH_AT"] == after and result:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return done


class Box(LetterBox):
    """A box at whose steps the process may die."""

    claim = dies(LetterBox.claim, before="before the claim", after="after the claim")
    mark = dies(LetterBox.mark, before="before the mark", after="after the mark")
    end = dies(LetterBox.end, before="before the result", after="within the result")


def main() -> None:
    """Send until SIGTERM."""
    ahead = int(os.environ["AHEAD"]) * 1_000_000
    stop = Stop().on_signals()
    with MongoClient[dict[str, object]](os.environ["MONGODB_URI"]) as client:
        store = Store(client, os.environ["MONGODB_DATABASE"])
        smtp = Smtp(mail_server(os.environ["SMTP"]), Patience(step=5.0, taking=5.0))
        post = Post(smtp, HEAD, KNOWN, opener(os.environ["PRIVATE"]), link)
        telemetry = Telemetry(CollectorRegistry())
        couriers = Couriers(
            store, Box(store.database), {"mail": post}, telemetry, lambda: wall_clock() + ahead
        )
        couriers.start(stop)
        stop.wait(120)
        couriers.join(5)


main()
