"""What was noted while the clock was ahead holds nothing up once it is right again."""

from datetime import timedelta

import pytest

from bot.domain.delivery import DeliveryState
from bot.services import deliveries
from bot.workflows.pacing import Pace
from tests.unit.delivery.conftest import START, PostOffice
from tests.unit.delivery.faulty_chat import busy, no_answer

STEPS = pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=1)])


async def set_back(office: PostOffice, step: timedelta) -> None:
    """As the scheduler does after a step: housekeeping runs at once."""
    office.clock.move(-step.total_seconds())
    await office.transactions.write(deliveries.shorten_waits, office.clock())


@STEPS
async def test_a_pause_of_slack_ends(office: PostOffice, step: timedelta) -> None:
    office.clock.move(step.total_seconds())
    office.chat.fail("C1", busy(30))
    await office.post("m", "C1")
    deliverer = office.deliverer()
    await deliverer.drain()
    await set_back(office, step)
    await deliverer.drain()
    assert office.chat.ids() == ["m"]


@STEPS
async def test_channels_and_workspace_keep_their_pace_and_no_longer(
    office: PostOffice, step: timedelta
) -> None:
    office.clock.move(step.total_seconds())
    pace = Pace(per_workspace=2)
    deliverer = office.deliverer(pace)
    for channel in ("C1", "C2"):
        await office.post(f"ahead {channel}", channel)
    await deliverer.drain()
    await set_back(office, step)
    await office.post("right", "C1")
    await deliverer.drain()
    await office.post("more", "C1")
    await deliverer.drain()
    assert office.chat.ids("C1") == ["ahead C1", "right"]
    office.clock.move(1)
    await deliverer.drain()
    assert office.chat.ids("C1") == ["ahead C1", "right", "more"]


@STEPS
async def test_another_process_does_not_count_calls_of_the_future(
    office: PostOffice, step: timedelta
) -> None:
    office.clock.move(step.total_seconds())
    await office.post("ahead", "C1")
    await office.deliverer(Pace()).drain()
    await set_back(office, step)
    await office.post("right", "C1")
    await office.deliverer(Pace()).drain("T1")
    assert office.chat.ids() == ["ahead", "right"]


@STEPS
async def test_an_attempt_without_an_answer_is_looked_for_soon(
    office: PostOffice, step: timedelta
) -> None:
    """Not at once: it may be under way."""
    office.clock.move(step.total_seconds())
    office.chat.fail("C1", no_answer(accepted=True))
    await office.post("m", "C1")
    deliverer = office.deliverer()
    await deliverer.drain()
    await set_back(office, step)
    await deliverer.drain()
    assert await office.state("m") is DeliveryState.SENDING
    office.clock.move(600)
    await deliverer.drain()
    assert await office.state("m") is DeliveryState.SENT
    assert office.chat.ids() == ["m"]


async def test_waits_of_a_right_clock_stay(office: PostOffice) -> None:
    office.chat.fail("C1", busy(30))
    await office.post("m", "C1")
    await office.deliverer().drain()
    assert await office.transactions.write(deliveries.shorten_waits, START) == 0
    until = await office.transactions.read(lambda uow: uow.outbox.paused_until("T1", START))
    assert until == START + timedelta(seconds=30)
    assert (await office.stored("m")).ready_at == until
