"""The API of follow-ups over a store of a test's own."""

import time
from typing import Any

from flask import Blueprint
from msgspec.structs import replace
from pymongo import MongoClient

from feedback.cases.case import Case
from feedback.follow_ups.rules import followed
from feedback.store import Change, Store
from feedback.web import follow_up_api
from harness.speaking import RULES, a_case, a_reading, a_ticket, an_answer
from runtime.web import create_web
from streams.clock import SharedClock


def now() -> int:
    """The present, in µs since the epoch."""
    return time.time_ns() // 1000


def low(subject: str, age: int, team: str | None = "billing", comment: str | None = None) -> Case:
    """A ticket of `team` that got one star `age` µs ago."""
    answer = an_answer((now() - age, 1))
    said = replace(answer.revisions[0], comment=comment, reading=a_reading() if comment else None)
    return a_case(subject, ticket=a_ticket(team=team), answers=(replace(answer, revisions=(said,)),))


class Loop:
    """Cases with the follow-ups that they ask for, and a client of the API; two are enough for a share."""

    def __init__(self, client: MongoClient[dict[str, Any]], database: str) -> None:
        self.store = Store(client, database)
        self.store.prepare()
        app = create_web("feedback", lambda: None)
        api = Blueprint("api", __name__, url_prefix="/api/v1")
        follow_up_api.add_routes(api, self.store, SharedClock(client), enough=2)
        app.register_blueprint(api)
        self.web = app.test_client()

    def keep(self, *cases: Case) -> None:
        """Write `cases`."""
        changes = [Change(None, followed(case, RULES, now(), {})) for case in cases]
        self.store.transact(lambda session: self.store.write(changes, 0, session))

    def get(self, path: str = "", **query: Any) -> Any:
        """What `/api/v1/follow-ups<path>` answers; it must."""
        answer = self.web.get(f"/api/v1/follow-ups{path}", query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def post(self, name: str, **entry: Any) -> Any:
        """The follow-up `name` once `entry` is recorded; it must be."""
        answer = self.web.post(f"/api/v1/follow-ups/{name}", json=entry)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def listed(self, **query: Any) -> list[str | None]:
        """The tickets of the follow-ups that are found, in their order."""
        return [row["ticket"] for row in self.get(**query)["rows"]]

    def only(self, **query: Any) -> dict[str, Any]:
        """The one follow-up that is found."""
        (row,) = self.get(**query)["rows"]
        return dict(row)
