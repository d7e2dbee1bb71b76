"""What holds of follow-ups whatever is said, in whatever order it arrives."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feedback.cases.case import Case, FollowUp, Note, Revision, Voice
from feedback.follow_ups.alerts import told
from feedback.follow_ups.record import recorded
from feedback.follow_ups.rules import followed
from harness.speaking import DAY, HOUR, RULES, START, a_case, a_mention, a_reading, a_ticket, an_answer

NOW = START + 6 * DAY
MOMENTS = st.integers(-10 * 24, 6 * 24).map(lambda hours: START + hours * HOUR)
EDITS = st.lists(st.tuples(MOMENTS, st.integers(1, 5)), min_size=1, max_size=6, unique_by=lambda one: one[0])
READINGS = st.builds(
    a_reading,
    st.sampled_from(["negative", "neutral", "positive", "unknown"]),
    tone=st.sampled_from(["plain", "sharp", "harsh"]),
    severity=st.sampled_from(["none", "low", "medium", "high"]),
)
VOICES = st.builds(
    lambda at, kind, reading: a_mention(at, kind=kind, reading=reading),
    MOMENTS,
    st.sampled_from(["mention", "exit", "report"]),
    READINGS,
)


def arrived(case: Case, edits: list[tuple[int, int]]) -> Case:
    """`case` once `edits` are known, followed after each as the worker does."""
    for at, score in edits:
        known = case.answers[0].revisions if case.answers else ()
        revisions = sorted((*known, Revision(at=at, event=str(at), score=score)), key=lambda one: one.at)
        answer = replace(an_answer((at, score)), revisions=tuple(revisions))
        case = followed(replace(case, answers=(answer,)), RULES, NOW, {})
    return case


def standing(case: Case) -> list[FollowUp]:
    """What somebody has to do: a withdrawn follow-up is as good as none."""
    return [one for one in case.follow_ups if one.state != "withdrawn"]


@settings(max_examples=300, deadline=None)
@given(st.data(), EDITS)
def test_the_order_in_which_edits_arrive_changes_nothing(
    data: st.DataObject, edits: list[tuple[int, int]]
) -> None:
    shuffled = data.draw(st.permutations(edits))

    assert standing(arrived(a_case(), shuffled)) == standing(arrived(a_case(), sorted(edits)))


@settings(max_examples=200, deadline=None)
@given(EDITS, st.lists(VOICES, max_size=1), st.integers(0, 30))
def test_doing_it_again_changes_nothing_however_much_later(
    edits: list[tuple[int, int]], voices: list[Voice], days: int
) -> None:
    once = followed(replace(arrived(a_case(), edits), voices=tuple(voices)), RULES, NOW, {})

    assert followed(once, RULES, NOW + days * DAY, {}) == once


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("rated"), st.integers(1, 5)),
            st.tuples(st.just("said"), READINGS),
            st.tuples(st.just("excluded"), st.sampled_from([None, "spam"])),
            st.tuples(st.just("noted"), st.booleans()),
            st.tuples(st.just("waited"), st.integers(1, 300)),
        ),
        max_size=12,
    )
)
def test_no_stage_is_ever_told_twice_and_nothing_stays_due(happenings: list[tuple[str, Any]]) -> None:
    case, now, ids = a_case(ticket=a_ticket()), START, []

    for what, value in happenings:
        now += HOUR * (value if what == "waited" else 1)
        alerts, case = told(followed(happened(case, what, value, now), RULES, now, {}), now)
        ids += [alert.id for alert in alerts]

        assert told(case, now) == ([], case)
        assert all("breached" in f.told for f in case.follow_ups if f.state == "open" and f.due_at <= now)

    assert len(ids) == len(set(ids))


def happened(case: Case, what: str, value: Any, now: int) -> Case:
    match what:
        case "rated":
            scores = [(r.at, r.score) for answer in case.answers for r in answer.revisions]
            return replace(case, answers=(an_answer(*scores, (now, value)),))
        case "said":
            return replace(case, voices=(a_mention(now, reading=value),))
        case "excluded":
            return replace(case, ticket=a_ticket(excluded=value))
        case "noted" if case.follow_ups:
            return recorded(case, case.follow_ups[0].id, Note(at=now, by="ayse", contacted=value))
    return case


@given(READINGS, st.sampled_from(["plain", "sharp", "harsh"]))
def test_the_tone_decides_nothing(reading: Any, tone: Any) -> None:
    heard, otherwise = (
        followed(a_case(voices=(a_mention(reading=one),)), RULES, START, {})
        for one in (reading, replace(reading, tone=tone))
    )

    assert heard.follow_ups == otherwise.follow_ups
