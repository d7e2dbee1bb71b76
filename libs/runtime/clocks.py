"""This machine's clock beside another's."""

from datetime import datetime
from typing import Final

from runtime.doctor import Finding, ok, warn

MOST_SECONDS: Final = 2.0


def compared(whose: str, told: datetime, began: float, ended: float, exact: float = 0.001) -> Finding:
    """What it means that `whose` clock has `told` an aware time, exact to `exact` seconds, where asking took
    from `began` to `ended` by this machine's (s since the epoch)."""
    apart = told.timestamp() - (began + ended) / 2
    surely = abs(apart) - (ended - began) / 2 - exact
    if surely > MOST_SECONDS:
        how = "behind" if apart > 0 else "ahead of"
        return warn(f"this machine's clock is {abs(apart):.1f} s {how} that of {whose}", "run NTP on both")
    return ok(f"this machine and {whose} agree within {max(abs(apart), (ended - began) / 2 + exact):.1f} s")
