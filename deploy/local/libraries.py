"""The shared libraries that a bundled program needs from the system."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from local.failure import CannotRun

_MISSING: Final = re.compile(r"^\s*(\S+) => not found$", re.MULTILINE)
_TOO_OLD: Final = re.compile(r"version `([^']+)' not found")

# Debian's package for each library that mongod names itself; their own dependencies come with them.
PACKAGES: Final = {
    "libcurl.so.4": "libcurl4",
    "liblzma.so.5": "liblzma5",
    "libcrypto.so.3": "libssl3",
    "libssl.so.3": "libssl3",
    "libgcc_s.so.1": "libgcc-s1",
    "libldap-2.5.so.0": "libldap-2.5-0",
    "liblber-2.5.so.0": "libldap-2.5-0",
    "libsasl2.so.2": "libsasl2-2",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libnghttp2.so.14": "libnghttp2-14",
    "librtmp.so.1": "librtmp1",
    "libssh2.so.1": "libssh2-1",
    "libpsl.so.5": "libpsl5",
    "libidn2.so.0": "libidn2-0",
    "libbrotlidec.so.1": "libbrotli1",
    "libzstd.so.1": "libzstd1",
}


def missing_in(ldd_output: str) -> list[str]:
    """The libraries, and versions of libraries, that `ldd` didn't find."""
    found = [*_MISSING.findall(ldd_output), *_TOO_OLD.findall(ldd_output)]
    return list(dict.fromkeys(found))


def missing(program: Path) -> list[str]:
    """The libraries that `program` lacks here; none where the system has no `ldd` to ask."""
    ldd = shutil.which("ldd")
    if ldd is None:
        return []
    asked = subprocess.run([ldd, program], capture_output=True, text=True, check=False)
    return missing_in(asked.stdout + asked.stderr)


def packages(libraries: Iterable[str]) -> list[str]:
    """The Debian packages that hold those of `libraries` which we know."""
    return sorted({PACKAGES[library] for library in libraries if library in PACKAGES})


def require(libraries: list[str], program: str) -> None:
    """Raise CannotRun, with the Debian packages to install, if `program` misses any `libraries`."""
    if not libraries:
        return
    names = packages(libraries)
    hint = f"on Debian: apt-get install {' '.join(names)}" if names else "a newer system has it"
    kind = "library" if len(libraries) == 1 else "libraries"
    raise CannotRun(f"{program} lacks the shared {kind} {', '.join(libraries)} ({hint})")
