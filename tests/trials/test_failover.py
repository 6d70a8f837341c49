"""A small cut of the trial in which PostgreSQL goes away."""

import pytest

from tests.trials import failover
from tests.trials.failover import Fault

pytestmark = pytest.mark.trial


async def test_what_postgresql_interrupts_runs_and_stands_in_slack_once() -> None:
    faults = [Fault(killed=False, away=0.2), Fault(killed=True, away=0.2)]
    table = await failover.run(faults, workspaces=2, people=20, durable=False)
    assert table.wrong == 0, table.text()


async def test_nodes_that_do_not_look_are_seen_to_post_twice() -> None:
    table = await failover.control(workspaces=1, people=10, durable=False)
    assert table.wrong == 0, table.text()
