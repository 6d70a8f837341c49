"""Small cuts of the trials against a Slack that repeats, refuses, is silent, or is gone."""

from datetime import timedelta

import pytest

from tests.trials import channels, outage, repeats, silence, sockets, storm
from tests.trials.databases import KINDS
from tests.trials.sockets import Pulse

pytestmark = pytest.mark.trial

_SEED = 5
_STEP = timedelta(minutes=30)
_TRIES = 5
# A busy machine may take longer to connect than this Slack waits before its fourth attempt.
_QUICK = Pulse(ping=1.0, renew=2.0, ack=0.6, attempts=30)


async def test_what_comes_five_times_to_three_nodes_is_handled_once(postgres_url: str) -> None:
    table = await repeats.run(["PostgreSQL"], people=2, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()


async def test_without_its_memory_things_are_seen_to_be_done_twice() -> None:
    table = await repeats.control(people=1, seed=_SEED)
    assert table.wrong == 0, table.text()


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_leaves_before_slack_allows_it(kind: str, postgres_url: str) -> None:
    table = await storm.run([kind], posts=24, channels=8, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()


async def test_posts_of_a_deaf_pace_are_seen_to_leave_early() -> None:
    for number in range(_TRIES):  # whether one was under way as the answer came is chance
        table = await storm.control(posts=16, channels=8, seed=_SEED + number)
        if table.wrong == 0:
            return
    pytest.fail(table.text())


@pytest.mark.parametrize("kind", KINDS)
async def test_what_slack_took_without_an_answer_stands_there_once(
    kind: str, postgres_url: str
) -> None:
    table = await silence.run([kind], posts=32, channels=16, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()


async def test_without_the_quiet_period_what_slack_takes_late_stands_there_twice() -> None:
    table = await silence.control(posts=60, channels=20, seed=_SEED)
    assert table.wrong == 0, table.text()


async def test_after_an_outage_nobody_is_asked_what_makes_no_sense_any_more() -> None:
    table = await outage.run(["SQLite"], people=9, step=_STEP)
    assert table.wrong == 0, table.text()


async def test_stale_prompts_are_seen_where_nobody_looks() -> None:
    table = await outage.control(people=9, step=_STEP)
    assert table.wrong == 0, table.text()


async def test_no_event_is_lost_while_connections_break() -> None:
    table = await sockets.run(faults=5, seed=_SEED, pulse=_QUICK)
    assert table.wrong == 0, table.text()


async def test_an_event_that_slack_sends_once_is_seen_to_be_lost() -> None:
    for number in range(_TRIES):  # on a busy machine the bot may be about to connect anew
        table = await sockets.control(seed=_SEED + number, pulse=_QUICK)
        if table.wrong == 0:
            return
    pytest.fail(table.text())


async def test_a_dead_channel_gets_one_post_a_day_and_its_owners_know(postgres_url: str) -> None:
    table = await channels.run(["PostgreSQL"], each=1, seed=_SEED, server=postgres_url)
    assert table.wrong == 0, table.text()


async def test_without_memory_dead_channels_are_seen_to_get_many_posts() -> None:
    table = await channels.control(each=1, seed=_SEED)
    assert table.wrong == 0, table.text()
