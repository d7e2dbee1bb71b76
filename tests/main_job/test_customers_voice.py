"""The main job of the feedback service with all real parts: a ticket resolved by webhook, the mail, the click
in a real browser, the answer in the API and on /metrics."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness import browser
from harness.customers import Product, links, product
from harness.scraping import samples
from harness.wait import until
from local.stack import Stack


@pytest.fixture
def desk(broker: Stack, database: str, tmp_path: Path) -> Iterator[Product]:
    with product(broker, database, tmp_path, delay="0s") as running:
        yield running


def test_a_resolved_ticket_becomes_a_mail_a_click_and_a_number(desk: Product) -> None:
    desk.resolved("1001", "musteri@example.com")
    mail = desk.mail_to("musteri@example.com")
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "memnun" in plain.get_content()
    four = next(link for link in links(mail) if link.endswith("?r=4"))

    for link in links(mail):  # a scanner opens every link, twice
        for method in ("HEAD", "GET"):
            assert requests.request(method, link, timeout=10).status_code == 200
    until(lambda: desk.surveys("1001")[0]["state"] == "sent", 20, "the survey to be sent")
    assert not desk.surveys("1001")[0]["answered"]

    with browser.browsing(browser.required()) as chromium, browser.tab(chromium, scripts=False) as tab:
        page = tab.page
        page.goto(four)
        assert page.locator("input[name=score]:checked").get_attribute("value") == "4"
        page.fill("textarea[name=comment]", "Hızlıydı, teşekkürler! Bana 0532 123 45 67 numarasından ulaşın.")
        with page.expect_navigation():
            page.locator("form button[type=submit]").first.click()
        assert page.locator("[role=status]").count() == 1

    until(lambda: desk.figures().get("answers") == 1, 20, "the answer")
    csat = desk.figures()
    assert (csat["favourable"], csat["mean"]) == (1, 4.0)
    assert csat["too_few"] is True
    assert desk.figures("response_rate")["answered"] == 1
    assert desk.figures("csat", "?group_by=agent")["agent"] == "ayse"
    until(lambda: _shown(desk, "helpdesk_csat_responses_total", score="4") == 1, 20, "the counter")
    assert _shown(desk, "helpdesk_csat_responses_total", score="5") == 0
    assert _shown(desk, "helpdesk_surveys_sent_total", survey="csat") == 1

    comments = desk.ask("/api/v1/feedback/comments")["rows"]
    assert "[phone]" in comments[0]["text"]
    assert "0532" not in str(comments)
    told = "".join(log.read_text() for log in desk.logs.glob("*.log")) + desk.metrics()
    token = four.partition("/s/")[2].partition("?")[0]
    assert "survey letter sent" in told
    assert not [secret for secret in ("musteri@", token, "Hızlıydı") if secret in told]


def _shown(desk: Product, name: str, **labels: str) -> float | None:
    """The value of a sample of the demonstration's one team."""
    wanted = {"source": "demo", "team": "billing", "channel": "other", **labels}
    return samples(desk.metrics()).get((name, tuple(sorted(wanted.items()))))


def test_an_answer_that_is_changed_replaces_the_first_and_one_wish_ends_all_mails(desk: Product) -> None:
    desk.resolved("1002", "biri@example.com")
    mail = desk.mail_to("biri@example.com")
    page_of_survey = next(link for link in links(mail) if link.endswith("?r=5")).removesuffix("?r=5")

    for score in ("5", "2"):
        answer = requests.post(page_of_survey, data={"score": score, "language": "tr"}, timeout=10)
        assert answer.status_code == 200
    until(lambda: desk.figures().get("mean") == 2.0, 20, "the second answer")
    assert desk.figures()["answers"] == 1
    [follow_up] = until(lambda: desk.ask("/api/v1/follow-ups?state=open")["rows"], 20, "a follow-up")
    assert (follow_up["ticket"], follow_up["owner"]) == ("1002", "ayse")

    stop = next(link for link in links(mail) if link.endswith("/stop"))
    assert requests.post(stop, data={"List-Unsubscribe": "One-Click"}, timeout=10).status_code == 200
    customer = "/api/v1/customers/biri@example.com"
    until(lambda: "opted_out_at" in str(desk.ask(customer)), 20, "the wish to be known")


def test_a_ticket_reopened_before_the_delay_sends_no_mail(
    broker: Stack, database: str, tmp_path: Path
) -> None:
    with product(broker, database, tmp_path, delay="20s") as desk:
        desk.resolved("2001", "reopened@example.com")
        until(lambda: [s["state"] for s in desk.surveys("2001")] == ["planned"], 20, "a planned survey")
        desk.say("ticket.changed", "2001", {"status": "open"})
        until(lambda: [s["reason"] for s in desk.surveys("2001")] == ["reopened"], 20, "the survey withheld")
        # Whoever comes after has been written to: so would have been the first.
        desk.resolved("2002", "later@example.com")
        desk.mail_to("later@example.com")

        assert not [mail for mail in desk.mails.messages if "reopened@" in str(mail["To"])]


def test_a_customer_with_two_tickets_is_asked_once_and_an_erased_one_is_forgotten_everywhere(
    desk: Product,
) -> None:
    desk.resolved("3001", "iki@example.com")
    desk.mail_to("iki@example.com")
    desk.resolved("3002", "iki@example.com")
    until(lambda: [s["reason"] for s in desk.surveys("3002")] == ["cooldown"], 20, "the second withheld")
    link = desk.surveys("3001")[0]["url"]
    requests.post(link, data={"score": "1", "comment": "Hiç memnun kalmadım", "language": "tr"}, timeout=10)
    until(lambda: desk.figures().get("answers") == 1, 20, "the answer")

    erased = requests.delete(
        desk.feedback.url("/api/v1/customers/iki@example.com"),
        headers={"Authorization": f"Bearer {desk.env['DESKPULSE_API_TOKEN']}"},
        timeout=10,
    )

    assert erased.status_code == 202
    until(lambda: desk.ask("/api/v1/destructions")["rows"], 20, "the log of what was destroyed")
    assert desk.figures()["answers"] == 1
    assert "memnun kalmadım" not in str(desk.ask("/api/v1/feedback/comments"))
    assert len([mail for mail in desk.mails.messages if "iki@" in str(mail["To"])]) == 1
