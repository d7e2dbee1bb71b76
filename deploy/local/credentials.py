"""The tokens and keys of a local run: made once, kept for its user alone."""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from typing import Final

from nacl.public import PrivateKey

from local.failure import CannotRun
from runtime.environment import variable

API_TOKEN: Final = "DESKPULSE_API_TOKEN"  # noqa: S105 # a name
HASH_KEY: Final = "DESKPULSE_HASH_KEY"
CONTACT_PRIVATE_KEY: Final = "DESKPULSE_CONTACT_PRIVATE_KEY"
CONTACT_PUBLIC_KEY: Final = "DESKPULSE_CONTACT_PUBLIC_KEY"
SURVEY_KEY: Final = "DESKPULSE_SURVEY_KEY"
DEMO_SECRET: Final = "DEMO_SECRET"  # noqa: S105 # a name

_MAKERS: Final[dict[str, Callable[[], str]]] = {
    API_TOKEN: lambda: token_urlsafe(24),
    HASH_KEY: lambda: token_hex(32),
    CONTACT_PRIVATE_KEY: lambda: b64encode(bytes(PrivateKey.generate())).decode(),
    SURVEY_KEY: lambda: token_hex(32),
    DEMO_SECRET: lambda: f"whsec_{b64encode(token_bytes(32)).decode()}",
}


def load(path: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Every credential by its variable: from `env`, else from the file `path`, else made and kept there.
    Raises CannotRun."""
    kept = _read(path)
    made = {name: make() for name, make in _MAKERS.items() if name not in kept}
    if made:
        _write(path, kept | made)
    path.chmod(0o600)
    chosen = {name: variable(env, name) or value for name, value in (kept | made).items() if name in _MAKERS}
    public = variable(env, CONTACT_PUBLIC_KEY) or _public_key(chosen[CONTACT_PRIVATE_KEY])
    return chosen | {CONTACT_PUBLIC_KEY: public}


def _public_key(private: str) -> str:
    try:
        return b64encode(bytes(PrivateKey(b64decode(private, validate=True)).public_key)).decode()
    except (ValueError, TypeError):
        raise CannotRun(
            f"{CONTACT_PRIVATE_KEY}: expected base64 of 32 bytes; `python -m ingest new-keys` makes a pair"
        ) from None


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: value for name, found, value in (line.partition("=") for line in lines) if found and value}


def _write(path: Path, values: Mapping[str, str]) -> None:
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    draft = path.with_suffix(".new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    draft.replace(path)
