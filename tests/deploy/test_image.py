"""The Dockerfile: what can be known of it without building it."""

import re
import sysconfig
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from deploy.composed import OURS, ROOT, SPOOL
from deploy.tools import complaint

DOCKERFILE = ROOT / "deploy/docker/Dockerfile"
# Code itself, and what people read or paste.
_NOT_READ = {".py", ".pyc", ".md", ".js"}
_TEXT = DOCKERFILE.read_text(encoding="utf-8")
_FINAL = _TEXT[_TEXT.rindex("\nFROM ") :]


def copied(stage: str) -> list[str]:
    """What `stage` copies from the folder of the project."""
    return re.findall(r"^COPY (?!--from)(\S+)", stage, flags=re.MULTILINE)


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sysconfig.get_path("scripts"), "hadolint")

    assert complaint([hadolint, "--no-color", DOCKERFILE]) == ""


def test_the_image_runs_as_the_user_that_the_compose_file_names() -> None:
    (user,) = re.findall(r"^USER (\S+)", _TEXT, flags=re.MULTILINE)

    assert {service["user"] for service in OURS.values()} == {user}
    assert _FINAL.index("USER") > _FINAL.rindex("RUN")


def test_what_a_process_writes_to_belongs_to_its_user_in_the_image() -> None:
    volumes = [volume for service in OURS.values() for volume in service.get("volumes", [])]

    assert volumes == [f"spool:{SPOOL}"]
    assert re.search(rf"install -d -m 0700 -o deskpulse -g deskpulse {SPOOL}$", _FINAL, flags=re.MULTILINE)


def test_what_is_copied_is_there_and_is_not_kept_out() -> None:
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert copied(_TEXT) == ["pyproject.toml", "libs", "services", "deploy/docker/probe.py"]
    for path in copied(_TEXT):
        assert (ROOT / path).exists()
        assert f"!{path}" in let_in


def test_every_file_that_the_code_reads_is_part_of_the_package_that_the_image_installs() -> None:
    """The image is the one place where the product doesn't run from its own folders."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    data = [
        path.relative_to(ROOT)
        for folder in ("libs", "services")
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and path.suffix not in _NOT_READ
    ]

    assert len(data) > 20
    assert not [path for path in data if not any(fnmatch(path.name, pattern) for pattern in patterns)]
    # A folder whose name is no identifier is no package, and what is in it is left out.
    assert all(part.isidentifier() for path in data for part in path.parent.parts)
