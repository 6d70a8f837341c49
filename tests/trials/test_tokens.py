"""A smoke of trial 17, its nodes inside this process."""

import pytest

from tests.trials import tokens
from tests.trials.databases import KINDS

pytestmark = pytest.mark.trial


@pytest.mark.parametrize("kind", KINDS)
async def test_five_nodes_refresh_a_token_once(kind: str, postgres_url: str) -> None:
    found = await tokens.run([kind], nodes=5, rounds=4, server=postgres_url, processes=False)
    assert found.wrong == 0, found.text()
    assert found.rows[0]["refreshes"] == 4


async def test_without_the_lease_the_trial_sees_invalid_tokens() -> None:
    found = await tokens.control(processes=False)
    assert found.wrong == 0, found.text()
