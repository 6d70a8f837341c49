"""Acceptance tests: people use the real Bolt app through the strict Slack fake."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.harness import World, meridian


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian without Jira and MLflow; at the end nothing may have gone wrong unexpectedly."""
    async with meridian(tmp_path) as found:
        yield found
