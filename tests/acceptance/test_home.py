"""App Home: what waits for somebody, their stand-ups, and what they can do there."""

from tests.acceptance.harness import MARCUS, World, start_standup
from tests.standins.slack import Json, Person


async def at_home(world: World, person: Person) -> Json:
    """Their Home after all that was promised has been done."""
    await world.app.listeners.drain()
    return world.slack.home(person.id)


def words(view: Json) -> str:
    return str(view["blocks"])


async def test_a_newcomer_learns_what_to_type(world: World) -> None:
    await world.lena.open_home()
    shown = words(await at_home(world, world.lena))
    assert "`/standup new`" in shown
    assert "Nothing right now." in shown


async def test_a_prompt_is_answered_in_home_and_is_gone_from_there(world: World) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-19T07:30Z")
    await world.lena.open_home()
    home = await at_home(world, world.lena)
    assert "Churn daily" in words(home)
    assert "asks for your report of Mon 19 Oct" in words(home)
    value = next(b for b in home["blocks"] if "home_prompt" in b["block_id"])["block_id"]
    await world.lena.click(home, "standup.answer", block_id=value)
    await world.lena.submit(world.lena.modal, answer_0="Tuned the learning rate")
    home = await at_home(world, world.lena)
    assert "✅ reported 09:30" in words(home)
    assert "Nothing right now." in words(home)


async def test_skipping_in_home_shows_it_there(world: World) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-19T07:30Z")
    await world.lena.open_home()
    await world.lena.click(await at_home(world, world.lena), "standup.skip")
    assert "skipped today" in words(await at_home(world, world.lena))


async def test_pausing_resuming_and_deleting_are_told_and_shown(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.open_home()
    await world.lena.click(await at_home(world, world.lena), "standup.pause")
    home = await at_home(world, world.lena)
    assert "⏸ paused" in words(home)
    assert "is paused" in words(world.lena.modal)
    await world.lena.click(home, "standup.resume")
    home = await at_home(world, world.lena)
    assert "next for you Mon 19 Oct 09:00" in words(home)
    await world.lena.click(home, "standup.delete")
    await world.lena.submit(world.lena.modal)
    assert "has ended" in words(world.lena.modal)
    assert "Churn daily" not in words(await at_home(world, world.lena))


async def test_who_only_takes_part_can_leave_and_nothing_else(world: World) -> None:
    await start_standup(world.lena)
    await world.marcus.open_home()
    home = await at_home(world, world.marcus)
    assert "standup.pause" not in words(home)
    assert "standup.change" not in words(home)
    await world.marcus.click(home, "standup.leave")
    assert "doesn't ask you any more" in words(world.marcus.modal)
    assert "Churn daily" not in words(await at_home(world, world.marcus))


async def test_away_is_set_and_ended_in_home(world: World) -> None:
    await world.lena.open_home()
    await world.lena.click(await at_home(world, world.lena), "availability.away")
    await world.lena.submit(world.lena.modal)
    home = await at_home(world, world.lena)
    assert "Away today" in words(home)
    await world.lena.click(home, "availability.back")
    home = await at_home(world, world.lena)
    assert "Away today" not in words(home)
    assert "availability.back" not in words(home)


async def test_a_blocker_that_asks_me_is_taken_in_home(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.command("/standup", "blocker", channel="C0CHURN")
    await world.lena.submit(world.lena.modal, blocker="GPU quota is used up", asked=[MARCUS])
    await world.marcus.open_home()
    home = await at_home(world, world.marcus)
    assert "GPU quota is used up" in words(home)
    await world.marcus.click(home, "blocker.take")
    assert "blocker.take" not in words(await at_home(world, world.marcus))
    await world.lena.open_home()
    home = await at_home(world, world.lena)
    assert "Marcus Reed takes it" in words(home)
    await world.lena.click(home, "blocker.solve")
    assert "GPU quota" not in words(await at_home(world, world.lena))


async def test_my_settings_changed_from_home_are_shown_there(world: World) -> None:
    await world.lena.open_home()
    home = await at_home(world, world.lena)
    assert "'Europe/Berlin'" in words(home)
    await world.lena.click(home, "availability.me")
    assert await world.lena.submit(world.lena.modal, end="17:00") is None
    assert "Working hours 08:00–17:00" in words(await at_home(world, world.lena))


async def test_opening_home_twice_is_told_the_truth_of_that_moment(world: World) -> None:
    await world.lena.open_home()
    await start_standup(world.lena)
    assert "Churn daily" not in words(await at_home(world, world.lena))
    await world.lena.open_home()
    assert "Churn daily" in words(await at_home(world, world.lena))
