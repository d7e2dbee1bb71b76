"""One story, told by every tool through HTTP, is one set of facts, in any order and with repeats."""

import random
from typing import Any

import pytest

from events.codec import decode_ticket_event
from events.types import TicketEvent
from harness.sources import TOOLS, Desk, Story, cases, story
from harness.stories import EXPECTED, short

TOLD = [story(tool) for tool in TOOLS]
STORIES = [story for story in TOLD if "ticket" not in story.cannot]


def told(story: Story) -> list[TicketEvent]:
    """What ingest published of the story, posted in its order."""
    desk = Desk(story.deliveries[0])
    for delivery in story.deliveries:
        answer = desk.post(delivery.body, delivery.headers)
        assert answer.status_code == 202, answer.text
    return [decode_ticket_event(message.value) for message in desk.published]


def expected(story: Story) -> dict[str, Any]:
    return {name: value for name, value in EXPECTED.items() if name not in story.cannot}


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_the_story_gives_the_same_facts_whichever_tool_tells_it(story: Story) -> None:
    found = short(told(story))

    assert {name: found[name] for name in expected(story)} == expected(story)


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_the_story_in_any_order_and_with_repeats_gives_the_same_facts(story: Story) -> None:
    whole = short(told(story))
    shuffle = random.Random(4711)

    for _ in range(10):
        mixed = Story(story.tool, story.cannot, [*story.deliveries, *shuffle.sample(story.deliveries, 3)])
        shuffle.shuffle(mixed.deliveries)
        assert short(told(mixed)) == whole


@pytest.mark.parametrize("story", [one for one in TOLD if one not in STORIES], ids=str)
def test_a_tool_that_knows_no_tickets_tells_of_none(story: Story) -> None:
    kinds = {event["type"] for case in cases(story.tool) for event in case.events}

    assert story.deliveries == []
    assert kinds
    assert not [kind for kind in kinds if kind.startswith("ticket.")]


def test_a_tool_leaves_out_only_what_it_has_no_word_for() -> None:
    for one in STORIES:
        assert set(one.cannot) <= {"paused", "priority", "team", "agent"}, one
