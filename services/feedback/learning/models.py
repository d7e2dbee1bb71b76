"""The models in use, as a worker reads texts with them."""

import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from feedback.learning.shelf import Shelf
from feedback.sentiment.model import Model, ModelInvalid, load
from feedback.store import Store

LOOK_SECONDS: Final = 60.0

log = structlog.get_logger()


class Models:
    """Language → model, as the shelf of `store` has them: looked up anew every minute at most. `clock` gives
    monotonic seconds.

    Calling it never raises: while the store is away the models stay that were there, and one that can't be
    used is as good as none.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._shelf = Shelf(store)
        self._clock = clock
        self._looked_at: float | None = None
        self._models: dict[str, Model] = {}
        self._unusable: set[str] = set()

    def __call__(self) -> Mapping[str, Model]:
        """The models."""
        now = self._clock()
        if self._looked_at is None or now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            try:
                self._models = self._found()
            except PyMongoError as error:
                log.warning("models not looked up: the last ones stay", cause=type(error).__name__)
        return self._models

    def _found(self) -> dict[str, Model]:
        known = {model.version: model for model in self._models.values()}
        versions = self._shelf.in_use()
        found = {language: known.get(name) or self._loaded(name) for language, name in versions.items()}
        return {language: model for language, model in found.items() if model is not None}

    def _loaded(self, version: str) -> Model | None:
        kept = None if version in self._unusable else self._shelf.take(version)
        if kept is None:
            return None
        try:
            model = load(kept.json)
        except ModelInvalid as why:
            self._unusable.add(version)
            log.warning("model not used", version=version, cause=str(why))
            return None
        log.info("model in use", version=version, language=model.language)
        return model
