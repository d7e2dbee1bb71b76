"""The stories of `stories.yml`, step by step as a worker would do them."""

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from msgspec.structs import replace

from feedback.cases.case import Case, Note, Revision
from feedback.cases.customer import Customer, Mood
from feedback.follow_ups.alerts import told
from feedback.follow_ups.record import recorded
from feedback.follow_ups.rules import followed
from feedback.scores.scales import USUAL, Survey
from harness.speaking import DAY, RULES, START, a_case, a_mention, a_reading, a_ticket, an_answer
from runtime.config import span_seconds

STORIES = yaml.safe_load(Path(__file__).with_name("stories.yml").read_text(encoding="utf-8"))
Step = dict[str, Any]


def us(span: str) -> int:
    return span_seconds(span) * 1_000_000


def said(case: Case, step: Step, now: int) -> Case:
    """`case` after what happens in `step`."""
    at = now - us(step.get("age", "0h"))
    for survey in get_args(Survey):
        if survey in step:
            answer = an_answer((at, step[survey]), survey=survey, scale=step.get("scale", USUAL[survey]))
            earlier: tuple[Revision, ...] = case.answers[0].revisions if case.answers else ()
            return replace(case, answers=(replace(answer, revisions=(*earlier, *answer.revisions)),))
    for kind in ("mention", "remark", "exit"):
        if kind in step:
            more = {name: step[name] for name in ("tone", "severity", "polarity") if name in step}
            voice = a_mention(
                at,
                id="more:a" if kind == "remark" else "m",
                kind="exit" if kind == "exit" else "mention",
                customer="c",
                reading=a_reading(step[kind], **more),
            )
            return replace(case, voices=(voice,))
    return ruled(case, step, now)


def ruled(case: Case, step: Step, now: int) -> Case:
    """`case` after what people did in `step`."""
    if "ticket" in step:
        return replace(case, ticket=a_ticket(**step["ticket"]))
    if "excluded" in step:
        assert case.ticket is not None
        return replace(case, ticket=replace(case.ticket, excluded=step["excluded"]))
    for name in ("contacted", "owner"):
        if name in step:
            owner = step.get("owner")
            note = Note(at=now, by=step[name], contacted=name == "contacted", owner=owner)
            return recorded(case, case.follow_ups[0].id, note)
    return case


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_the_story_goes_as_it_is_told(story: dict[str, Any]) -> None:
    ticket = a_ticket(**story["ticket"]) if "ticket" in story else None
    case = a_case(ticket=ticket)
    moods = tuple(Mood(START - DAY + n, polarity) for n, polarity in enumerate(story.get("habits", [])))
    customers = {"c": Customer(id="c", moods=moods)}

    for number, step in enumerate(story["steps"]):
        now = START + us(step["at"])
        alerts, case = told(followed(said(case, step, now), RULES, now, customers), now)

        assert [alert.stage for alert in alerts] == step["told"], f"step {number}"
        if "follow_up" in step:
            assert standing(case, step["follow_up"]) == step["follow_up"], f"step {number}"


def standing(case: Case, wanted: Any) -> Any:
    """What is `wanted` of the one follow-up."""
    if not case.follow_ups:
        return "none"
    (one,) = case.follow_ups
    found = {"rule": one.rule, "state": one.state, "owner": one.owner}
    found["due"] = f"{(one.due_at - START) // us('1h')}h"
    return {name: found[name] for name in wanted} if isinstance(wanted, dict) else found
