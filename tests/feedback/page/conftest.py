"""The survey page over surveys in memory."""

from pathlib import Path

import pytest

from harness.surveys import Site, site


@pytest.fixture
def page(tmp_path: Path) -> Site:
    """A site as most companies have it."""
    return site(tmp_path)
