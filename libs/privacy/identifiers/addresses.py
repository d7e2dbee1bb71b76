"""E-mail addresses, links, and the long random words that open doors."""

import re
from typing import Final

from privacy.identifiers.kind import Found, Kind, certain, many_digits

# Anything but what ends a word: a local part may be of any alphabet.
_LOCAL: Final = r"""[^\s@<>()\[\]{},;:"'/\\|]"""
_LABEL: Final = r"[\w\u0300-\u036f-]"

_LINK: Final = re.compile(
    r"""(?: (?P<scheme> (?:https?|s?ftp)?:// ) | (?<![\w.-])www\. ) [^\s<>"]+
      | (?<![^\s<>"(]) (?:[\w-]++\.)+[a-z]{2,}(?::[0-9]+)? /[^\s<>"(?]*+ \?[^\s<>"]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFTER_LINK: Final = ".,;:!?)]}'’…"
_END_OF_AUTHORITY: Final = re.compile(r"[/?#\\]")
_HOST: Final = re.compile(r"(?:www\.)*+(?!www\.)((?:[\w-]+\.)+[^\W\d_][\w-]+)(?::[0-9]+)?", re.IGNORECASE)


def _may_link(text: str) -> bool:
    return "://" in text or "?" in text or "www." in text.lower()


def _read_link(match: re.Match[str]) -> Found:
    """Keeps the host alone, where it is a name; paths, queries and who signed in are nobody's business."""
    scheme, link = match["scheme"] or "", match[0].rstrip(_AFTER_LINK)
    authority = _END_OF_AUTHORITY.split(link.removeprefix(scheme), maxsplit=1)[0]
    host = _HOST.fullmatch(authority.rpartition("@")[2])
    marker = f"[link {host[1].lower()}]" if host and _is_plain(host[1]) else "[link]"
    return match.start() + max(len(link), len(scheme)), marker


def _is_plain(host: str) -> bool:
    """Whether a host is no telephone number, token or the like itself."""
    return not many_digits(host) and not any(map(_read_token, _TOKEN.finditer(host)))


_TOKEN: Final = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{24,}")
_SWITCHES: Final = re.compile(r"[0-9]+|[a-z]+|[A-Z]+")


def _read_token(match: re.Match[str]) -> Found | None:
    """Random words change between digits, capitals and small letters all the time; references seldom do."""
    parts = _SWITCHES.findall(re.sub(r"[_-]", "", match[0]))
    return (match.end(), "[token]") if len(parts) >= 8 and any(part.isdecimal() for part in parts) else None


LINK: Final = Kind(_may_link, _LINK, _read_link)
EMAIL: Final = Kind(
    lambda text: "@" in text,
    re.compile(rf"{_LOCAL}{{1,64}}+(?:@|[ ]@[ ])(?:{_LABEL}++\.)+[^\W\d_]{_LABEL}+"),
    certain("[e-mail]"),
)
TOKEN: Final = Kind(lambda text: len(text) >= 24, _TOKEN, _read_token)
