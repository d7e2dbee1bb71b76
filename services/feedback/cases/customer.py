"""What is known about a customer beyond single cases (pure)."""

from msgspec import Struct


class Mood(Struct, array_like=True, frozen=True):
    """How one text of theirs read: when (µs), and its polarity from -1 to 1."""

    at: int
    polarity: float


class Customer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """`id` is a pseudonym. `asked_at`: when they were last asked anything (µs); `opted_out_at`: since when
    they don't want to be; `erased_at`: what they said up to then is forgotten; `linked`: other pseudonyms of
    the same person; `moods`: their latest texts, the oldest first."""

    id: str
    asked_at: int | None = None
    opted_out_at: int | None = None
    erased_at: int | None = None
    linked: tuple[str, ...] = ()
    moods: tuple[Mood, ...] = ()
