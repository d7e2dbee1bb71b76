"""The outbox of alerts in MongoDB: written in the worker's transaction, emptied by whichever sender is free.

`alerts` holds the letters. `alert_lanes` holds, for each lane, who may send and when: at most one sender at
a time, and at most one group under way, whose members and id stay the same until it has arrived. A failing
lane thereby asks no more often however many alerts come in, and what came meanwhile is its next group.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import msgspec
from pymongo import ASCENDING, DeleteMany, ReturnDocument, UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from alerts.alert import Alert
from alerts.group import Group
from alerts.letters import Letter, breach_letter_id, letter_id, letters, recoveries, taking_back
from alerts.routes import Routing
from alerts.schedule import FARTHEST, GAP, GIVE_UP_AFTER, LEASE
from events.instants import moment

GROUP_SIZE: Final = 50
"""Alerts in one group at most: about what a chat message holds."""
_KEPT: Final = timedelta(days=30)
_PENDING: Final = {"state": "pending"}
_FIRST_DUE: Final = [("alert.due_at", ASCENDING), ("_id", ASCENDING)]


@dataclass(frozen=True, slots=True)
class Claim:
    """A group that its holder alone may send, until the lease ends. Times µs; `attempts`: tries since the
    lane last succeeded, this one included; `first_try`: when this group was first claimed."""

    group: Group
    lane: str
    token: str
    letters: tuple[str, ...]
    at: int
    attempts: int
    first_try: int


class Outbox:
    """The alerts to be sent in `database`, as `routing` says."""

    def __init__(self, database: Database[dict[str, Any]], routing: Routing) -> None:
        self._letters = database["alerts"]
        self._lanes = database["alert_lanes"]
        self._routing = routing

    def prepare(self) -> None:
        """Make collections and indexes: a transaction can't wait for them."""
        self._letters.create_index(
            [("destination", ASCENDING), ("lane", ASCENDING)],
            partialFilterExpression=_PENDING,
            name="pending",
        )
        self._letters.create_index("ended_at", expireAfterSeconds=int(_KEPT.total_seconds()), name="ended")

    def tell(self, alerts: Sequence[Alert], session: ClientSession | None) -> None:
        """Put `alerts` in, in the transaction of `session`; one that was ever told changes nothing.

        A recovery withdraws its breach where nobody has heard of that, and is told where somebody may have.
        A breach that comes back withdraws its recovery likewise, and is told where it had been withdrawn.
        """
        broken = [alert for alert in alerts if alert.stage == "breached"]
        if broken:
            self._bring_back(broken, session)
        self._insert(letters(alerts, self._routing.entries), session)
        taken_back = [alert for alert in alerts if alert.stage == "recovered"]
        if taken_back:
            self._take_back(taken_back, session)

    def claim(self, destination: str, now: int) -> Claim | None:
        """A group for `destination` that may be sent `now` (µs), if there is one."""
        waiting = _PENDING | {"destination": destination, "quiet": {"$nin": self._routing.quiet(now)}}
        lanes = self._letters.distinct("lane", waiting)
        busy = {
            d["_id"] for d in self._lanes.find({"_id": {"$in": lanes}, "next_at": _held(now)}, {"_id": 1})
        }
        for lane in lanes:
            claim = None if lane in busy else self._claim(destination, lane, now)
            if claim is not None:
                return claim
        return None

    def done(self, claim: Claim, now: int) -> None:
        """The group of `claim` has arrived."""
        self._end(claim, "sent", now)
        self._release(claim, claim.at + GAP, attempts=0)

    def failed(self, claim: Claim, now: int, pause: int) -> bool:
        """Nothing says that the group of `claim` has arrived: again after `pause` (µs).

        True where that was given up, after three days of trying.
        """
        given_up = now - claim.first_try >= GIVE_UP_AFTER
        if given_up:
            self._end(claim, "given_up", now)
        self._release(claim, now + pause, attempts=claim.attempts)
        return given_up

    def pending(self, destination: str) -> int:
        """How many alerts wait to be sent to `destination`."""
        return self._letters.count_documents(_PENDING | {"destination": destination})

    def stranded(self) -> dict[str, int]:
        """How many alerts wait for destinations that the configuration no longer has, by destination."""
        gone = _PENDING | {"destination": {"$nin": list(self._routing.destinations)}}
        counted = self._letters.aggregate(
            [{"$match": gone}, {"$group": {"_id": "$destination", "alerts": {"$sum": 1}}}]
        )
        return {d["_id"]: d["alerts"] for d in counted}

    def _insert(self, written: Sequence[Letter], session: ClientSession | None) -> None:
        if written:
            self._letters.bulk_write(
                [UpdateOne({"_id": one["_id"]}, {"$setOnInsert": one}, upsert=True) for one in written],
                ordered=False,
                session=session,
            )

    def _bring_back(self, alerts: Sequence[Alert], session: ClientSession | None) -> None:
        destinations = self._routing.destinations
        breaches = [letter_id(alert, name) for alert in alerts for name in destinations]
        recovered = [letter_id(taking_back(alert), name) for alert in alerts for name in destinations]
        self._letters.bulk_write(
            [
                DeleteMany(_PENDING | {"_id": {"$in": recovered}, "group": None}),
                UpdateMany(
                    {"_id": {"$in": breaches}, "state": "cancelled"},
                    {"$set": {"state": "pending", "group": None, "heard": True}, "$unset": {"ended_at": ""}},
                ),
            ],
            session=session,
        )

    def _take_back(self, alerts: Sequence[Alert], session: ClientSession | None) -> None:
        destinations = self._routing.destinations
        ids = [breach_letter_id(alert, name) for alert in alerts for name in destinations]
        breaches = {d["_id"]: d for d in self._letters.find({"_id": {"$in": ids}}, session=session)}
        if not breaches:
            return
        waiting = _PENDING | {"_id": {"$in": list(breaches)}}
        ended = max(alert.noticed_at for alert in alerts)
        self._letters.bulk_write(
            [
                DeleteMany(waiting | {"group": None, "heard": None}),
                UpdateMany(waiting, {"$set": {"state": "cancelled", "ended_at": moment(ended)}}),
            ],
            session=session,
        )
        self._insert(recoveries(alerts, destinations, breaches), session)

    def _claim(self, destination: str, lane: str, now: int) -> Claim | None:
        held = self._hold(lane, now)
        if held is None:
            return None
        group, found = self._gather(destination, lane, now)
        alerts = tuple(msgspec.convert(letter["alert"], Alert) for letter in found)
        claim = Claim(
            Group(group, alerts[0].team if alerts else None, alerts),
            lane,
            held["token"],
            tuple(letter["_id"] for letter in found),
            now,
            held["attempts"],
            min((letter["first_try"] for letter in found), default=now),
        )
        if not found:
            # All of it was withdrawn since we looked.
            self._release(claim, now, attempts=claim.attempts - 1)
            return None
        return claim

    def _hold(self, lane: str, now: int) -> dict[str, Any] | None:
        """The lane, held from now on; None where it isn't free."""
        try:
            return self._lanes.find_one_and_update(
                {"_id": lane, "next_at": {"$not": _held(now)}},
                {"$set": {"next_at": now + LEASE, "token": uuid.uuid4().hex}, "$inc": {"attempts": 1}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None

    def _gather(self, destination: str, lane: str, now: int) -> tuple[str, list[Letter]]:
        """The group that is under way in `lane`, else a new one of what waits there: its id and letters."""
        of_lane = _PENDING | {"destination": destination, "lane": lane}
        under_way = self._letters.find_one(of_lane | {"group": {"$ne": None}}, {"group": 1})
        group = f"alerts_{uuid.uuid4().hex}" if under_way is None else under_way["group"]
        if under_way is None:
            fresh = self._letters.find(of_lane, {"_id": 1}).sort(_FIRST_DUE).limit(GROUP_SIZE)
            ids = [d["_id"] for d in fresh]
            self._letters.update_many(
                _PENDING | {"_id": {"$in": ids}}, {"$set": {"group": group, "first_try": now}}
            )
        return group, list(self._letters.find(of_lane | {"group": group}).sort(_FIRST_DUE))

    def _end(self, claim: Claim, state: str, now: int) -> None:
        ended = {"$set": {"state": state, "ended_at": moment(now)}}
        self._letters.update_many({"_id": {"$in": list(claim.letters)}}, ended)

    def _release(self, claim: Claim, next_at: int, *, attempts: int) -> None:
        """Let go of the lane until `next_at`, unless the lease ended and somebody else holds it."""
        self._lanes.update_one(
            {"_id": claim.lane, "token": claim.token}, {"$set": {"next_at": next_at, "attempts": attempts}}
        )


def _held(now: int) -> dict[str, int]:
    """When a lane that somebody holds `now` is to be free again."""
    return {"$gt": now, "$lte": now + FARTHEST}
