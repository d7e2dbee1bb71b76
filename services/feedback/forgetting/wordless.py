"""What was said, without the words (pure): scores stay, and what was read in the words."""

from msgspec.structs import replace

from feedback.cases.case import Answer, FollowUp, Revision, Voice
from feedback.sentiment.reading import Reading


def wordless(answer: Answer, until: int) -> Answer:
    """`answer`, its revisions up to `until` (µs) without words."""
    return replace(
        answer, revisions=tuple(_revision(one) if one.at <= until else one for one in answer.revisions)
    )


def has_words(thing: Revision | Voice) -> bool:
    """Whether `thing` says anything."""
    own = thing.comment if isinstance(thing, Revision) else thing.text or thing.reason or thing.url
    return own is not None or (thing.reading is not None and thing.reading.evidence != ())


def wordless_voice(voice: Voice) -> Voice:
    """`voice` without words, its author's and where they stand."""
    return replace(voice, text=None, reason=None, url=None, locale=None, reading=_bare(voice.reading))


def wordless_notes(follow_up: FollowUp, until: int) -> FollowUp:
    """`follow_up`, the notes of up to `until` (µs) without what they say came of it."""
    notes = tuple(replace(note, outcome=None) if note.at <= until else note for note in follow_up.notes)
    return replace(follow_up, notes=notes)


def _revision(revision: Revision) -> Revision:
    return replace(revision, comment=None, locale=None, reading=_bare(revision.reading))


def _bare(reading: Reading | None) -> Reading | None:
    return None if reading is None else replace(reading, evidence=())
