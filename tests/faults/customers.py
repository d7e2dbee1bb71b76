"""Customers who answer a survey on its page, change their answer again and again, and notice every page."""

import http.client
from collections.abc import Sequence
from functools import partial
from time import monotonic
from urllib.parse import quote, urlencode, urlsplit

from faults.flow import Crowd

_FORM = "application/x-www-form-urlencoded"


class Customers(Crowd):
    """One for each survey page of `links` at `port`, all together about `rate` answers a second.

    Each answer has a comment that no other has. `thanked`: the comments of those that the page thanked for;
    `unsure`: of those that it asked to send again (503); `puzzled`: (comment, what came instead). `most`: how
    often the busiest of them has answered.
    """

    def __init__(self, port: int, links: Sequence[str], *, rate: float) -> None:
        super().__init__(partial(self._answer, n, urlsplit(link).path) for n, link in enumerate(links, 1))
        self._port, self._pace = port, len(links) / rate
        self.thanked: set[str] = set()
        self.unsure: set[str] = set()
        self.puzzled: list[tuple[str, str]] = []
        self.most = 0

    def _answer(self, customer: int, path: str) -> None:
        due, count = monotonic() + self._pace * customer / len(self._threads), 0
        while not self._end.wait(max(0.0, due - monotonic())):
            due, count = max(due + self._pace, monotonic()), count + 1
            self.most = max(self.most, count)
            comment = f"customer {customer}, answer {count}"
            try:
                status = self._post(customer, path, {"score": f"{1 + count % 5}", "comment": comment})
            except (OSError, http.client.HTTPException) as error:
                self.puzzled.append((comment, repr(error)))
                continue
            if status == 200:
                self.thanked.add(comment)
            elif status == 503:
                self.unsure.add(comment)
            else:
                self.puzzled.append((comment, f"{status}"))

    def _post(self, customer: int, path: str, fields: dict[str, str]) -> int:
        # Each from an address of its own: the page lets one address ask only so often.
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=60, source_address=(f"127.0.1.{customer}", 0)
        )
        try:
            connection.request("POST", quote(path), urlencode(fields), {"Content-Type": _FORM})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()
