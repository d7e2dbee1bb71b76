"""What a measurement says, as it comes and in a table at the end."""

from dataclasses import dataclass

from rich.console import Console


@dataclass(frozen=True, slots=True)
class Line:
    """A figure, its aim ("" where there is none), and whether it was reached."""

    what: str
    figure: str
    aim: str = ""
    reached: bool = True

    @property
    def verdict(self) -> str:
        """In words."""
        return ("reached" if self.reached else "not reached") if self.aim else ""


class Report:
    """Prints figures, and keeps them."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True, markup=False)
        self._lines: list[Line] = []

    def begin(self, name: str, about: str) -> None:
        """Say what is measured next."""
        self._console.print(f"\n{name}: {about}", style="bold")

    def say(self, text: str) -> None:
        """Something on the way."""
        self._console.print(f"  {text}")

    def figure(
        self,
        what: str,
        value: float,
        unit: str = "",
        *,
        digits: int = 2,
        least: float | None = None,
        most: float | None = None,
    ) -> None:
        """A result; `least` or `most` is its aim."""
        aims = [f"{sign} {bound:,g}" for sign, bound in (("≥", least), ("≤", most)) if bound is not None]
        reached = (least is None or value >= least) and (most is None or value <= most)
        line = Line(
            what, f"{value:,.{digits}f} {unit}".strip(), " ".join([*aims, unit] if aims else []), reached
        )
        self._lines.append(line)
        aim = f"  (aim {line.aim.strip()}: {line.verdict})" if line.aim else ""
        self._console.print(f"  {line.what}: {line.figure}{aim}", style=None if reached else "bold red")

    def table(self) -> None:
        """All figures as a table in Markdown."""
        rows = [
            f"| {line.what} | {line.figure} | {line.aim.strip()} | {line.verdict} |" for line in self._lines
        ]
        for row in ["", "| measured | figure | aim | |", "|---|---|---|---|", *rows]:
            self._console.print(row)
