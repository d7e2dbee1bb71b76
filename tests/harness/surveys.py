"""The survey page over surveys in memory: the seam alone, no Kafka and no MongoDB behind it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from flask import Flask

from events.instants import SECOND
from feedback.page.limits import USUAL, Limits
from feedback.page.routes import create_page
from feedback.page.surroundings import Given, Open, Present
from feedback.settings import read_settings
from feedback.tokens import sign
from runtime.web import create_web
from streams.publisher import Unavailable

NOW: Final = 1_795_312_800 * SECOND
"""2026-11-22T02:00:00Z."""
END: Final = NOW + 14 * 86_400 * SECOND
KEYS: Final = ("an older key of a survey", "the newest key of a survey")

SURVEYS: Final = """
  csat: {}, nps: {}, ces: {},
  short: {kind: csat, scale: 2, question: {tr: "Sorununuz çözüldü mü?", en: "Is your problem solved?"},
          lowest: {tr: "Hayır", en: "No"}, highest: {tr: "Evet", en: "Yes"}},
  wide: {kind: csat, scale: 100, question: {tr: "Yüz üzerinden?", en: "Out of a hundred?"}},
  english: {kind: ces, question: {en: "<b>Easy?</b>"}, languages: [en]}
"""


@dataclass
class Surveys:
    """Surveys by id, and what was told about them; unless it `finds` and `stores` it fails."""

    open: dict[str, Open] = field(default_factory=dict)
    given: list[tuple[str, Given]] = field(default_factory=list)
    remarks: list[tuple[str, str, str, int]] = field(default_factory=list)
    stopped: list[tuple[str, int]] = field(default_factory=list)
    finds: bool = True
    stores: bool = True

    def find(self, survey_id: str) -> Open | None:
        """See Surroundings."""
        if not self.finds:
            raise Unavailable("down")
        return self.open.get(survey_id)

    def store(self, survey_id: str, given: Given) -> None:
        """See Surroundings."""
        self._take()
        self.given.append((survey_id, given))
        present = Present(given.score, given.comment)
        self.open[survey_id] = replace(self.open[survey_id], present=present)

    def add(self, survey_id: str, text: str, language: str, at: int) -> None:
        """See Surroundings."""
        self._take()
        self.remarks.append((survey_id, text, language, at))

    def stop(self, survey_id: str, at: int) -> None:
        """See Surroundings."""
        self._take()
        self.stopped.append((survey_id, at))

    def _take(self) -> None:
        if not self.stores:
            raise Unavailable("down")


@dataclass(frozen=True)
class Site:
    """The page as `app`, over `surveys`: one each of the questionnaires, under its name."""

    app: Flask
    surveys: Surveys

    def path(self, name: str = "csat", expires_at: int = END) -> str:
        """Where the survey `name` is."""
        return f"/s/{sign(name, expires_at, KEYS)}"


def site(
    directory: Path,
    feedback: str = "company: Acme",
    limits: Limits = USUAL,
    surveys: str = SURVEYS,
    **env: str,
) -> Site:
    """A site with these sections `feedback` and `surveys` (YAML) and more of `env`, all in `directory`."""
    file = directory / "deskpulse.yml"
    file.write_text(f"surveys: {{{surveys}}}\nfeedback: {{{feedback}}}\n", encoding="utf-8")
    settings = read_settings(
        {
            "DESKPULSE_CONFIG": str(file),
            "DESKPULSE_HASH_KEY": "a key for pseudonyms, long enough",
            "DESKPULSE_SURVEY_KEY": ",".join(KEYS),
            **env,
        }
    )
    known = Surveys({name: Open(each) for name, each in settings.known.items()})
    app = create_web("feedback", lambda: None)
    app.register_blueprint(create_page(known, settings, lambda: NOW, limits))
    return Site(app, known)


def form(**fields: Any) -> dict[str, Any]:
    """Fields of the form for an answer."""
    return {"form": "answer", **fields}
