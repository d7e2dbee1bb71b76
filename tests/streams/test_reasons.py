"""What is logged of an error."""

from typing import Any

import pytest
from pymongo import InsertOne, MongoClient
from pymongo.errors import BulkWriteError

from streams.reasons import reason


def test_of_a_refused_bulk_write_nothing_is_said_that_was_to_be_written(
    mongo: MongoClient[Any], database: str
) -> None:
    with pytest.raises(BulkWriteError) as refused:
        mongo[database]["cases"].bulk_write([InsertOne({"_id": 1, "case": "berbat"}) for _ in range(2)])

    assert "berbat" in str(refused.value)
    assert reason(refused.value) == "bulk write refused, codes 11000"


def test_other_errors_speak_for_themselves_but_not_endlessly() -> None:
    assert reason(ValueError("no such topic")) == "no such topic"
    assert len(reason(ValueError("x" * 10_000))) == 500
