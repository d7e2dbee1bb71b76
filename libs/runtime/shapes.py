"""Types that data is read into.

msgspec looks at a type when it first reads something into it, without a lock: threads that do so at the same
time take the process down (SIGSEGV, msgspec 0.22). So it has to look while modules are imported, which one
thread does.
"""

from typing import TypeVar

import msgspec

_Shape = TypeVar("_Shape")


def prepared(shape: type[_Shape]) -> type[_Shape]:
    """`shape`, which any thread may read into from now on, as all that it is made of. For every class that
    `msgspec.convert` or a `decode` is given; a `Decoder` that a module makes does the same."""
    msgspec.json.Decoder(shape)
    return shape
