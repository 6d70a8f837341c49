"""Five kills of each trial, small lives, and small cuts of the figures."""

import pytest

from tests.standins.mlflow import MlflowServer
from tests.trials import clock_figures, crowd, deliveries, forms, life, prefill_figures, ticks
from tests.trials.databases import KINDS

pytestmark = pytest.mark.trial

_KILLS = 5
_SEED = 5


@pytest.mark.parametrize("kind", KINDS)
async def test_killed_while_delivering_every_message_is_posted_once(
    kind: str, postgres_url: str
) -> None:
    results, phases = await deliveries.run(
        [kind], kills=_KILLS, deliveries=32, channels=24, seed=_SEED, server=postgres_url
    )
    assert results.wrong == 0, results.text()
    assert results.rows[0]["kills"] == _KILLS, results.text()
    assert phases.rows[0]["at Slack"] != 0, f"no kill met a call\n{phases.text()}"


async def test_without_the_quiet_period_the_trial_sees_duplicates() -> None:
    results = await deliveries.control(kills=_KILLS, deliveries=24, channels=16, seed=_SEED)
    assert results.wrong == 0, results.text()


async def test_killed_while_forms_come_in_no_acknowledged_one_is_lost() -> None:
    (results,) = await forms.run(["SQLite"], kills=_KILLS, forms=16, seed=_SEED)
    assert results.wrong == 0, results.text()
    assert results.rows[0]["kills"] == _KILLS, results.text()


@pytest.mark.parametrize("kind", KINDS)
async def test_killed_while_ticking_every_schedule_starts_once(
    kind: str, postgres_url: str
) -> None:
    (results,) = await ticks.run(
        [kind], kills=_KILLS, schedules=150, seed=_SEED, longest_life=0.3, server=postgres_url
    )
    assert results.wrong == 0, results.text()
    assert int(str(results.rows[0]["kills"])) >= _KILLS, results.text()


async def test_a_nine_o_clock_standup_stays_at_nine_across_clock_changes() -> None:
    for table in await clock_figures.across_changes(clock_figures.CHANGES[1:2]):
        assert table.wrong == 0, table.text()


def test_zones_that_change_at_midnight_lose_no_day() -> None:
    table = clock_figures.every_zone(["Africa/Cairo", "America/Santiago", "Australia/Lord_Howe"])
    assert table.wrong == 0, table.text()


async def test_four_days_of_five_people_keep_every_promise() -> None:
    table = await life.small(_SEED)
    assert table.wrong == 0, table.text()


async def test_sixty_people_are_asked_and_every_one_of_them_can_be_read() -> None:
    table = await crowd.run(60)
    assert table.wrong == 0, table.text()


@pytest.mark.parametrize("kind", KINDS)
async def test_ten_people_submit_at_once_and_there_is_one_wrap_up(
    kind: str, postgres_url: str
) -> None:
    table = await crowd.at_once([kind], server=postgres_url)
    assert table.wrong == 0, table.text()


async def test_a_report_is_prefilled_with_jira_and_mlflow_up_and_down(
    mlflow: MlflowServer,
) -> None:
    table = await prefill_figures.prefills(mlflow, prefill_figures.QUICK)
    assert table.wrong == 0, table.text()
