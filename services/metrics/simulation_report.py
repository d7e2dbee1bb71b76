"""The what-if as people read it, or as JSON for programs."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table

from metrics.simulation import Group, Simulation, Tally

SHOWN = 50
"""Tickets that change sides and are listed on the screen; JSON lists all."""


def table(simulation: Simulation) -> Table:
    """Attainment now against then, by target, team and priority, with a total per target."""
    result = Table("target", "team", "priority", "now", "of", "then", "of", "change")
    for group, tally in _rows(simulation):
        now = _share(tally.met_now, tally.breached_now)
        then = _share(tally.met_then, tally.breached_then)
        result.add_row(
            group.target,
            group.team or "–",
            group.priority or "–",
            _percent(now),
            str(tally.met_now + tally.breached_now),
            _percent(then),
            str(tally.met_then + tally.breached_then),
            "" if now is None or then is None else f"{(then - now) * 100:+.1f}",
        )
    return result


def turned(simulation: Simulation) -> Iterator[str]:
    """A line per promise that changes sides, SHOWN at most, and how many more there are."""
    for one in simulation.turned[:SHOWN]:
        sides = f"{one.now or 'none'} → {one.then or 'none'}"
        yield f"{one.source}/{one.ticket} {one.target} {one.cycle}: {sides}"
    if len(simulation.turned) > SHOWN:
        yield f"… and {len(simulation.turned) - SHOWN} more; --json lists all"


def as_json(simulation: Simulation) -> dict[str, Any]:
    """Everything, for programs: shares 0–1, null where nothing was decided."""
    return {
        "tickets": simulation.tickets,
        "attainment": [
            {
                **group._asdict(),
                "now": _share(tally.met_now, tally.breached_now),
                "then": _share(tally.met_then, tally.breached_then),
                "met_now": tally.met_now,
                "breached_now": tally.breached_now,
                "met_then": tally.met_then,
                "breached_then": tally.breached_then,
            }
            for group, tally in _rows(simulation)
        ],
        "turned": [one._asdict() for one in simulation.turned],
    }


def _rows(simulation: Simulation) -> Iterator[tuple[Group, Tally]]:
    order = sorted(simulation.tallies, key=lambda g: (g.target, g.team or "", g.priority or ""))
    for target in dict.fromkeys(group.target for group in order):
        own = [group for group in order if group.target == target]
        yield Group(target, "all", "all"), _sum(simulation.tallies[group] for group in own)
        for group in own:
            yield group, simulation.tallies[group]


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.met_now += tally.met_now
        total.breached_now += tally.breached_now
        total.met_then += tally.met_then
        total.breached_then += tally.breached_then
    return total


def _share(met: int, breached: int) -> float | None:
    return met / (met + breached) if met + breached else None


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"
