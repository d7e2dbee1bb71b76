"""The way by mail."""

from collections.abc import Callable, Mapping

from feedback.config import Questionnaire
from feedback.letters.address import NoAddress, mailbox
from feedback.letters.letter import Letter
from feedback.letters.mail import Letterhead, compose
from feedback.letters.smtp import Smtp
from feedback.letters.way import Leaving, Link, NotSent, Undeliverable


class Post:
    """Mails letters with `smtp`, written as `head` and the `known` questionnaires say. `opened` opens a
    sealed address (None: it can't be opened), `link` makes links."""

    def __init__(
        self,
        smtp: Smtp,
        head: Letterhead,
        known: Mapping[str, Questionnaire],
        opened: Callable[[str], str | None],
        link: Link,
    ) -> None:
        self._smtp = smtp
        self._head = head
        self._known = known
        self._opened = opened
        self._link = link

    def send(self, letter: Letter, now: int, leaving: Leaving) -> None:
        """See Way."""
        questionnaire = self._known.get(letter.questionnaire)
        if questionnaire is None or letter.language not in self._head.texts:
            raise NotSent("its questionnaire or language is configured no more", slow=True)
        try:
            to = mailbox(self._address(letter))
        except NoAddress as why:
            raise Undeliverable(str(why), "no_address") from None
        url = self._link(letter.survey, letter.expires_at)
        mail = compose(letter, to, questionnaire, self._head, url, now)
        self._smtp.send(mail, self._head.sender, to, leaving)

    def _address(self, letter: Letter) -> str:
        if letter.contact is None:
            raise Undeliverable("it has no address", "no_address")
        address = self._opened(letter.contact)
        if address is None:
            raise NotSent(
                "its address was sealed for another key than DESKPULSE_CONTACT_PRIVATE_KEY", slow=True
            )
        return address
