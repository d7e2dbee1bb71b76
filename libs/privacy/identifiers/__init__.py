"""What in a text names or reaches a person, in the order in which it is looked for.

Each finder sees only what those before it left: an address may have a telephone number in it.
"""

from typing import Final

from privacy.identifiers.addresses import EMAIL, LINK, TOKEN
from privacy.identifiers.kind import Kind
from privacy.identifiers.numbers import CARD, IBAN, IDENTITY
from privacy.identifiers.phones import BARE_PHONES, PHONES

NAMES_AND_NUMBERS: Final[tuple[Kind, ...]] = (EMAIL, IBAN, *PHONES, CARD, IDENTITY, *BARE_PHONES)
EVERYTHING: Final[tuple[Kind, ...]] = (LINK, EMAIL, IBAN, TOKEN, *PHONES, CARD, IDENTITY, *BARE_PHONES)
