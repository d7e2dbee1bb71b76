"""What is known about a customer beyond single cases (pure)."""

from msgspec import Struct

from runtime.shapes import prepared


class Mood(Struct, array_like=True, frozen=True):
    """How one text of theirs read: when (µs), and its polarity from -1 to 1."""

    at: int
    polarity: float


@prepared
class Customer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """`id` is a pseudonym. Times µs: `asked_at`, when they were last asked anything; `opted_out_at` and
    `opted_in_at`, when they last said that they don't want to be, or do again; `erased_at`, up to when what
    they said is forgotten. `linked`: other pseudonyms of the same person; `moods`: their latest texts, the
    oldest first."""

    id: str
    asked_at: int | None = None
    opted_out_at: int | None = None
    opted_in_at: int | None = None
    erased_at: int | None = None
    linked: tuple[str, ...] = ()
    moods: tuple[Mood, ...] = ()

    @property
    def opted_out(self) -> bool:
        """Whether they don't want to be asked."""
        return self.opted_out_at is not None and self.opted_out_at >= (self.opted_in_at or 0)
