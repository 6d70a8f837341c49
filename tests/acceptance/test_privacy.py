"""Roles, the audit log, what is kept for how long, and one's own data, as people use them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.audit import AuditLine
from bot.ports.repositories import UnitOfWork
from handlers.audited import OWN
from handlers.registry import all_routes
from jobs import housekeeping
from tests.acceptance.harness import CHURN, MARCUS, YUKI, World, meridian, start_standup
from tests.standins.slack import Person, text_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Lena is an admin of the Slack workspace; everybody is known."""
    async with meridian(tmp_path) as found:
        found.lena.user.is_admin = True
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def told(person: Person, text: str) -> str:
    """What `/meridian …` answers."""
    ack = await person.command("/meridian", text, channel=CHURN)
    return text_of(ack.ephemeral) if ack.ephemeral else ack.text or ""


async def test_what_people_change_stands_in_the_log(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.close(world.lena.modal)
    await world.lena.command("/standup", "pause", channel=CHURN)
    await world.lena.command("/standup", "blocker No GPU", channel=CHURN)
    said = await told(world.lena, "audit")
    assert "Lena Fischer: /standup blocker" in said
    assert "Lena Fischer: /standup pause · Churn daily" in said
    assert "Lena Fischer: setting up a stand-up · Churn daily" in said
    assert "pause" not in await told(world.lena, "audit B-1")
    assert "3 lines, each as it was written" in await told(world.lena, "audit check")


async def test_a_refusal_stands_in_it_and_others_may_not_read_it(world: World) -> None:
    assert "Only admins and owners" in await told(world.yuki, "audit")
    said = await told(world.lena, "audit refused")
    assert "Yuki Tanaka was refused: /meridian audit" in said
    assert "was refused" not in await told(world.lena, "audit done")
    assert f"{YUKI}" not in said


async def test_reports_stay_out_of_it(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.close(world.lena.modal)
    await world.lena.command("/standup", "", channel=CHURN)
    await world.lena.submit(world.lena.modal, answer_0="Nothing")
    assert "standup.report" not in await told(world.lena, "audit")
    named = {*all_routes().clicks, *all_routes().submissions}
    typed = {f"{c} {w}".strip() for c, table in all_routes().words.items() for w in table}
    assert named | typed >= OWN, "what is left out is there"


async def test_an_owner_makes_an_admin_and_the_last_owner_stays(world: World) -> None:
    refused = await told(world.yuki, f"admin role <@{YUKI}> admin")
    assert "Only owners may do that" in refused
    assert "Marcus Reed is admin now" in await told(world.lena, f"admin role <@{MARCUS}> admin")
    assert "standup" in await told(world.marcus, "admin")
    assert "last owner" in await told(world.lena, f"admin role <@{world.lena.id}> member")
    assert "Only owners may do that" in await told(world.marcus, f"admin role <@{YUKI}> admin")


async def test_an_admin_says_for_how_long(world: World) -> None:
    assert "reports 730 days" in await told(world.lena, "admin")
    assert "30 to 36,500 days" in await told(world.lena, "admin keep reports 3")
    assert "reports 365 days" in await told(world.lena, "admin keep reports 365")
    assert "reports for ever" in await told(world.lena, "admin keep reports forever")
    assert "Only admins and owners" in await told(world.yuki, "admin keep reports 30")


def _write(uow: UnitOfWork, line: AuditLine) -> None:
    uow.audit.write(line)


async def test_older_lines_come_by_a_button(world: World) -> None:
    for number in range(20):
        line = AuditLine(
            workspace="T0TEAM",
            at=world.clock(),
            actor=world.lena.id,
            action="decision.accept",
            subject=f"D-{number + 1}",
        )
        await world.app.transactions.write(_write, line)
    ack = await world.lena.command("/meridian", "audit decision", channel=CHURN)
    assert ack.ephemeral is not None
    assert "D-20" in text_of(ack.ephemeral)
    assert "D-5" not in text_of(ack.ephemeral)
    await world.lena.click(ack.ephemeral, "audit.older")
    older = text_of(world.slack.ephemerals(world.lena.id)[-1])
    assert "D-5" in older
    assert "D-6" not in older


async def test_somebody_gets_a_file_of_what_is_kept(world: World) -> None:
    await world.yuki.command("/standup", "away tomorrow: dentist", channel=CHURN)
    await world.yuki.command("/meridian", "me", channel=CHURN)
    await world.yuki.click(world.yuki.modal, "privacy.export")
    await world.app.listeners.drain()
    [file] = world.slack.ws.files.values()
    assert file.filename.startswith("meridian-my-data-")
    found = json.loads(file.content or b"")
    assert found["you"] == YUKI
    [away] = found["tables"]["away"]
    assert away["note"] == "dentist"
    assert found["tables"]["person"][0]["name"] == "Yuki Tanaka"


async def test_somebody_is_deleted_and_comes_back(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.close(world.lena.modal)
    yuki = world.yuki
    await yuki.command("/standup", "away tomorrow: dentist", channel=CHURN)
    await yuki.command("/meridian", "me delete", channel=CHURN)
    assert yuki.modal["callback_id"] == "privacy.delete"
    assert await yuki.submit(yuki.modal, sure=["yes"]) is None
    assert "deleted" in text_of(yuki.modal)
    await yuki.close(yuki.modal)
    await housekeeping.step(world.app.jobs, world.clock())
    read = world.app.transactions.read
    assert await read(lambda uow: uow.people.get("T0TEAM", YUKI)) is None
    [standup] = await read(lambda uow: uow.standups.all("T0TEAM"))
    assert YUKI not in (*standup.plan.participants, *standup.resting)
    said = await told(world.lena, "audit")
    assert "Meridian: deleting the data of somebody who asked for it" in said
    assert "somebody who was deleted: /standup away" in said
    assert "zone" in (await told(yuki, "help"))
    await yuki.command("/standup", "list", channel=CHURN)
    assert await read(lambda uow: uow.people.get("T0TEAM", YUKI)) is not None
