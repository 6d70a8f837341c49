"""Decisions as files: for a person in Slack, and for whoever runs Meridian."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import archiving, importing, publishing
from bot.archiving import Choice
from bot.config import Settings
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.promotion import PromotionState
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
from tests.unit.decisions.variety import settled, varied

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
        workspace=world.workspace,
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
    assert "that you aren't in" not in told
    told, names = await exported(world, world.yuki)
    assert names == [PUBLIC_FILE]
    assert "Of 1 channel that you aren't in, it has those that name you." in told


async def test_a_guest_gets_no_file(world: World) -> None:
    def invite(uow: UnitOfWork) -> None:
        person = uow.people.get(world.workspace, YUKI)
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
    lines, whole = await importing.bring_in(
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
    named = Choice(workspace=world.workspace)
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
    lines, whole = await importing.bring_in(
        settings(world), tmp_path / "d", elsewhere, world.clock(), dry_run=False
    )
    assert whole, lines
    await archiving.export(settings(world), tmp_path / "e", elsewhere, world.clock())
    assert len(list((tmp_path / "e").iterdir())) == 5
    await archiving.export(settings(world), tmp_path / "f", Choice(), world.clock())
    assert [path.name for path in (tmp_path / "f").iterdir()] == [PUBLIC_FILE]


def with_maker(folder: Path, name: str) -> None:
    """Somebody edits the public file so that it has one more maker."""
    path = folder / PUBLIC_FILE
    before = path.read_text()
    after = before.replace("decision-makers:\n", f"decision-makers:\n- {name}\n")
    assert after != before
    path.write_text(after)


async def brought_in(world: World, folder: Path, **chosen: str) -> list[str]:
    """What an import of the folder says."""
    found = settings_for(world.slack, database_url=world.database_url, **chosen)
    choice = Choice(workspace=world.workspace)
    lines, _ = await importing.bring_in(found, folder, choice, world.clock(), dry_run=False)
    return lines


async def test_slack_is_asked_for_whom_an_edited_file_names(world: World, tmp_path: Path) -> None:
    await archiving.export(settings(world), tmp_path / "d", Choice(), world.clock())
    world.slack.add_user("U0NORA", "Nora", tz="Asia/Tokyo")
    with_maker(tmp_path / "d", "Nora (U0NORA)")
    refused, _ = await brought_in(world, tmp_path / "d", slack_bot_token="")
    assert "I don't know U0NORA: run this with the bot's token" in refused
    changed, _ = await brought_in(world, tmp_path / "d")
    assert changed == f"{PUBLIC_FILE}: D-1 changed (makers)"
    nora = await world.app.transactions.read(lambda uow: uow.people.get(world.workspace, "U0NORA"))
    assert nora is not None
    assert (nora.name, nora.zone, nora.can_take_part) == ("Nora", "Asia/Tokyo", True)


async def test_whom_slack_does_not_know_has_left(world: World, tmp_path: Path) -> None:
    await archiving.export(settings(world), tmp_path / "d", Choice(), world.clock())
    world.expect("user_not_found")
    with_maker(tmp_path / "d", "Olga (U0OLGA)")
    refused, _ = await brought_in(world, tmp_path / "d")
    assert "Olga can't decide here" in refused


async def test_a_restored_log_says_what_only_those_see_whom_it_names(
    world: World, tmp_path: Path
) -> None:
    world.expect("user_not_found", "channel_not_found")
    world.slack.add_channel("C0CHURN", "churn-model")
    made = settled(varied(30, 1))[2:]
    hidden = sum(each.record.channel == "C0SEARCH" for each in made)
    archiving.write_out(tmp_path / "d", made)
    *_, said, total = await brought_in(world, tmp_path / "d")
    assert total == "28 taken (0 unchanged), 0 refused"
    assert said == (
        f"{hidden} decisions of channels that Slack doesn't show me: "
        "only the people whom they name see them"
    )
    *_, said = await brought_in(world, tmp_path / "d")
    assert said == "28 taken (28 unchanged), 0 refused"


async def test_a_dry_run_asks_slack_and_keeps_nothing(world: World, tmp_path: Path) -> None:
    await archiving.export(settings(world), tmp_path / "d", Choice(), world.clock())
    world.slack.add_user("U0NORA", "Nora")
    with_maker(tmp_path / "d", "Nora (U0NORA)")
    lines, _ = await importing.bring_in(
        settings(world), tmp_path / "d", Choice(), world.clock(), dry_run=True
    )
    assert lines[0] == f"{PUBLIC_FILE}: D-1 changed (makers)"
    assert "U0NORA" not in await world.app.transactions.read(
        lambda uow: uow.people.several(world.workspace, ["U0NORA"])
    )


async def test_a_stopped_promotion_is_named(world: World, tmp_path: Path) -> None:
    world.expect("user_not_found")
    world.slack.add_channel("C0SEARCH", "search")
    world.slack.add_channel("C0CHURN", "churn-model")
    under_way = next(each for each in varied(60, 3) if _is_under_way(each))
    archiving.write_out(tmp_path / "d", [under_way])
    said, _ = await brought_in(world, tmp_path / "d")
    ref = under_way.record.ref
    assert said.endswith(
        f": {ref} restored; champion of churn was still to be moved, which an import doesn't do: "
        f"type /decide show {ref} and press Try again"
    )


def _is_under_way(each: ArchivedDecision) -> bool:
    accepted = each.record.status is DecisionStatus.ACCEPTED
    state = each.promotion and each.promotion.state
    return accepted and state is PromotionState.PENDING and each.record.number > 2
