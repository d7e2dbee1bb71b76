"""ingest on the session's broker; every test has sources of its own."""

import uuid
from collections.abc import Iterator

import pytest

from events.topics import TOPICS
from harness.posting import API_TOKEN, HASH_KEY, Api, Arrivals, read_arrivals
from ingest.app import create_app
from ingest.door import Behind, Door
from ingest.intake import senders
from ingest.privacy import Privacy
from local.stack import Stack
from runtime.config import Secret, parse
from streams.publisher import Publisher
from streams.topics import ensure_topics


@pytest.fixture(scope="module")
def publisher(stack: Stack) -> Iterator[Publisher]:
    """A publisher to the session's broker, whose topics exist."""
    ensure_topics(stack.kafka, TOPICS, partitions=4)
    publisher = Publisher(stack.kafka)
    yield publisher
    publisher.close()


@pytest.fixture
def api(publisher: Publisher) -> Api:
    """ingest on the session's broker."""
    tag = uuid.uuid4().hex[:8]
    own, other, mute = f"own-{tag}", f"other-{tag}", f"mute-{tag}"
    config = parse(
        f"""sources:
              {own}: {{adapter: cloudevents, secrets: [env:NEW, env:OLD], tolerance: 10m}}
              {other}: {{adapter: cloudevents, secrets: [env:OTHER]}}
              {mute}: {{adapter: cloudevents}}""".encode(),
        "test",
    )
    secrets = {
        own: [Secret(Api.secret), Secret(Api.old_secret)],
        other: [Secret(Api.other_secret)],
        mute: list[Secret](),
    }
    behind = Behind(publisher.publish, lambda _sender, _delivery, _why: None, Privacy(HASH_KEY))
    door = Door(senders(config, secrets, HASH_KEY), behind)
    app = create_app(door, [API_TOKEN], lambda: None)
    return Api(app.test_client(), own, other, mute)


@pytest.fixture
def arrivals(stack: Stack) -> Arrivals:
    """Waits until the broker has so many messages of a source, and gives all that it has of it then."""
    return lambda source, count: read_arrivals(stack.kafka, source, count)
