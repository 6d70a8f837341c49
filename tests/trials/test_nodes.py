"""A small cut of the trial in which whole nodes are killed."""

import pytest

from tests.trials import nodes

pytestmark = pytest.mark.trial

_SEED = 5


async def test_nodes_that_are_killed_run_and_post_everything_once(postgres_url: str) -> None:
    table = await nodes.run(
        nodes=2, workspaces=2, people=16, kills=2, seed=_SEED, server=postgres_url
    )
    assert table.wrong == 0, table.text()


async def test_without_takeover_the_work_of_a_killed_node_is_seen_to_stand_still(
    postgres_url: str,
) -> None:
    table = await nodes.control(workspaces=3, people=16, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()


async def test_a_node_that_slept_does_not_post_what_another_has_posted(postgres_url: str) -> None:
    table = await nodes.asleep(people=4, server=postgres_url)
    assert table.wrong == 0, table.text()
