"""Five kills of each trial, small lives, and small cuts of the figures."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.standins.mlflow import MlflowServer
from tests.trials import (
    clock_figures,
    created,
    crowd,
    decisions,
    deliveries,
    files,
    forms,
    handover,
    issue_cost,
    issues,
    life,
    prefill_figures,
    promotions,
    runs,
    ticks,
)
from tests.trials.databases import KINDS

pytestmark = pytest.mark.trial

_KILLS = 5
_SEED = 5
_TRIES = 5


async def _comes_about(attempt: Callable[[int], Awaitable[bool]]) -> bool:
    """Whether what a kill meets by chance was met in one of a few attempts."""
    for number in range(_TRIES):
        if await attempt(_SEED + number):
            return True
    return False


@pytest.mark.parametrize("kind", KINDS)
async def test_killed_while_delivering_every_message_is_posted_once(
    kind: str, postgres_url: str
) -> None:
    async def attempt(seed: int) -> bool:
        results, phases = await deliveries.run(
            [kind], kills=_KILLS, deliveries=32, channels=24, seed=seed, server=postgres_url
        )
        assert results.wrong == 0, results.text()
        assert results.rows[0]["kills"] == _KILLS, results.text()
        return phases.rows[0]["at Slack"] != 0

    assert await _comes_about(attempt), "no kill met a call"


async def test_without_the_quiet_period_the_trial_sees_duplicates() -> None:
    async def attempt(seed: int) -> bool:
        results = await deliveries.control(kills=_KILLS, deliveries=24, channels=16, seed=seed)
        return results.wrong == 0

    assert await _comes_about(attempt)


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


@pytest.mark.parametrize("kind", KINDS)
async def test_decisions_logged_at_once_are_numbered_without_gap_or_double(
    kind: str, postgres_url: str
) -> None:
    async def attempt(seed: int) -> bool:
        (results,) = await decisions.run(
            [kind], kills=_KILLS, people=16, seed=seed, server=postgres_url
        )
        assert results.wrong == 0, results.text()
        assert results.rows[1]["kills"] == _KILLS, results.text()
        return results.rows[1]["of these with a number"] != 0

    assert await _comes_about(attempt), "no kill met one"


async def test_the_highest_number_and_one_is_seen_to_be_given_out_twice(postgres_url: str) -> None:
    async def attempt(seed: int) -> bool:
        table = await decisions.control(people=16, seed=seed, server=postgres_url)
        return table.wrong == 0

    assert await _comes_about(attempt)


async def test_each_fact_of_a_day_is_in_exactly_the_hand_overs_it_belongs_to() -> None:
    for table in await handover.run():
        assert table.wrong == 0, table.text()


async def test_without_its_rules_a_hand_over_tells_what_it_should_not() -> None:
    table = await handover.control()
    assert table.wrong == 0, table.text()


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


async def test_decisions_accepted_while_mlflow_is_down_move_their_aliases_once(
    mlflow: MlflowServer,
) -> None:
    async def attempt(seed: int) -> bool:
        (results,) = await promotions.run(
            ["SQLite"], kills=_KILLS, models=2, seed=seed, mlflow=mlflow
        )
        assert results.wrong == 0, results.text()
        assert results.rows[0]["kills"] == _KILLS, results.text()
        return results.rows[0]["cut off"] != 0

    assert await _comes_about(attempt), "no kill met a promotion"


async def test_runs_in_every_disorder_are_seen_once_while_pages_change(
    mlflow: MlflowServer,
) -> None:
    table = await runs.run(mlflow, 24, _SEED, page=10)
    assert table.wrong == 0, table.text()
    assert table.rows[-1]["control misses"] != 0, f"the control sees all\n{table.text()}"


async def test_each_change_in_jira_is_told_once_whatever_hides_it_for_a_while() -> None:
    table = await issues.run(20, 60, _SEED, every=timedelta(hours=12))
    assert table.wrong == 0, table.text()


async def test_without_overlap_changes_in_jira_are_missed() -> None:
    table = await issues.control(20, 60, _SEED, every=timedelta(hours=12))
    assert table.wrong == 0, table.text()


async def test_an_idle_poll_of_jira_costs_the_same_however_many_issues_there_are() -> None:
    table = await issue_cost.idle(10, 60)
    assert table.wrong == 0, table.text()


@pytest.mark.parametrize("kind", KINDS)
async def test_decisions_come_back_from_files_and_edits_are_merged_or_refused(
    kind: str, postgres_url: str
) -> None:
    table = await files.run([kind], 24, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()
    for fate in ("merged", "both kept", "conflict", "decided"):
        assert not str(table.rows[0][fate]).endswith("/0"), f"none was {fate}\n{table.text()}"


async def test_issues_whose_creation_got_no_answer_are_there_once() -> None:
    table = await created.run(["SQLite"], lost=8, others=3, seed=_SEED)
    assert table.wrong == 0, table.text()
    table = await created.control(lost=3, seed=_SEED)
    assert table.wrong == 0, table.text()
