"""A restored Meridian repeats nothing that went out after the backup, and sends what didn't."""

from pathlib import Path

from storage.backups import sqlite
from tests.acceptance.harness import CHURN, LENA, World, meridian, start_standup


async def _log(world: World, title: str) -> None:
    await world.lena.command("/decide", title, channel=CHURN)
    await world.lena.submit(world.lena.modal, outcome="It trains in a minute")


async def test_what_went_out_after_the_backup_is_found_and_not_repeated(tmp_path: Path) -> None:
    async with meridian(tmp_path) as world:
        await _log(world, "Use LightGBM for churn")
        sqlite.back_up(_file(world), tmp_path / "copy.db")
        await world.deliver()
        posted = [message["ts"] for message in world.slack.messages(CHURN)]
        assert len(posted) == 1

        await _restored(world, tmp_path)
        await world.deliver()
        assert [message["ts"] for message in world.slack.messages(CHURN)] == posted


async def test_what_never_went_out_is_sent_once(tmp_path: Path) -> None:
    async with meridian(tmp_path) as world:
        await _log(world, "Use LightGBM for churn")
        sqlite.back_up(_file(world), tmp_path / "copy.db")

        await _restored(world, tmp_path)
        await world.deliver()
        world.clock.advance(minutes=5)
        await world.deliver()
        assert len(world.slack.messages(CHURN)) == 1


async def _asked(world: World) -> list[str]:
    world.clock.move_to("2026-10-19T00:00Z")
    await start_standup(world.lena, channel=CHURN, name="Churn daily", participants=[LENA])
    return [message["ts"] for message in world.slack.messages(LENA)]


async def test_who_was_asked_after_the_backup_is_not_asked_again(tmp_path: Path) -> None:
    async with meridian(tmp_path) as world:
        before = await _asked(world)
        sqlite.back_up(_file(world), tmp_path / "copy.db")
        world.clock.move_to("2026-10-19T07:00Z")
        await world.tick()
        [asked] = [m["ts"] for m in world.slack.messages(LENA) if m["ts"] not in before]

        world.clock.move_to("2026-10-19T07:30Z")
        await _restored(world, tmp_path)
        await world.tick()
        assert [m["ts"] for m in world.slack.messages(LENA)] == [*before, asked]


async def test_who_was_not_asked_is_asked_once(tmp_path: Path) -> None:
    async with meridian(tmp_path) as world:
        before = await _asked(world)
        sqlite.back_up(_file(world), tmp_path / "copy.db")
        world.clock.move_to("2026-10-19T07:30Z")
        await _restored(world, tmp_path)
        await world.tick()
        assert len(world.slack.messages(LENA)) == len(before) + 1


def _file(world: World) -> Path:
    return Path(world.database_url.removeprefix("sqlite:///"))


async def _restored(world: World, tmp_path: Path) -> None:
    """Start again on a database that was made of the backup, in the place of the lost one."""
    await world.app.listeners.drain()
    world.app.transactions.close()
    file = _file(world)
    for lost in file.parent.glob(f"{file.name}*"):
        lost.unlink()
    sqlite.restore(tmp_path / "copy.db", file, world.clock())
    await world.restart()
