"""A small cut of the trial of outsiders: every route, one value each."""

import pytest

from tests.trials import outsiders

pytestmark = pytest.mark.trial


async def test_people_who_may_not_reach_nothing_and_the_log_tells() -> None:
    table = await outsiders.run(values=1, who=["guest"])
    assert table.wrong == 0, table.text()


async def test_another_tenant_reaches_nothing() -> None:
    table = await outsiders.run(values=1, who=["other tenant"])
    assert table.wrong == 0, table.text()


async def test_an_open_gate_is_seen() -> None:
    table = await outsiders.control(each=8)
    assert table.wrong == 0, table.text()
