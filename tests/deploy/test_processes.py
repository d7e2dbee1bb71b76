"""Every process of ours as docker-compose.yml starts it, without containers."""

from deploy import composed
from deploy.composed import OURS, Outside
from local.process import STOP_SECONDS


def test_every_process_becomes_healthy_and_ends_within_ten_seconds_of_being_asked(outside: Outside) -> None:
    with composed.running(outside) as processes:
        assert processes.keys() == OURS.keys()

        for one in processes.values():
            one.child.ask_to_stop()
        # Asked once, as Docker does; TimeoutExpired where one takes longer.
        ended = {name: one.child.process.wait(STOP_SECONDS) for name, one in processes.items()}

        assert ended == dict.fromkeys(OURS, 0)
        assert "no answer" in processes["ingest"].complaint()
        # In a container none of them could write there.
        assert [name for name, one in processes.items() if any(one.work.iterdir())] == []
