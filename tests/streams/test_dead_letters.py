"""A dead letter keeps everything that is needed to send the message again."""

import base64

import msgspec
import pytest

from streams.batch import Batch, Dead, Record
from streams.dead_letters import dead_letter


@pytest.mark.parametrize("value", [b"", b"\xff\x00{", "müşteri".encode(), b"x" * 100_000])
def test_a_letter_has_the_reason_the_position_and_the_original_bytes(value: bytes) -> None:
    record = Record(offset=41, timestamp=1_790_000_000_000, key=b"acme/\xff", value=value)
    batch = Batch("helpdesk.events", 3, [record])

    message = dead_letter(batch, Dead(record, "invalid", "time: missing"))

    assert (message.topic, message.key) == ("helpdesk.events.dlq", b"acme/\xff")
    letter = msgspec.json.decode(message.value)
    assert base64.b64decode(letter.pop("key")) == b"acme/\xff"
    assert base64.b64decode(letter.pop("value")) == value
    assert letter == {
        "topic": "helpdesk.events",
        "partition": 3,
        "offset": 41,
        "timestamp": 1_790_000_000_000,
        "reason": "invalid",
        "detail": "time: missing",
    }
