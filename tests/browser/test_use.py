"""Using the page where no scripts run: by keyboard alone, and as assistive technology sees it."""

from playwright.sync_api import Browser, Page, expect

from harness.browser import tab
from harness.surveys import NOW, Site


def focused(page: Page) -> str:
    """What has the focus: its id, else what stands on it."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()"))


def tab_to(page: Page, wanted: str) -> list[str]:
    """Press Tab until `wanted` has the focus; gives back what had it on the way."""
    passed: list[str] = []
    while not passed or passed[-1] != wanted:
        assert len(passed) < 20, f"{wanted} can't be reached: {passed}"
        page.keyboard.press("Tab")
        passed.append(focused(page))
    return passed


def test_an_answer_by_keyboard_alone(browser: Browser, page: Site, url: str) -> None:
    with tab(browser, scripts=False) as opened:
        web = opened.page
        web.goto(url + page.path())

        assert tab_to(web, "score-1") == ["Türkçe", "English", "score-1"]
        for _ in range(3):
            web.keyboard.press("ArrowDown")
        assert focused(web) == "score-4"
        assert tab_to(web, "comment") == ["comment"]
        web.keyboard.type("Hızlı çözdünüz.")
        tab_to(web, "consent")
        web.keyboard.press("Space")
        assert tab_to(web, "Gönder") == ["Gönder"]
        web.keyboard.press("Enter")

        expect(web.get_by_role("status")).to_contain_text("Yanıtınız kaydedildi.")
        tab_to(web, "more")
        web.keyboard.type("Kurye çok nazikti.")
        tab_to(web, "consent")
        web.keyboard.press("Space")
        tab_to(web, "Bunu da gönder")
        web.keyboard.press("Enter")

        expect(web.get_by_role("status")).to_contain_text("Mesajınızı da aldık.")
    [(_, given)] = page.surveys.given
    assert (given.score, given.comment, given.language) == (4, "Hızlı çözdünüz.", "tr")
    assert page.surveys.remarks == [("csat", "Kurye çok nazikti.", "tr", NOW)]


def test_a_link_from_the_mail_only_preselects(browser: Browser, page: Site, url: str) -> None:
    with tab(browser, scripts=False, locale="en-GB") as opened:
        opened.page.goto(f"{url}{page.path()}?r=5")

        expect(opened.page.get_by_role("radio", name="Very satisfied")).to_be_checked()
        assert not page.surveys.given
        opened.page.get_by_role("link", name="Türkçe").click()
        expect(opened.page.get_by_role("radio", name="Çok memnunum")).to_be_checked()
        opened.page.get_by_role("button", name="Gönder").click()

        expect(opened.page.get_by_role("status")).to_be_visible()
    assert [(given.score, given.language) for _, given in page.surveys.given] == [(5, "tr")]


def test_a_mistake_is_told_at_the_top_with_the_focus_and_leads_to_its_field(
    browser: Browser, page: Site, url: str
) -> None:
    with tab(browser, scripts=False) as opened:
        web = opened.page
        web.goto(url + page.path())
        web.fill("#comment", "Söyleyecek çok şeyim var.")
        web.get_by_role("button", name="Gönder").click()

        expect(web.get_by_role("alert")).to_be_focused()
        expect(web.locator("#comment")).to_have_value("Söyleyecek çok şeyim var.")
        expect(web.get_by_role("group")).to_have_accessible_description("Lütfen yanıtlardan birini seçin.")
        web.keyboard.press("Tab")
        web.keyboard.press("Enter")
        web.keyboard.press("Space")

        expect(web.locator("#score-1")).to_be_checked()
    assert not page.surveys.given


def test_every_answer_has_a_name_that_says_what_it_means(browser: Browser, page: Site, url: str) -> None:
    with tab(browser, scripts=False) as opened:
        web = opened.page
        web.goto(url + page.path("nps"))

        expect(web.locator("#score-0")).to_have_accessible_name("0 – Kesinlikle önermem")
        expect(web.locator("#score-10")).to_have_accessible_name("10 – Kesinlikle öneririm")
        expect(web.get_by_role("group")).to_have_accessible_name(
            "0-10 arası bir ölçekte, Kuzey Kargo şirketini bir arkadaşınıza veya meslektaşınıza tavsiye etme "
            "olasılığınız nedir?"
        )
        expect(web.locator("#comment")).to_have_accessible_name("Puanınızın nedeni nedir? (isteğe bağlı)")
        web.goto(url + page.path("csat"))
        expect(web.locator("#score-2")).to_have_accessible_name("2 Memnun değilim")


def test_an_answer_is_found_again_and_changed(browser: Browser, page: Site, url: str) -> None:
    with tab(browser, scripts=False, locale="en-GB") as opened:
        web = opened.page
        web.goto(f"{url}{page.path()}?r=2")
        web.get_by_role("button", name="Send").click()
        web.get_by_role("link", name="Change your answer").click()

        expect(web.get_by_text("Your answer so far: 2 – Dissatisfied")).to_be_visible()
        expect(web.get_by_role("radio", name="Dissatisfied", exact=False).nth(1)).to_be_checked()
        # The radio lies over its face, so that the whole of it may be pressed.
        web.locator("#score-4").click()
        web.get_by_role("button", name="Change my answer").click()

        expect(web.get_by_role("status")).to_contain_text("replaces the earlier one")
    assert [given.score for _, given in page.surveys.given] == [2, 4]


def test_what_was_said_is_never_run(browser: Browser, page: Site, url: str) -> None:
    said = "</textarea><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    with tab(browser) as opened:
        web = opened.page
        web.goto(f"{url}{page.path()}?r=1")
        web.fill("#comment", said)
        web.check("#consent")
        web.get_by_role("button", name="Gönder").click()
        web.get_by_role("link", name="Yanıtınızı değiştirin").click()

        expect(web.locator("#comment")).to_have_value(said)
        assert web.title() == "Görüşünüz – Kuzey Kargo"
        assert opened.complaints == []
        assert web.context.cookies() == []


def test_what_is_written_from_right_to_left_stands_so(browser: Browser, page: Site, url: str) -> None:
    with tab(browser) as opened:
        opened.page.goto(url + page.path())
        opened.page.fill("#comment", "شكرا جزيلا")

        direction = opened.page.evaluate("getComputedStyle(document.querySelector('#comment')).direction")

    assert direction == "rtl"


def test_to_stop_takes_a_button(browser: Browser, page: Site, url: str) -> None:
    with tab(browser, scripts=False) as opened:
        web = opened.page
        web.goto(url + page.path())
        web.get_by_role("link", name="Bana soru göndermeyin").click()
        assert not page.surveys.stopped
        web.get_by_role("button", name="Bana soru göndermeyin").click()

        expect(web.get_by_role("status")).to_contain_text("Kuzey Kargo")
    assert page.surveys.stopped == [("csat", NOW)]


def test_the_focus_can_be_seen_wherever_it_is(browser: Browser, page: Site, url: str) -> None:
    outline = (
        "(({activeElement: at}) => getComputedStyle(at.type === 'radio' ? at.nextElementSibling : at)"
        ".outlineWidth)(document)"
    )
    with tab(browser) as opened:
        opened.page.goto(url + page.path())
        widths = []
        for _ in range(6):
            opened.page.keyboard.press("Tab")
            widths.append(opened.page.evaluate(outline))

    assert set(widths) == {"3px"}
