"""`python -m ingest doctor`: what ingest stands on."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from events.topics import TOPICS
from ingest.intake import Senders
from ingest.settings import Settings, read_senders, read_settings, read_spool
from ingest.spool import Bounds
from ingest.verify import active
from privacy.seal import is_pair
from runtime.clocks import compared
from runtime.doctor import Check, Finding, contact_keys, fail, hash_key, ok, readable, warn
from runtime.environment import addresses, required, variable
from streams.doctor import broker
from streams.doctor.topics import topics

_LEAST_ROOM: Final = 64 * 1024**2
_HTTP_SECONDS: Final = 3.0


def checks(env: Mapping[str, str], port: int) -> list[Check]:
    """What is to be looked at for the ingest with the environment `env` that serves on `port`."""
    return [
        Check("configuration", partial(_configuration, env, port), "see DESKPULSE_CONFIG"),
        Check("sources", lambda: _sources(read_senders(env)), "see sources: in the configuration"),
        Check("keys", partial(_keys, env), "make a pair of keys with `python -m ingest new-keys`"),
        Check("kafka", lambda: broker.cluster(addresses(env).kafka), broker.ADVICE),
        Check("topics", lambda: _topics(read_settings(env)), broker.ADVICE),
        Check("spool", lambda: _spool(read_spool(env, port)), "name another with DESKPULSE_SPOOL_DIR"),
        Check("clock", lambda: _clocks(read_senders(env)), "see the addresses in sources: … api:"),
    ]


def _configuration(env: Mapping[str, str], port: int) -> Iterator[Finding]:
    yield from readable(
        {
            "settings": lambda: read_settings(env),
            "sources": lambda: read_senders(env),
            "spool": lambda: read_spool(env, port),
        }
    )
    if not variable(env, "DESKPULSE_API_TOKEN"):
        yield warn("there is no API token: /api/v1/sources answers nobody", "set DESKPULSE_API_TOKEN")


def _topics(settings: Settings) -> Iterator[Finding]:
    return topics(settings.kafka, TOPICS, settings.partitions)


def _sources(senders: Senders) -> Iterator[Finding]:
    now = datetime.now(UTC)
    wrong = [
        warn(f"{name} has no secret that is valid now: all it posts is answered 401", _secret(name))
        for name, sender in senders.items()
        if not active(sender.credentials.secrets, now)
    ]
    yield from wrong
    if not senders:
        yield warn("no source is configured: nobody may post", "add one to sources: in the configuration")
    elif not wrong:
        yield ok(f"{len(senders)} may post: {', '.join(senders)}")


def _secret(name: str) -> str:
    return f"add one to sources.{name}.secrets"


def _keys(env: Mapping[str, str]) -> Iterator[Finding]:
    yield from hash_key(required(env, "DESKPULSE_HASH_KEY", "the text that customers' ids are hashed with"))
    public, private = (variable(env, f"DESKPULSE_CONTACT_{which}_KEY") for which in ("PUBLIC", "PRIVATE"))
    if public:
        can = "customers' ids are hashed, their addresses sealed"
        yield contact_keys(can, is_pair(public, private) if private else None)
    else:
        yield warn(
            "customers' addresses are dropped: no survey is mailed", "set DESKPULSE_CONTACT_PUBLIC_KEY"
        )


def _spool(bounds: Bounds) -> Iterator[Finding]:
    place = next(path for path in (bounds.directory, *bounds.directory.resolve().parents) if path.exists())
    advice = "name a directory that ingest may write to with DESKPULSE_SPOOL_DIR"
    if place != bounds.directory and not os.access(place, os.W_OK | os.X_OK):
        yield fail(f"{bounds.directory} isn't there, and can't be made in {place}", advice)
        return
    if place == bounds.directory and (why := _unwritable(place)):
        yield fail(f"{place} can't be written: {why}", advice)
        return
    yield _room(bounds, shutil.disk_usage(place).free)


def _unwritable(place: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"?")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _room(bounds: Bounds, free: int) -> Finding:
    """What `free` bytes are for a spool with `bounds` (pure)."""
    room = (
        f"{bounds.directory}: {_mebibytes(free)} free, the spool takes up to {_mebibytes(bounds.max_bytes)}"
    )
    if free < _LEAST_ROOM:
        return fail(room, "make room, or name a directory elsewhere with DESKPULSE_SPOOL_DIR")
    if free < bounds.max_bytes:
        return warn(room, "make room, or lower DESKPULSE_SPOOL_MAX_BYTES")
    return ok(room)


def _mebibytes(size: int) -> str:
    return f"{size / 1024**2:,.0f} MiB"


def _clocks(senders: Senders) -> Iterable[Finding]:
    """This machine's clock against those of the tools whose API is known: signatures bear their time."""
    apis = {sender.origin.config.api.url for sender in senders.values() if sender.origin.config.api}
    hosts = sorted({"{0.scheme}://{0.netloc}/".format(urlsplit(url)) for url in apis})
    if not hosts:
        return [ok("nothing to compare with: no source has an api, and Kafka tells nobody its time")]
    with ThreadPoolExecutor(len(hosts)) as together:
        return list(together.map(_clock, hosts))


def _clock(url: str) -> Finding:
    host = urlsplit(url).hostname or url
    began = time.time()
    try:
        told = requests.head(url, timeout=_HTTP_SECONDS, allow_redirects=False).headers["Date"]
        moment = parsedate_to_datetime(told)
    except (requests.RequestException, KeyError, ValueError) as error:
        return warn(f"{host} doesn't tell the time ({type(error).__name__})", "see that it can be reached")
    return compared(host, moment, began, time.time(), exact=1.0)
