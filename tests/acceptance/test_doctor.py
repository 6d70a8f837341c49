"""`/meridian doctor` for admins and for everybody else."""

from pathlib import Path

from tests.acceptance.harness import CHURN, MARCUS, meridian
from tests.standins.slack import text_of


async def test_admins_get_every_check_and_others_how_the_sources_answer(tmp_path: Path) -> None:
    async with meridian(tmp_path, slack_signing_secret="of the test") as world:
        world.slack.ws.users[MARCUS].is_admin = True
        mine = await world.marcus.command("/meridian", "doctor", channel=CHURN)
        assert mine.ephemeral is not None
        await world.app.listeners.drain()
        said = [text_of(each) for each in world.slack.ephemerals(MARCUS)]
        found = said[-1]
        for name in ("settings", "time zones", "database", "outbox", "slack", "channels", "clock"):
            assert f"🟢 {name} " in found, found
        theirs = await world.lena.command("/meridian", "doctor", channel=CHURN)
        assert theirs.ephemeral is not None
        assert "database" not in text_of(theirs.ephemeral)
