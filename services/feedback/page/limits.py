"""How often a page may be asked for: token buckets in the memory of this process, of bounded number."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `per_second` in the long run."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The rates of one client address, and of one survey.

    Many customers share an address, and a mail's scanner opens all its links at once; one customer opens a
    survey a few times. `most` addresses or surveys are remembered, those asked for latest.
    """

    address: Rate = Rate(120, 4.0)
    survey: Rate = Rate(60, 1.0)
    most: int = 10_000


USUAL: Final = Limits()


class Buckets:
    """Buckets of one `rate` by key; whose bucket was forgotten for newer ones starts with a full one."""

    def __init__(self, rate: Rate, most: int) -> None:
        self._rate = rate
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._levels)

    def wait(self, key: str, now: float) -> float:
        """0 where a request of `key` is let in at `now` (seconds), else after how many seconds one is."""
        with self._lock:
            level, at = self._levels.pop(key, (float(self._rate.burst), now))
            level = min(float(self._rate.burst), level + (now - at) * self._rate.per_second)
            admitted = level >= 1
            self._levels[key] = (level - 1 if admitted else level, now)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
        return 0.0 if admitted else (1 - level) / self._rate.per_second


def asker(remote: str | None, forwarded: str, proxies: int) -> str:
    """Who asks: the peer `remote`, or, behind `proxies` trusted ones, whom they name in X-Forwarded-For.
    Addresses of IPv6 count by their /64, as one customer has that many."""
    hops = [*(hop.strip() for hop in forwarded.split(",") if hop.strip()), remote or ""]
    named = hops[max(0, len(hops) - 1 - proxies)]
    try:
        address = ip_address(named)
    except ValueError:
        return named[:64]
    if isinstance(address, IPv6Address):
        return address.exploded[:19]
    return str(address)
