"""What a follow-up is about, and the labels it has from there (pure)."""

from feedback.cases.case import Answer, Case, FollowUp, Voice


def said(case: Case, follow_up: FollowUp) -> Answer | Voice | None:
    """The answer or voice that `follow_up` is about; None once that is forgotten."""
    things: tuple[Answer | Voice, ...] = (*case.answers, *case.voices)
    return next((thing for thing in things if thing.id == follow_up.about), None)


def team(case: Case, thing: Answer | Voice | None) -> str | None:
    """The team of what was said in `case`: its ticket's where that is known."""
    if case.ticket is not None:
        return case.ticket.team
    return None if thing is None else thing.team


def channel(case: Case, thing: Answer | Voice | None) -> str | None:
    """Where it was said; else the ticket's channel."""
    own = thing.channel if isinstance(thing, Voice) else None
    return own or (None if case.ticket is None else case.ticket.channel)


def url(case: Case, thing: Answer | Voice | None) -> str | None:
    """Where to look: at the ticket, else where it was said."""
    own = thing.url if isinstance(thing, Voice) else None
    return (None if case.ticket is None else case.ticket.url) or own


def contacted_at(follow_up: FollowUp) -> int | None:
    """When (µs) somebody first got in touch, None while nobody has."""
    return next((note.at for note in follow_up.notes if note.contacted), None)
