"""Why somebody gets no form: an exception for each state, which is answered with a page for people."""

from http import HTTPStatus
from typing import Final, Literal

State = Literal[
    "unknown",
    "expired",
    "closed",
    "erased",
    "busy",
    "large",
    "form",
    "garbled",
    "method",
    "unavailable",
    "failed",
]

STATUS: Final[dict[State, HTTPStatus]] = {
    "unknown": HTTPStatus.NOT_FOUND,
    "expired": HTTPStatus.GONE,
    "closed": HTTPStatus.GONE,
    "erased": HTTPStatus.GONE,
    "busy": HTTPStatus.TOO_MANY_REQUESTS,
    "large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "form": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "garbled": HTTPStatus.BAD_REQUEST,
    "method": HTTPStatus.METHOD_NOT_ALLOWED,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "failed": HTTPStatus.INTERNAL_SERVER_ERROR,
}
_STATES: Final[dict[int, State]] = {404: "unknown", 405: "method", 413: "large", 415: "form"}


class Refusal(Exception):
    """No form, because of `state`; `language`: what the page is in, where the survey says it; `after`:
    seconds until it is worth while to come again."""

    def __init__(self, state: State, language: str | None = None, after: int | None = None) -> None:
        super().__init__(state)
        self.state: State = state
        self.language = language
        self.after = after


def state_of(code: int | None) -> State:
    """The state that the framework means by the status `code`."""
    return _STATES.get(code or 500, "garbled" if code is not None and code < 500 else "failed")
