"""What a tool's words mean: its own vocabulary, and before it what the source's configuration says."""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar

from msgspec import UNSET, UnsetType

from events.types import Priority, Status
from ingest.sources.body import Part
from ingest.sources.contract import Unmapped, Vocabulary
from runtime.config import Source

_T = TypeVar("_T")
_WORD_LENGTH: Final = 60


class Meaning:
    """Translates words of one delivery, and notes those that nobody mapped in `unmapped_words`.

    What is absent stays UNSET ("nothing was said"); null means that there is none.
    """

    def __init__(self, config: Source, vocabulary: Vocabulary) -> None:
        self._config = config
        self._statuses = {**vocabulary.statuses, **looked_up(config.statuses)}
        self._priorities = {**vocabulary.priorities, **looked_up(config.priorities)}
        self._channels = {**vocabulary.channels, **looked_up(config.channels)}
        self.unmapped_words: list[Unmapped] = []

    def status(self, word: Part) -> Status | UnsetType:
        """Our status for the tool's `word`; nothing where there is none or nobody knows it."""
        return self._word("status", word.id_or_none(), self._statuses)

    def priority(self, word: Part) -> Priority | UnsetType | None:
        """Our priority for the tool's `word`; null stays null."""
        if word.stated and not word:
            return None
        return self._word("priority", word.id_or_none(), self._priorities)

    def channel(self, word: Part) -> str | UnsetType:
        """The channel's name in lower case, or as configured."""
        name = word.id_or_none()
        return UNSET if name is None else self._channels.get(folded(name), name.strip().lower())

    def team(self, team: Part, name: Part | None = None) -> str | UnsetType | None:
        """The configured name of the `team` (its id), else the `name` that the tool gives, else the id."""
        if not team:
            return None if team.stated else UNSET
        known = self._config.teams
        own, given = team.id_or_none(), name.id_or_none() if name is not None else None
        if own is None:
            return None
        return known.get(own) or (given and (known.get(given) or given)) or own

    def agent(self, agent: Part) -> str | UnsetType | None:
        """The configured name of the `agent` (an id), else the id; null says nobody."""
        if not agent:
            return None if agent.stated else UNSET
        name = agent.id_or_none()
        return None if name is None else self._agent(name)

    def label(self, text: Part) -> str | UnsetType | None:
        """A word that is taken as it is (a category, a locale); null and "" say that there is none."""
        return text.text_or_none() if text.stated else UNSET

    def labels(self, texts: Part) -> list[str] | UnsetType:
        """Such words in an array."""
        return [text.text() for text in texts.items()] if texts else UNSET

    def person(self, person: Part) -> str | UnsetType | None:
        """A customer's id; it is hashed on its way out."""
        return person.id_or_none() if person.stated else UNSET

    def unmapped(self, field: Literal["status", "priority", "author", "survey"], word: str) -> None:
        """Note a `word` that nobody mapped."""
        self.unmapped_words.append(Unmapped(field, word[:_WORD_LENGTH]))

    def _agent(self, agent: str) -> str:
        return self._config.agents.get(agent, agent)

    def _word(
        self, field: Literal["status", "priority"], word: str | None, known: Mapping[str, _T]
    ) -> _T | UnsetType:
        if word is None:
            return UNSET
        meaning = known.get(folded(word))
        if meaning is None:
            self.unmapped(field, word)
            return UNSET
        return meaning


def folded(word: str) -> str:
    """`word` as words are compared: in no case, Turkish's four letters i being one (İPTAL, iptal)."""
    return word.strip().casefold().replace("\u0307", "").replace("ı", "i")


def looked_up(words: Mapping[str, _T]) -> dict[str, _T]:
    """Configured `words` by what they are compared as."""
    return {folded(word): meaning for word, meaning in words.items()}
