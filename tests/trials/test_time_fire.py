"""Small cuts of the trials of time and of databases that fail."""

import pytest

from tests.trials import clock_figures, clock_steps, full_disk, ticks, wanderers, zone_upgrade
from tests.trials.databases import KINDS

pytestmark = pytest.mark.trial

_SEED = 5
_LOSING = ("America/New_York", "Europe/Berlin", "America/Santiago")


def test_cron_triggers_are_seen_to_lose_days() -> None:
    table = clock_figures.cron_control(_LOSING)
    assert table.wrong == 0, table.text()


async def test_nodes_without_locks_are_seen_to_ask_twice(postgres_url: str) -> None:
    table = await ticks.control(schedules=30, server=postgres_url)
    assert table.wrong == 0, table.text()


@pytest.mark.parametrize("kind", KINDS)
async def test_who_moves_at_random_is_asked_once_in_a_local_date(
    kind: str, postgres_url: str
) -> None:
    table = await wanderers.run([kind], moves=60, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()
    assert table.rows[0]["prompts"] != 0, table.text()


def test_a_schedule_without_a_book_is_seen_to_ask_twice() -> None:
    table = wanderers.control(moves=200, seed=_SEED)
    assert table.wrong == 0, table.text()


async def test_an_upgrade_of_the_zone_data_corrects_what_it_moved() -> None:
    zones = [*zone_upgrade.MOVED, "Europe/Berlin", "Asia/Kolkata"]
    table = await zone_upgrade.run(["SQLite"], zones=zones, imitated=True)
    assert table.wrong == 0, table.text()
    assert table.rows[0]["corrected"] == len(zone_upgrade.MOVED), table.text()


async def test_a_clock_that_is_set_starts_nothing_twice() -> None:
    table = await clock_steps.run(["SQLite"])
    assert table.wrong == 0, table.text()


async def test_after_a_step_back_no_job_rests() -> None:
    table = await clock_steps.waits()
    assert table.wrong == 0, table.text()


async def test_a_full_disk_costs_nothing_that_was_acknowledged() -> None:
    table = await full_disk.run(fills=2)
    assert table.wrong == 0, table.text()


async def test_acknowledging_before_the_commit_is_seen_to_lose() -> None:
    table = await full_disk.control()
    assert table.wrong == 0, table.text()
