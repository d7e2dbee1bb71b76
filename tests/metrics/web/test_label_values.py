"""Which values of a label have series of their own."""

import threading
from collections.abc import Callable

from flask.testing import FlaskClient

from harness.scraping import Samples, scrape, value
from harness.telling import Telling, created

Replica = Callable[..., FlaskClient]


def test_beyond_the_cap_label_values_fold_into_other_for_good(replica: Replica, telling: Telling) -> None:
    def per_team(found: Samples) -> dict[str, float]:
        name = "helpdesk_tickets_created_total"
        return {dict(labels)["team"]: n for (family, labels), n in found.items() if family == name}

    for team in ("n", "m"):
        telling.tell(created(team, "2026-11-01T09:00:00Z", team=team))
        assert per_team(scrape(replica(label_values=2)))[team] == 1

    # Teams that sort before those that are shown, one of them in a partition that comes first.
    telling.tell(*(created(f"{n}", "2026-11-01T08:00:00Z", team="a") for n in range(3)), partition=0)
    telling.tell(
        created("x", "2026-11-01T09:00:00Z", team="b"), created("y", "2026-11-01T09:00:00Z", team="m")
    )
    late = scrape(replica(label_values=2))

    assert per_team(late) == {"m": 2, "n": 1, "other": 4}
    assert value(late, "helpdesk_folded_label_sets") == 2
    assert scrape(replica(label_values=2)).keys() == late.keys()


def test_replicas_that_start_together_agree_on_the_shown_values(replica: Replica, telling: Telling) -> None:
    telling.tell(*(created(f"{n}", "2026-11-01T09:00:00Z", team=f"team {n}") for n in range(30)))
    replicas = [replica(label_values=5) for _ in range(4)]
    found: list[Samples] = []
    threads = [threading.Thread(target=lambda one=one: found.append(scrape(one))) for one in replicas]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(found) == len(replicas)
    assert len({frozenset(one) for one in found}) == 1
    assert value(found[0], "helpdesk_folded_label_sets") == 25


def test_a_team_whose_name_looks_like_an_operator_is_a_team(web: FlaskClient, telling: Telling) -> None:
    telling.tell(created("1", "2026-11-01T09:00:00Z", team='$team "x"\n\\'))

    found = scrape(web)

    assert {dict(labels).get("team") for _, labels in found} == {'$team "x"\n\\', None}
