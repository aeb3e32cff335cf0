"""Fixtures of the loader's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.extracts import Extracts


@pytest.fixture
def extracts(tmp_path: Path) -> Iterator[Extracts]:
    """An empty warehouse in memory and a folder for extracts."""
    made = Extracts(tmp_path)
    yield made
    made.connection.close()
