"""What the feedback service takes from its environment and from the configuration."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from feedback.config import FeedbackConfig, Questionnaire, feedback_config, questionnaires
from feedback.letters.smtp_url import VARIABLE as SMTP_URL
from feedback.tokens import sign
from privacy.seal import KeyInvalid, Unopened, opener
from runtime.config import Config, load
from runtime.environment import Addresses, ConfigInvalid, addresses, api_tokens, required, variable

_CONTACT_KEY: Final = "DESKPULSE_CONTACT_PRIVATE_KEY"
_SURVEY_KEY: Final = "DESKPULSE_SURVEY_KEY"
_PUBLIC_URL: Final = "DESKPULSE_PUBLIC_URL"


@dataclass(frozen=True, slots=True)
class Settings:
    """`hash_key` makes pseudonyms; `survey_keys` sign links (the last signs, all are valid; made
    of the hash key where there are none of their own); `public_url` is
    where customers reach the survey page; `tokens` open the API; `proxies`: how many proxies in front of the
    web process are trusted to say who asks; `partitions` that a topic made here has."""

    where: Addresses
    partitions: int
    config: Config
    feedback: FeedbackConfig
    known: Mapping[str, Questionnaire]
    hash_key: bytes
    survey_keys: tuple[str, ...]
    public_url: str
    tokens: tuple[str, ...]
    proxies: int


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env` and in the file that DESKPULSE_CONFIG names. Raises ConfigInvalid."""
    config = load(Path(env.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    known = questionnaires(config.surveys, "mail" if variable(env, SMTP_URL) else "link")
    hash_key = required(env, "DESKPULSE_HASH_KEY", "the text that ingest hashes customers' ids with").encode()
    return Settings(
        where=addresses(env),
        partitions=_whole(env, "KAFKA_PARTITIONS", 4, 1),
        config=config,
        feedback=feedback_config(config.feedback),
        known=known,
        hash_key=hash_key,
        survey_keys=_survey_keys(env, hash_key),
        public_url=_public_url(env, known),
        tokens=api_tokens(env),
        proxies=_whole(env, "DESKPULSE_TRUSTED_PROXIES", 0, 0),
    )


def read_contact_opener(
    env: Mapping[str, str], known: Mapping[str, Questionnaire]
) -> Callable[[str], str | None]:
    """What opens sealed addresses; a sealed text that can't be opened is None. Raises ConfigInvalid where
    mails are to be sent and there is no key."""
    key = variable(env, _CONTACT_KEY)
    if not key:
        if any(one.deliver == "mail" for one in known.values()):
            raise ConfigInvalid(
                f"set {_CONTACT_KEY}: surveys are sent by mail, and it opens the addresses that ingest seals "
                "(make a pair of keys with `python -m ingest new-keys`; or set deliver: link)"
            )
        return lambda _sealed: None
    try:
        open_sealed = opener(key)
    except KeyInvalid as why:
        raise ConfigInvalid(f"{_CONTACT_KEY}: {why}; `python -m ingest new-keys` makes a pair") from None

    def opened(sealed: str) -> str | None:
        try:
            return open_sealed(sealed)
        except Unopened:
            return None

    return opened


def survey_link(settings: Settings) -> Callable[[str, int], str]:
    """What makes the address of a survey's page from its id and its end (µs)."""

    def link(survey_id: str, expires_at: int) -> str:
        return f"{settings.public_url}/s/{sign(survey_id, expires_at, settings.survey_keys)}"

    return link


def _survey_keys(env: Mapping[str, str], hash_key: bytes) -> tuple[str, ...]:
    text = variable(env, _SURVEY_KEY)
    if not text:
        return (hmac.digest(hash_key, b"survey links", "sha256").hex(),)
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if not keys or any(len(key) < 16 for key in keys):
        raise ConfigInvalid(f"{_SURVEY_KEY}: expected at least 16 characters each, better 32 random ones")
    return keys


def _public_url(env: Mapping[str, str], known: Mapping[str, Questionnaire]) -> str:
    url = variable(env, _PUBLIC_URL)
    if not url and any(one.deliver != "link" for one in known.values()):
        raise ConfigInvalid(
            f"set {_PUBLIC_URL}: surveys are sent, and it is where customers reach the survey page, such as "
            "https://ask.acme.example"
        )
    url = url or "http://127.0.0.1:8003"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigInvalid(
            f"{_PUBLIC_URL}: expected the address of the survey page such as https://ask.acme.example"
        )
    return url.rstrip("/")


def _whole(env: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = variable(env, name) or str(default)
    if not text.isdecimal() or int(text) < least:
        raise ConfigInvalid(f"{name}: expected a whole number from {least} on, got {text!r}")
    return int(text)
