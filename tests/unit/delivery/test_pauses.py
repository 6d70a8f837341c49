"""Nothing leaves while Slack asks to wait, and little while it doesn't answer."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.delivery import DeliveryState
from bot.errors import SlackError
from bot.workflows.pacing import Pace
from tests.unit.delivery.conftest import START, PostOffice, until
from tests.unit.delivery.faulty_chat import Fault, busy, no_answer, refused


@pytest.fixture
def pace() -> Pace:
    return Pace(per_channel=timedelta(seconds=1), per_workspace=3)


def test_a_channel_is_free_a_second_after_its_last_call(pace: Pace) -> None:
    assert pace.allow("T1", "C1", START)
    assert pace.free_at("T1", "C1", START) == START + timedelta(seconds=1)
    assert pace.free_at("T1", "C2", START) == START


def test_a_workspace_is_free_when_the_oldest_of_its_calls_is_a_minute_ago(pace: Pace) -> None:
    for n in range(3):
        assert pace.allow("T1", f"C{n}", START + timedelta(seconds=n))
    now = START + timedelta(seconds=9)
    assert not pace.allow("T1", "C9", now)
    assert pace.free_at("T1", "C9", now) == START + timedelta(minutes=1)
    assert pace.free_at("T2", "C9", now) == now


def test_what_other_processes_began_counts(pace: Pace) -> None:
    pace.recall("T1", [(f"C{n}", START) for n in range(3)])
    assert pace.free_at("T1", "C9", START) == START + timedelta(minutes=1)
    assert pace.allow("T2", "C9", START)


def test_what_is_recalled_twice_counts_once(pace: Pace) -> None:
    assert pace.allow("T1", "C1", START)
    pace.recall("T1", [("C1", START)])
    pace.recall("T1", [("C1", START)])
    assert pace.allow("T1", "C2", START)


def test_a_pause_holds_and_the_longest_of_several_counts(pace: Pace) -> None:
    pace.pause("T1", START + timedelta(seconds=30))
    pace.pause("T1", START + timedelta(seconds=5))
    assert pace.free_at("T1", "C1", START) == START + timedelta(seconds=30)
    pace.forget(START + timedelta(seconds=30))
    assert pace.allow("T1", "C1", START + timedelta(seconds=30))


async def test_a_post_that_was_being_prepared_when_slack_asked_to_wait_stays(
    office: PostOffice,
) -> None:
    """One is at Slack, the other is still to be rendered, when the answer is 429."""
    pace = Pace(per_channel=timedelta(0))
    office.chat.stuck["C1"] = asyncio.Event()
    office.chat.fail("C1", busy(30))
    await office.post("first", "C1")
    deliverer = office.deliverer(pace)
    draining = asyncio.create_task(deliverer.drain())
    await until(lambda: "first" in office.rendered)
    # As if the answer came between the claim of the second one and its call.
    allow = pace.allow

    def allow_then_pause(workspace: str, channel: str, now: object) -> bool:
        allowed = allow(workspace, channel, START)
        pace.pause("T1", START + timedelta(seconds=30))
        return allowed

    pace.allow = allow_then_pause  # type: ignore[method-assign]
    await office.post("second", "C2")
    await until(lambda: "second" in office.rendered)
    office.chat.stuck["C1"].set()
    await draining
    assert office.chat.posted == []
    assert await office.state("second") is DeliveryState.PENDING
    assert (await office.stored("second")).ready_at == START + timedelta(seconds=30)


async def test_while_nothing_is_answered_few_calls_are_made(office: PostOffice) -> None:
    """Forty channels that each try again ever more slowly would make more than 300 of them."""
    error = SlackError("Slack can't be reached.", code="unreachable", retryable=True)
    for n in range(40):
        office.chat.fail(f"C{n}", *[Fault(error=error)] * 20)
        await office.post(f"m{n}", f"C{n}")
    deliverer = office.deliverer()
    for _ in range(60):
        await deliverer.drain()
        office.clock.move(5)
    left = sum(len(waiting) for waiting in office.chat.faults.values())
    assert 40 * 20 - left < 200


async def test_when_answers_come_again_everything_goes_out(office: PostOffice) -> None:
    for n in range(40):
        office.chat.fail(f"C{n}", no_answer(accepted=False))
        await office.post(f"m{n}", f"C{n}")
    deliverer = office.deliverer()
    for _ in range(20):
        await deliverer.drain()
        office.clock.move(30)
    assert sorted(office.chat.ids()) == sorted(f"m{n}" for n in range(40))


async def test_a_workspace_whose_token_is_dead_is_left_alone_as_a_whole(
    office: PostOffice,
) -> None:
    deliverer = office.deliverer()
    deliverer.parallel = 1
    for n in range(5):
        office.chat.fail(f"C{n}", *[refused("token_revoked")] * 9)
        await office.post(f"m{n}", f"C{n}")
    await deliverer.drain()
    assert sum(len(waiting) for waiting in office.chat.faults.values()) == 5 * 9 - 1
