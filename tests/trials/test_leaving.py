"""A smoke of the last part of trial 16."""

import pytest

from tests.trials import leaving
from tests.trials.databases import KINDS

pytestmark = pytest.mark.trial


@pytest.mark.parametrize("kind", KINDS)
async def test_a_workspace_that_leaves_hears_nothing_more(kind: str, postgres_url: str) -> None:
    found = await leaving.run([kind], messages=60, after=5, server=postgres_url)
    assert found.wrong == 0, found.text()


async def test_unheard_the_trial_sees_messages_that_wait_for_nobody() -> None:
    found = await leaving.control(messages=60, after=5)
    assert found.wrong == 0, found.text()
