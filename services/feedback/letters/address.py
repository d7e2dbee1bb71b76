"""Addresses that mail can be sent to (pure)."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final

# Letters beyond ASCII may stand where ASCII ones may (RFC 6531); what isn't seen may not.
_ATOM: Final = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_LONGEST: Final = 254
_LONGEST_LOCAL: Final = 64
_LONGEST_NAME: Final = 100


class NoAddress(ValueError):
    """A text that is no address. Says nothing of the text."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`local`@`domain`, the domain in ASCII; `name`: of whom."""

    local: str
    domain: str
    name: str = ""

    @property
    def spec(self) -> str:
        """As the mail server wants it."""
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether only servers that know SMTPUTF8 can deliver to it."""
        return not self.local.isascii()

    @property
    def header(self) -> Address:
        """As it stands in a mail's head."""
        return Address(self.name, self.local, self.domain)


def mailbox(text: str) -> Mailbox:
    """The address in `text` (`ayse@example.org`, alone). Raises NoAddress."""
    local, _, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        raise NoAddress("it is no e-mail address") from None
    if (
        not _LOCAL.fullmatch(local)
        or not _DOMAIN.fullmatch(ascii_domain)
        or not local.isprintable()
        or any(character.isspace() for character in local)
        or len(local.encode()) > _LONGEST_LOCAL
        or len(local.encode()) + len(ascii_domain) >= _LONGEST
    ):
        raise NoAddress("it is no e-mail address")
    return Mailbox(local, ascii_domain)


def named_mailbox(text: str) -> Mailbox:
    """The address in `text`, with the name if there is one (`Acme Destek <destek@acme.example>`). Raises
    NoAddress."""
    name, spec = parseaddr(text)
    found = mailbox(spec)
    return Mailbox(found.local, found.domain, line(name, _LONGEST_NAME))


def line(text: str, most: int) -> str:
    """`text` in one line of `most` characters at most, without anything that isn't seen."""
    seen = "".join(character if character.isprintable() else " " for character in text)
    # What begins like an encoded word would be decoded where a header is made: to a line break, for one.
    return " ".join(seen.split()).replace("=?", "= ?")[:most].rstrip()
