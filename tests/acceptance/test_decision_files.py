"""Decisions as files: for a person in Slack, and for whoever runs Meridian."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import archiving, publishing
from bot.archiving import Choice
from bot.config import Settings
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.errors import ConfigError
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import life
from jobs import housekeeping
from tests.acceptance.harness import (
    CHURN,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    meridian,
    settings_for,
)
from tests.standins.slack import Person, text_of
from tests.unit.decisions.variety import varied

SECRET = "C0SECRET"
PUBLIC_FILE, SECRET_FILE = "0001-use-redis.md", "0002-buy-the-rival.md"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """D-1 in a public channel, D-2 in a private one of Lena's and Marcus's."""
    async with meridian(tmp_path) as found:
        found.slack.add_channel(SECRET, "secret", members=[LENA, MARCUS], private=True)
        await housekeeping.step(found.app.jobs, found.clock())
        await log(found, CHURN, "Use Redis")
        await log(found, SECRET, "Buy the rival")
        await found.deliver()
        yield found


async def log(world: World, channel: str, title: str) -> None:
    wish = NewDecision(
        workspace=world.app.identity.workspace,
        channel=channel,
        author=LENA,
        body=DecisionBody(title=title, outcome="It pays.", context="Why", makers=(LENA,)),
        status=DecisionStatus.PROPOSED,
    )
    await world.app.transactions.write(life.log, wish, world.clock())


async def exported(world: World, person: Person) -> tuple[str, list[str]]:
    """What a person is told after `/decide export`, and the files in the zip they got."""
    await person.command("/decide", "export", channel=CHURN)
    await world.app.listeners.drain()
    told = text_of(latest(world.slack.ephemerals(person.id)))
    if not world.slack.ws.files:
        return told, []
    *_, file = world.slack.ws.files.values()
    assert file.content is not None
    assert latest(world.slack.messages(person.id))["files"][0]["name"] == file.filename
    assert file.filename.startswith("decisions-2026-10-18")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.read(PUBLIC_FILE).startswith(b"---\nstatus: proposed\n")
        return told, archive.namelist()


async def test_a_member_gets_all_and_others_the_public_ones(world: World) -> None:
    told, names = await exported(world, world.marcus)
    assert names == [PUBLIC_FILE, SECRET_FILE]
    assert "2 decisions in" in told
    assert "left out" not in told
    told, names = await exported(world, world.yuki)
    assert names == [PUBLIC_FILE]
    assert "Those of 1 channel that you aren't in are left out." in told


async def test_a_guest_gets_no_file(world: World) -> None:
    def invite(uow: UnitOfWork) -> None:
        person = uow.people.get(world.app.identity.workspace, YUKI)
        assert person is not None
        uow.people.save([replace(person, is_guest=True)])

    await world.app.transactions.write(invite)
    told, names = await exported(world, world.yuki)
    assert told.startswith("Guests and people of other companies can't")
    assert names == []
    assert world.slack.ws.files == {}


def settings(world: World) -> Settings:
    """Those of the running bot."""
    return settings_for(world.slack, database_url=world.database_url)


async def test_the_command_line_leaves_private_channels_out_unless_chosen(
    world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "decisions"
    lines = await archiving.export(settings(world), folder, Choice(), world.clock())
    assert lines == [
        f"1 decision in {folder}: 1 written, 0 unchanged",
        "left out: those of 1 channel that aren't public; --with-private takes them too",
    ]
    assert [path.name for path in folder.iterdir()] == [PUBLIC_FILE]
    both = Choice(with_private=True)
    await archiving.export(settings(world), tmp_path / "all.zip", both, world.clock())
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.namelist() == [PUBLIC_FILE, SECRET_FILE]
    one = Choice(with_private=True, channels=(SECRET,))
    assert (await archiving.export(settings(world), folder, one, world.clock()))[0].startswith("1 ")
    assert {path.name for path in folder.iterdir()} == {PUBLIC_FILE, SECRET_FILE}


async def test_an_edited_file_changes_the_card_in_slack(world: World, tmp_path: Path) -> None:
    choice = Choice(with_private=True)
    await archiving.export(settings(world), tmp_path / "d", choice, world.clock())
    path = tmp_path / "d" / PUBLIC_FILE
    path.write_text(path.read_text().replace("It pays.", "It pays twice."))
    lines, whole = await archiving.bring_in(
        settings(world), tmp_path / "d", Choice(), world.clock(), dry_run=False
    )
    assert (lines, whole) == (
        [f"{PUBLIC_FILE}: D-1 changed (outcome)", "2 taken (1 unchanged), 0 refused"],
        True,
    )
    await world.deliver()
    [card] = [m for m in world.slack.messages(CHURN) if m["text"].startswith("D-1 ·")]
    assert "It pays twice." in text_of(card)


async def test_without_slack_nothing_is_shown_that_might_be_private(
    world: World, tmp_path: Path
) -> None:
    away = settings_for(
        world.slack, database_url=world.database_url, slack_api_url="http://127.0.0.1:1/"
    )
    named = Choice(workspace=world.app.identity.workspace)
    for work in (archiving.export, publishing.publish):
        with pytest.raises(ConfigError, match="Slack doesn't say which channels are private"):
            await work(away, tmp_path / "out", named, world.clock())
        with pytest.raises(ConfigError, match="Slack doesn't say which workspace this is"):
            await work(away, tmp_path / "out", Choice(), world.clock())
    assert not (tmp_path / "out").exists()
    chosen = replace(named, with_private=True)
    assert await archiving.export(away, tmp_path / "out", chosen, world.clock())


async def test_the_site_leaves_private_channels_out_unless_chosen(
    world: World, tmp_path: Path
) -> None:
    lines = await publishing.publish(settings(world), tmp_path / "site", Choice(), world.clock())
    assert lines[0] == f"1 decision in {tmp_path}/site/index.html"
    assert "left out" in lines[1]
    everything = "".join(path.read_text() for path in (tmp_path / "site").glob("*.*"))
    assert "Use Redis" in everything
    assert "rival" not in everything
    chosen = Choice(with_private=True)
    await publishing.publish(settings(world), tmp_path / "site", chosen, world.clock())
    assert "rival" in (tmp_path / "site" / "d-2.html").read_text()


async def test_a_log_of_another_workspace_stays_apart(world: World, tmp_path: Path) -> None:
    elsewhere = Choice(workspace="T9", with_private=True)
    archiving.write_out(tmp_path / "d", varied(5, 1))
    lines, whole = await archiving.bring_in(
        settings(world), tmp_path / "d", elsewhere, world.clock(), dry_run=False
    )
    assert whole, lines
    await archiving.export(settings(world), tmp_path / "e", elsewhere, world.clock())
    assert len(list((tmp_path / "e").iterdir())) == 5
    await archiving.export(settings(world), tmp_path / "f", Choice(), world.clock())
    assert [path.name for path in (tmp_path / "f").iterdir()] == [PUBLIC_FILE]
