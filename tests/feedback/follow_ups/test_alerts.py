"""What people are told about follow-ups: figures and ids, never a customer's words."""

from msgspec.structs import replace

from feedback.cases.case import Case
from feedback.follow_ups.alerts import told
from feedback.follow_ups.rules import followed
from harness.speaking import DAY, HOUR, RULES, START, a_case, a_mention, a_reading, a_ticket, an_answer


def followed_case(case: Case, now: int = START) -> Case:
    return followed(case, RULES, now, {})


def test_an_alert_says_who_has_to_act_where_and_by_when() -> None:
    ticket = a_ticket(team="billing", assignee="ayse", channel="email", url="https://desk.example.com/5158")
    answer = an_answer((START, 1), name="loyalty", scale=10)

    (alert,), _ = told(followed_case(a_case(ticket=ticket, answers=(answer,))), START + HOUR)

    assert (alert.source, alert.ticket, alert.target, alert.stage) == ("acme", "5158", "follow_up", "opened")
    assert (alert.policy, alert.team, alert.channel) == ("detractor", "billing", "email")
    assert (alert.assignee, alert.url) == ("ayse", "https://desk.example.com/5158")
    assert (alert.started_at, alert.due_at, alert.noticed_at) == (START, START + 2 * DAY, START + HOUR)
    assert (alert.elapsed, alert.allowed) == (HOUR, 2 * DAY)
    assert alert.note == "loyalty score 1 of 10"


def test_a_mention_is_told_with_its_channel_and_place_and_without_a_ticket() -> None:
    mention = a_mention(
        channel="x",
        team="social",
        url="https://social.example.com/1",
        reading=a_reading(severity="high", evidence=("fraud",)),
        text="a text with fraud in it",
    )

    (alert,), _ = told(followed_case(a_case("post-1", voices=(mention,))), START)

    assert (alert.ticket, alert.team, alert.channel) == ("", "social", "x")
    assert alert.url == "https://social.example.com/1"
    assert alert.note == "mention read as negative, severity high"
    assert "fraud" not in str(alert)


def test_two_follow_ups_of_one_ticket_are_two_alerts() -> None:
    answers = (an_answer((START, 1)), an_answer((START, 0), id="b", survey="nps", scale=10))

    alerts, _ = told(followed_case(a_case(ticket=a_ticket(), answers=answers)), START)

    assert len({alert.id for alert in alerts}) == 2


def test_a_follow_up_whose_cause_is_forgotten_is_withdrawn() -> None:
    case = followed_case(a_case(ticket=a_ticket(), answers=(an_answer((START, 1)),)))

    forgotten = followed_case(replace(case, answers=()), START + HOUR)

    assert [one.state for one in forgotten.follow_ups] == ["withdrawn"]
    assert told(forgotten, START + 3 * DAY)[0] == []
