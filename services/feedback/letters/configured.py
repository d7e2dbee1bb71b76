"""The ways to customers that the configuration asks for."""

from collections.abc import Callable, Mapping

from alerts.sinks import Unusable
from feedback.config import FeedbackConfig, Questionnaire
from feedback.letters.letter import lane
from feedback.letters.mail import letterhead
from feedback.letters.post import Post
from feedback.letters.smtp import Smtp
from feedback.letters.smtp_url import VARIABLE, mail_server
from feedback.letters.way import Link, Way
from feedback.letters.webhook import Webhook
from feedback.letters.words import letter_texts
from runtime.config import resolve
from runtime.environment import ConfigInvalid, required


def ways(
    known: Mapping[str, Questionnaire],
    config: FeedbackConfig,
    env: Mapping[str, str],
    opened: Callable[[str], str | None],
    link: Link,
) -> dict[str, Way]:
    """The ways that the `known` questionnaires need, by lane; `opened` opens a sealed address. Raises
    ConfigInvalid where something is missing for one of them."""
    found: dict[str, Way] = {}
    for one in known.values():
        if one.deliver == "webhook" and one.webhook is not None:
            path = f"surveys.{one.name}.webhook"
            url, secret = (
                resolve(reference, env, f"{path}.{name} refers to it")
                for name, reference in (("url", one.webhook.url), ("secret", one.webhook.secret))
            )
            try:
                found[lane("webhook", one.name)] = Webhook(url, secret, link)
            except Unusable as why:
                raise ConfigInvalid(f"{path}: {one.webhook.url} {why}") from None
    mailed = [one for one in known.values() if one.deliver == "mail"]
    if mailed:
        server = mail_server(required(env, VARIABLE, "the server that surveys are mailed through"))
        languages = dict.fromkeys(language for one in mailed for language in one.languages)
        head = letterhead(config, letter_texts(languages, config.texts))
        found[lane("mail", "")] = Post(Smtp(server), head, known, opened, link)
    return found
