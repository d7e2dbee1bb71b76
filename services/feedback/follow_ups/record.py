"""What people record about follow-ups (pure)."""

from msgspec.structs import replace

from feedback.cases.case import Case, FollowUp, Note


def find(case: Case, follow_up_id: str) -> FollowUp | None:
    """The follow-up `follow_up_id` of `case`, if there is one."""
    return next((one for one in case.follow_ups if one.id == follow_up_id), None)


def recorded(case: Case, follow_up_id: str, note: Note) -> Case:
    """`case` with `note` added to its follow-up: a contact stops the clock, for good; an owner takes over."""
    follow_ups = tuple(_noted(one, note) if one.id == follow_up_id else one for one in case.follow_ups)
    return replace(case, follow_ups=follow_ups)


def _noted(follow_up: FollowUp, note: Note) -> FollowUp:
    return replace(
        follow_up,
        notes=(*follow_up.notes, note),
        owner=note.owner or follow_up.owner,
        state="contacted" if note.contacted else follow_up.state,
    )
