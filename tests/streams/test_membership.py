"""A member takes its share, however little time each of its polls has."""

from contextlib import closing

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import NewPartitions

from events.topics import EVENTS, Topic
from harness.wait import until
from local.stack import Stack
from streams.membership import Assignment, Subscription, join
from streams.topics import ensure_topics


@pytest.mark.apache
def test_a_share_that_is_worked_out_between_two_polls_is_taken(broker: Stack) -> None:
    with closing(join(Subscription(broker.kafka, EVENTS, "members"), Assignment({}))) as member:

        def has(partitions: int) -> bool:
            # A join takes several answers of the broker, none of which comes within one such poll.
            member.poll(timeout_ms=1)
            return len(member.assignment()) == partitions

        until(lambda: has(4), 20, "the first share")
        admin = KafkaAdminClient(bootstrap_servers=broker.kafka)
        admin.create_partitions({EVENTS: NewPartitions(8)})
        admin.close()
        member._coordinator._cluster.request_update()  # or it would learn of them within half a minute

        until(lambda: has(8), 60, "a share of the partitions that came later")


@pytest.mark.apache
def test_an_empty_share_of_a_topic_that_nobody_knows_yet_is_no_share(broker: Stack) -> None:
    later = Topic("helpdesk.later", {})
    assignment = Assignment({})
    with closing(join(Subscription(broker.kafka, later.name, "members"), assignment)) as member:

        def polled(condition: bool) -> bool:
            member.poll(timeout_ms=100)
            return condition

        until(lambda: polled(assignment.joined), 30, "a share of nothing")
        assert not member.is_settled()

        ensure_topics(broker.kafka, [later], partitions=3)
        until(lambda: polled(member.is_settled()), 60, "a share that counts")
        assert len(member.assignment()) == 3


def test_a_member_that_was_thrown_out_has_no_share_until_it_is_given_one() -> None:
    assignment = Assignment({})
    assignment.on_partitions_assigned([])
    assert assignment.joined

    assignment.on_partitions_lost([TopicPartition(EVENTS, 0)])
    assert not assignment.joined

    assignment.on_partitions_assigned([])
    assert assignment.joined
